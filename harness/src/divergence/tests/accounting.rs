use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};

use super::{EXIT, INSPECT, WAIT, account_for, difference, entries, exit, file, parsed, verdicts};
use crate::compare::{Aspect, Classification, Difference, Kind};
use crate::divergence::Verdict;

#[test]
fn holds_when_it_shows_as_declared() {
    let list = parsed(&file("exit-status", EXIT));
    let mut differences = [exit("run/7", json!(0)), exit("run/9", json!(0))];
    let accounting = account_for(&list, &[("run/7", &[WAIT]), ("run/9", &[WAIT])], &[], &mut differences);
    assert!(accounting.is_clean());
    assert_eq!(verdicts(&accounting), [("one", Verdict::Holds, 2)]);
    assert_eq!(differences[0].divergence.as_deref(), Some("one"));
    assert_eq!(
        serde_json::to_value(&accounting.entries[0]).unwrap(),
        json!({
            "id": "one", "title": "Title", "category": "exit-status", "status": "deficiency", "verdict": "holds",
            "differences": 2, "matches": [{ "line": 11, "verdict": "holds", "differences": 2 }],
        })
    );
}

#[test]
fn undeclared_is_what_no_match_is_near() {
    let list = parsed(&file("exit-status", EXIT));
    let mut differences = [
        exit("run/7", json!(0)),
        exit("other/7", json!(0)),
        difference("run/7", INSPECT, "/body/StatusCode", Kind::Value, (json!(7), json!(0))),
        difference("run/7", WAIT, "/body/Error", Kind::Extra, (Value::Null, json!("x"))),
    ];
    differences[3].divergence = Some("left from an earlier run".to_owned());
    let accounting = account_for(&list, &[("run/7", &[WAIT, INSPECT])], &[], &mut differences);
    assert_eq!(accounting.undeclared, [1, 2, 3]);
    assert_eq!(differences[3].divergence, None);
    assert!(accounting.changed.is_empty() && accounting.unmatched.is_empty() && !accounting.is_clean());
}

#[test]
fn healed_is_what_was_looked_for_and_does_not_show() {
    let list = parsed(&file("exit-status", EXIT));
    let accounting = account_for(&list, &[("run/7", &[WAIT])], &[], &mut []);
    assert_eq!(verdicts(&accounting), [("one", Verdict::Healed, 0)]);
    assert_snapshot!(accounting.unmatched[0].text, @"one: match at DIVERGENCE.md:11 fits no difference: the candidate no longer differs there; delete the match (or the entry)");
    let accounting = account_for(&list, &[("walk/7", &[WAIT])], &[], &mut []);
    assert_eq!(verdicts(&accounting), [("one", Verdict::Healed, 0)]);
    assert_snapshot!(accounting.unmatched[0].text, @"one: match at DIVERGENCE.md:11 fits no scenario of the catalogue; correct its scenario, or delete the match (or the entry)");
    let accounting = account_for(&list, &[("run/7", &[INSPECT])], &[], &mut []);
    assert_eq!(verdicts(&accounting), [("one", Verdict::Healed, 0)]);
    assert_snapshot!(accounting.unmatched[0].text, @"one: match at DIVERGENCE.md:11 fits no operation that its scenarios drive; correct its operation, or delete the match (or the entry)");
}

#[test]
fn one_healed_match_heals_its_entry() {
    let second = EXIT.replace("StatusCode", "Error");
    let list = parsed(&file("exit-status", &format!("{EXIT}\n\n{second}")));
    let mut differences = [exit("run/7", json!(0))];
    let accounting = account_for(&list, &[("run/7", &[WAIT])], &[], &mut differences);
    assert_eq!(verdicts(&accounting), [("one", Verdict::Healed, 1)]);
    assert_eq!(accounting.unmatched.iter().map(|one| one.line).collect::<Vec<_>>(), [18]);
    assert_eq!(accounting.entries[0].matches[0].verdict, Verdict::Holds);
}

