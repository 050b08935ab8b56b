//! The machine-readable result.

use super::mask::Mask;
use crate::gate::{ResultDocument, Verdict};

/// One result as indented JSON.
pub fn json(verdict: &Verdict) -> String {
    pretty(&masked(verdict))
}

/// Several results, one a candidate, as an indented JSON array.
pub fn json_all(verdicts: &[Verdict]) -> String {
    pretty(&verdicts.iter().map(masked).collect::<Vec<_>>())
}

/// The results of comparisons: an array, one item a candidate.
pub fn json_of(comparisons: &[super::Comparison<'_>]) -> String {
    pretty(&comparisons.iter().map(|one| masked(one.verdict)).collect::<Vec<_>>()) + "\n"
}

/// The result without the secrets that an engine may have put where the normaliser knows of none.
fn masked(verdict: &Verdict) -> ResultDocument {
    let mut result = verdict.result.clone();
    for difference in &mut result.differences {
        let mask = Mask::of(&difference.operation);
        difference.reference = mask.at(&difference.pointer, &difference.reference);
        difference.candidate = mask.at(&difference.pointer, &difference.candidate);
    }
    for scenario in &mut result.scenarios {
        scenario.reason = scenario.reason.as_deref().map(super::mask::text);
    }
    for line in result.shard.iter_mut().flat_map(|shard| &mut shard.changed) {
        *line = super::mask::text(line);
    }
    result
}

fn pretty(value: &impl serde::Serialize) -> String {
    // Strings, numbers and maps with string keys alone: serde_json has nothing to refuse.
    serde_json::to_string_pretty(value)
        .unwrap_or_else(|error| serde_json::json!({ "error": error.to_string() }).to_string())
}
