//! What recording leaves behind.

use super::*;
use crate::transcript::snapshot::write;
use RecordMode::{Accept, Review};

#[test]
fn the_folder_of_a_reference() {
    let fixture = Fixture::new();
    let summary = fixture.docker(&[says(A, "one"), not_run(B)], Accept, true).unwrap();
    assert_eq!(
        (summary.slug.as_str(), summary.new, summary.not_run),
        ("docker-20.10", catalogue(&[A]), catalogue(&[B]))
    );
    assert_eq!(fixture.files(), [format!("docker-20.10/{A}.snap"), "docker-20.10/index.json".into()]);
    insta::assert_snapshot!(fixture.text(&format!("docker-20.10/{A}.snap")), @r#"
    ---
    source: suites
    expression: containers/create/duplicate-name
    ---
    # containers/create/duplicate-name

    ## 1. GET /info
    @ observe word:
     "one"
    "#);
    insta::assert_snapshot!(fixture.text("docker-20.10/index.json"), @r#"
    {
      "schema": 2,
      "engine": "docker",
      "version": "20.10.24",
      "api": "1.41",
      "recorded_from": "engine",
      "base": null,
      "scenarios": {
        "containers/create/duplicate-name": {"recorded":"ce06112692840f3e"},
        "images/pull": {"not-run":"no swarm here"}
      }
    }
    "#);
    assert_eq!(fixture.word("docker-20.10", A).as_deref(), Some("one"));
    assert_eq!(fixture.word("docker-20.10", B), None);
    assert_eq!(fixture.word("docker-20.10", C), None);
    assert_eq!(fixture.store.slugs().unwrap(), ["docker-20.10"]);
    assert_eq!(fixture.problems(), [""; 0]);
}

#[test]
fn insta_reads_the_same_files() {
    let fixture = Fixture::recorded();
    let (_, RecordedOutcome::Transcript(transcript)) = says(A, "one") else { unreachable!() };
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(fixture.path("docker-20.10/containers/create"));
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!("duplicate-name", write(&transcript)));
    let before = fixture.text(&format!("docker-20.10/{A}.snap"));
    // insta keeps its hands off a file that matches.
    assert_eq!(fixture.text(&format!("docker-20.10/{A}.snap")), before);
    assert_eq!(fixture.problems(), [""; 0]);
}

#[test]
fn what_equals_the_base_has_no_file() {
    let fixture = Fixture::recorded();
    let podman: Vec<_> = fixture.files().into_iter().filter(|file| file.starts_with("podman")).collect();
    assert_eq!(podman, ["podman-4.3/images/pull.snap", "podman-4.3/index.json"]);
    assert!(matches!(fixture.entry("podman-4.3", A), Some(Entry::Equal { .. })));
    assert_eq!(fixture.word("podman-4.3", A).as_deref(), Some("one"));
    assert_eq!(fixture.word("podman-4.3", B).as_deref(), Some("other"));

    // And loses the one it had; so does its folder.
    let summary = fixture.podman(&[says(B, "one")], Accept, false).unwrap();
    assert_eq!((summary.changed, summary.equal), (catalogue(&[B]), 1));
    assert!(!fixture.path("podman-4.3/images").exists());
    assert_eq!(fixture.word("podman-4.3", B).as_deref(), Some("one"));
    assert_eq!(fixture.problems(), [""; 0]);
}

#[test]
fn a_partial_recording_leaves_the_rest_alone() {
    let fixture = Fixture::recorded();
    let summary = fixture.podman(&[says(A, "new")], Accept, false).unwrap();
    assert_eq!((summary.changed, summary.gone), (catalogue(&[A]), vec![]));
    assert_eq!(fixture.word("podman-4.3", B).as_deref(), Some("other"));

    // Without a base it keeps the one that it has.
    let summary = fixture.store.record(&Whose::engine(&podman()), None, &[says(A, "one")], Accept, false).unwrap();
    assert_eq!(summary.equal, 1);
    assert_eq!(fixture.store.load("podman-4.3").unwrap().index.base.as_deref(), Some("docker-20.10"));
    assert_eq!(fixture.problems(), [""; 0]);
}

#[test]
fn recording_the_same_again_writes_nothing() {
    let fixture = Fixture::recorded();
    let path = fixture.path("podman-4.3/images/pull.snap");
    let times =
        || [&path, &fixture.path("podman-4.3/index.json")].map(|file| fs::metadata(file).unwrap().modified().unwrap());
    let before = times();
    for mode in [Review, Accept] {
        let summary = fixture.podman(&[says(A, "one"), says(B, "other")], mode, true).unwrap();
        assert_eq!((summary.unchanged, summary.equal), (catalogue(&[A, B]), 1));
    }
    assert_eq!(times(), before);
}

#[test]
fn what_is_gone_is_removed_by_a_complete_recording() {
    let fixture = Fixture::recorded();
    let summary = fixture.podman(&[says(A, "one")], Review, true).unwrap();
    assert_eq!(summary.gone, [B]);
    assert_eq!(fixture.word("podman-4.3", B).as_deref(), Some("other"), "a review removes nothing");

    fs::write(fixture.path("podman-4.3/orphan.snap"), "x").unwrap();
    let summary = fixture.podman(&[says(A, "one")], Accept, true).unwrap();
    assert_eq!(summary.gone, [B, "orphan"]);
    assert_eq!(fixture.files().iter().filter(|file| file.starts_with("podman")).count(), 1);
    assert_eq!(fixture.entry("podman-4.3", B), None);
}

#[test]
fn a_changed_snapshot_waits_for_review() {
    let fixture = Fixture::recorded();
    let summary = fixture.podman(&[says(B, "changed")], Review, false).unwrap();
    let (file, new) = (fixture.path("podman-4.3/images/pull.snap"), fixture.path("podman-4.3/images/pull.snap.new"));
    assert_eq!((summary.changed, summary.pending), (catalogue(&[B]), vec![new.clone()]));
    let recorded = fixture.store.load("podman-4.3").unwrap();
    assert_eq!(recorded.pending().unwrap(), [new.as_path()]);
    assert_eq!(recorded.edited().unwrap(), [""; 0]);
    assert_eq!(fixture.word("podman-4.3", B).as_deref(), Some("other"), "until it is accepted");
    assert_eq!(fixture.problems().len(), 1);

    // Rejected: the index says otherwise than the file.
    let text = fs::read_to_string(&new).unwrap();
    fs::remove_file(&new).unwrap();
    assert_eq!(fixture.store.load("podman-4.3").unwrap().edited().unwrap(), [B]);
    // Accepted, as cargo-insta does it.
    fs::write(&file, text).unwrap();
    assert_eq!(fixture.word("podman-4.3", B).as_deref(), Some("changed"));
    assert_eq!(fixture.problems(), [""; 0]);
}

#[test]
fn a_pending_file_goes_when_the_change_does() {
    for mode in [Review, Accept] {
        let fixture = Fixture::recorded();
        fixture.podman(&[says(B, "changed")], Review, false).unwrap();
        let summary = fixture.podman(&[says(B, "other")], mode, false).unwrap();
        assert_eq!(summary.unchanged, [B]);
        assert_eq!(fixture.problems(), [""; 0]);
    }
}

#[test]
fn a_review_of_what_was_equal_shows_the_difference_from_the_base() {
    let fixture = Fixture::recorded();
    fixture.podman(&[says(A, "changed")], Review, false).unwrap();
    assert!(fixture.text(&format!("podman-4.3/{A}.snap")).contains("\"one\""));
    assert!(fixture.text(&format!("podman-4.3/{A}.snap.new")).contains("\"changed\""));
    fs::rename(fixture.path(&format!("podman-4.3/{A}.snap.new")), fixture.path(&format!("podman-4.3/{A}.snap")))
        .unwrap();
    assert_eq!(fixture.word("podman-4.3", A).as_deref(), Some("changed"));
    assert_eq!(fixture.problems(), [""; 0]);
}

#[test]
fn a_review_writes_what_is_new() {
    let fixture = Fixture::recorded();
    let summary = fixture.docker(&[says(C, "one")], Review, false).unwrap();
    assert_eq!((summary.new, summary.pending), (catalogue(&[C]), vec![]));
    assert_eq!(fixture.word("docker-20.10", C).as_deref(), Some("one"));
}

#[test]
fn what_can_no_longer_be_run_is_kept_in_a_review() {
    let fixture = Fixture::recorded();
    let summary = fixture.podman(&[not_run(B)], Review, false).unwrap();
    assert_eq!((summary.kept, summary.not_run), (catalogue(&[B]), vec![]));
    assert_eq!(fixture.word("podman-4.3", B).as_deref(), Some("other"));

    let summary = fixture.podman(&[not_run(B)], Accept, false).unwrap();
    assert_eq!((summary.kept, summary.not_run), (vec![], catalogue(&[B])));
    assert_eq!(fixture.word("podman-4.3", B), None);
    assert!(!fixture.path("podman-4.3/images").exists());
    assert_eq!(fixture.problems(), [""; 0]);
}

#[test]
fn a_recording_keeps_its_transcripts_when_its_base_changes() {
    for mode in [Accept, Review] {
        for result in [says(A, "two"), not_run(A)] {
            let fixture = Fixture::recorded();
            let kept = mode == Review && matches!(result.1, RecordedOutcome::NotRun(_));
            let summary = fixture.docker(&[result], mode, false).unwrap();
            assert_eq!(summary.copied.is_empty(), kept, "{summary:?}");
            assert_eq!(fixture.word("podman-4.3", A).as_deref(), Some("one"));
            assert_eq!(matches!(fixture.entry("podman-4.3", A), Some(Entry::Equal { .. })), kept);
            assert!(fixture.problems().iter().all(|problem| problem.contains("waits for review")));
        }
    }
}

#[test]
fn a_base_may_have_a_base() {
    let fixture = Fixture::recorded();
    let base = fixture.store.load("podman-4.3").unwrap();
    let next = EngineIdentity { version: "5.0".into(), ..podman() };
    let results = [says(A, "one"), says(B, "other")];
    let summary = fixture.store.record(&Whose::engine(&next), Some(&base), &results, Accept, true).unwrap();
    assert_eq!((summary.slug.as_str(), summary.equal), ("podman-5.0", 2));
    assert_eq!(fixture.word("podman-5.0", A).as_deref(), Some("one"));
    assert_eq!(fixture.word("podman-5.0", B).as_deref(), Some("other"));
    fixture.docker(&[says(A, "two")], Accept, false).unwrap();
    assert_eq!(fixture.word("podman-5.0", A).as_deref(), Some("one"));
    assert_eq!(fixture.problems(), [""; 0]);
}

#[test]
fn recordings_do_not_get_in_each_others_way() {
    let fixture = Fixture::new();
    let names: Vec<String> = (0..16).map(|number| format!("system/s{number}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| fixture.docker(&[says(name, "one")], Accept, false).unwrap());
        }
    });
    assert_eq!(fixture.store.load("docker-20.10").unwrap().index.scenarios.len(), 16);
    assert_eq!(fixture.store.check(&names), []);
}

