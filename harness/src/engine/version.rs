//! API versions and what two engines agree on.

use super::EngineError;
use serde_json::Value;

/// A version of the API, for instance 1.41: compared as two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion(pub u32, pub u32);

impl std::fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

impl std::str::FromStr for ApiVersion {
    type Err = EngineError;

    /// Strict, for what people write: `1.41` or `v1.41`.
    fn from_str(text: &str) -> Result<Self, EngineError> {
        let bad = || EngineError::ApiVersion(format!("'{text}' is no API version; expected one such as 1.41"));
        let version = text.trim().trim_start_matches('v');
        let plain = version.split('.').count() == 2 && version.chars().all(|c| c.is_ascii_digit() || c == '.');
        ApiVersion::find(version).filter(|_| plain).ok_or_else(bad)
    }
}

impl ApiVersion {
    /// The first two numbers with a dot between them: engines write `1.41`, but also `v1.41`, `1.41.0` or `1.41-dev`.
    pub fn find(text: &str) -> Option<ApiVersion> {
        let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            let major = number(&rest[start..]);
            rest = &rest[start + major.len()..];
            let minor = rest.strip_prefix('.').map(number).unwrap_or_default();
            if let (Ok(major), Ok(minor)) = (major.parse(), minor.parse()) {
                return Some(ApiVersion(major, minor));
            }
        }
        None
    }
}

/// The bounds that a refusal of an API version tells: the version after "minimum", the version after "maximum".
///
/// Docker: `client version 1.10 is too old. Minimum supported API version is 1.12, please upgrade your client to a newer version`,
/// `client version 1.99 is too new. Maximum supported API version is 1.41` (20.10.24); SDC Docker: `(InvalidVersion) client API
/// version (1.19) is less than the minimum required API version (1.20) (<uuid>)`.
pub fn bounds_told(refusal: &str) -> (Option<ApiVersion>, Option<ApiVersion>) {
    let text = refusal.to_lowercase();
    let after = |word: &str| text.find(word).and_then(|at| ApiVersion::find(&text[at..]));
    (after("minimum"), after("maximum"))
}

/// The versions that an engine speaks, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiRange {
    /// The lowest; 1.0 where `/version` names none.
    pub min: ApiVersion,
    /// The highest.
    pub max: ApiVersion,
}

impl ApiRange {
    /// From a `/version` body. The error says what is wrong with it.
    pub fn of(version: &Value) -> Result<ApiRange, String> {
        let text = match &version["ApiVersion"] {
            Value::Null => return Err("GET /version answers without an ApiVersion".to_owned()),
            // 1.40 and 1.4 are the same number.
            other => other
                .as_str()
                .ok_or_else(|| format!("GET /version says ApiVersion {other}, which is no text such as \"1.41\""))?,
        };
        let max = ApiVersion::find(text)
            .ok_or_else(|| format!("GET /version says ApiVersion '{text}', which is no API version"))?;
        // Absent before Docker 1.13 and in SDC Docker; empty is the same.
        let min = version["MinAPIVersion"].as_str().and_then(ApiVersion::find).unwrap_or(LOWEST);
        if min > max {
            return Err(format!("GET /version says that it speaks API {min} at least and {max} at most"));
        }
        Ok(ApiRange { min, max })
    }

    /// Whether the engine did not say its minimum.
    pub fn has_no_minimum(&self) -> bool {
        self.min == LOWEST
    }

    /// Takes in what a refusal tells; whether it told anything new.
    pub fn narrow(&mut self, refusal: &str) -> bool {
        let before = *self;
        let (min, max) = bounds_told(refusal);
        self.min = min.map_or(self.min, |min| min.max(self.min));
        self.max = max.map_or(self.max, |max| max.min(self.max));
        *self != before
    }
}

/// What stands for a minimum that an engine does not say.
const LOWEST: ApiVersion = ApiVersion(1, 0);

impl std::fmt::Display for ApiRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.min, self.max)
    }
}

