//! The last lines: the sum, the verdict, and what to do next.

use super::Report;
use crate::compare::Difference;
use crate::gate::{CoverageCount, ScenarioVerdict};
use crate::report::page::{Page, Tone, span};
use crate::report::text::{count, wrap_words};
use std::collections::BTreeSet;

/// Counts, coverage, and one word.
pub(super) fn summary(page: &mut Page, report: &Report<'_>) {
    page.blank();
    page.list(0, Tone::Plain, &[scenarios(report), differences(report), coverage(report)], " · ");
    let all = &report.verdict.result.scenarios;
    let compared = all.iter().filter(|one| one.verdict != ScenarioVerdict::NotRun).count();
    if report.verdict.conforms() {
        page.say(0, Tone::Good, "conforms");
        if compared == 0 {
            page.say(0, Tone::Warning, "but nothing was compared: no scenario ran on both engines");
        }
        return;
    }
    page.line(0, &[span(Tone::Bad, "does not conform"), span(Tone::Plain, format!(": {}", why(report).join(", ")))]);
    for step in next(report) {
        for (index, line) in wrap_words(&step, page.room(4)).iter().enumerate() {
            page.say(if index == 0 { 2 } else { 4 }, Tone::Plain, line);
        }
    }
}

fn scenarios(report: &Report<'_>) -> String {
    let all = &report.verdict.result.scenarios;
    let of = |verdict: ScenarioVerdict| all.iter().filter(|one| one.verdict == verdict).count();
    let words = [
        (ScenarioVerdict::Conforms, "conform"),
        (ScenarioVerdict::Declared, "declared"),
        (ScenarioVerdict::Undeclared, "undeclared"),
        (ScenarioVerdict::Changed, "changed"),
        (ScenarioVerdict::Healed, "healed"),
        (ScenarioVerdict::Blocked, "blocked"),
        (ScenarioVerdict::NotRun, "not run"),
    ];
    let parts: Vec<String> = words
        .into_iter()
        .map(|(verdict, word)| (of(verdict), verdict, word))
        .filter(|(number, verdict, _)| *number > 0 || *verdict == ScenarioVerdict::Conforms)
        .map(|(number, _, word)| format!("{number} {word}"))
        .collect();
    format!("{}: {}", count(all.len(), "scenario"), parts.join(", "))
}

fn differences(report: &Report<'_>) -> String {
    let all: &[Difference] = &report.verdict.result.differences;
    let ids: BTreeSet<&str> = all.iter().filter_map(|one| one.divergence.as_deref()).collect();
    let declared = all.iter().filter(|one| one.divergence.is_some()).count();
    let by = count(ids.len(), "divergence");
    if all.is_empty() {
        return "no differences".to_owned();
    }
    let total = count(all.len(), "difference");
    if declared == all.len() {
        return match declared {
            1 => format!("{total}, declared by {by}"),
            _ => format!("{total}, all declared by {by}"),
        };
    }
    let accounting = &report.verdict.accounting;
    let (undeclared, changed) = (accounting.undeclared.len(), accounting.changed.len());
    let lost = all.len().saturating_sub(declared + undeclared + changed);
    let mut parts = Vec::new();
    if declared > 0 {
        parts.push(format!("{declared} declared by {by}"));
    }
    for (number, word) in [(undeclared, "undeclared"), (changed, "changed"), (lost, "not reached because of these")] {
        if number > 0 {
            parts.push(format!("{number} {word}"));
        }
    }
    format!("{total}: {}", parts.join(", "))
}

fn coverage(report: &Report<'_>) -> String {
    let coverage = &report.verdict.result.coverage;
    let part = |count: CoverageCount, word: &str| format!("{}/{} {word}", count.driven, count.of);
    format!(
        "coverage {}, {}, {}",
        part(coverage.operations, "operations"),
        part(coverage.parameters, "parameters"),
        part(coverage.statuses, "statuses")
    )
}

/// What fails the gate, counted.
struct Failures {
    undeclared: usize,
    changed: usize,
    unlike_snapshot: usize,
    healed: usize,
    trouble: usize,
}

impl Failures {
    fn of(report: &Report<'_>) -> Failures {
        let accounting = &report.verdict.accounting;
        let scenarios = &report.verdict.result.scenarios;
        Failures {
            undeclared: accounting.undeclared.len(),
            changed: accounting.changed.len(),
            unlike_snapshot: report.verdict.changed.len(),
            healed: accounting.unmatched.len(),
            trouble: scenarios.iter().filter(|one| one.verdict == ScenarioVerdict::NotRun && one.trouble).count(),
        }
    }
}

fn why(report: &Report<'_>) -> Vec<String> {
    let failures = Failures::of(report);
    let mut parts = Vec::new();
    let mut say = |number: usize, text: String| {
        if number > 0 {
            parts.push(text);
        }
    };
    say(failures.undeclared, count(failures.undeclared, "undeclared difference"));
    say(failures.changed, format!("{} otherwise than declared", failures.changed));
    say(failures.unlike_snapshot, format!("{} otherwise than the snapshot", failures.unlike_snapshot));
    say(failures.healed, format!("{} healed", failures.healed));
    say(failures.trouble, format!("{} not run because of trouble", count(failures.trouble, "scenario")));
    parts
}

/// What a person does about it, one sentence each.
fn next(report: &Report<'_>) -> Vec<String> {
    let failures = Failures::of(report);
    let file = &report.list.file;
    let live = report.verdict.result.source == crate::gate::Source::Live;
    let candidate = &report.verdict.result.candidate.engine;
    let mut steps = Vec::new();
    if failures.undeclared > 0 {
        let first = if live { format!("`lockstep record --candidate {candidate}`, then ") } else { String::new() };
        steps.push(format!("undeclared: mend the engine, or draft entries for {file} with {first}`lockstep accept`"));
    }
    if failures.changed > 0 {
        steps.push(format!("changed: find out why, then correct the match in {file}"));
    }
    if failures.unlike_snapshot > 0 {
        steps.push("unlike the snapshot: find out why, then record it again with `lockstep record`".to_owned());
    }
    if failures.healed > 0 {
        steps.push(format!("healed: delete from {file} what is listed above"));
    }
    if failures.trouble > 0 {
        steps.push("not run: remove the trouble named above and run again; no entry excuses it".to_owned());
    }
    steps
}
