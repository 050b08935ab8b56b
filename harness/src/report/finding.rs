//! What fails the gate, one item each, for the formats of CI systems.

use super::comparison::Comparison;
use super::mask::{self, Mask};
use super::place::places;
use super::text::count;
use crate::compare::{Difference, Kind};
use crate::gate::ScenarioVerdict;
use serde_json::Value;
use std::collections::BTreeSet;

/// The longest value that a message holds.
const LONGEST: usize = 160;

/// One reason for the gate to fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// `undeclared`, `changed`, `healed`, `unlike-snapshot` or `not-run`.
    pub rule: &'static str,
    /// What a list shows.
    pub title: String,
    /// The whole of it, on several lines.
    pub text: String,
    /// The line of DIVERGENCE.md that is concerned, 1 where none is.
    pub line: usize,
    /// A name that stays the same from run to run.
    pub key: String,
}

/// Everything that fails the gate, secrets masked: what nobody declared first, one item a place.
pub(super) fn findings(comparison: &Comparison<'_>) -> Vec<Finding> {
    let verdict = comparison.verdict;
    let result = &verdict.result;
    let engine = comparison.candidate();
    let undeclared = verdict.accounting.undeclared.iter().filter_map(|at| result.differences.get(*at));
    let mut all: Vec<Finding> = Vec::new();
    for place in places(undeclared) {
        let Some(example) = place.example() else { continue };
        let more = match place.members.len() {
            1 => String::new(),
            many => format!(" ({})", count(many, "difference")),
        };
        all.push(Finding {
            rule: "undeclared",
            title: format!("{engine}: {} {} {}", example.operation, place.pattern, example.kind),
            text: format!("{}{more}", describe(example)),
            line: 1,
            key: format!("{}|{}|{}|{}", result.candidate.engine, example.operation, place.pattern, example.kind),
        });
    }
    let own = |rule, entry: &str, text: &str, line| Finding {
        rule,
        title: format!("{engine}: {entry} {rule}"),
        text: mask::text(text),
        line,
        key: format!("{}|{rule}|{entry}|{line}", result.candidate.engine),
    };
    let accounting = &verdict.accounting;
    // One a match, however many differences stand there.
    for line in accounting.changed.iter().map(|one| one.line).collect::<BTreeSet<usize>>() {
        let mut of_line = accounting.changed.iter().filter(|one| one.line == line);
        let Some(first) = of_line.next() else { continue };
        let more = match of_line.count() {
            0 => String::new(),
            more => format!(" (and {})", count(more, "more difference")),
        };
        all.push(own("changed", &first.entry, &format!("{}{more}", first.text), line));
    }
    all.extend(accounting.unmatched.iter().map(|one| own("healed", &one.entry, &one.text, one.line)));
    all.extend(
        verdict
            .changed
            .iter()
            .map(|text| Finding { key: text.clone(), ..own("unlike-snapshot", "the snapshot", text, 1) }),
    );
    let trouble = result.scenarios.iter().filter(|one| one.verdict == ScenarioVerdict::NotRun && one.trouble);
    all.extend(trouble.map(|one| own("not-run", &one.name, one.reason.as_deref().unwrap_or("no reason is known"), 1)));
    all
}

/// A difference in a few lines: where, and both values.
pub(super) fn describe(difference: &Difference) -> String {
    let at = format!("{}, step {}: {}", difference.scenario, difference.step, difference.operation);
    let mask = Mask::of(&difference.operation);
    let value = |value: &Value| short(&mask.at(&difference.pointer, value));
    let (reference, candidate) = (value(&difference.reference), value(&difference.candidate));
    let place = &difference.pointer;
    match difference.kind {
        Kind::NotReached => format!("{at}\nnot reached"),
        Kind::Missing => format!("{at}\n{place} missing\n- {reference}"),
        Kind::Extra => format!("{at}\n{place} extra\n+ {candidate}"),
        kind => format!("{at}\n{place} {kind}\n- {reference}\n+ {candidate}"),
    }
}

/// A value as JSON on one line, cut where it is long.
pub(super) fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}