/// The version to drive both engines at: the one asked for, else the highest that both speak.
pub fn negotiate(
    reference: &ApiRange,
    candidate: &ApiRange,
    asked: Option<ApiVersion>,
) -> Result<ApiVersion, EngineError> {
    let common = ApiRange { min: reference.min.max(candidate.min), max: reference.max.min(candidate.max) };
    let wanted = asked.unwrap_or(common.max);
    if (common.min..=common.max).contains(&wanted) {
        return Ok(wanted);
    }
    let speak = format!("the reference speaks {reference}, the candidate {candidate}");
    let what_to_do = match asked {
        _ if common.min > common.max => {
            let (older, at) =
                if candidate.max < reference.min { ("candidate", candidate.max) } else { ("reference", reference.max) };
            let other = if older == "candidate" { "reference" } else { "candidate" };
            format!(
                "the {older} is too old for the {other}: give a {other} that still speaks API {at} (Docker 20.10 speaks 1.12 to 1.41)"
            )
        }
        _ => format!("leave --api-version out, or give one from {common}"),
    };
    let subject = asked.map_or_else(|| "no version".to_owned(), |asked| format!("API {asked} is not what"));
    Err(EngineError::ApiVersion(format!("{subject} both engines speak: {speak}\n  {what_to_do}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    fn range(min: (u32, u32), max: (u32, u32)) -> ApiRange {
        ApiRange { min: ApiVersion(min.0, min.1), max: ApiVersion(max.0, max.1) }
    }

    #[rstest]
    #[case((1, 12), (1, 41), (1, 24), (1, 41), None, "1.41")]
    #[case((1, 12), (1, 41), (1, 24), (1, 40), None, "1.40")]
    #[case((1, 12), (1, 41), (1, 0), (1, 21), None, "1.21")]
    #[case((1, 12), (1, 41), (1, 24), (1, 41), Some((1, 30)), "1.30")]
    fn agrees_on_the_highest_both_speak(
        #[case] a: (u32, u32),
        #[case] b: (u32, u32),
        #[case] c: (u32, u32),
        #[case] d: (u32, u32),
        #[case] asked: Option<(u32, u32)>,
        #[case] agreed: &str,
    ) {
        let asked = asked.map(|(major, minor)| ApiVersion(major, minor));
        assert_eq!(negotiate(&range(a, b), &range(c, d), asked).unwrap().to_string(), agreed);
    }

    #[test]
    fn says_both_ranges_when_there_is_no_common_version() {
        let error = negotiate(&range((1, 44), (1, 51)), &range((1, 24), (1, 41)), None).unwrap_err();
        assert!(error.to_string().contains("1.44 to 1.51") && error.to_string().contains("1.24 to 1.41"), "{error}");
    }

    #[rstest]
    #[case((1, 44), (1, 51), (1, 0), (1, 21), None, "no version both engines speak")]
    #[case((1, 44), (1, 51), (1, 20), (1, 21), None, "give a reference that still speaks API 1.21")]
    #[case((1, 12), (1, 41), (1, 44), (1, 51), None, "give a candidate that still speaks API 1.41")]
    #[case((1, 12), (1, 41), (1, 24), (1, 40), Some((1, 41)), "API 1.41 is not what both engines speak")]
    #[case((1, 12), (1, 41), (1, 24), (1, 40), Some((1, 41)), "give one from 1.24 to 1.40")]
    #[case((1, 12), (1, 41), (1, 20), (1, 21), Some((1, 9)), "give one from 1.20 to 1.21")]
    fn says_what_to_do(
        #[case] a: (u32, u32),
        #[case] b: (u32, u32),
        #[case] c: (u32, u32),
        #[case] d: (u32, u32),
        #[case] asked: Option<(u32, u32)>,
        #[case] says: &str,
    ) {
        let asked = asked.map(|(major, minor)| ApiVersion(major, minor));
        let error = negotiate(&range(a, b), &range(c, d), asked).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(error.is_usage());
    }

    #[test]
    fn compares_numbers_not_texts() {
        assert!("1.9".parse::<ApiVersion>().unwrap() < "1.41".parse().unwrap());
        assert_eq!("v1.24".parse::<ApiVersion>().unwrap(), ApiVersion(1, 24));
    }

    #[rstest]
    fn people_write_two_numbers(
        #[values("1.x", "1.+41", "1", "", "latest", "1.41.0", "1.41-dev", "-1.41", "1.99999999999")] text: &str,
    ) {
        assert!(text.parse::<ApiVersion>().is_err());
    }

    #[rstest]
    #[case::docker(json!({"ApiVersion": "1.41", "MinAPIVersion": "1.12"}), "1.12 to 1.41")]
    #[case::sdc(json!({"ApiVersion": "1.21", "Version": "1.9.0"}), "1.0 to 1.21")]
    #[case::empty_minimum(json!({"ApiVersion": "1.41", "MinAPIVersion": ""}), "1.0 to 1.41")]
    #[case::odd(json!({"ApiVersion": " v1.41.0-dev", "MinAPIVersion": null}), "1.0 to 1.41")]
    fn reads_what_engines_say(#[case] version: Value, #[case] range: &str) {
        assert_eq!(ApiRange::of(&version).unwrap().to_string(), range);
    }

    #[rstest]
    #[case(json!({}), "without an ApiVersion")]
    #[case(json!("1.41"), "without an ApiVersion")]
    #[case(json!({"ApiVersion": 1.4}), "ApiVersion 1.4, which is no text")]
    #[case(json!({"ApiVersion": "latest"}), "'latest', which is no API version")]
    #[case(json!({"ApiVersion": "1.21", "MinAPIVersion": "1.24"}), "1.24 at least and 1.21 at most")]
    fn says_what_is_wrong_with_a_version(#[case] version: Value, #[case] says: &str) {
        let problem = ApiRange::of(&version).unwrap_err();
        assert!(problem.contains(says), "{problem}");
    }

    #[rstest]
    #[case(
        "client version 1.10 is too old. Minimum supported API version is 1.12, please upgrade your client",
        "1.12 to 1.41"
    )]
    #[case("client is too old, minimum supported API version is 1.12, please upgrade", "1.12 to 1.41")]
    #[case(
        "(InvalidVersion) client API version (1.19) is less than the minimum required API version (1.20) (0c2f)",
        "1.20 to 1.41"
    )]
    #[case("client version 1.99 is too new. Maximum supported API version is 1.40", "1.0 to 1.40")]
    #[case("client and server don't have same API version", "1.0 to 1.41")]
    fn refusals_tell_the_bounds(#[case] refusal: &str, #[case] range: &str) {
        let mut known = ApiRange { min: ApiVersion(1, 0), max: ApiVersion(1, 41) };
        let before = known.to_string();
        assert_eq!(known.narrow(refusal), before != range);
        assert_eq!(known.to_string(), range);
        assert!(!known.narrow(refusal));
    }
}
