//! The declared divergences as a table.

use super::Report;
use crate::divergence::{Category, EntryVerdict, Status, Verdict};
use crate::report::page::{Page, Tone, span};
use crate::report::text::{cut, width, wrap_words};
use std::collections::{BTreeMap, BTreeSet};

/// Below this many columns a row takes two lines.
const NARROW: usize = 80;
/// The longest id that shares its line with the title.
const LONGEST_ID: usize = 36;

/// The entries that speak of the two engines, by status and category; what is on the roadmap has a section of its own.
pub(super) fn table(page: &mut Page, report: &Report<'_>) {
    let untouched = |entry: &&EntryVerdict| {
        !report.view.verbose && entry.verdict == Verdict::NotExercised && entry.differences == 0
    };
    let (left_out, entries): (Vec<_>, Vec<_>) = report.verdict.accounting.entries.iter().partition(untouched);
    let columns = Columns::of(page, &entries);
    let (coming, settled): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.status == Status::Roadmap);
    for (title, entries) in [("Declared divergences", settled), ("Roadmap", coming)] {
        section(page, report, &columns, title, &entries);
    }
    if !left_out.is_empty() {
        let text = format!("{} not exercised by these scenarios (--verbose lists them)", counted(left_out.len()));
        page.section(Tone::Dim, &text);
    }
}

fn counted(entries: usize) -> String {
    format!("{entries} declared divergence{}", if entries == 1 { " is" } else { "s are" })
}

fn section(page: &mut Page, report: &Report<'_>, columns: &Columns, title: &str, entries: &[&EntryVerdict]) {
    if entries.is_empty() {
        return;
    }
    page.section(Tone::Title, title);
    let mut groups: BTreeMap<(Status, Category), Vec<&EntryVerdict>> = BTreeMap::new();
    for entry in entries.iter().copied() {
        groups.entry((entry.status, entry.category)).or_default().push(entry);
    }
    for ((status, category), entries) in groups {
        page.line(0, &[span(Tone::Name, status.as_str()), span(Tone::Dim, format!(" / {category}"))]);
        for entry in entries {
            row(page, report, entry, columns);
            if entry.status == Status::Roadmap && !report.view.verbose {
                plans(page, report, entry);
            }
        }
    }
}

/// The widths of a row's parts.
struct Columns {
    id: usize,
    title: usize,
    number: usize,
    verdict: usize,
    narrow: bool,
}

impl Columns {
    fn of(page: &Page, entries: &[&EntryVerdict]) -> Columns {
        let widest = |widths: &mut dyn Iterator<Item = usize>| widths.max().unwrap_or(0);
        let id = widest(&mut entries.iter().map(|entry| width(&entry.id))).min(LONGEST_ID);
        let number = widest(&mut entries.iter().map(|entry| entry.differences.to_string().len()));
        let verdict = widest(&mut entries.iter().map(|entry| entry.verdict.as_str().len()));
        let narrow = page.width < NARROW;
        let others = 2 + if narrow { 0 } else { id + 2 } + 2 + number + 2 + verdict;
        Columns { id, title: page.width.saturating_sub(others).max(16), number, verdict, narrow }
    }
}

fn row(page: &mut Page, report: &Report<'_>, entry: &EntryVerdict, columns: &Columns) {
    let tone = match entry.verdict {
        Verdict::Holds => Tone::Good,
        Verdict::Healed | Verdict::Changed => Tone::Bad,
        Verdict::NotExercised | Verdict::NotObservable => Tone::Warning,
    };
    let title = padded(&cut(&entry.title, columns.title), columns.title);
    let number = format!("  {:>width$}  ", entry.differences, width = columns.number);
    let verdict = format!("{:width$}", entry.verdict, width = columns.verdict);
    let rest = [span(Tone::Plain, title), span(Tone::Plain, number), span(tone, verdict)];
    if columns.narrow || width(&entry.id) > columns.id {
        page.say(2, Tone::Plain, &entry.id);
        page.line(if columns.narrow { 2 } else { 2 + columns.id + 2 }, &rest);
    } else {
        let id = span(Tone::Plain, padded(&entry.id, columns.id + 2));
        page.line(2, &[&[id], &rest[..]].concat());
    }
    if report.view.verbose {
        details(page, report, entry);
    }
}

/// Where a divergence on the roadmap is being worked on.
fn plans(page: &mut Page, report: &Report<'_>, entry: &EntryVerdict) {
    let trackers = report.list.get(&entry.id).map(|declared| declared.tracker.as_slice()).unwrap_or_default();
    page.list(6, Tone::Dim, trackers, " ");
}

/// With `--verbose`: what a user notices, where it is declared and worked on, and the scenarios.
fn details(page: &mut Page, report: &Report<'_>, entry: &EntryVerdict) {
    if let Some(declared) = report.list.get(&entry.id) {
        for line in wrap_words(&declared.summary, page.room(6)) {
            page.say(6, Tone::Dim, &line);
        }
        if let Some(reason) = &declared.unobservable {
            for line in wrap_words(&format!("Not observable: {reason}"), page.room(6)) {
                page.say(6, Tone::Dim, &line);
            }
        }
        let mut places = vec![report.at(declared.line)];
        places.extend(declared.tracker.iter().cloned());
        page.list(6, Tone::Dim, &places, " ");
    }
    let own = report.verdict.result.differences.iter().filter(|one| one.divergence.as_deref() == Some(&*entry.id));
    let scenarios: BTreeSet<&str> = own.map(|one| one.scenario.as_str()).collect();
    let scenarios: Vec<String> = scenarios.into_iter().map(str::to_owned).collect();
    page.list(6, Tone::Plain, &scenarios, ", ");
}

fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}
