//! What a person is told when a snapshot cannot be read.

use std::path::Path;

use rstest::rstest;

use crate::transcript::snapshot::parse;

#[rstest]
#[case("", 1, "a title")]
#[case("x\n", 1, "a title")]
#[case("# x\n\n## 2. GET /info\n", 3, "a step `## 1. OPERATION`")]
#[case("# x\n<<<<<<< HEAD\n", 2, "a step `## 1. OPERATION`")]
#[case("# x\n\n## 1. GET /info\n", 4, "`> METHOD TARGET`")]
#[case("# x\n\n## 1. GET /info\n> GET\n", 4, "`> METHOD TARGET`")]
#[case("# x\n\n## 1. GET /info\n> GET /info\n", 5, "`< STATUS REASON`")]
#[case("# x\n\n## 1. GET /info\n> GET /info\n< OK\n", 5, "`< STATUS REASON`")]
#[case("# x\n\n## 1. GET /info\n> GET /info\nnothing\n", 5, "`< STATUS REASON`")]
#[case("# x\n\n## 1. GET /info\n> GET /info\n< 200 OK\n< yaml\n", 6, "`< NAME: VALUE` or a body's kind")]
#[case("# x\n\n## 1. GET /info\n> GET /info\n< 200 OK\n< json escaped\n", 6, "`json` alone")]
#[case(
    "# x\n\n## 1. GET /info\n> GET /info\n< 200 OK\n< json\n {\n   \"a\": ,\n }\n",
    8,
    "JSON (expected value, column 8)"
)]
#[case("# x\n\n## 1. GET /info\n> GET /info\n< 200 OK\n< progress\n {}\n {\n", 8, "JSON (EOF")]
#[case("# x\n\n## 1. GET /info\n> GET /info\n< 200 OK\n< frames\n   \"x\"\n", 7, "a stream's name")]
#[case("# x\n\n## 1. GET /info\n> GET /info\n< 200 OK\n< frames\n stdout \"x\n", 7, "JSON (EOF")]
#[case("# x\n\n## 1. GET /info\n> GET /info\n< 200 OK\n< text\nnot indented\n", 7, "lines of text")]
#[case("# x\n\n## 1. GET /info (expects 200)\n@ observe mounts:\n null\n", 4, "as the step expects a status")]
#[case("# x\n\n## 1. docker run\n$ docker 'run\nexit status 0\n", 4, "a closing '")]
#[case("# x\n\n## 1. docker run\n$ docker run\nexit status zero\n", 5, "`exit status N`")]
#[case("# x\n\n(blocked: y)\n\n## 1. GET /info\n", 5, "nothing behind")]
#[case("# x\n\n(blocked: y\n", 3, "`(blocked: REASON)`")]
#[case("---\nsource: suites\n---\n# x\n\nfoo\n", 6, "a step `## 1. OPERATION`")]
fn errors_say_where_and_what(#[case] text: &str, #[case] line: usize, #[case] expected: &str) {
    let error = parse(Path::new("snapshots/x.snap"), text).unwrap_err();
    assert_eq!(error.line, line, "{error}");
    assert!(error.expected.starts_with(expected) || error.expected.contains(expected), "{error}");
    assert!(error.to_string().starts_with(&format!("snapshots/x.snap:{line}: expected ")), "{error}");
}
