use insta::assert_snapshot;
use rstest::rstest;

use super::{errors, file};
use crate::divergence::{Category, rule};

#[test]
fn the_table_has_every_category() {
    for category in Category::ALL {
        assert_eq!(rule(*category).category, *category);
    }
}

/// `operation pointer kind`, and what else a match has.
fn entry(category: &str, scenario: &str, operation: &str, pointer: &str, kind: &str, more: &str) -> String {
    let operation = if operation.is_empty() { String::new() } else { format!("operation = \"{operation}\"\n") };
    let matches =
        format!("[[match]]\nscenario = \"{scenario}\"\n{operation}pointer = \"{pointer}\"\nkind = \"{kind}\"\n{more}");
    file(category, &matches)
}

const WAIT: &str = "POST /containers/{id}/wait";

#[rstest]
#[case("exit-status", "", "/body/StatusCode", "value", "", true)]
#[case("exit-status", "", "/body/*/State/ExitCode", "missing", "", true)]
#[case("exit-status", "", "/cli/exit_status", "value", "", true)]
#[case("exit-status", "", "/body/StatusCode", "extra", "", false)]
#[case("exit-status", "", "/status", "value", "", false)]
#[case("exit-status", "", "/cli/stderr", "value", "", false)]
#[case("extra-process", "", "/observation/processes/*", "extra", "", true)]
#[case("extra-process", "", "/body/Processes/*", "extra", "", true)]
#[case("extra-process", "", "/body/Names", "extra", "", false)]
#[case("extra-file", "HEAD /containers/{id}/archive", "/status", "value", "", true)]
#[case("extra-file", "GET /containers/{id}/changes", "/body/*", "extra", "", true)]
#[case("extra-file", "", "/status", "value", "", false)]
#[case("extra-file", WAIT, "/status", "value", "", false)]
#[case("extra-filesystem", "", "/observation/mounts/**", "extra", "", true)]
#[case("missing-method", WAIT, "/status", "value", "", true)]
#[case("missing-method", "* /containers/*", "/status", "value", "", false)]
#[case("missing-method", WAIT, "/body/message", "value", "", false)]
#[case("missing-method", WAIT, "/body/message", "value", "classification = \"missing-method\"", true)]
#[case("status-code", "", "/status", "value", "", true)]
#[case("status-code", WAIT, "/body/**", "missing", "", true)]
#[case("status-code", WAIT, "/headers/content-type", "value", "", true)]
#[case("status-code", "", "/body/**", "missing", "", false)]
#[case("status-code", "POST *", "/body/**", "missing", "", false)]
#[case("error-message", "", "/body/message", "value", "", true)]
#[case("error-message", "", "/cli/stderr", "value", "", true)]
#[case("error-message", "", "/status", "value", "", false)]
#[case("error-message", "", "/body/**", "order", "", false)]
#[case("body-field", "", "/body/Id", "type", "", true)]
#[case("body-field", "", "/headers/x", "value", "", false)]
#[case("body-field", "", "/body/Id", "type", "aspect = \"stream\"", false)]
#[case("body-field", WAIT, "/body/Id", "type", "classification = \"missing-method\"", false)]
#[case("header", "", "/headers/server", "missing", "", true)]
#[case("header", "", "/body", "missing", "", false)]
#[case("stream", "", "/frames/**", "value", "", true)]
#[case("stream", "", "/body", "value", "aspect = \"stream\"", true)]
#[case("stream", "", "/body", "value", "aspect = \"observation\"", false)]
#[case("event", "", "/body/*/status", "missing", "", true)]
#[case("event", "", "/event/Action", "missing", "aspect = \"event\"", true)]
#[case("event", "", "/headers/x", "missing", "", false)]
#[case("ordering", "", "/body/*", "order", "", true)]
#[case("ordering", "", "/body/*", "value", "", false)]
#[case("performance", "", "/latency", "value", "", true)]
#[case("performance", "", "/latency", "value", "aspect = \"body\"", false)]
#[case("unsupported-parameter", WAIT, "/status", "value", "", true)]
#[case("unsupported-parameter", "", "/status", "value", "", false)]
#[case("unsupported-parameter", "**", "/status", "value", "", false)]
#[case("image-identity", "GET /images/json", "/body/**", "value", "", true)]
#[case("logging", "", "/body/**", "value", "", false)]
#[case("version-negotiation", "GET /version", "/headers/**", "value", "", true)]
#[case("body-field", "", "/**", "value", "", false)]
#[case("image-identity", WAIT, "/**", "value", "", false)]
#[case("image-identity", WAIT, "**", "value", "", false)]
#[case("image-identity", WAIT, "/*/Id", "value", "", false)]
fn categories_bound_their_matches(
    #[case] category: &str,
    #[case] operation: &str,
    #[case] pointer: &str,
    #[case] kind: &str,
    #[case] more: &str,
    #[case] sound: bool,
) {
    let found = errors(&entry(category, "area/*", operation, pointer, kind, more));
    match sound {
        true => assert_eq!(found, "no error: [\"one\"]"),
        false => assert!(found.starts_with("DIVERGENCE.md:11: the match of `one` is too wide for category"), "{found}"),
    }
}

