//! What an engine really said, with all that is volatile replaced by symbols.
//!
//! Nothing is deleted. A symbol keeps identity (`<container:1>`, `<id:2>`: the same text is the same symbol) or shape
//! (`<rfc3339nano>`, `<bytes>`). What is reduced to its shape by its place, not by its own look, is in [`shape`];
//! arrays without an order are in [`order`].

pub(crate) mod glob;
mod order;
mod places;
mod shape;
mod special;
mod symbols;
mod text;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::transcript::{CliRun, End, Exchange, Observation, Payload, Step, StepKind, Transcript};
use places::Walk;
use symbols::{Index, Numbers, is_full_id};
use text::Scrub;

/// What the session knows by name, and when it ran.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Real text and symbol without the angle brackets: `container:1`, `name:web`, `image`, `run`, `data-root`, …
    pub symbols: Vec<(String, String)>,
    /// When the run started, in seconds since 1970. With 0, no number is taken for a time.
    pub started: i64,
    /// When the run ended, in seconds since 1970.
    pub ended: i64,
    /// The newest API version that the engine's `/version` says it speaks, for instance `1.41`.
    pub newest_api: Option<String>,
}

/// The transcript with symbols for all that is volatile.
pub fn normalise(raw: &Transcript, known: &Known) -> Transcript {
    let index = Index::new(known);
    let mut scrub = Scrub { index: &index, numbers: Numbers::counted(full_ids(raw)) };
    let steps = raw.steps.iter().map(|step| normalise_step(step, &mut scrub)).collect();
    let end = match &raw.end {
        End::Completed => End::Completed,
        End::Blocked { reason } => End::Blocked { reason: scrub.text(reason) },
    };
    Transcript { scenario: raw.scenario.clone(), steps, end }
}

/// Each full id anywhere in the transcript: a short one may come first.
fn full_ids(raw: &Transcript) -> BTreeSet<String> {
    let text = format!("{raw:?}");
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(|word| is_full_id(word)).map(str::to_owned).collect()
}

fn normalise_step(step: &Step, scrub: &mut Scrub<'_>) -> Step {
    let operation = step.operation.as_str();
    let kind = match &step.kind {
        StepKind::Exchange(exchange) => StepKind::Exchange(Box::new(normalise_exchange(operation, exchange, scrub))),
        StepKind::Observation(seen) => StepKind::Observation(Observation {
            what: seen.what.clone(),
            command: seen.command.iter().map(|word| scrub.text(word)).collect(),
            value: Walk::new(operation, "observation").value(special::observation(seen.value.clone()), scrub),
        }),
        StepKind::Cli(run) => StepKind::Cli(CliRun {
            command: run.command.iter().map(|word| scrub.text(word)).collect(),
            exit_status: run.exit_status,
            stdout: special::even_columns(&scrub.text(&run.stdout)),
            stderr: special::even_columns(&scrub.text(&special::without_races(&run.stderr))),
        }),
    };
    Step { operation: step.operation.clone(), kind, duration: step.duration }
}

fn normalise_exchange(operation: &str, raw: &Exchange, scrub: &mut Scrub<'_>) -> Exchange {
    let mut exchange = raw.clone();
    let target = special::object_version(operation, &special::readable_target(&raw.request.target));
    exchange.request.target = scrub.text(&target);
    for (name, value) in &mut exchange.request.headers {
        *value = if special::is_secret(name) { "<secret>".to_owned() } else { scrub.text(value) };
    }
    exchange.request.body = normalise_payload(operation, "request", &raw.request.body, scrub);
    exchange.answer.headers = special::headers(operation, &raw.answer.headers, scrub);
    exchange.answer.body = normalise_payload(operation, "body", &raw.answer.body, scrub);
    exchange
}

fn normalise_payload(operation: &str, root: &str, raw: &Payload, scrub: &mut Scrub<'_>) -> Payload {
    let mut value = |root: &str, value: Value| Walk::new(operation, root).value(value, scrub);
    let list = |value: Value| match value {
        Value::Array(items) => items,
        other => vec![other],
    };
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    match raw {
        Payload::None => Payload::None,
        Payload::Json(json) => Payload::Json(value(root, json.clone())),
        Payload::Bytes(json) => Payload::Bytes(value(root, json.clone())),
        Payload::Progress(items) => {
            let items = list(value(root, Value::Array(items.clone())));
            Payload::Progress(special::collapse_progress(operation, items))
        }
        Payload::Text(body) => Payload::Text(text(value(root, Value::String(body.clone())))),
        Payload::Raw(body) => Payload::Raw(text(value(root, Value::String(body.clone())))),
        Payload::Frames(items) => {
            let root = if root == "body" { "frames" } else { root };
            Payload::Frames(list(value(root, items.iter().cloned().filter_map(special::frame).collect())))
        }
        Payload::Tar(items) => {
            let items = items.iter().cloned().map(|entry| special::tar_entry(entry, scrub.index)).collect();
            Payload::Tar(list(Walk::new(operation, root).value(Value::Array(items), scrub)))
        }
    }
}

/// What a symbol of a normalised document stands for that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandsFor {
    /// A number.
    Number,
    /// All items of a list, whatever they are.
    Items,
}

/// What a text of a normalised document stands for, when that is no text. `path` starts at the document's root, `body`.
pub fn stands_for(operation: &str, path: &[String], text: &str) -> Option<StandsFor> {
    let symbol = text.strip_prefix('<')?.strip_suffix('>')?;
    let row_at = |path: &[String]| shape::rows(operation).find(|row| row.fits(path));
    if let [list @ .., _] = path
        && row_at(list).is_some_and(|row| row.collapses())
    {
        return Some(StandsFor::Items);
    }
    let is_number = row_at(path).and_then(|row| row.is_number(symbol)).unwrap_or_else(|| {
        let unit = symbol.strip_suffix("-fraction").unwrap_or(symbol);
        let port = symbol.strip_prefix("port:").is_some_and(|number| number.parse::<u32>().is_ok());
        port || matches!(unit, "unix" | "unixmilli" | "unixmicro" | "unixnano" | "mtime")
    });
    is_number.then_some(StandsFor::Number)
}

#[cfg(test)]
mod tests;
