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

    fn from_str(text: &str) -> Result<Self, EngineError> {
        let parts = text.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
        let bad = || EngineError::ApiVersion(format!("'{text}' is no API version; expected one such as 1.41"));
        parts.map(|(major, minor)| ApiVersion(major, minor)).ok_or_else(bad)
    }
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
    /// From a `/version` body.
    pub fn of(version: &Value) -> Option<ApiRange> {
        let read = |key: &str| version[key].as_str().and_then(|text| text.parse().ok());
        Some(ApiRange { min: read("MinAPIVersion").unwrap_or(ApiVersion(1, 0)), max: read("ApiVersion")? })
    }
}

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
    let subject = asked.map_or_else(|| "no version".to_owned(), |asked| format!("API {asked} is not what"));
    Err(EngineError::ApiVersion(format!(
        "{subject} both engines speak: the reference speaks {reference}, the candidate {candidate}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

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

    #[test]
    fn compares_numbers_not_texts() {
        assert!("1.9".parse::<ApiVersion>().unwrap() < "1.41".parse().unwrap());
        assert!("1.x".parse::<ApiVersion>().is_err());
    }
}
