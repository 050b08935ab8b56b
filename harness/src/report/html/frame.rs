//! What every page has, and what several pages show.

use super::rows::{self, Block};
use super::site::{Candidate, Site, operation_path, root_of};
use crate::compare::{Difference, Kind};
use crate::gate::{ScenarioVerdict, Source};
use crate::report::mask::Mask;
use crate::report::place::Place;
use crate::report::text::count;
use serde_json::Value;
use std::collections::BTreeSet;

/// What every page has.
pub(super) struct Frame {
    pub title: String,
    /// The way up to the report's folder.
    pub root: String,
    /// Name and folder of each candidate.
    pub candidates: Vec<(String, String)>,
}

impl Frame {
    pub(super) fn new(site: &Site<'_>, path: &str, title: impl Into<String>) -> Frame {
        let candidates = site.candidates.iter().map(|one| (one.name.clone(), one.folder.clone())).collect();
        Frame { title: title.into(), root: root_of(path), candidates }
    }
}

/// Differences of one operation at one place, by an example.
pub(super) struct PlaceView {
    pub operation: String,
    pub operation_href: String,
    pub pointer: String,
    pub kind: String,
    pub count: String,
    pub causes: String,
    pub scenario: String,
    pub step: usize,
    pub href: String,
    pub blocks: Vec<Block>,
    pub reference: String,
    pub candidate: String,
}

impl PlaceView {
    /// `None` for a place without differences, which there is not.
    pub(super) fn new(candidate: &Candidate<'_>, place: &Place<'_>) -> Option<PlaceView> {
        let example = place.example()?;
        let causes: BTreeSet<&str> =
            place.members.iter().map(|one| one.divergence.as_deref().unwrap_or("undeclared")).collect();
        let scenario = super::site::scenario_path(&example.scenario);
        Some(PlaceView {
            operation: example.operation.clone(),
            operation_href: operation_path(&example.operation),
            pointer: place.pattern.clone(),
            kind: example.kind.to_string(),
            count: count(place.members.len(), "time"),
            causes: causes.into_iter().collect::<Vec<_>>().join(", "),
            scenario: example.scenario.clone(),
            step: example.step,
            href: format!("{}/{scenario}#step-{}", candidate.folder, example.step),
            blocks: values(example),
            reference: candidate.reference.clone(),
            candidate: candidate.name.clone(),
        })
    }
}

/// The two values of a difference.
fn values(difference: &Difference) -> Vec<Block> {
    let mask = Mask::of(&difference.operation);
    let at = |value: &Value| mask.at(&difference.pointer, value);
    let (reference, candidate) = (at(&difference.reference), at(&difference.candidate));
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => format!("{other:#}"),
    };
    let rows = match (difference.kind, &reference, &candidate) {
        (Kind::NotReached, ..) => return Vec::new(),
        (Kind::Missing, ..) => rows::texts(&text(&reference), ""),
        (Kind::Extra, ..) => rows::texts("", &text(&candidate)),
        (_, Value::String(one), Value::String(two)) if one.contains('\n') || two.contains('\n') => {
            rows::texts(one, two)
        }
        _ => rows::values(&reference, &candidate),
    };
    rows::fold(rows)
}

/// `("fails", "gate fails")`: the style and the words.
pub(super) fn verdict(candidate: &Candidate<'_>) -> (&'static str, &'static str) {
    match candidate.conforms() {
        true => ("passes", "gate passes: all declared"),
        false => ("fails", "gate fails"),
    }
}

/// Where the transcripts come from.
pub(super) fn source(candidate: &Candidate<'_>) -> &'static str {
    match candidate.comparison.verdict.result.source {
        Source::Live => "run live",
        Source::Recorded => "from recorded transcripts",
    }
}

/// `22450 differences, all declared by 120 divergences.`
pub(super) fn differences(candidate: &Candidate<'_>) -> String {
    let all = candidate.comparison.verdict.result.differences.len();
    let declared: usize = candidate.causes.values().map(Vec::len).sum();
    let by = count(candidate.causes.len(), "divergence");
    match all - declared {
        0 if all == 0 => "No differences.".to_owned(),
        0 => format!("{}, all declared by {by}.", count(all, "difference")),
        open => format!("{}: {declared} declared by {by}, {open} not.", count(all, "difference")),
    }
}

/// `16 conform, 719 declared, 7 undeclared`
pub(super) fn verdicts(candidate: &Candidate<'_>) -> String {
    let all = &candidate.scenarios;
    let words = [
        (ScenarioVerdict::Conforms, "without any difference"),
        (ScenarioVerdict::Declared, "with declared differences only"),
        (ScenarioVerdict::Undeclared, "with undeclared differences"),
        (ScenarioVerdict::Changed, "changed"),
        (ScenarioVerdict::Healed, "healed"),
        (ScenarioVerdict::Blocked, "ended early by a declared difference"),
        (ScenarioVerdict::NotRun, "not run"),
    ];
    let parts = words.iter().filter_map(|(verdict, word)| {
        let number = all.iter().filter(|one| one.result.verdict == *verdict).count();
        (number > 0).then(|| format!("{number} {word}"))
    });
    format!("{}: {}.", count(all.len(), "scenario"), parts.collect::<Vec<_>>().join(", "))
}
