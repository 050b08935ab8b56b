//! What was driven of one operation.

use super::parameter::{self, Sent, Value};
use crate::api::{Operation, Shape};
use crate::transcript::{Exchange, Payload};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its path template.
    pub operation: String,
    /// The scenarios that call it.
    pub scenarios: BTreeSet<String>,
    /// Query parameters, by name.
    pub query: Vec<ParameterRow>,
    /// Request headers, by name.
    pub headers: Vec<ParameterRow>,
    /// The request body's properties.
    pub body: Option<BodyRow>,
    /// Documented statuses.
    pub statuses: Vec<StatusRow>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParameterRow {
    /// Its name.
    pub name: String,
    /// What is documented of it.
    pub fact: String,
    /// With what it was sent.
    #[serde(flatten)]
    pub sent: Sent,
}

/// The places of one documented body.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct BodyRow {
    /// Those that were there, and not null.
    pub seen: BTreeSet<String>,
    /// The others.
    pub missing: BTreeSet<String>,
    /// Those that the engine cannot be made to show; a list says why.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub impossible: BTreeSet<String>,
}

/// One status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusRow {
    /// The number.
    pub status: u16,
    /// Scenarios in which it was answered.
    pub scenarios: BTreeSet<String>,
    /// The engine cannot be made to answer it; a list says why.
    pub impossible: bool,
    /// The answer's parts.
    pub pointers: BodyRow,
}

impl BodyRow {
    fn of(shape: &Shape) -> BodyRow {
        BodyRow { missing: shape.places().map(|(place, _)| place.to_owned()).collect(), ..BodyRow::default() }
    }

    /// How many places there are.
    pub fn of_all(&self) -> usize {
        self.seen.len() + self.missing.len() + self.impossible.len()
    }

    /// Notes what a payload shows of the shape.
    fn add(&mut self, shape: &Shape, payload: &Payload) {
        if self.missing.is_empty() {
            return;
        }
        let documents: &[serde_json::Value] = match payload {
            Payload::None => return,
            Payload::Json(document) => std::slice::from_ref(document),
            Payload::Progress(documents) => documents,
            // A document that is no JSON has one place: itself.
            _ if shape.root().is_some_and(|fact| !fact.holds_others()) => return self.see("/"),
            _ => return,
        };
        for document in documents {
            shape.walk(document, &mut |part| {
                if part.fact.is_some() && part.value.is_some_and(|value| !value.is_null()) {
                    self.see(part.place);
                }
            });
        }
    }

    fn see(&mut self, place: &str) {
        if let Some(place) = self.missing.take(place) {
            self.seen.insert(place);
        }
    }
}

impl Row {
    pub(super) fn of(facts: &Operation) -> Row {
        let parameters = |facts: &BTreeMap<String, crate::api::Fact>| {
            let row = |(name, fact): (&String, &crate::api::Fact)| ParameterRow {
                name: name.clone(),
                fact: fact.text.clone(),
                sent: Sent::nothing(name, fact),
            };
            facts.iter().map(row).collect()
        };
        let status = |(status, body): (&u16, &crate::api::Body)| StatusRow {
            status: *status,
            scenarios: BTreeSet::new(),
            impossible: false,
            pointers: BodyRow::of(body.shape()),
        };
        Row {
            operation: facts.operation.clone(),
            scenarios: BTreeSet::new(),
            query: parameters(&facts.query),
            headers: parameters(&facts.headers),
            body: facts.body.as_ref().map(|body| BodyRow::of(body.shape())),
            statuses: facts.statuses.iter().map(status).collect(),
        }
    }

    /// Notes what one exchange drove.
    pub(super) fn add(&mut self, facts: &Operation, scenario: &str, exchange: &Exchange) {
        self.scenarios.insert(scenario.to_owned());
        for (name, value) in parameter::pairs(&exchange.request.target) {
            let row = self.query.iter_mut().find(|row| row.name == name);
            if let (Some(row), Some(fact)) = (row, facts.query.get(name)) {
                row.sent.add(Value::of(name, fact, value));
            }
        }
        for (name, value) in &exchange.request.headers {
            let row = self.headers.iter_mut().find(|row| row.name.eq_ignore_ascii_case(name));
            if let Some(row) = row {
                let fact = &facts.headers[&row.name];
                row.sent.add(Value::of(name, fact, value));
            }
        }
        if let (Some(row), Some(body)) = (&mut self.body, &facts.body) {
            row.add(body.shape(), &exchange.request.body);
        }
        let status = exchange.answer.status;
        let row = self.statuses.iter_mut().find(|row| row.status == status);
        if let (Some(row), Some(body)) = (row, facts.statuses.get(&status)) {
            row.scenarios.insert(scenario.to_owned());
            row.pointers.add(body.shape(), &exchange.answer.body);
        }
    }
}
