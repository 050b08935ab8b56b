//! One line on what is unlike, for standard error.

use super::mask::{self, Mask};
use super::text::escape;
use crate::compare::Difference;

/// The most that is shown of each side, in characters.
const SHOWN: usize = 80;

/// Where a difference is, and what each side says: `step 3, /body/StatusCode: value, 0 and 137`. Secrets are masked.
pub fn glance(difference: &Difference) -> String {
    let Difference { step, operation, pointer, kind, reference, candidate, .. } = difference;
    let mask = Mask::of(operation);
    let side = |value| mask.at(pointer, value).to_string().chars().take(SHOWN).collect::<String>();
    escape(&format!("step {step}, {pointer}: {kind}, {} and {}", side(reference), side(candidate))).into_owned()
}

/// A line that tells of a difference in words, such as the gate's, without its secrets.
pub fn glance_at_text(line: &str) -> String {
    escape(&mask::text(line)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Aspect, Kind};
    use serde_json::json;

    #[test]
    fn a_difference_is_told_in_one_line_without_secrets() {
        let difference = |pointer: &str, candidate: &str| Difference {
            scenario: "swarm/x".to_owned(),
            step: 2,
            operation: "GET /swarm".to_owned(),
            aspect: Aspect::Body,
            pointer: pointer.to_owned(),
            kind: Kind::Value,
            reference: json!(1),
            candidate: json!(candidate),
            classification: None,
            divergence: None,
        };
        assert_eq!(glance(&difference("/body/Index", "two")), "step 2, /body/Index: value, 1 and \"two\"");
        let told = glance(&difference("/body/JoinTokens/Worker", "SWMTKN-1-secret"));
        assert!(!told.contains("secret"), "{told}");
        assert!(glance(&difference("/body/Index", &"x".repeat(500))).len() < 200);
    }
}