#[rstest]
#[case::value(Kind::Value, json!(7), json!(1))]
#[case::kind(Kind::Missing, json!(7), Value::Null)]
fn changed_is_what_shows_otherwise(#[case] kind: Kind, #[case] reference: Value, #[case] candidate: Value) {
    let list = parsed(&file("exit-status", EXIT));
    let mut differences = [difference("run/7:3", WAIT, "/body/StatusCode", kind, (reference, candidate))];
    let accounting = account_for(&list, &[("run/7", &[WAIT])], &[], &mut differences);
    assert_eq!(verdicts(&accounting), [("one", Verdict::Changed, 0)]);
    assert_eq!(accounting.entries[0].matches[0].verdict, Verdict::Changed);
    assert!(accounting.undeclared.is_empty() && accounting.unmatched.is_empty());
    let changed = &accounting.changed[0];
    assert_eq!((changed.difference, changed.line, changed.expected.as_str()), (0, 11, "kind value, candidate 0"));
    assert_eq!(differences[0].divergence, None);
}

#[test]
fn a_change_says_what_was_expected() {
    let list = parsed(&file("exit-status", EXIT));
    let accounting = account_for(&list, &[("run/7", &[WAIT])], &[], &mut [exit("run/7:3", json!(1))]);
    assert_snapshot!(accounting.changed[0].text, @"one: match at DIVERGENCE.md:11 declares kind value, candidate 0, but run/7 step 3 shows kind value, reference 7, candidate 1; find out why, then correct the match");
}

#[test]
fn another_kind_under_a_glob_is_another_difference() {
    let list =
        parsed(&file("body-field", "[[match]]\nscenario = \"run/*\"\npointer = \"/body/*/Id\"\nkind = \"value\""));
    let mut differences = [difference("run/7", WAIT, "/body/0/Id", Kind::Missing, (json!(1), Value::Null))];
    let accounting = account_for(&list, &[("run/7", &[WAIT])], &[], &mut differences);
    assert_eq!(accounting.undeclared, [0]);
    assert_eq!(verdicts(&accounting), [("one", Verdict::Healed, 0)]);
}

#[test]
fn a_change_that_another_entry_declares_is_none() {
    let other = EXIT.replace("candidate = 0", "candidate = 1").replace("run/*", "run/9");
    let list = entries(&[("zero", "exit-status", EXIT), ("one", "exit-status", &other)]);
    let mut differences = [exit("run/7", json!(0)), exit("run/9", json!(1))];
    let accounting = account_for(&list, &[("run/7", &[WAIT]), ("run/9", &[WAIT])], &[], &mut differences);
    assert!(accounting.is_clean());
    assert_eq!(verdicts(&accounting), [("zero", Verdict::Holds, 1), ("one", Verdict::Holds, 1)]);
}

#[test]
fn the_most_specific_match_takes_a_difference() {
    let wide = "[[match]]\nscenario = \"**\"\npointer = \"/body/StatusCode\"\nkind = \"value\"";
    let list =
        entries(&[("wide", "exit-status", wide), ("narrow", "exit-status", EXIT), ("again", "exit-status", EXIT)]);
    let mut differences = [exit("run/7", json!(0)), exit("other/7", json!(0))];
    let accounting = account_for(&list, &[("run/7", &[WAIT]), ("other/7", &[WAIT])], &[], &mut differences);
    let given: Vec<_> = differences.iter().map(|one| one.divergence.as_deref()).collect();
    assert_eq!(given, [Some("narrow"), Some("wide")]);
    // The third says nothing that the second does not.
    assert_eq!(verdicts(&accounting)[2], ("again", Verdict::Healed, 0));
    assert_eq!(accounting.entries[2].matches[0].differences, 1);
    assert_snapshot!(accounting.unmatched[0].text, @"again: the entry at DIVERGENCE.md:35 accounts for no difference: more specific entries account for all that it fits; delete the entry");
}

#[test]
fn a_missing_method_takes_all_of_its_answer() {
    let header = "[[match]]\nscenario = \"**\"\noperation = \"POST /swarm/init\"\npointer = \"/headers/content-type\"\nkind = \"value\"";
    let missing = "[[match]]\nscenario = \"**\"\noperation = \"* /swarm*\"\nclassification = \"missing-method\"";
    let list = entries(&[("header", "header", header), ("missing", "missing-method", missing)]);
    let mut differences: Vec<Difference> = ["/status", "/headers/content-type", "/body"]
        .iter()
        .map(|pointer| Difference {
            classification: Some(Classification::MissingMethod),
            ..difference("swarm/init", "POST /swarm/init", pointer, Kind::Value, (json!("a"), json!("b")))
        })
        .collect();
    let accounting = account_for(&list, &[("swarm/init", &["POST /swarm/init"])], &[], &mut differences);
    assert!(differences.iter().all(|one| one.divergence.as_deref() == Some("missing")));
    assert_eq!(verdicts(&accounting)[1], ("missing", Verdict::Holds, 3));
}

