//! A candidate's page: what nobody declared, the roadmap, and the differences by cause.

use super::frame::{self, Frame, PlaceView};
use super::rows::Block;
use super::site::{Candidate, Site, scenario_path};
use crate::compare::Difference;
use crate::divergence::{Entry, EntryVerdict, Status};
use crate::report::level::{Level, Tally};
use crate::report::mask;
use crate::report::place::places;
use crate::report::text::count;
use askama::Template;
use std::collections::BTreeSet;

/// How many reasons are listed.
const FAILURES: usize = 40;
/// How many places nobody declared are shown.
const UNDECLARED: usize = 60;
/// How many places of a cause are shown.
const PLACES: usize = 5;

#[derive(Template)]
#[template(path = "candidate.html")]
pub(super) struct CandidatePage {
    frame: Frame,
    name: String,
    reference: String,
    api: String,
    source: &'static str,
    verdict: (&'static str, &'static str),
    summary: String,
    tally: Tally,
    scenarios: usize,
    failures: Vec<String>,
    more_failures: usize,
    undeclared: Vec<PlaceView>,
    roadmap: Vec<Column>,
    causes: Vec<Cause>,
}

/// What is planned, what should be mended, what never comes.
struct Column {
    title: &'static str,
    entries: Vec<Title>,
}

struct Title {
    id: String,
    title: String,
}

struct Cause {
    id: String,
    title: String,
    /// Paragraphs of plain and `code` text.
    prose: Vec<Vec<(bool, String)>>,
    status: &'static str,
    category: &'static str,
    verdict: &'static str,
    versions: String,
    count: String,
    trackers: Vec<String>,
    sources: Vec<String>,
    unobservable: Option<String>,
    operations: String,
    places: Vec<PlaceView>,
    more: usize,
    scenarios: Vec<(String, String)>,
}

pub(super) fn page(site: &Site<'_>, one: &Candidate<'_>) -> CandidatePage {
    let verdict = one.comparison.verdict;
    let entries = &verdict.accounting.entries;
    let of = |status: Status| {
        let own = entries.iter().filter(move |entry| entry.status == status);
        own.map(|entry| Title { id: entry.id.clone(), title: entry.title.clone() }).collect()
    };
    let columns =
        [("Planned", Status::Roadmap), ("To be mended", Status::Deficiency), ("Never: by design", Status::ByDesign)];
    let undeclared = verdict.accounting.undeclared.iter().filter_map(|at| verdict.result.differences.get(*at));
    let failures: Vec<String> = verdict.failures().iter().map(|line| mask::text(line)).collect();
    let path = format!("{}/index.html", one.folder);
    CandidatePage {
        frame: Frame::new(site, &path, format!("{}: differences by cause", one.name)),
        name: one.name.clone(),
        reference: one.reference.clone(),
        api: verdict.result.api_version.clone(),
        source: frame::source(one),
        verdict: frame::verdict(one),
        summary: format!("{} {}", frame::differences(one), frame::verdicts(one)),
        tally: one.tally(|_, _| true),
        scenarios: one.scenarios.len(),
        more_failures: failures.len().saturating_sub(FAILURES),
        failures: failures.into_iter().take(FAILURES).collect(),
        undeclared: places(undeclared).iter().take(UNDECLARED).filter_map(|place| PlaceView::new(one, place)).collect(),
        roadmap: columns.map(|(title, status)| Column { title, entries: of(status) }).into(),
        causes: causes(one),
    }
}

/// What should be mended first, then what is planned, then what never comes; there the widest first.
fn causes(one: &Candidate<'_>) -> Vec<Cause> {
    let rank = |status: Status| match status {
        Status::Deficiency => 0,
        Status::Roadmap => 1,
        Status::ByDesign => 2,
    };
    let mut entries: Vec<&EntryVerdict> = one.comparison.verdict.accounting.entries.iter().collect();
    entries.sort_by_key(|entry| (rank(entry.status), std::cmp::Reverse(entry.differences)));
    entries.into_iter().filter_map(|entry| Some(cause(one, entry, one.entry(&entry.id)?))).collect()
}

fn cause(one: &Candidate<'_>, verdict: &EntryVerdict, entry: &Entry) -> Cause {
    let own: &[&Difference] = one.causes.get(entry.id.as_str()).map_or(&[], Vec::as_slice);
    let all = places(own.iter().copied());
    let scenarios: BTreeSet<&str> = own.iter().map(|difference| difference.scenario.as_str()).collect();
    let operations: BTreeSet<&str> = own.iter().map(|difference| difference.operation.as_str()).collect();
    let (web, other): (Vec<&String>, Vec<&String>) =
        entry.tracker.iter().chain(&entry.source).partition(|text| text.starts_with("https://"));
    let strings = |list: Vec<&String>| list.into_iter().cloned().collect();
    Cause {
        id: entry.id.clone(),
        title: entry.title.clone(),
        prose: prose(&entry.prose),
        status: entry.status.as_str(),
        category: entry.category.as_str(),
        verdict: verdict.verdict.as_str(),
        versions: entry.candidate.to_string(),
        count: count(verdict.differences, "difference"),
        trackers: strings(web),
        sources: strings(other),
        unobservable: entry.unobservable.clone(),
        operations: format!("{} in {}", count(all.len(), "place"), count(operations.len(), "operation")),
        more: all.len().saturating_sub(PLACES),
        places: all.iter().take(PLACES).filter_map(|place| PlaceView::new(one, place)).collect(),
        scenarios: scenarios.into_iter().map(|name| (name.to_owned(), scenario_path(name))).collect(),
    }
}

/// The paragraphs of an entry; of Markdown only `code` is heeded.
fn prose(text: &str) -> Vec<Vec<(bool, String)>> {
    let paragraph = |text: &str| -> Vec<(bool, String)> {
        let parts = text.split('`').enumerate().map(|(at, part)| (at % 2 == 1, part.to_owned()));
        parts.filter(|(_, part)| !part.is_empty()).collect()
    };
    text.split("\n\n").map(str::trim).filter(|text| !text.is_empty()).map(paragraph).collect()
}