/// A later version of the candidate.
fn later(fixture: &Fixture, results: &[(String, RecordedOutcome)], complete: bool) -> RecordSummary {
    let identity = EngineIdentity { version: "5.4.2".into(), ..podman() };
    let base = fixture.store.load("docker-20.10").unwrap();
    fixture.store.record(&Whose::engine(&identity), Some(&base), results, Accept, complete).unwrap()
}

#[test]
fn a_second_version_costs_only_what_differs_from_the_first() {
    let fixture = Fixture::recorded();
    let summary = later(&fixture, &[says(A, "one"), says(B, "other"), says(C, "only here")], true);
    assert_eq!(
        (summary.new.len(), summary.equal),
        (3, 1),
        "equal to the reference is what an earlier version does not count for"
    );
    let own: Vec<_> = fixture.files().into_iter().filter(|file| file.starts_with("podman-5.4")).collect();
    assert_eq!(own, ["podman-5.4/index.json", "podman-5.4/system/ping.snap"]);
    assert!(matches!(fixture.entry("podman-5.4", B), Some(Entry::Equal { to: Some(to), .. }) if to == "podman-4.3"));
    assert!(matches!(fixture.entry("podman-5.4", A), Some(Entry::Equal { to: None, .. })));
    assert_eq!(fixture.word("podman-5.4", B).as_deref(), Some("other"));
    assert_eq!(fixture.store.load("podman-5.4").unwrap().base().map(|base| base.slug.as_str()), Some("docker-20.10"));

    // What is recorded again of the first leaves the second as it was.
    let summary = fixture.podman(&[says(B, "healed")], Accept, false).unwrap();
    assert_eq!(summary.copied, [("podman-5.4".to_owned(), B.to_owned())]);
    assert_eq!(fixture.word("podman-5.4", B).as_deref(), Some("other"));
    assert_eq!(fixture.word("podman-4.3", B).as_deref(), Some("healed"));
    // And an earlier version never builds on a later one.
    let summary = fixture.podman(&[says(B, "other")], Accept, false).unwrap();
    assert_eq!((summary.changed, summary.equal), (catalogue(&[B]), 0));
    assert!(matches!(fixture.entry("podman-4.3", B), Some(Entry::Recorded(_))));
}

#[test]
fn a_change_of_the_first_version_behind_the_seconds_back_is_told() {
    let fixture = Fixture::recorded();
    later(&fixture, &[says(A, "one"), says(B, "other")], true);
    std::fs::remove_file(fixture.path("podman-4.3/images/pull.snap")).unwrap();
    let problems = fixture.store.check(&catalogue(&[A, B]));
    let moved = |problem: &StoreProblem| matches!(problem, StoreProblem::BaseMoved { slug, base, .. } if slug == "podman-5.4" && base == "podman-4.3");
    assert!(problems.iter().any(moved), "{problems:?}");
}
