use super::{Evidence, evidence};
use crate::compare::Kind;
use crate::gate::{ScenarioVerdict, Source, Verdict};
use crate::report::{View, json, json_all, terminal};
use rstest::rstest;

fn show(evidence: &Evidence, view: View) -> String {
    terminal(&evidence.verdict, &evidence.list, &evidence.pairs, None, &view)
}

/// Only what is declared is left, and nothing is wrong.
fn conforming() -> Evidence {
    let mut evidence = evidence(Source::Recorded);
    let Verdict { result, accounting, changed } = &mut evidence.verdict;
    result.differences.retain(|one| one.divergence.is_some());
    result.scenarios.retain(|one| {
        !one.trouble && one.verdict != ScenarioVerdict::Undeclared && one.verdict != ScenarioVerdict::Changed
    });
    accounting.undeclared.clear();
    accounting.changed.clear();
    accounting.unmatched.clear();
    changed.clear();
    evidence
}

#[test]
fn every_section() {
    insta::assert_snapshot!(show(&evidence(Source::Live), View::default()));
}

#[test]
fn verbose_and_narrow() {
    insta::assert_snapshot!(show(&evidence(Source::Recorded), View { verbose: true, width: 64, ..View::default() }));
}

#[test]
fn trace_of_what_is_undeclared() {
    let mut evidence = evidence(Source::Live);
    evidence.verdict.accounting.undeclared.truncate(1);
    let view = View { trace: true, ..View::default() };
    let report = terminal(&evidence.verdict, &evidence.list, &evidence.pairs, Some(&evidence.raw), &view);
    let end = report.find("Changed:").unwrap_or(report.len());
    insta::assert_snapshot!(&report[..end]);
}

#[test]
fn trace_of_snapshots_shows_what_they_hold() {
    let report = show(&evidence(Source::Recorded), View { trace: true, ..View::default() });
    assert!(report.contains("docker 20.10.24, step 1, as recorded"), "{report}");
    assert!(!report.contains("hunter2"), "{report}");
}

#[test]
fn conforms() {
    insta::assert_snapshot!(show(&conforming(), View::default()));
}

#[test]
fn nothing_compared_is_said() {
    let mut evidence = conforming();
    evidence.verdict.result.scenarios.clear();
    evidence.verdict.result.differences.clear();
    let report = show(&evidence, View::default());
    assert!(report.ends_with("conforms\nbut nothing was compared: no scenario ran on both engines\n"), "{report}");
}

#[rstest]
#[case::short(View::default())]
#[case::verbose(View { verbose: true, trace: true, ..View::default() })]
fn the_engine_moves_no_cursor(#[case] view: View) {
    let mut evidence = evidence(Source::Live);
    let hostile = "a\u{1b}[2J\u{9b}31m\r\u{202e}b";
    evidence.verdict.result.candidate.version = hostile.to_owned();
    for difference in &mut evidence.verdict.result.differences {
        difference.candidate = serde_json::json!({ hostile: [hostile], "text": format!("{hostile}\n{hostile}") });
    }
    for scenario in &mut evidence.verdict.result.scenarios {
        scenario.reason = Some(hostile.to_owned());
    }
    for text in &mut evidence.verdict.changed {
        hostile.clone_into(text);
    }
    let report = terminal(&evidence.verdict, &evidence.list, &evidence.pairs, Some(&evidence.raw), &view);
    let unwanted = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert_eq!(report.chars().find(|c| unwanted(*c)), None, "{report}");
}

#[test]
fn colours_are_all_that_colour_adds() {
    let evidence = evidence(Source::Live);
    let plain = show(&evidence, View::default());
    let coloured = show(&evidence, View { colour: true, ..View::default() });
    assert!(coloured.contains("\u{1b}[31m- \u{1b}[0m"), "{coloured}");
    assert!(coloured.contains("\u{1b}[32m+ \u{1b}[0m"), "{coloured}");
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        stripped.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    stripped.push_str(rest);
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(lines(&stripped), lines(&plain));
}

