use rstest::rstest;
use serde_json::{Value, json};

use crate::divergence::{Glob, ValuePattern};

#[rstest]
#[case("containers/*", "containers/a", true)]
#[case("containers/*", "containers/a/b", false)]
#[case("containers/**", "containers/a/b", true)]
#[case("containers/**", "containers", false)]
#[case("containers/**", "containersx/a", false)]
#[case("**", "a/b", true)]
#[case("**/zero", "a/b/zero", true)]
#[case("a/**/z", "a/z", true)]
#[case("a/**/z", "a/b/c/z", true)]
#[case("a/**/z", "az", false)]
#[case("a/*-b/c", "a/x-b/c", true)]
#[case("a/*-b/c", "a/x/-b/c", false)]
#[case("/body/*/Id", "/body/0/Id", true)]
#[case("/body/*/Id", "/body/Id", false)]
#[case("/body/a\\*b", "/body/a*b", true)]
#[case("/body/a\\*b", "/body/axb", false)]
#[case("/body/[é]?", "/body/[é]?", true)]
#[case("*é*", "aéb", true)]
#[case("", "", true)]
fn globs_fit_segments(#[case] glob: &str, #[case] text: &str, #[case] fits: bool) {
    assert_eq!(Glob::segments(glob).fits(text), fits);
}

#[rstest]
#[case("POST /containers/{id}/wait", "POST /containers/{id}/wait", true)]
#[case("POST /containers/{id,name}/wait", "POST /containers/id/wait", false)]
#[case("* /containers/*", "GET /containers/{id}/json", true)]
#[case("GET *", "GET /images/{name}/json", true)]
#[case("GET *", "POST /build", false)]
#[case("* /swarm*", "GET /swarm", true)]
fn operations_cross_slashes(#[case] glob: &str, #[case] operation: &str, #[case] fits: bool) {
    assert_eq!(Glob::operation(glob).fits(operation), fits);
}

#[rstest]
#[case("/body", "/body", true)]
#[case("/body/**", "/body", true)]
#[case("/body/*/Id", "/body", true)]
#[case("/body/a/**", "/body/a", true)]
#[case("/body*", "/body", false)]
#[case("/bodyguard", "/body", false)]
#[case("/*", "/body", false)]
#[case("**", "/body", false)]
fn globs_know_what_they_are_under(#[case] glob: &str, #[case] prefix: &str, #[case] under: bool) {
    assert_eq!(Glob::segments(glob).is_under(prefix), under);
}

#[test]
fn globs_know_their_width() {
    for everything in ["*", "**", "*/**", "/**", "/*/**"] {
        assert!(Glob::segments(everything).is_everything(), "{everything}");
    }
    assert!(Glob::operation("* /**").is_everything());
    assert!(!Glob::segments("a/**").is_everything());
    assert_eq!(Glob::segments("/body/*/Id").root(), Some("/body"));
    assert_eq!(Glob::segments("/body/**").root(), Some("/body"));
    assert_eq!(Glob::segments("/body").root(), Some("/body"));
    assert_eq!(Glob::segments("/bo*/Id").root(), None);
    assert_eq!(Glob::segments("/**").root(), None);
    assert_eq!(Glob::segments("/a\\*").exact().as_deref(), Some("/a*"));
    assert!(Glob::segments(&Glob::escape("/a*\\b")).fits("/a*\\b"));
}

#[rstest]
#[case("no such .*", json!("no such container\nat all"), true)]
#[case("such", json!("no such container"), false)]
#[case("a|ab", json!("ab"), true)]
#[case("null", Value::Null, true)]
#[case("[0-9]+", json!(12), true)]
#[case(r#"\{"a":1\}"#, json!({ "a": 1 }), true)]
fn patterns_fit_whole_values(#[case] pattern: &str, #[case] value: Value, #[case] fits: bool) {
    assert_eq!(ValuePattern::new(pattern).unwrap().fits(&value), fits);
}

#[test]
fn a_pattern_cannot_leave_its_group() {
    assert!(ValuePattern::new("a)|(b").is_err());
}
