//! An operation's page: what the API documents of it, who drives it, and where each candidate differs.

use super::frame::{Frame, PlaceView};
use super::rows::Block;
use super::site::{Candidate, Scenario, Site, Taken, anchor, operation_path};
use crate::api::Operation;
use crate::report::level::Tally;
use crate::report::place::places;
use crate::transcript::StepKind;
use askama::Template;
use std::collections::{BTreeMap, BTreeSet};

/// How many places of a candidate are shown.
const PLACES: usize = 80;

#[derive(Template)]
#[template(path = "operation.html")]
pub(super) struct OperationPage {
    frame: Frame,
    operation: String,
    known: bool,
    /// The engines whose statuses are counted.
    columns: Vec<String>,
    statuses: Vec<StatusRow>,
    parameters: Vec<ParameterRow>,
    candidates: Vec<Part>,
}

struct StatusRow {
    status: String,
    anchor: String,
    documented: bool,
    counts: Vec<usize>,
}

struct ParameterRow {
    name: String,
    kind: String,
    scenarios: usize,
}

struct Part {
    name: String,
    folder: String,
    tally: Tally,
    places: Vec<PlaceView>,
    scenarios: Vec<Driven>,
}

struct Driven {
    name: String,
    href: String,
    class: &'static str,
    outcomes: String,
}

pub(super) fn page(site: &Site<'_>, operation: &str) -> OperationPage {
    let facts = site.api().operation(operation);
    let (columns, statuses) = statuses(site, operation, facts);
    OperationPage {
        frame: Frame::new(site, &operation_path(operation), operation),
        operation: operation.to_owned(),
        known: facts.is_some(),
        columns,
        statuses,
        parameters: facts.map(|facts| parameters(site, facts)).unwrap_or_default(),
        candidates: site.candidates.iter().filter_map(|one| part(one, operation)).collect(),
    }
}

fn part(one: &Candidate<'_>, operation: &str) -> Option<Part> {
    let own = one.driven(operation).filter(|own| own.tally.total() > 0)?;
    let driven = |(scenario, step): (&Scenario<'_>, &Taken<'_>)| {
        let (reference, candidate) = step.outcomes();
        Driven {
            name: scenario.result.name.clone(),
            href: format!("{}/{}#step-{}", one.folder, scenario.path(), step.number),
            class: step.level.class(),
            outcomes: if reference == candidate { reference } else { format!("{reference} → {candidate}") },
        }
    };
    let places = places(own.differences.iter().copied());
    Some(Part {
        name: one.name.clone(),
        folder: one.folder.clone(),
        tally: own.tally,
        places: places.iter().take(PLACES).filter_map(|place| PlaceView::new(one, place)).collect(),
        scenarios: one.steps(operation).map(driven).collect(),
    })
}

/// Each status with how often the reference and each candidate answered it.
fn statuses(site: &Site<'_>, operation: &str, facts: Option<&Operation>) -> (Vec<String>, Vec<StatusRow>) {
    let answered = |step: Option<&crate::transcript::Step>| match step.map(|step| &step.kind) {
        Some(StepKind::Exchange(exchange)) => Some(exchange.answer.status),
        _ => None,
    };
    let mut columns: Vec<(String, BTreeMap<u16, usize>)> = Vec::new();
    for one in &site.candidates {
        let mut both = [BTreeMap::new(), BTreeMap::new()];
        for (_, step) in one.steps(operation) {
            for (counts, side) in both.iter_mut().zip([Some(step.reference), step.candidate]) {
                answered(side).into_iter().for_each(|status| *counts.entry(status).or_default() += 1);
            }
        }
        let [reference, candidate] = both;
        if columns.iter().all(|(name, _)| *name != one.reference) {
            columns.push((one.reference.clone(), reference));
        }
        columns.push((one.name.clone(), candidate));
    }
    let documented: BTreeSet<u16> = facts.into_iter().flat_map(|facts| facts.statuses.keys()).copied().collect();
    let all: BTreeSet<u16> =
        documented.iter().chain(columns.iter().flat_map(|(_, counts)| counts.keys())).copied().collect();
    let row = |status: u16| StatusRow {
        status: if status == 0 { "no answer".to_owned() } else { status.to_string() },
        anchor: anchor(&status.to_string()),
        documented: documented.contains(&status),
        counts: columns.iter().map(|(_, counts)| counts.get(&status).copied().unwrap_or(0)).collect(),
    };
    let rows = all.into_iter().map(row).collect();
    (columns.into_iter().map(|(name, _)| name).collect(), rows)
}

fn parameters(site: &Site<'_>, facts: &Operation) -> Vec<ParameterRow> {
    let names = |target: &str| -> BTreeSet<String> {
        let query = target.split_once('?').map_or("", |(_, query)| query);
        query.split('&').filter_map(|pair| pair.split('=').next()).map(str::to_owned).collect()
    };
    let mut driven: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for one in &site.candidates {
        for (scenario, step) in one.steps(&facts.operation) {
            let Some(exchange) = step.reference.exchange() else { continue };
            for parameter in names(&exchange.request.target) {
                driven.entry(parameter).or_default().insert(&scenario.result.name);
            }
        }
    }
    let row = |(name, fact): (&String, &crate::api::Fact)| ParameterRow {
        name: name.clone(),
        kind: fact.text.clone(),
        scenarios: driven.get(name).map_or(0, BTreeSet::len),
    };
    facts.query.iter().map(row).collect()
}