#[test]
fn an_unnamed_aspect_is_one_of_the_category() {
    let list = parsed(&file("body-field", "[[match]]\nscenario = \"run/*\"\npointer = \"/body\"\nkind = \"value\""));
    let mut differences = [difference("run/7", WAIT, "/body", Kind::Value, (json!("a"), json!("b")))];
    differences[0].aspect = Aspect::Stream;
    let accounting = account_for(&list, &[("run/7", &[WAIT])], &[], &mut differences);
    assert_eq!(accounting.undeclared, [0]);
}

#[test]
fn optional_tolerates_either_form() {
    let optional = format!("{EXIT}\noptional = true");
    let list = parsed(&file("exit-status", &optional));
    let ran: &[(&str, &[&str])] = &[("run/7", &[WAIT])];
    let accounting = account_for(&list, ran, &[], &mut []);
    assert!(accounting.is_clean());
    assert_eq!(verdicts(&accounting), [("one", Verdict::Holds, 0)]);
    let accounting = account_for(&list, ran, &[], &mut [exit("run/7", json!(0))]);
    assert_eq!(verdicts(&accounting), [("one", Verdict::Holds, 1)]);
    let accounting = account_for(&list, ran, &["run/9"], &mut []);
    assert_eq!(verdicts(&accounting), [("one", Verdict::NotExercised, 0)]);
    // Of a match that can never fit, no form is tolerated.
    let accounting = account_for(&list, &[("walk/7", &[WAIT])], &[], &mut []);
    assert_eq!(verdicts(&accounting), [("one", Verdict::Healed, 0)]);
}

#[test]
fn a_partial_run_heals_nothing_that_it_did_not_look_for() {
    let list = parsed(&file("exit-status", EXIT));
    let accounting = account_for(&list, &[("run/7", &[WAIT])], &["run/9"], &mut []);
    assert!(accounting.is_clean());
    assert_eq!(verdicts(&accounting), [("one", Verdict::NotExercised, 0)]);
    let accounting = account_for(&list, &[("run/7", &[WAIT])], &["run/9"], &mut [exit("run/7", json!(0))]);
    assert_eq!(verdicts(&accounting), [("one", Verdict::Holds, 1)]);
}

#[test]
fn what_cannot_be_observed_is_listed() {
    let list = parsed(&file("logging", "observable = false\nreason = \"on the host\""));
    let accounting = account_for(&list, &[], &[], &mut []);
    assert!(accounting.is_clean());
    assert_eq!(verdicts(&accounting), [("one", Verdict::NotObservable, 0)]);
}

#[test]
fn a_match_may_be_for_some_versions_alone() {
    let text = format!("{EXIT}\nversions = \"<4.4\"\n\n{EXIT}\nversions = \">=4.4\"").replacen(
        "candidate = 0",
        "candidate = 1",
        1,
    );
    let list = parsed(&file("exit-status", &text));
    let entry = &list.entries[0];
    // 4.3.1 shows what the first declares; the second is neither healed nor changed there.
    let ran: &[(&str, &[&str])] = &[("run/7", &[WAIT])];
    let accounting = account_for(&list, ran, &[], &mut [exit("run/7", json!(1))]);
    assert!(accounting.is_clean());
    assert_eq!(accounting.entries[0].matches.iter().map(|one| one.line).collect::<Vec<_>>(), [entry.matches[0].line]);
    let accounting = account_for(&list, ran, &[], &mut [exit("run/7", json!(0))]);
    assert_eq!(verdicts(&accounting), [("one", Verdict::Changed, 0)]);
    // Without a match for the version there is nothing to speak of.
    let list = parsed(&file("exit-status", &format!("{EXIT}\nversions = \">=4.4\"")));
    let accounting = account_for(&list, ran, &[], &mut [exit("run/7", json!(0))]);
    assert!(verdicts(&accounting).is_empty());
    assert_eq!(accounting.undeclared, [0]);
}
