//! One step as it is shown: what was asked, and both answers side by side.

use super::rows::{self, Block};
use super::site::{Taken, operation_path};
use crate::compare::{Difference, Kind};
use crate::report::level::Level;
use crate::report::mask::{self, Mask};
use crate::transcript::{Answer, Payload, Step, StepKind};
use serde_json::Value;
use std::collections::BTreeMap;

/// One step.
pub(super) struct StepView {
    pub number: usize,
    pub operation: String,
    pub href: String,
    pub class: &'static str,
    pub word: &'static str,
    /// What was sent, or run.
    pub request: String,
    pub body: Option<String>,
    pub causes: Vec<Cause>,
    pub sections: Vec<Section>,
    pub reached: bool,
    /// Nothing but declared headers differs: it is shown closed.
    pub closed: bool,
    /// The status, or the exit status, of either side.
    pub outcomes: (String, String),
}

/// The differences of a step that one declared entry accounts for.
pub(super) struct Cause {
    /// Empty: nobody declared them.
    pub id: String,
    pub places: Vec<String>,
}

/// A part of the answer.
pub(super) struct Section {
    pub title: &'static str,
    /// What a closed section says of itself.
    pub note: String,
    pub open: bool,
    pub blocks: Vec<Block>,
}

impl StepView {
    pub(super) fn new(taken: &Taken<'_>, differences: &[&Difference]) -> StepView {
        let step = taken.reference;
        let own: Vec<&Difference> = differences.iter().copied().filter(|one| one.step == taken.number).collect();
        let mask = Mask::of(&step.operation);
        let (request, body) = asked(step, mask);
        StepView {
            number: taken.number,
            operation: step.operation.clone(),
            href: operation_path(&step.operation),
            class: taken.level.class(),
            word: taken.level.word(),
            request,
            body,
            causes: causes(&own),
            sections: sections(taken, &own, mask),
            reached: taken.candidate.is_some(),
            closed: taken.level <= Level::Headers && own.iter().all(|one| one.divergence.is_some()),
            outcomes: taken.outcomes(),
        }
    }
}

/// The request in a line, and its body.
pub(super) fn asked(step: &Step, mask: Mask) -> (String, Option<String>) {
    match &step.kind {
        StepKind::Exchange(exchange) => {
            let request = &exchange.request;
            let line = format!("{} {}", request.method, mask::text(&request.target));
            let body = (request.body != Payload::None).then(|| shown(&request.body, mask));
            (line, body)
        }
        StepKind::Observation(seen) => (format!("in the container: {}", mask::text(&seen.command.join(" "))), None),
        StepKind::Cli(run) => (format!("$ {}", mask::text(&run.command.join(" "))), None),
    }
}

fn causes(differences: &[&Difference]) -> Vec<Cause> {
    let mut by_id: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for difference in differences {
        let place = match difference.kind {
            Kind::NotReached => "not reached".to_owned(),
            kind => format!("{} {kind}", difference.pointer),
        };
        by_id.entry(difference.divergence.as_deref().unwrap_or_default()).or_default().push(place);
    }
    by_id.into_iter().map(|(id, places)| Cause { id: id.to_owned(), places }).collect()
}

fn sections(taken: &Taken<'_>, differences: &[&Difference], mask: Mask) -> Vec<Section> {
    let differ = |root: &str| {
        differences.iter().filter(|one| one.pointer == root || one.pointer.starts_with(&format!("{root}/"))).count()
    };
    let Some(candidate) = taken.candidate else { return Vec::new() };
    match (&taken.reference.kind, &candidate.kind) {
        (StepKind::Exchange(left), StepKind::Exchange(right)) => {
            let (left, right) = (&left.answer, &right.answer);
            let mut headers = match left.headers == right.headers {
                true => {
                    same("Headers", headers_of(left).iter().map(|(name, value)| format!("{name}: {value}\n")).collect())
                }
                false => section("Headers", false, rows::members(&headers_of(left), &headers_of(right)), 0),
            };
            headers.open =
                differences.iter().any(|one| one.pointer.starts_with("/headers") && one.divergence.is_none());
            headers.note = note(differ("/headers"));
            let mut list = vec![headers];
            if left.body != Payload::None || right.body != Payload::None {
                let count = differ("/body") + differ("/frames");
                list.push(match left.body == right.body {
                    true => same("Body", shown(&left.body, mask)),
                    false => section("Body", count > 0, bodies(&left.body, &right.body, mask), count),
                });
            }
            list
        }
        (StepKind::Observation(left), StepKind::Observation(right)) => {
            let count = differ("/observation");
            vec![section("Seen", count > 0, rows::values(&mask.value(&left.value), &mask.value(&right.value)), count)]
        }
        (StepKind::Cli(left), StepKind::Cli(right)) => {
            let texts = |one: &str, two: &str| rows::texts(&mask::text(one), &mask::text(two));
            let mut list = Vec::new();
            for (title, one, two, root) in [
                ("Standard output", &left.stdout, &right.stdout, "/cli/stdout"),
                ("Standard error", &left.stderr, &right.stderr, "/cli/stderr"),
            ] {
                if !one.is_empty() || !two.is_empty() {
                    let count = differ(root);
                    list.push(section(title, count > 0, texts(one, two), count));
                }
            }
            list
        }
        _ => Vec::new(),
    }
}

fn section(title: &'static str, open: bool, rows: Vec<rows::Row>, count: usize) -> Section {
    Section { title, note: note(count), open, blocks: rows::fold(rows) }
}

/// A part that is equal on both sides needs no comparison line by line.
fn same(title: &'static str, text: String) -> Section {
    Section { title, note: note(0), open: false, blocks: rows::equal(&text) }
}

fn note(count: usize) -> String {
    match count {
        0 => "no difference".to_owned(),
        1 => "1 difference".to_owned(),
        many => format!("{many} differences"),
    }
}

/// Name and value of each header.
fn headers_of(answer: &Answer) -> Vec<(String, String)> {
    answer.headers.iter().map(|(name, value)| (name.clone(), mask::header(name, value).into_owned())).collect()
}

fn bodies(left: &Payload, right: &Payload, mask: Mask) -> Vec<rows::Row> {
    let ((_, one), (_, two)) = (left.as_value(), right.as_value());
    let structured = |value: &Value| value.is_object() || value.is_array();
    match structured(&one) && structured(&two) {
        true => rows::values(&mask.value(&one), &mask.value(&two)),
        false => rows::texts(&shown(left, mask), &shown(right, mask)),
    }
}

/// A body as text.
fn shown(body: &Payload, mask: Mask) -> String {
    match body {
        Payload::None => String::new(),
        Payload::Text(text) | Payload::Raw(text) => mask::text(text),
        _ => format!("{:#}", mask.value(&body.as_value().1)),
    }
}