#[rstest]
#[case(40)]
#[case(80)]
#[case(120)]
fn the_table_fits_its_width(#[case] width: usize) {
    let report = show(&conforming(), View { width, ..View::default() });
    let table = report.lines().skip_while(|line| *line != "Declared divergences").take_while(|line| !line.is_empty());
    for line in table {
        assert!(crate::report::text::width(line) <= width, "{line}");
    }
}

#[test]
fn what_was_not_reached_is_counted_once() {
    let evidence = evidence(Source::Live);
    let report = show(&evidence, View::default());
    let lost = evidence.verdict.result.differences.iter().filter(|one| one.kind == Kind::NotReached).count();
    assert_eq!(lost, 3);
    assert!(report.contains("containers/create/no-image (2 later steps not reached)"), "{report}");
    assert!(report.contains("2 not reached because of these"), "{report}");
}

#[test]
fn long_texts_are_shown_from_where_they_part() {
    let mut evidence = evidence(Source::Recorded);
    let index = evidence.verdict.accounting.undeclared[0];
    evidence.verdict.accounting.undeclared.truncate(1);
    let text = |end: &str| format!("{} {end} {}", "é lorem ".repeat(9000), "ipsum ".repeat(9000));
    evidence.verdict.result.differences[index].reference = text("left").into();
    evidence.verdict.result.differences[index].candidate = text("right").into();
    let report = show(&evidence, View::default());
    let side =
        |sign: &str, word: &str| report.lines().any(|line| line.trim_start().starts_with(sign) && line.contains(word));
    assert!(side("- ", "left") && side("+ ", "right"), "{report}");
    assert!(report.len() < 20_000, "{}", report.len());
}

#[test]
fn two_secrets_that_differ_are_not_shown() {
    let mut evidence = evidence(Source::Recorded);
    let index = evidence.verdict.accounting.undeclared[0];
    let difference = &mut evidence.verdict.result.differences[index];
    difference.pointer = "/body/JoinTokens/Worker".to_owned();
    difference.reference = "hunter1".into();
    difference.candidate = "hunter2".into();
    let report = show(&evidence, View::default());
    assert!(report.contains("(the secrets themselves differ)") && !report.contains("hunter"), "{report}");
}

#[test]
fn json_keeps_the_schema_and_no_secret() {
    let evidence = evidence(Source::Live);
    let text = json(&evidence.verdict);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["schema"], 1);
    assert_eq!(value["source"], "live");
    assert_eq!(value["differences"].as_array().map(Vec::len), Some(evidence.verdict.result.differences.len()));
    assert_eq!(value["scenarios"][0]["verdict"], "blocked");
    assert!(!text.contains("hunter2"), "{text}");
    let all: serde_json::Value =
        serde_json::from_str(&json_all(&[evidence.verdict.clone(), evidence.verdict])).unwrap();
    assert_eq!(all[1], value);
    assert_eq!(json_all(&[]), "[]");
}

/// A run of a few scenarios is not buried under what they have nothing to do with.
#[test]
fn what_a_part_of_the_scenarios_does_not_exercise_is_counted_not_listed() {
    let mut evidence = evidence(Source::Live);
    let entry = &mut evidence.verdict.accounting.entries[1];
    (entry.verdict, entry.differences) = (crate::divergence::Verdict::NotExercised, 0);
    let title = entry.title.clone();
    let report = |verbose| {
        let view = View { verbose, ..View::default() };
        terminal(&evidence.verdict, &evidence.list, &evidence.pairs, None, &view)
    };
    assert!(!report(false).contains(&title));
    assert!(report(false).contains("1 declared divergence is not exercised by these scenarios (--verbose lists them)"));
    assert!(report(true).contains(&title) && !report(true).contains("--verbose lists"));
}