#[test]
fn says_what_is_too_wide() {
    assert_snapshot!(errors(&entry("error-message", "a/*", "", "/status", "value", "")), @"DIVERGENCE.md:11: the match of `one` is too wide for category error-message: pointer `/status`; expected text: /body…, /cli/stderr or /cli/stdout, and any kind but order. Narrow the match, or declare it in an entry of the category it belongs to");
    assert_snapshot!(errors(&entry("error-message", "a/*", "", "/body/**", "order", "")), @"DIVERGENCE.md:11: the match of `one` is too wide for category error-message: pointer `/body/**` with kind `order`; expected text: /body…, /cli/stderr or /cli/stdout, and any kind but order. Narrow the match, or declare it in an entry of the category it belongs to");
    assert_snapshot!(errors(&entry("status-code", "a/*", "POST *", "/body/**", "value", "")), @"DIVERGENCE.md:11: the match of `one` is too wide for category status-code: pointer `/body/**` with no such exact operation; expected /status, and with one exact operation also /body…, /headers… and /frames…. Narrow the match, or declare it in an entry of the category it belongs to");
    assert_snapshot!(errors(&entry("body-field", "a/*", "", "/**", "value", "")), @"DIVERGENCE.md:11: the match of `one` is too wide for category body-field: pointer `/**`; expected a first segment without `*`, such as /body, /headers or /status. Narrow the match");
    assert_snapshot!(errors(&entry("body-field", "**", "", "/body/**", "value", "")), @"DIVERGENCE.md:11: the match of `one` is too wide for category body-field: pointer `/body/**` in every scenario and for any operation; expected an operation, a narrower scenario or one field. Narrow the match");
    assert_snapshot!(errors(&entry("logging", "a/*", "", "/body", "value", "")), @"DIVERGENCE.md:11: the match of `one` is too wide for category logging: neither an operation nor exact scenarios; expected an operation, or scenarios without `*`. Narrow the match");
    assert_snapshot!(errors(&file("header", "[[match]]\nscenario = \"a\"\nclassification = \"missing-method\"")), @"DIVERGENCE.md:11: the match of `one` is too wide for category header: `classification`; expected /headers…. Narrow the match, or declare it in an entry of the category it belongs to");
    assert_snapshot!(errors(&file("missing-method", "[[match]]\nscenario = \"**\"\nclassification = \"missing-method\"")), @"DIVERGENCE.md:11: the match of `one` is too wide for category missing-method: `classification` in every scenario and for any operation; expected an operation, or a narrower scenario. Narrow the match");
    assert_snapshot!(errors(&file("performance", "[[match]]\nscenario = \"**\"\naspect = \"status\"")), @r#"DIVERGENCE.md:11: the match of `one` is too wide for category performance: aspect `status`; expected aspect = "latency". Narrow the match, or declare it in an entry of the category it belongs to"#);
}

#[rstest]
#[case::status_of_an_area("status-code", "a/**", "/status", "", false)]
#[case::with_a_value("status-code", "a/**", "/status", "candidate = 500", true)]
#[case::with_a_pattern("status-code", "**/b", "/body", "candidate_matches = \"x.*\"", true)]
#[case::body_everywhere("status-code", "**", "/body", "", false)]
#[case::everything_in_a_body("status-code", "a/**", "/body/**", "", false)]
#[case::everything_in_a_stream("stream", "a/**", "/frames/**", "", false)]
#[case::one_part("status-code", "a/**", "/body/message", "", true)]
#[case::below_one_part("body-field", "a/**", "/body/Config/**", "", true)]
#[case::one_folder_of_scenarios("status-code", "a/*", "/status", "", true)]
fn a_whole_answer_in_areas_needs_a_value(
    #[case] category: &str,
    #[case] scenario: &str,
    #[case] pointer: &str,
    #[case] more: &str,
    #[case] sound: bool,
) {
    let found = errors(&entry(category, scenario, WAIT, pointer, "value", more));
    match sound {
        true => assert_eq!(found, "no error: [\"one\"]"),
        false => assert!(found.contains("without a value in scenarios with `**`"), "{found}"),
    }
}

#[test]
fn exact_scenarios_need_no_operation() {
    assert_eq!(errors(&entry("logging", "logs/driver", "", "/body/x", "value", "")), "no error: [\"one\"]");
}
