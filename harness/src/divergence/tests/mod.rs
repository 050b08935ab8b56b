//! Tests of the whole module, with the means to write them briefly.
mod accounting;
mod blocking;
mod drafting;
mod matching;
mod parsing;
mod samples;
mod width;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Accounting, DivergenceList, Exercised, Verdict, account};
use crate::compare::{Aspect, Difference, Kind};
use crate::engine::EngineIdentity;

/// A file with one entry: heading at line 1, block at line 5, `[[match]]` of `matches` from line 11.
fn file(category: &str, matches: &str) -> String {
    format!(
        "## Title\n\nWhat a user sees.\n\n```toml\nid = \"one\"\ncandidate = \"podman >=4.3, <5\"\ncategory = \"{category}\"\n\
         status = \"deficiency\"\n\n{matches}\n```\n"
    )
}

/// All messages for a text, one a line.
fn errors(text: &str) -> String {
    match DivergenceList::parse("DIVERGENCE.md", text) {
        Ok(list) => format!("no error: {:?}", list.entries.iter().map(|entry| &entry.id).collect::<Vec<_>>()),
        Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

fn parsed(text: &str) -> DivergenceList {
    DivergenceList::parse("DIVERGENCE.md", text).unwrap_or_else(|_| panic!("{}\n{text}", errors(text)))
}

fn engine(engine: &str, version: &str) -> EngineIdentity {
    EngineIdentity { engine: engine.to_owned(), version: version.to_owned(), api: "1.41".to_owned() }
}

fn docker() -> EngineIdentity {
    engine("docker", "20.10.24")
}

fn podman() -> EngineIdentity {
    engine("podman", "4.3.1")
}

fn aspect_of(pointer: &str) -> Aspect {
    match pointer.split('/').nth(1) {
        Some("status") => Aspect::Status,
        Some("headers") => Aspect::Header,
        Some("frames") => Aspect::Stream,
        Some("observation") => Aspect::Observation,
        Some("cli") => Aspect::Cli,
        Some("latency") => Aspect::Latency,
        _ => Aspect::Body,
    }
}

/// A difference at `scenario:step`.
fn difference(at: &str, operation: &str, pointer: &str, kind: Kind, values: (Value, Value)) -> Difference {
    let (scenario, step) = at.split_once(':').unwrap_or((at, "1"));
    Difference {
        scenario: scenario.to_owned(),
        step: step.parse().unwrap(),
        operation: operation.to_owned(),
        aspect: aspect_of(pointer),
        pointer: pointer.to_owned(),
        kind,
        reference: values.0,
        candidate: values.1,
        classification: None,
        divergence: None,
    }
}

/// Accounts when `ran` (a scenario and the operations it drove) is all that ran, of a catalogue that also has `unrun`.
fn account_for(
    list: &DivergenceList,
    ran: &[(&str, &[&str])],
    unrun: &[&str],
    differences: &mut [Difference],
) -> Accounting {
    let catalogue: Vec<String> =
        ran.iter().map(|(name, _)| *name).chain(unrun.iter().copied()).map(str::to_owned).collect();
    let ran: BTreeMap<String, BTreeSet<String>> = ran
        .iter()
        .map(|(name, operations)| ((*name).to_owned(), operations.iter().map(|name| (*name).to_owned()).collect()))
        .collect();
    account(list, &docker(), &podman(), &Exercised { catalogue: &catalogue, ran: &ran, latency: true }, differences)
}

const WAIT: &str = "POST /containers/{id}/wait";
const INSPECT: &str = "GET /containers/{id}/json";

const EXIT: &str = "[[match]]\nscenario = \"run/*\"\noperation = \"POST /containers/{id}/wait\"\n\
                    pointer = \"/body/StatusCode\"\nkind = \"value\"\ncandidate = 0";

fn exit(at: &str, candidate: Value) -> Difference {
    difference(at, WAIT, "/body/StatusCode", Kind::Value, (json!(7), candidate))
}

/// An entry with its own id; the file's entries stand 30 lines apart.
fn entries(all: &[(&str, &str, &str)]) -> DivergenceList {
    let text =
        all.iter().map(|(id, category, matches)| file(category, matches).replace("\"one\"", &format!("\"{id}\"")));
    parsed(&text.collect::<Vec<_>>().join("\n"))
}

fn verdicts(accounting: &Accounting) -> Vec<(&str, Verdict, usize)> {
    accounting.entries.iter().map(|entry| (entry.id.as_str(), entry.verdict, entry.differences)).collect()
}
