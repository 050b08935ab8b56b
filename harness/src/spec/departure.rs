//! All departures of an engine from the document, over all its recorded answers.

use super::breach::{Breach, Found, in_answer};
use crate::api::Api;
use crate::transcript::Transcript;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How many different values are kept of one departure.
const EXAMPLES: usize = 3;

/// What an engine answers otherwise than the document says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Departures {
    /// The API version whose document it is.
    pub api: String,
    /// How many answers were looked at.
    pub answers: usize,
    /// How many of them depart anywhere, undocumented members aside.
    pub departing: usize,
    /// Each departure once, by operation in the document's order.
    pub departures: Vec<Departure>,
}

/// One departure: one operation, status, place and way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Departure {
    /// The operation.
    pub operation: String,
    /// The status of the answers.
    pub status: u16,
    /// The documented place; empty for the status itself.
    pub place: String,
    /// How they depart.
    pub breach: Breach,
    /// What is documented.
    pub documented: String,
    /// Some of the values.
    pub seen: Vec<Value>,
    /// How many answers do.
    pub answers: usize,
    /// The scenarios in which they do.
    pub scenarios: BTreeSet<String>,
    /// Whether the reference departs in the same way; null where this is the reference.
    pub reference_too: Option<bool>,
}

impl Departure {
    fn key(&self) -> (&str, u16, &str, Breach) {
        (&self.operation, self.status, &self.place, self.breach)
    }
}

/// Collects them. With `base`, the reference's, each says whether the reference departs likewise.
pub fn departures<'t>(
    api: &Api,
    transcripts: impl Iterator<Item = &'t Transcript>,
    base: Option<&Departures>,
) -> Departures {
    let (mut answers, mut departing) = (0, 0);
    let mut all: BTreeMap<(usize, u16, String, Breach), Departure> = BTreeMap::new();
    for transcript in transcripts {
        for step in &transcript.steps {
            let (Some(exchange), Some(at)) = (step.exchange(), api.position(&step.operation)) else { continue };
            if exchange.answer.status == 0 {
                continue;
            }
            answers += 1;
            let found = in_answer(&api.operations[at], &exchange.answer);
            departing += usize::from(found.iter().any(|one| one.breach != Breach::Undocumented));
            let mut counted = BTreeSet::new();
            for one in found {
                let key = (at, exchange.answer.status, one.place.clone(), one.breach);
                let first = counted.insert(key.clone());
                let known = all.entry(key).or_insert_with(|| new(&step.operation, exchange.answer.status, &one));
                known.add(&transcript.scenario, one, first);
            }
        }
    }
    let mut departures: Vec<Departure> = all.into_values().collect();
    if let Some(base) = base {
        let known: BTreeSet<_> = base.departures.iter().map(Departure::key).collect();
        for departure in &mut departures {
            departure.reference_too = Some(known.contains(&departure.key()));
        }
    }
    Departures { api: api.version.clone(), answers, departing, departures }
}

fn new(operation: &str, status: u16, found: &Found) -> Departure {
    Departure {
        operation: operation.to_owned(),
        status,
        place: found.place.clone(),
        breach: found.breach,
        documented: found.documented.clone(),
        seen: Vec::new(),
        answers: 0,
        scenarios: BTreeSet::new(),
        reference_too: None,
    }
}

impl Departure {
    fn add(&mut self, scenario: &str, found: Found, first: bool) {
        self.answers += usize::from(first);
        self.scenarios.insert(scenario.to_owned());
        let shows_value = !matches!(found.breach, Breach::Null | Breach::Absent | Breach::Status);
        if shows_value && self.seen.len() < EXAMPLES && !self.seen.contains(&found.seen) {
            self.seen.push(found.seen);
        }
    }
}
