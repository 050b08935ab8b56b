//! The three-way view: of a difference, which side fits the document.

use super::breach::{Breach, Found, Look, in_body};
use crate::api::{Api, Operation};
use crate::compare::{Difference, Kind};
use crate::gate::Pair;
use crate::transcript::{Answer, Payload};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;

/// Which side of a difference fits the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// The reference alone.
    Reference,
    /// The candidate alone.
    Candidate,
    /// Both: the document leaves it open.
    Both,
    /// Neither.
    Neither,
    /// The document says nothing of it.
    Unsaid,
}

impl Fit {
    /// One word for people.
    pub fn word(self) -> &'static str {
        match self {
            Fit::Reference => "reference",
            Fit::Candidate => "candidate",
            Fit::Both => "both",
            Fit::Neither => "neither",
            Fit::Unsaid => "unsaid",
        }
    }

    fn of(reference: Option<bool>, candidate: Option<bool>) -> Fit {
        match (reference, candidate) {
            (Some(true), Some(true)) => Fit::Both,
            (Some(true), Some(false)) => Fit::Reference,
            (Some(false), Some(true)) => Fit::Candidate,
            (Some(false), Some(false)) => Fit::Neither,
            _ => Fit::Unsaid,
        }
    }
}

/// The two answers that a difference is between. What is documented of a body depends on the status.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// The reference's.
    pub reference: &'a Answer,
    /// The candidate's.
    pub candidate: &'a Answer,
}

/// Which side of a difference fits.
pub fn view(api: &Api, difference: &Difference, sides: Sides<'_>) -> Fit {
    let Some(facts) = api.operation(&difference.operation) else { return Fit::Unsaid };
    if matches!(difference.kind, Kind::Order | Kind::NotReached) {
        return Fit::Unsaid;
    }
    let place = Place { facts, pointer: &difference.pointer };
    let there = |absent: Kind, value| (difference.kind != absent).then_some(value);
    Fit::of(
        place.fits(sides.reference, there(Kind::Extra, &difference.reference)),
        place.fits(sides.candidate, there(Kind::Missing, &difference.candidate)),
    )
}

/// One place in an answer.
struct Place<'a> {
    facts: &'a Operation,
    pointer: &'a str,
}

impl Place<'_> {
    /// Whether one side's value (`None`: nothing there) fits; `None` where the document does not say.
    fn fits(&self, answer: &Answer, value: Option<&Value>) -> Option<bool> {
        if self.pointer == "/status" {
            return Some(self.facts.statuses.contains_key(&answer.status));
        }
        let shape = self.facts.statuses.get(&answer.status)?.shape();
        shape.root()?;
        let mut parts = parts(self.pointer, &answer.body)?;
        if parts.is_empty() {
            // The value of a whole body is shortened in a difference; the answer has all of it.
            return Some(fine(&in_body(self.facts, shape, &answer.body)));
        }
        let located = shape.locate(&parts);
        match (value, located) {
            (Some(value), Some(place)) => {
                parts.insert(0, "body".to_owned());
                Some(fine(&Look { operation: &self.facts.operation, shape }.at(place, value, &parts)))
            }
            (None, Some(place)) => shape.fact(place).map(|fact| !fact.required),
            (None, None) => Some(true),
            (Some(_), None) => None,
        }
    }
}

fn fine(found: &[Found]) -> bool {
    found.iter().all(|one| one.breach == Breach::Undocumented)
}

/// The parts of a pointer inside one document of the body; `None` for what is not in the body.
fn parts(pointer: &str, body: &Payload) -> Option<Vec<String>> {
    let rest = pointer.strip_prefix("/body").filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
    let mut parts: Vec<String> =
        rest.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    if matches!(body, Payload::Progress(_)) && !parts.is_empty() {
        parts.remove(0);
    }
    Some(parts)
}

/// All answers of a comparison, to look up those of a difference.
pub struct Judge<'a> {
    api: &'a Api,
    answers: HashMap<(&'a str, usize), Sides<'a>>,
}

impl<'a> Judge<'a> {
    /// Takes the answers of the pairs.
    pub fn new(api: &'a Api, pairs: &'a [Pair]) -> Self {
        let mut answers = HashMap::new();
        for pair in pairs {
            let Some((reference, candidate)) = &pair.transcripts else { continue };
            for (index, (left, right)) in reference.steps.iter().zip(&candidate.steps).enumerate() {
                if let (Some(left), Some(right)) = (left.exchange(), right.exchange()) {
                    let sides = Sides { reference: &left.answer, candidate: &right.answer };
                    answers.insert((pair.name.as_str(), index + 1), sides);
                }
            }
        }
        Judge { api, answers }
    }

    /// Which side of a difference fits.
    pub fn view(&self, difference: &Difference) -> Fit {
        match self.answers.get(&(difference.scenario.as_str(), difference.step)) {
            Some(sides) => view(self.api, difference, *sides),
            None => Fit::Unsaid,
        }
    }
}
