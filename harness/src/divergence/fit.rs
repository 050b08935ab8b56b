//! Whether a match fits a difference, and how closely.

use serde_json::Value;

use super::check::Rule;
use super::entry::{Entry, Match};
use super::pattern::Glob;
use crate::compare::{Aspect, Difference, Kind};

/// How a match fits a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// In full.
    Full,
    /// It stands in the same place but shows otherwise than the match says.
    Changed,
    /// Not at all.
    None,
}

/// Whether a match fits a scenario.
pub(super) fn fits_scenario(one: &Match, scenario: &str) -> bool {
    one.scenarios.iter().any(|glob| glob.fits(scenario))
}

/// Whether a match fits an operation.
pub(super) fn fits_operation(one: &Match, operation: &str) -> bool {
    one.operations.is_empty() || one.operations.iter().any(|glob| glob.fits(operation))
}

/// How a match, whose scenario and operation fit, fits a difference.
pub(super) fn fit(one: &Match, rule: &Rule, slower: Option<f64>, difference: &Difference) -> Fit {
    let aspect = match one.aspect {
        Some(aspect) => aspect == difference.aspect,
        None => one.kinds == [Kind::NotReached] || rule.allows(difference.aspect),
    };
    let in_place = aspect
        && (one.pointers.is_empty() || one.pointers.iter().any(|glob| glob.fits(&difference.pointer)))
        && (one.classification.is_none() || one.classification == difference.classification);
    if !in_place {
        return Fit::None;
    }
    // A glob may stand over places of which another kind of difference is simply another difference.
    let same_place = || one.pointers.iter().any(|glob| glob.exact().is_some_and(|exact| exact == difference.pointer));
    if one.kinds.is_empty() || one.kinds.contains(&difference.kind) {
        let values = fits_values(one, difference) && is_within(slower, difference);
        if values { Fit::Full } else { Fit::Changed }
    } else if same_place() {
        Fit::Changed
    } else {
        Fit::None
    }
}

fn fits_values(one: &Match, difference: &Difference) -> bool {
    one.reference.as_ref().is_none_or(|value| is_same(value, &difference.reference))
        && one.candidate.as_ref().is_none_or(|value| is_same(value, &difference.candidate))
        && one.reference_matches.as_ref().is_none_or(|pattern| pattern.fits(&difference.reference))
        && one.candidate_matches.as_ref().is_none_or(|pattern| pattern.fits(&difference.candidate))
}

/// Equality in which 1 and 1.0 are one number.
fn is_same(declared: &Value, found: &Value) -> bool {
    match (declared, found) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64() && (a.is_f64() || b.is_f64()),
        _ => declared == found,
    }
}

/// Whether a difference of latencies is within what its entry grants.
fn is_within(slower: Option<f64>, difference: &Difference) -> bool {
    match (slower, ratio(difference)) {
        (Some(bound), Some(ratio)) => ratio <= bound,
        _ => true,
    }
}

/// How many times slower the candidate is: the quotient of two latencies, or the candidate's value where the reference has none.
pub(super) fn ratio(difference: &Difference) -> Option<f64> {
    if difference.aspect != Aspect::Latency {
        return None;
    }
    let candidate = difference.candidate.as_f64()?;
    match difference.reference.as_f64() {
        Some(reference) if reference > 0.0 => Some(candidate / reference),
        Some(_) => None,
        None => Some(candidate),
    }
}

/// How specific a match is that fits a difference.
pub(super) fn score(one: &Match, difference: &Difference) -> usize {
    let closest = |globs: &[Glob], text: &str| {
        globs.iter().filter(|glob| glob.fits(text)).map(Glob::literal_chars).max().unwrap_or(0)
    };
    let exact = usize::from(one.reference.is_some()) + usize::from(one.candidate.is_some());
    let patterns = usize::from(one.reference_matches.is_some()) + usize::from(one.candidate_matches.is_some());
    closest(&one.scenarios, &difference.scenario)
        + closest(&one.operations, &difference.operation)
        + closest(&one.pointers, &difference.pointer)
        + 4 * usize::from(one.aspect.is_some())
        + 500 * patterns
        + 1_000 * exact
        // A missing method brings another status, other headers and another body: one cause, one entry.
        + 10_000 * usize::from(one.classification.is_some())
}

/// What a match says of a difference's kind and values, in words.
pub(super) fn describe_match(entry: &Entry, one: &Match) -> String {
    let mut parts = Vec::new();
    if !one.kinds.is_empty() {
        let kinds: Vec<String> = one.kinds.iter().map(ToString::to_string).collect();
        parts.push(format!("kind {}", kinds.join(" or ")));
    }
    for (name, value) in [("reference", &one.reference), ("candidate", &one.candidate)] {
        parts.extend(value.as_ref().map(|value| format!("{name} {}", short(value))));
    }
    for (name, pattern) in [("reference", &one.reference_matches), ("candidate", &one.candidate_matches)] {
        parts.extend(pattern.as_ref().map(|pattern| format!("{name} fitting `{}`", pattern.as_str())));
    }
    parts.extend(entry.slower.map(|bound| format!("a ratio of latencies <= {bound}x")));
    parts.join(", ")
}

/// A difference's kind and values, in words.
pub(super) fn describe_difference(difference: &Difference) -> String {
    let values = format!("reference {}, candidate {}", short(&difference.reference), short(&difference.candidate));
    match ratio(difference) {
        Some(ratio) => format!("kind {}, {values}, a ratio of {ratio:.1}x", difference.kind),
        None => format!("kind {}, {values}", difference.kind),
    }
}

/// A value as compact JSON, cut where it gets long.
pub(super) fn short(value: &Value) -> String {
    const MOST: usize = 160;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
