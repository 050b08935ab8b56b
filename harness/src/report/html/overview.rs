//! The first page: each candidate, and the heat maps.

use super::frame::{self, Frame};
use super::site::{Site, anchor, operation_path};
use crate::report::level::{Level, Tally};
use askama::Template;
use std::collections::BTreeSet;

#[derive(Template)]
#[template(path = "overview.html")]
pub(super) struct Overview {
    frame: Frame,
    cards: Vec<Card>,
    areas: Vec<Row>,
    operations: Vec<Row>,
    coverage: String,
}

struct Card {
    name: String,
    folder: String,
    reference: String,
    verdict: (&'static str, &'static str),
    tally: Tally,
    scenarios: usize,
    api: String,
    source: &'static str,
    differences: String,
}

/// A line of a heat map.
struct Row {
    name: String,
    anchor: String,
    href: String,
    /// One a candidate.
    cells: Vec<Tally>,
}

/// Name and text of the page.
pub(super) fn page(site: &Site<'_>) -> Overview {
    let cards = site.candidates.iter().map(|one| Card {
        name: one.name.clone(),
        folder: one.folder.clone(),
        reference: one.reference.clone(),
        verdict: frame::verdict(one),
        tally: one.tally(|_, _| true),
        scenarios: one.scenarios.len(),
        api: one.comparison.verdict.result.api_version.clone(),
        source: frame::source(one),
        differences: frame::differences(one),
    });
    let scenarios = site.candidates.iter().flat_map(|one| &one.scenarios);
    let areas: BTreeSet<&str> = scenarios.map(|scenario| scenario.area()).collect();
    let area = |name: &&str| Row {
        name: (*name).to_owned(),
        anchor: anchor(name),
        href: String::new(),
        cells: site.candidates.iter().map(|one| one.tally(|scenario, _| scenario.area() == *name)).collect(),
    };
    Overview {
        frame: Frame::new(site, "index.html", "What differs from Docker"),
        cards: cards.collect(),
        areas: areas.iter().map(area).collect(),
        operations: operations(site),
        coverage: coverage(site),
    }
}

/// The operations in the API's order, then what is none of them.
fn operations(site: &Site<'_>) -> Vec<Row> {
    let known = site.api().operations.iter().map(|facts| facts.operation.as_str());
    let known: Vec<&str> = known.filter(|name| site.operations.contains(name)).collect();
    let others = site.operations.iter().copied().filter(|name| !known.contains(name));
    let row = |name: &str| Row {
        name: name.to_owned(),
        anchor: format!("op-{}", anchor(name)),
        href: operation_path(name),
        cells: site
            .candidates
            .iter()
            .map(|one| one.driven(name).map(|driven| driven.tally).unwrap_or_default())
            .collect(),
    };
    known.iter().copied().chain(others).map(row).collect()
}

fn coverage(site: &Site<'_>) -> String {
    let part = |count: crate::gate::CoverageCount, word: &str| format!("{} of {} {word}", count.driven, count.of);
    let all = site.candidates.iter().map(|one| one.comparison.verdict.result.coverage.clone());
    match all.max_by_key(|coverage| coverage.operations.driven) {
        None => "No candidate.".to_owned(),
        Some(coverage) => format!(
            "The scenarios drive {}, {} and {}.",
            part(coverage.operations, "operations"),
            part(coverage.parameters, "query parameters"),
            part(coverage.statuses, "documented statuses")
        ),
    }
}
