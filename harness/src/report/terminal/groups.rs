//! Differences in groups: one operation, one place, one way of differing, and there one pair of values after the other.

use super::evidence::{self, Traced};
use super::{Report, diff, first};
use crate::compare::{Aspect, Classification, Difference, Kind};
use crate::report::mask::Mask;
use crate::report::page::{Page, Tone, span};
use crate::report::place::pattern;
use crate::report::text::count;
use crate::spec::Fit;
use std::collections::{BTreeSet, HashMap};

/// Differences of one operation at one place of one kind.
struct Group<'a> {
    first: &'a Difference,
    pattern: String,
    cases: Vec<Case<'a>>,
}

/// Those of them that show the same two values.
struct Case<'a> {
    members: Vec<&'a Difference>,
}

/// The differences that nobody declared.
pub(super) fn undeclared(page: &mut Page, report: &Report<'_>, traced: &mut Traced) {
    let all: Vec<&Difference> =
        report.verdict.accounting.undeclared.iter().filter_map(|index| report.difference(*index)).collect();
    if all.is_empty() {
        return;
    }
    let groups = group(&all);
    let places = count(groups.iter().map(Vec::len).sum(), "place");
    page.section(Tone::Bad, &format!("Undeclared: {} in {places}", count(all.len(), "difference")));
    for of_operation in &groups {
        page.blank();
        if let Some(group) = of_operation.first() {
            page.say(0, Tone::Name, &group.first.operation);
        }
        // One request need not be told for each place of its answer.
        let mut told = None;
        for group in of_operation {
            show(page, report, group, &mut told, traced);
        }
    }
}

/// By operation, and there by place and kind, each in the order in which they were met.
fn group<'a>(differences: &[&'a Difference]) -> Vec<Vec<Group<'a>>> {
    let mut groups: Vec<Vec<Group<'a>>> = Vec::new();
    let mut operations: HashMap<&str, usize> = HashMap::new();
    let mut places: HashMap<(&str, String, Kind), usize> = HashMap::new();
    for &difference in differences {
        let operation = *operations.entry(&difference.operation).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        let pattern = pattern(&difference.pointer);
        let own = &mut groups[operation];
        let place = *places.entry((&difference.operation, pattern.clone(), difference.kind)).or_insert_with(|| {
            own.push(Group { first: difference, pattern, cases: Vec::new() });
            own.len() - 1
        });
        let cases = &mut own[place].cases;
        let same = |case: &Case<'_>| {
            case.members
                .first()
                .is_some_and(|known| known.reference == difference.reference && known.candidate == difference.candidate)
        };
        match cases.iter_mut().find(|case| same(case)) {
            Some(case) => case.members.push(difference),
            None => cases.push(Case { members: vec![difference] }),
        }
    }
    groups
}

fn show<'a>(
    page: &mut Page,
    report: &Report<'_>,
    group: &Group<'a>,
    told: &mut Option<(&'a str, usize)>,
    traced: &mut Traced,
) {
    let mut title =
        vec![span(Tone::Plain, group.pattern.as_str()), span(Tone::Dim, format!("  {}", kind(group.first)))];
    if group.first.classification == Some(Classification::MissingMethod) {
        title.push(span(Tone::Warning, "  the method is missing"));
    }
    // What fits the document is told of the group's first; values of one place seldom differ in it.
    match report.judge.view(group.first) {
        Fit::Unsaid => {}
        fit => title.push(span(Tone::Dim, format!("  fits the document: {}", fit.word()))),
    }
    page.line(2, &title);
    let most = report.shown(3);
    // Never "1 more": it takes no more room to show it.
    let shown = if group.cases.len() == most.saturating_add(1) { group.cases.len() } else { most };
    for case in group.cases.iter().take(shown) {
        let Some(example) = case.members.first().copied() else { continue };
        members(page, report, case);
        if group.cases.len() > 1 && example.pointer != group.pattern {
            page.say(4, Tone::Dim, &format!("at {}", example.pointer));
        }
        if *told != Some((&example.scenario, example.step)) {
            evidence::cause(page, report, example, 4);
            *told = Some((&example.scenario, example.step));
        }
        values(page, example);
        evidence::wire(page, report, example, traced);
    }
    let more = group.cases.len().saturating_sub(shown);
    if more > 0 {
        let scenarios: BTreeSet<&str> =
            group.cases.iter().skip(shown).flat_map(|case| &case.members).map(|one| one.scenario.as_str()).collect();
        let text = format!("… {} of values, in {}", count(more, "more pair"), count(scenarios.len(), "scenario"));
        page.say(4, Tone::Dim, &text);
    }
}

/// The kind and, where the pointer does not say it, the aspect.
fn kind(difference: &Difference) -> String {
    match difference.aspect {
        Aspect::Latency | Aspect::Event => format!("{} ({})", difference.kind, difference.aspect),
        _ => difference.kind.to_string(),
    }
}

/// Where these values were seen.
fn members(page: &mut Page, report: &Report<'_>, case: &Case<'_>) {
    let Some(first_member) = case.members.first() else { return };
    let same_step = case.members.iter().all(|member| member.step == first_member.step);
    let name = |member: &&Difference| {
        let mut notes = Vec::new();
        if !same_step {
            notes.push(format!("step {}", member.step));
        }
        if let Some((step, lost)) = report.not_reached.get(member.scenario.as_str())
            && *step == member.step
        {
            notes.push(format!("{} not reached", count(*lost, "later step")));
        }
        match notes.is_empty() {
            true => member.scenario.clone(),
            false => format!("{} ({})", member.scenario, notes.join("; ")),
        }
    };
    let mut names: Vec<String> = case.members.iter().map(name).collect();
    names.dedup();
    let mut names = first(names, report.shown(6));
    if let (true, Some(front)) = (same_step, names.first_mut()) {
        *front = format!("step {} of {front}", first_member.step);
    }
    page.list(4, Tone::Plain, &names, ", ");
}

/// The two values as a diff.
pub(super) fn values(page: &mut Page, difference: &Difference) {
    let mask = Mask::of(&difference.operation);
    let reference = mask.at(&difference.pointer, &difference.reference);
    let candidate = mask.at(&difference.pointer, &difference.candidate);
    match difference.kind {
        Kind::Missing => diff::one_side(page, diff::Side::Reference, &reference, 4),
        Kind::Extra => diff::one_side(page, diff::Side::Candidate, &candidate, 4),
        Kind::NotReached => page.say(4, Tone::Warning, "the candidate did not come as far as this step"),
        Kind::Type | Kind::Value | Kind::Order if reference == candidate => {
            diff::one_side(page, diff::Side::Reference, &reference, 4);
            page.say(4, Tone::Dim, "(the secrets themselves differ)");
        }
        Kind::Type | Kind::Value | Kind::Order => diff::two_sides(page, &reference, &candidate, 4),
    }
}
