//! Where one answer departs from what is documented.

use crate::api::{Fact, JsonType, Operation, Part, Shape};
use crate::normalise::{StandsFor, stands_for};
use crate::transcript::{Answer, Payload};
use serde::Serialize;
use serde_json::Value;

/// How an answer departs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Breach {
    /// The status is not documented.
    Status,
    /// The body is no JSON where JSON is documented, or not there.
    Body,
    /// Another JSON type.
    Type,
    /// Null, where that is not documented.
    Null,
    /// Required, and not there.
    Absent,
    /// None of the listed values.
    Value,
    /// No time by RFC 3339.
    Time,
    /// A member that is not documented. The document allows it: no view counts it.
    Undocumented,
}

impl Breach {
    /// A few words for people.
    pub fn words(self) -> &'static str {
        match self {
            Breach::Status => "status not documented",
            Breach::Body => "body of another kind",
            Breach::Type => "another type",
            Breach::Null => "null",
            Breach::Absent => "required and absent",
            Breach::Value => "none of the listed values",
            Breach::Time => "no RFC 3339 time",
            Breach::Undocumented => "not documented",
        }
    }
}

/// One departure of one answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The documented place (`/State/Status`, `/[]/Id`); empty for the status.
    pub place: String,
    /// How it departs.
    pub breach: Breach,
    /// What is documented, as in [`Fact`]; empty where nothing is.
    pub documented: String,
    /// What is there.
    pub seen: Value,
}

/// Where an answer departs from its operation's facts.
pub fn in_answer(facts: &Operation, answer: &Answer) -> Vec<Found> {
    let Some(body) = facts.statuses.get(&answer.status) else {
        let list: Vec<String> = facts.statuses.keys().map(u16::to_string).collect();
        let (place, documented) = (String::new(), list.join("|"));
        return vec![Found { place, breach: Breach::Status, documented, seen: answer.status.into() }];
    };
    // The document describes what a HEAD leaves out.
    match facts.operation.starts_with("HEAD ") {
        true => Vec::new(),
        false => in_body(facts, body.shape(), &answer.body),
    }
}

/// Where a body departs from its shape.
pub(super) fn in_body(facts: &Operation, shape: &Shape, payload: &Payload) -> Vec<Found> {
    let Some(root) = shape.root() else { return Vec::new() };
    let look = Look { operation: &facts.operation, shape };
    match payload {
        Payload::Json(document) => look.at("/", document, &["body".to_owned()]),
        Payload::Progress(documents) => {
            let each =
                |(index, document): (usize, &Value)| look.at("/", document, &["body".to_owned(), index.to_string()]);
            documents.iter().enumerate().flat_map(each).collect()
        }
        _ if !root.holds_others() => Vec::new(),
        other => {
            let (_, seen) = other.as_value();
            let documented = root.kind().to_owned();
            vec![Found { place: "/".to_owned(), breach: Breach::Body, documented, seen }]
        }
    }
}

/// A look at a part of an answer.
pub(super) struct Look<'a> {
    pub(super) operation: &'a str,
    pub(super) shape: &'a Shape,
}

impl Look<'_> {
    /// Where what stands at a documented place departs. `path` is where that is in the answer, `body` first.
    pub(super) fn at(&self, place: &str, value: &Value, path: &[String]) -> Vec<Found> {
        let mut found = Vec::new();
        self.shape.walk_from(place, value, &mut |part| {
            let breach = match (part.fact, part.value) {
                (Some(_), None) => Some(Breach::Absent),
                (None, _) => Some(Breach::Undocumented),
                (Some(fact), Some(value)) => self.of_value(fact, value, &part, path),
            };
            if let Some(breach) = breach {
                found.push(Found {
                    place: part.place.to_owned(),
                    breach,
                    documented: part.fact.map(|fact| fact.text.clone()).unwrap_or_default(),
                    seen: part.value.cloned().unwrap_or_default(),
                });
            }
        });
        found
    }

    fn of_value(&self, fact: &Fact, value: &Value, part: &Part<'_>, path: &[String]) -> Option<Breach> {
        if fact.types.is_empty() {
            return None;
        }
        if value.is_null() {
            return (!fact.nullable).then_some(Breach::Null);
        }
        if let Some(text) = value.as_str() {
            let whole: Vec<String> = path.iter().chain(part.path).cloned().collect();
            match stands_for(self.operation, &whole, text) {
                Some(StandsFor::Items) => return None,
                Some(StandsFor::Number) => return (!takes_number(fact, text)).then_some(Breach::Type),
                None => {}
            }
        }
        if !fact.types.iter().any(|kind| kind.fits(value)) {
            return Some(Breach::Type);
        }
        of_text(fact, value)
    }
}

/// Whether a symbol for a number fits the type.
fn takes_number(fact: &Fact, symbol: &str) -> bool {
    let whole = !symbol.ends_with("-fraction>");
    fact.types.iter().any(|kind| *kind == JsonType::Number || (whole && *kind == JsonType::Integer))
}

/// Whether a value of the right type is one that is documented.
fn of_text(fact: &Fact, value: &Value) -> Option<Breach> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    if let Some(allowed) = &fact.allowed {
        return (!allowed.contains(&text)).then_some(Breach::Value);
    }
    (fact.is_time() && !is_time(&text)).then_some(Breach::Time)
}

/// Whether a text is a time by RFC 3339, or a symbol for one.
fn is_time(text: &str) -> bool {
    let shape: String =
        text.chars().take(19).map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    let zone = text.ends_with('Z') || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
    text.starts_with("<rfc3339") || (shape == "0000-00-00T00:00:00" && zone)
}
