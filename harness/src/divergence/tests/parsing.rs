use std::path::Path;

use insta::assert_snapshot;
use rstest::rstest;

use super::{errors, file, parsed};
use crate::compare::{Aspect, Classification, Kind};
use crate::divergence::{Category, DivergenceList, Status};

const MATCH: &str = "[[match]]\nscenario = \"a/*\"\npointer = \"/body/Id\"\nkind = \"value\"";

fn with(field: &str) -> String {
    file("body-field", &format!("{field}\n{MATCH}"))
}

fn in_match(field: &str) -> String {
    file("body-field", &format!("{MATCH}\n{field}"))
}

#[test]
fn reads_all_of_an_entry() {
    let text = r#"# Divergence

Words.

```text
[[match]]
```

## Podman

### `wait` answers *zero*

A container's status is
lost.

- more

```toml
id = "podman-wait"
candidate = "podman >=4.3, <5"
reference = "docker >=18.09"
category = "exit-status"
status = "by-design"
tracker = ["https://example.org/1", "https://example.org/2"]
source = "podman-run(1)"
[[match]]
scenario = ["containers/**", "exec/*"]
operation = "POST /containers/{id}/wait"
aspect = "body"
pointer = "/body/StatusCode"
kind = ["value", "missing"]
reference = 7
candidate_matches = "null"
optional = true

[[match]]
scenario = "containers/x"
pointer = "/body/State/ExitCode"
kind = "value"
reference = { a = [1, 2.5, "x", true] }
```

Words after it.
"#;
    let list = parsed(text);
    let entry = list.get("podman-wait").unwrap();
    assert_eq!(list.entries.len(), 1);
    assert_eq!((entry.line, entry.title.as_str()), (11, "wait answers zero"));
    assert_eq!(entry.summary, "A container's status is lost.");
    assert_eq!(entry.prose, "A container's status is\nlost.\n\n- more");
    assert_eq!((entry.category, entry.status), (Category::ExitStatus, Status::ByDesign));
    assert_eq!(entry.candidate.to_string(), "podman >=4.3, <5");
    assert_eq!(entry.reference.as_ref().unwrap().to_string(), "docker >=18.9");
    assert_eq!(entry.tracker.len(), 2);
    assert_eq!(entry.source.as_deref(), Some("podman-run(1)"));
    assert!(!entry.is_draft());
    let [first, second] = entry.matches.as_slice() else { panic!("two matches") };
    assert_eq!((first.line, second.line), (26, 36));
    assert_eq!(first.scenarios.len(), 2);
    assert_eq!((first.aspect, first.optional), (Some(Aspect::Body), true));
    assert_eq!(first.kinds, [Kind::Value, Kind::Missing]);
    assert_eq!(first.reference, Some(7.into()));
    assert_eq!(first.candidate_matches.as_ref().unwrap().as_str(), "null");
    assert_eq!(second.reference, Some(serde_json::json!({ "a": [1, 2.5, "x", true] })));
}

#[test]
fn reads_the_special_entries() {
    let list = parsed(&file("performance", "slower = \"<= 2.5x\"\n[[match]]\nscenario = \"**\""));
    assert_eq!(list.entries[0].slower, Some(2.5));
    assert_eq!(list.entries[0].matches[0].aspect, Some(Aspect::Latency));
    let list = parsed(&file("logging", "observable = false\nreason = \"on the host\""));
    assert_eq!(list.entries[0].unobservable.as_deref(), Some("on the host"));
    let list = parsed(&file(
        "missing-method",
        "[[match]]\nscenario = \"**\"\noperation = \"* /swarm*\"\nclassification = \"missing-method\"",
    ));
    assert_eq!(list.entries[0].matches[0].classification, Some(Classification::MissingMethod));
    assert_eq!(parsed("").entries.len(), 0);
    assert_eq!(parsed("# Only\n\n## words\n\nhere\n").entries.len(), 0);
}

