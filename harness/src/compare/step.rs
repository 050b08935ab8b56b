//! Where one step differs on two engines.

use serde_json::{Value, json};

use super::json::{Found, Json};
use super::missing::classification_of;
use super::symbols::Bindings;
use super::{Aspect, Difference, Kind};
use crate::transcript::{Answer, CliRun, Exchange, Payload, Step, StepKind};

/// A text longer than this is cut where it stands for a body of another kind.
const LONG: usize = 400;

/// All differences of a step, in the order status, headers, body.
pub(super) fn compare(
    scenario: &str,
    number: usize,
    (reference, candidate): (&Step, &Step),
    bindings: &mut Bindings,
) -> Vec<Difference> {
    let operation = reference.operation.as_str();
    let mut classification = None;
    let found: Vec<(Aspect, Found)> = match (&reference.kind, &candidate.kind) {
        (StepKind::Exchange(left), StepKind::Exchange(right)) => {
            classification = classification_of(right).filter(|found| classification_of(left) != Some(*found));
            exchanges(operation, left, right, bindings)
        }
        (StepKind::Observation(left), StepKind::Observation(right)) => {
            let found = Json::at(operation, &["observation"], (&left.value, &right.value), bindings);
            found.into_iter().map(|found| (Aspect::Observation, found)).collect()
        }
        (StepKind::Cli(left), StepKind::Cli(right)) => runs(operation, left, right, bindings),
        // Steps of different kinds are never paired.
        _ => Vec::new(),
    };
    let difference = |(aspect, found): (Aspect, Found)| Difference {
        scenario: scenario.to_owned(),
        step: number,
        operation: operation.to_owned(),
        aspect,
        pointer: found.pointer,
        kind: found.kind,
        reference: found.reference,
        candidate: found.candidate,
        classification,
        divergence: None,
    };
    found.into_iter().map(difference).collect()
}

fn exchanges(operation: &str, left: &Exchange, right: &Exchange, bindings: &mut Bindings) -> Vec<(Aspect, Found)> {
    // Both requests come from the same code: they differ in nothing, but say who is who.
    bindings.texts(&left.request.target, &right.request.target);
    let (_, request) = left.request.body.as_value();
    let (_, other) = right.request.body.as_value();
    Json::at(operation, &["request"], (&request, &other), bindings);

    let (left, right) = (&left.answer, &right.answer);
    let statuses = (&json!(left.status), &json!(right.status));
    let mut found = tagged(Aspect::Status, Json::at(operation, &["status"], statuses, bindings));
    found.extend(tagged(Aspect::Header, headers(operation, left, right, bindings)));
    let aspect = match (&left.body, &right.body) {
        (Payload::Frames(_) | Payload::Raw(_), _) | (Payload::None, Payload::Frames(_) | Payload::Raw(_)) => {
            Aspect::Stream
        }
        _ if operation == "GET /events" => Aspect::Event,
        _ => Aspect::Body,
    };
    // One succeeds and the other fails: their bodies have nothing in common, so that is one difference and not one a member.
    let apart = (left.status < 400) != (right.status < 400) && left.body.kind() == right.body.kind();
    let bodies =
        if apart { whole(&left.body, &right.body) } else { bodies(operation, &left.body, &right.body, bindings) };
    found.extend(tagged(aspect, bodies));
    found
}

/// Two bodies as one difference, where they differ.
fn whole(left: &Payload, right: &Payload) -> Vec<Found> {
    let ((_, reference), (_, candidate)) = (left.as_value(), right.as_value());
    let differ = reference != candidate;
    let found = Found {
        pointer: "/body".to_owned(),
        kind: Kind::Value,
        reference: short(reference),
        candidate: short(candidate),
    };
    differ.then_some(found).into_iter().collect()
}

fn tagged(aspect: Aspect, found: Vec<Found>) -> Vec<(Aspect, Found)> {
    found.into_iter().map(|found| (aspect, found)).collect()
}

/// Headers are sorted by name; several of one name are one text of several lines.
fn headers(operation: &str, left: &Answer, right: &Answer, bindings: &mut Bindings) -> Vec<Found> {
    let named = |answer: &Answer| {
        let mut members = serde_json::Map::new();
        for (name, value) in &answer.headers {
            match members.get_mut(name) {
                Some(Value::String(text)) => *text = format!("{text}\n{value}"),
                _ => drop(members.insert(name.clone(), json!(value))),
            }
        }
        Value::Object(members)
    };
    Json::at(operation, &["headers"], (&named(left), &named(right)), bindings)
}

fn bodies(operation: &str, left: &Payload, right: &Payload, bindings: &mut Bindings) -> Vec<Found> {
    let ((root, reference), (_, candidate)) = (left.as_value(), right.as_value());
    if left.kind() == right.kind() {
        return Json::at(operation, &[root.trim_start_matches('/')], (&reference, &candidate), bindings);
    }
    vec![Found {
        pointer: "/body".to_owned(),
        kind: Kind::Type,
        reference: short(reference),
        candidate: short(candidate),
    }]
}

/// A value as it is, or the beginning of its text when that is long.
fn short(value: Value) -> Value {
    let text = match &value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let letters = text.chars().count();
    if letters <= LONG {
        return value;
    }
    let beginning: String = text.chars().take(LONG).collect();
    json!(format!("{beginning}… ({letters} characters)"))
}

fn runs(operation: &str, left: &CliRun, right: &CliRun, bindings: &mut Bindings) -> Vec<(Aspect, Found)> {
    let value = |run: &CliRun| json!({"exit_status": run.exit_status, "stdout": run.stdout, "stderr": run.stderr});
    bindings.texts(&left.command.join(" "), &right.command.join(" "));
    tagged(Aspect::Cli, Json::at(operation, &["cli"], (&value(left), &value(right)), bindings))
}
