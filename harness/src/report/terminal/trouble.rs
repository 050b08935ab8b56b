//! What else fails the gate, or was not compared.

use super::evidence::{self, Traced};
use super::{Report, first, groups};
use crate::gate::{ScenarioResult, ScenarioVerdict};
use crate::report::mask;
use crate::report::page::{Page, Tone, span};
use crate::report::text::{count, cut, wrap_words};
use std::collections::BTreeSet;

/// Differences that stand where an entry declares one, but show otherwise.
pub(super) fn changed(page: &mut Page, report: &Report<'_>, traced: &mut Traced) {
    let all = &report.verdict.accounting.changed;
    if all.is_empty() {
        return;
    }
    page.section(Tone::Bad, &format!("Changed: {} otherwise than declared", count(all.len(), "difference")));
    let mut lines: Vec<(&str, usize)> = Vec::new();
    for one in all {
        if !lines.contains(&(&one.entry, one.line)) {
            lines.push((&one.entry, one.line));
        }
    }
    for (entry, line) in lines {
        page.blank();
        let own: Vec<_> = all.iter().filter(|one| one.entry == entry && one.line == line).collect();
        page.line(0, &[span(Tone::Name, entry), span(Tone::Plain, format!("  {}", report.at(line)))]);
        if let Some(one) = own.first() {
            page.say(2, Tone::Plain, &cut(&format!("declares {}", mask::text(&one.expected)), page.width * 3));
        }
        let shown = report.shown(3);
        for difference in own.iter().take(shown).filter_map(|one| report.difference(one.difference)) {
            let at = format!(
                "step {} of {}: {} {}",
                difference.step, difference.scenario, difference.pointer, difference.kind
            );
            page.say(2, Tone::Plain, &at);
            evidence::cause(page, report, difference, 4);
            groups::values(page, difference);
            evidence::wire(page, report, difference, traced);
        }
        if own.len() > shown {
            page.say(2, Tone::Dim, &format!("… {}", count(own.len() - shown, "more difference")));
        }
    }
}

/// What a live candidate does otherwise than its snapshot, and snapshots that somebody edited.
pub(super) fn unlike_snapshot(page: &mut Page, report: &Report<'_>) {
    let all = &report.verdict.changed;
    if all.is_empty() {
        return;
    }
    page.section(Tone::Bad, &format!("Changed: {} otherwise than the snapshot", count(all.len(), "place")));
    let lines = all.iter().map(|line| cut(&mask::text(line), page.width * 3).into_owned()).collect();
    for line in first(lines, report.shown(12)) {
        page.say(2, Tone::Plain, &line);
    }
}

/// Declared matches that nothing needs any more.
pub(super) fn healed(page: &mut Page, report: &Report<'_>) {
    let all = &report.verdict.accounting.unmatched;
    if all.is_empty() {
        return;
    }
    page.section(
        Tone::Bad,
        &format!("Healed: {} to delete", count_of(all.len(), "declared match", "declared matches")),
    );
    for unmatched in all {
        let title = report.list.get(&unmatched.entry).map_or("", |entry| &entry.title);
        let head = format!("delete {}", report.at(unmatched.line));
        let room = page.room(4 + head.len() + unmatched.entry.len());
        page.line(
            2,
            &[
                span(Tone::Plain, head),
                span(Tone::Name, format!("  {}", unmatched.entry)),
                span(Tone::Dim, format!("  {}", cut(title, room))),
            ],
        );
        // The message starts with the id, and names a place that is said already.
        let why = unmatched.text.strip_prefix(&format!("{}: ", unmatched.entry)).unwrap_or(&unmatched.text);
        let why = why.replacen(&format!(" at {}", report.at(unmatched.line)), "", 1);
        for line in wrap_words(&why, page.room(4)) {
            page.say(4, Tone::Dim, &line);
        }
    }
}

/// Scenarios that trouble kept from running: each fails the gate.
pub(super) fn not_run(page: &mut Page, report: &Report<'_>) {
    let all = scenarios(report, |one| one.verdict == ScenarioVerdict::NotRun && one.trouble);
    if !all.is_empty() {
        page.section(Tone::Bad, &format!("Not run because of trouble: {}", count(all.len(), "scenario")));
        by_reason(page, report, &all, 8);
    }
}

/// Scenarios that a declared difference ended before their last step.
pub(super) fn blocked(page: &mut Page, report: &Report<'_>) {
    let all = scenarios(report, |one| one.verdict == ScenarioVerdict::Blocked);
    if all.is_empty() {
        return;
    }
    page.section(
        Tone::Warning,
        &format!("Blocked: {}, compared up to a declared difference", count(all.len(), "scenario")),
    );
    let shown = report.shown(12);
    for scenario in all.iter().take(shown) {
        let because: BTreeSet<&str> = causes(report, &scenario.name);
        let mut line = vec![span(Tone::Plain, scenario.name.as_str())];
        if !because.is_empty() {
            line.push(span(Tone::Dim, format!("  by {}", because.into_iter().collect::<Vec<_>>().join(", "))));
        }
        page.line(2, &line);
        let reason = mask::text(scenario.reason.as_deref().unwrap_or("no reason is known"));
        page.say(4, Tone::Dim, &cut(&reason, page.room(4) * 2));
    }
    if all.len() > shown {
        page.say(2, Tone::Dim, &format!("… {}", count(all.len() - shown, "more scenario")));
    }
}

/// Scenarios whose needs this machine or these engines do not meet.
pub(super) fn needs(page: &mut Page, report: &Report<'_>) {
    let all = scenarios(report, |one| one.verdict == ScenarioVerdict::NotRun && !one.trouble);
    if !all.is_empty() {
        page.section(Tone::Warning, &format!("Not run for want of what they need: {}", count(all.len(), "scenario")));
        by_reason(page, report, &all, 3);
    }
}

/// The entries that the last differing step of a scenario went to.
fn causes<'a>(report: &Report<'a>, scenario: &str) -> BTreeSet<&'a str> {
    let own = || report.verdict.result.differences.iter().filter(|one| one.scenario == scenario);
    let lost = own().filter(|one| one.kind == crate::compare::Kind::NotReached);
    let by_lost: BTreeSet<&str> = lost.filter_map(|one| one.divergence.as_deref()).collect();
    if !by_lost.is_empty() {
        return by_lost;
    }
    let last = own().map(|one| one.step).max();
    own().filter(|one| Some(one.step) == last).filter_map(|one| one.divergence.as_deref()).collect()
}

fn scenarios<'a>(report: &Report<'a>, fits: impl Fn(&ScenarioResult) -> bool) -> Vec<&'a ScenarioResult> {
    report.verdict.result.scenarios.iter().filter(|one| fits(one)).collect()
}

/// Each reason once, with the scenarios it holds for.
fn by_reason(page: &mut Page, report: &Report<'_>, all: &[&ScenarioResult], most: usize) {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for scenario in all {
        let reason = scenario.reason.as_deref().unwrap_or("no reason is known");
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(scenario.name.clone()),
            None => reasons.push((reason, vec![scenario.name.clone()])),
        }
    }
    for (reason, names) in reasons {
        page.say(2, Tone::Plain, &cut(&mask::text(reason), page.room(2) * 3));
        page.list(4, Tone::Dim, &first(names, report.shown(most)), ", ");
    }
}

/// For nouns whose plural is not made with an s alone.
fn count_of(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}