#[test]
fn says_what_is_wrong_with_the_markdown() {
    let entry = with("");
    assert_snapshot!(errors(&format!("# Title\n\nText.\n\n```toml\n```\n\n{entry}")), @"DIVERGENCE.md:5: a toml block stands before any entry's heading; expected a `##`, `###` or `####` heading and a paragraph before it. Add them, or fence the block as `text` when it is only an example");
    assert_snapshot!(errors(&format!("{entry}\n```toml\nid = 1\n```\n")), @r#"DIVERGENCE.md:18: a second toml block in the section "Title", the first is at line 5; expected one block a section. Give it a heading of its own, or join the two"#);
    assert_snapshot!(errors(&entry.replace("What a user sees.\n", "- a list\n")), @r#"DIVERGENCE.md:1: the entry "Title" has no prose; expected a paragraph between heading and toml block whose first sentence says what a user will notice. Write it"#);
    assert_snapshot!(errors(&format!("{entry}\n{entry}")), @"DIVERGENCE.md:23: the id `one` is taken by the entry at line 6; expected an id of its own. Rename one of the two");
    let missing = DivergenceList::load(Path::new("/nowhere/DIVERGENCE.md")).unwrap_err();
    assert_snapshot!(missing[0], @"/nowhere/DIVERGENCE.md: cannot be read: No such file or directory (os error 2); expected a Markdown file in UTF-8. Create it: an empty one declares nothing");
}

#[test]
fn gives_the_line_of_a_syntax_error() {
    assert_snapshot!(errors(&with("source = \"never closed")), @r#"DIVERGENCE.md:11: this is not TOML: `source = "never closed`: invalid basic string, expected `"`. The block has to be valid TOML: correct this line"#);
    assert_snapshot!(errors(&with("id = \"two\"")), @r#"DIVERGENCE.md:11: this is not TOML: `id = "two"`: duplicate key. The block has to be valid TOML: correct this line"#);
    // Line ends of DOS, and a block that a list indents.
    assert_snapshot!(errors(&with("source = ").replace('\n', "\r\n")), @"DIVERGENCE.md:11: this is not TOML: `source =`: string values must be quoted, expected literal string. The block has to be valid TOML: correct this line");
    assert_snapshot!(errors("## T\n\nText.\n\n- item\n\n  ```toml\n  id = \"a\"\n  oops\n  ```\n"), @"DIVERGENCE.md:9: this is not TOML: `oops`: key with no value, expected `=`. The block has to be valid TOML: correct this line");
}

#[test]
fn says_which_fields_are_unknown_or_missing() {
    assert_snapshot!(errors(&with("trackers = \"https://a.b\"")), @"DIVERGENCE.md:11: unknown field `trackers` in the entry; expected one of id, candidate, reference, category, status, tracker, source, observable, reason, slower, match. Did you mean `tracker`?");
    assert_snapshot!(errors(&with("kind = \"value\"")), @"DIVERGENCE.md:11: unknown field `kind` in the entry; expected one of id, candidate, reference, category, status, tracker, source, observable, reason, slower, match. It belongs in a [[match]]: move it there");
    assert_snapshot!(errors(&in_match("quux = 1")), @"DIVERGENCE.md:15: unknown field `quux` in a [[match]]; expected one of scenario, operation, aspect, pointer, kind, reference, candidate, reference_matches, candidate_matches, classification, versions, optional. Correct or remove it");
    assert_snapshot!(errors("## T\n\nText.\n\n```toml\n```\n"), @r#"
DIVERGENCE.md:5: the entry has no `id`; expected a name in kebab-case, unique in the file, such as "podman-wait-exit-status". Add it
DIVERGENCE.md:5: the entry has no `candidate`; expected an engine and, when not all of its versions are meant, a semver range, such as "podman >=4.3, <5". Add it
DIVERGENCE.md:5: the entry has no `category`; expected one of exit-status, extra-process, extra-file, extra-filesystem, missing-method, unsupported-parameter, status-code, error-message, body-field, header, stream, event, ordering, performance, image-identity, logging, version-negotiation. Add it
DIVERGENCE.md:5: the entry has no `status`; expected one of by-design, deficiency, roadmap. Add it
DIVERGENCE.md:5: the entry has no `match`; expected at least one [[match]] table that says which differences the entry accounts for. Add it
"#);
    assert_snapshot!(errors(&file("body-field", "[[match]]\noperation = \"GET /info\"")), @r#"
DIVERGENCE.md:11: a [[match]] has no `scenario`; expected a glob over scenario names or an array of them, such as "containers/exit-status/*". Add it
DIVERGENCE.md:11: a [[match]] has no `pointer`; expected a glob over JSON pointers or an array of them, such as "/body/StatusCode". Add it
DIVERGENCE.md:11: a [[match]] has no `kind`; expected one of missing, extra, type, value, order, not-reached, or an array of them. Add it
"#);
    assert_snapshot!(errors(&file("logging", "observable = false")), @"DIVERGENCE.md:5: the entry has no `reason`; expected a text that says why no API call can show the divergence. Add it");
}

#[rstest]
#[case::id("id = \"one\"", "id = \"One_\"", r#"DIVERGENCE.md:6: `id` is "One_"; expected a name in kebab-case, unique in the file, such as "podman-wait-exit-status". Use lower-case letters, digits and single hyphens"#)]
#[case::id_type("id = \"one\"", "id = 1", r#"DIVERGENCE.md:6: `id` is an integer; expected a name in kebab-case, unique in the file, such as "podman-wait-exit-status". Correct it"#)]
#[case::empty("id = \"one\"", "id = \" \"", r#"DIVERGENCE.md:6: `id` is empty; expected a name in kebab-case, unique in the file, such as "podman-wait-exit-status". Fill it in, or remove it"#)]
#[case::range("<5\"", "<=five\"", r#"DIVERGENCE.md:7: `candidate` is "podman >=4.3, <=five" (unexpected character 'f' while parsing major version number); expected an engine and, when not all of its versions are meant, a semver range, such as "podman >=4.3, <5". Correct the range, or leave it out for all versions"#)]
#[case::engine("podman >", "Podman >", r#"DIVERGENCE.md:7: `candidate` is "Podman >=4.3, <5"; expected an engine and, when not all of its versions are meant, a semver range, such as "podman >=4.3, <5". Begin with the engine's name in lower case"#)]
#[case::category("body-field", "bodyfield", r#"DIVERGENCE.md:8: `category` is "bodyfield"; expected one of exit-status, extra-process, extra-file, extra-filesystem, missing-method, unsupported-parameter, status-code, error-message, body-field, header, stream, event, ordering, performance, image-identity, logging, version-negotiation. Use one of these words"#)]
#[case::status(
    "deficiency",
    "bug",
    r#"DIVERGENCE.md:9: `status` is "bug"; expected one of by-design, deficiency, roadmap. Use one of these words"#
)]
#[case::tracker(
    "\n[[match]]",
    "tracker = \"http://a.b\"\n[[match]]",
    r#"DIVERGENCE.md:10: `tracker` is "http://a.b"; expected an https URL or an array of them. Give the whole URL"#
)]
#[case::observable(
    "\n[[match]]",
    "observable = \"no\"\n[[match]]",
    r#"DIVERGENCE.md:10: `observable` is a string; expected true or false. Correct it"#
)]
#[case::reason("\n[[match]]", "reason = \"x\"\n[[match]]", r#"DIVERGENCE.md:10: `reason` in an entry that is observable; expected it only beside `observable = false`. Add that, or write the reason into the prose"#)]
#[case::unobservable("\n[[match]]", "observable = false\nreason = \"x\"\n[[match]]", r#"DIVERGENCE.md:12: a [[match]] in an entry with `observable = false`; expected no match, since no API call can show it. Remove the matches, or remove `observable` and `reason`"#)]
#[case::slower("\n[[match]]", "slower = \"<= 2x\"\n[[match]]", r#"DIVERGENCE.md:10: `slower` in an entry of another category; expected it only with `category = "performance"`. Remove it, or change the category"#)]
#[case::one_match("[[match]]", "[match]", r#"DIVERGENCE.md:11: `match` is a table without tables; expected at least one [[match]] table that says which differences the entry accounts for. Write `[[match]]` in double brackets"#)]
#[case::pointer("/body/Id", "body/Id", r#"DIVERGENCE.md:13: `pointer` is "body/Id"; expected a glob over JSON pointers or an array of them, such as "/body/StatusCode". Begin with `/`"#)]
#[case::kind("\"value\"", "[\"value\", \"other\"]", r#"DIVERGENCE.md:14: `kind` is "other"; expected one of missing, extra, type, value, order, not-reached, or an array of them. Use one of these words"#)]
#[case::kind_item("\"value\"", "[\"value\", 1]", r#"DIVERGENCE.md:14: `kind` is an array with an integer; expected one of missing, extra, type, value, order, not-reached, or an array of them. Correct the item"#)]
#[case::no_kind("\"value\"", "[]", r#"DIVERGENCE.md:14: `kind` is an empty array; expected one of missing, extra, type, value, order, not-reached, or an array of them. Fill it in, or remove it"#)]
#[case::not_reached("\"value\"", "[\"value\", \"not-reached\"]", r#"DIVERGENCE.md:14: `kind` is "not-reached" among others; expected one of missing, extra, type, value, order, not-reached, or an array of them. Give it a match of its own, with exact scenarios"#)]
#[case::aspect("kind =", "aspect = \"bodies\"\nkind =", r#"DIVERGENCE.md:14: `aspect` is "bodies"; expected one of status, header, body, stream, observation, event, latency, cli. Use one of these words"#)]
#[case::regex("kind =", "candidate_matches = \"(a\"\nkind =", r#"DIVERGENCE.md:14: `candidate_matches` is "(a" (unclosed group); expected a regular expression that fits all of the candidate's value. Correct it; a backslash takes a sign literally"#)]
#[case::two_values("kind =", "candidate = 1\ncandidate_matches = \"1\"\nkind =", r#"DIVERGENCE.md:15: both `candidate` and `candidate_matches`; expected one of them. Remove the one that says less"#)]
#[case::date("kind =", "candidate = 2020-01-01\nkind =", r#"DIVERGENCE.md:14: `candidate` is a date, or a number beyond JSON's; expected the candidate's value. Write a date as a string"#)]
#[case::optional(
    "kind =",
    "optional = 1\nkind =",
    r#"DIVERGENCE.md:14: `optional` is an integer; expected true or false. Correct it"#
)]
#[case::classification(
    "kind =",
    "classification = \"gone\"\nkind =",
    r#"DIVERGENCE.md:14: `classification` is "gone"; expected "missing-method". Use one of these words"#
)]
#[case::versions("kind =", "versions = \">=five\"\nkind =", r#"DIVERGENCE.md:14: `versions` is ">=five" (unexpected character 'f' while parsing major version number); expected a semver range within the entry's own, such as ">=5". Correct the range, or leave it out for all versions"#)]
#[case::versions_outside("kind =", "versions = \">=5\"\nkind =", r#"DIVERGENCE.md:14: `versions` is ">=5", of which none is in the entry's `>=4.3, <5`; expected a semver range within the entry's own, such as ">=5". Correct one of them"#)]
fn says_what_is_wrong_with_a_value(#[case] sound: &str, #[case] broken: &str, #[case] message: &str) {
    let text = file("body-field", MATCH);
    assert!(text.contains(sound));
    assert_eq!(errors(&text.replacen(sound, broken, 1)), message);
}

#[rstest]
#[case("20x")]
#[case("<= 20")]
#[case("<= fastx")]
#[case("<= -1x")]
fn a_bound_is_a_ratio(#[case] bound: &str) {
    let text = file("performance", &format!("slower = \"{bound}\"\n[[match]]\nscenario = \"**\""));
    let message = format!(
        "DIVERGENCE.md:11: `slower` is \"{bound}\"; expected the greatest ratio of latencies, such as \"<= 20x\". \
         Write `<=`, a number and `x`"
    );
    assert_eq!(errors(&text), message);
}

#[test]
fn collects_all_that_is_wrong() {
    let text = with("status = 1").replace("id = \"one\"", "id = \"A\"")
        + &in_match("what = 1")
        + "\n## Last\n\n```toml\nx = 1\n```\n";
    let places: Vec<usize> =
        DivergenceList::parse("f", &text).unwrap_err().iter().map(|e| e.at().unwrap().line).collect();
    // A TOML error, an unknown field, no prose, an unknown field, five missing fields.
    assert_eq!(places, [11, 31, 34, 36, 36, 36, 36, 36, 37]);
}
