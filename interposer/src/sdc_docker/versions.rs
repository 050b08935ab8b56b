//! API versions (lib/common.js, `reqClientApiVersion`): none is 1.21; digits and dots are compared as texts with the minimum 1.18,
//! without a maximum; anything else is refused.

use super::refuse::Refusal;
use super::{Variant, entry};
use crate::profile::Entry;
use crate::proxy::Engine;
use crate::rule::{Asked, Decision, Rule, Soon};
use hyper::StatusCode;

/// The version that SDC Docker says it speaks.
const OWN: &str = "1.21";

/// The minimum at the document's date.
const MINIMUM: &str = "1.18";

struct Versions(Variant);

impl Rule for Versions {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, engine: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move {
            let given = asked.route.version.clone().unwrap_or_else(|| OWN.to_owned());
            let minimum = self.0.pick(MINIMUM, "1.20");
            if let Some(refusal) = refused(&given, minimum) {
                return Decision::Answer(Box::new(refusal.answer(asked)));
            }
            let (lowest, highest) = engine.versions().await;
            asked.route.version = Some(spoken(&given, &lowest, &highest));
            Decision::Pass
        })
    }
}

fn refused(given: &str, minimum: &str) -> Option<Refusal> {
    let message = if !given.chars().all(|c| c.is_ascii_digit() || c == '.') {
        format!("client and server don't have same API version (client : /v{given}, server: {OWN})")
    } else if given < minimum {
        format!("client API version ({given}) is less than the minimum required API version ({minimum})")
    } else {
        return None;
    };
    Some(Refusal::new(StatusCode::BAD_REQUEST, "InvalidVersion", message))
}

/// The version for the engine behind: the given one where it speaks that, else the nearest that it speaks.
fn spoken(given: &str, lowest: &str, highest: &str) -> String {
    let number = |text: &str| {
        let (major, minor) = text.split_once('.')?;
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    };
    match (number(given), number(lowest), number(highest)) {
        (Some(given), Some(low), _) if given < low => lowest.to_owned(),
        (Some(own), _, Some(high)) if own <= high => given.to_owned(),
        _ => highest.to_owned(),
    }
}

pub(super) fn rules() -> Vec<Entry> {
    let row = "wire facts: versions from 1.18, compared as texts";
    vec![entry("api-versions", row, "the minimum is 1.20", Versions)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("1.21", true, "1.21")]
    #[case("1.18", true, "1.18")]
    #[case("1.17", false, "")]
    #[case("1.9", true, "1.12")] // as a text, 1.9 is more than 1.18
    #[case("1.99", true, "1.41")]
    #[case("1.100", false, "")]
    #[case("2", true, "1.41")]
    #[case("1", false, "")]
    #[case("...", false, "")]
    #[case("X", false, "")]
    #[case("1.21x", false, "")]
    fn as_texts(#[case] given: &str, #[case] fine: bool, #[case] upstream: &str) {
        let refusal = refused(given, MINIMUM);
        assert_eq!(refusal.is_none(), fine, "{refusal:?}");
        if fine {
            assert_eq!(spoken(given, "1.12", "1.41"), upstream);
        }
    }

    #[test]
    fn a_newer_engine_gets_its_minimum() {
        assert_eq!(spoken("1.21", "1.24", "1.45"), "1.24");
    }

    #[test]
    fn texts() {
        let text = |given| refused(given, MINIMUM).unwrap().text("u");
        let low = "(InvalidVersion) client API version (1.17) is less than the minimum required API version (1.18) (u)";
        assert_eq!(text("1.17"), low);
        assert!(text("X").starts_with("(InvalidVersion) client and server don't have same API version"));
    }
}
