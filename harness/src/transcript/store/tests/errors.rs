//! What cannot be recorded or loaded, and what a person is told then.

use rstest::rstest;

use super::*;
use RecordMode::{Accept, Review};

fn newer() -> EngineIdentity {
    EngineIdentity { version: "4.3.2".into(), ..podman() }
}

#[test]
fn another_version_needs_all_scenarios_or_acceptance() {
    let fixture = Fixture::recorded();
    let base = fixture.store.load("docker-20.10").unwrap();
    let record = |results: &[_], mode, complete| {
        fixture.store.record(&Whose::engine(&newer()), Some(&base), results, mode, complete)
    };
    let error = record(&[says(A, "one")], Review, false).unwrap_err();
    insta::assert_snapshot!(error, @"snapshots/podman-4.3 was recorded on podman 4.3.1 (API 1.41), and this is podman 4.3.2 (API 1.41). Record all scenarios for review, or accept these as they are");
    assert_eq!(fixture.store.load("podman-4.3").unwrap().index.version, "4.3.1");

    record(&[says(A, "one"), says(B, "other")], Review, false).unwrap();
    assert_eq!(fixture.store.load("podman-4.3").unwrap().index.version, "4.3.2");
    fixture.podman(&[says(A, "one")], Accept, false).unwrap();
    assert_eq!(fixture.store.load("podman-4.3").unwrap().index.version, "4.3.1");
    record(&[says(A, "one")], Review, true).unwrap();
    assert_eq!(fixture.store.load("podman-4.3").unwrap().index.version, "4.3.2");
}

#[test]
fn another_base_needs_all_scenarios() {
    let fixture = Fixture::recorded();
    let newer = EngineIdentity { version: "23.0.0".into(), ..docker() };
    fixture.store.record(&Whose::engine(&newer), None, &[says(A, "two"), says(B, "two")], Accept, true).unwrap();
    let base = fixture.store.load("docker-23.0").unwrap();
    let record = |results: &[_], complete| {
        fixture.store.record(&Whose::engine(&podman()), Some(&base), results, Accept, complete)
    };
    let before = fixture.files();
    let error = record(&[says(B, "two")], false).unwrap_err();
    insta::assert_snapshot!(error, @"snapshots/podman-4.3 was recorded against docker-20.10, not docker-23.0, and this recording leaves scenarios alone that are equal to that base (1 of them; `containers/create/duplicate-name` is one). Record all scenarios, or record against the same base");
    assert_eq!(fixture.files(), before);

    record(&[says(A, "one"), says(B, "two")], true).unwrap();
    assert_eq!(fixture.word("podman-4.3", A).as_deref(), Some("one"));
    assert_eq!(fixture.word("podman-4.3", B).as_deref(), Some("two"));
    assert_eq!(fixture.problems(), [""; 0]);
}

#[test]
fn a_base_that_moved_is_not_read_as_if_it_had_not() {
    let fixture = Fixture::recorded();
    let path = format!("docker-20.10/{A}.snap");
    fs::write(fixture.path(&path), fixture.text(&path).replace("\"one\"", "\"two\"")).unwrap();
    let error = fixture.store.load("podman-4.3").unwrap().transcript(A).unwrap_err();
    insta::assert_snapshot!(error, @"`containers/create/duplicate-name` on podman-4.3 was recorded as equal to docker-20.10, whose snapshot has changed since (or is gone). Record `containers/create/duplicate-name` on podman-4.3 again");
    // Recording it again mends it.
    fixture.podman(&[says(A, "one")], Accept, false).unwrap();
    assert_eq!(fixture.word("podman-4.3", A).as_deref(), Some("one"));
}

#[test]
fn bases_do_not_lead_back() {
    let fixture = Fixture::recorded();
    let base = fixture.store.load("podman-4.3").unwrap();
    let error = fixture.store.record(&Whose::engine(&podman()), Some(&base), &[], Accept, false).unwrap_err();
    insta::assert_snapshot!(error, @"snapshots/podman-4.3 cannot be its own base: its snapshots would stand in for themselves. Record it without a base");
    let index = fixture.text("docker-20.10/index.json").replace("\"base\": null", "\"base\": \"podman-4.3\"");
    fs::write(fixture.path("docker-20.10/index.json"), index).unwrap();
    let error = fixture.store.load("docker-20.10").unwrap_err();
    insta::assert_snapshot!(error, @"snapshots/podman-4.3/index.json: its `base` leads back to itself (docker-20.10 -> podman-4.3 -> docker-20.10). Set one of these bases to null and record that engine's scenarios again");
}

#[test]
fn what_is_not_recorded_is_named_with_what_is() {
    let fixture = Fixture::recorded();
    let error = fixture.store.load("podman-5.0").unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(&fixture.store.root().display().to_string(), "snapshots"), @"snapshots/podman-5.0/index.json does not exist: nothing is recorded for `podman-5.0` (recorded: docker-20.10, podman-4.3). Record that engine first, or name one that is");
    let index = fixture.text("docker-20.10/index.json").replace("\"schema\": 2", "\"schema\": 3,\n\"more\": 1");
    fs::write(fixture.path("docker-20.10/index.json"), index).unwrap();
    let error = fixture.store.load("podman-4.3").unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(&fixture.store.root().display().to_string(), "snapshots"), @"snapshots/docker-20.10/index.json: schema 3 is not known; this Lockstep reads schema 2. Use the Lockstep that wrote it, or delete the folder and record that engine again");
}

#[rstest]
#[case("")]
#[case("/etc/passwd")]
#[case("../x")]
#[case("a//b")]
#[case("a/../b")]
#[case("a/.hidden")]
#[case("a\\b")]
#[case("a b")]
#[case("ünï")]
#[case("a/")]
fn names_stay_in_the_folder(#[case] name: &str) {
    let fixture = Fixture::new();
    let error = fixture.docker(&[says(name, "one")], Accept, false).unwrap_err();
    assert!(matches!(error, StoreError::Name { .. }), "{error}");
    let identity = EngineIdentity { engine: format!("{name}/x"), version: "none".into(), api: "1.41".into() };
    let error = fixture.store.record(&Whose::engine(&identity), None, &[says(A, "one")], Accept, false).unwrap_err();
    assert!(matches!(error, StoreError::Name { .. }), "{error}");
    assert!(!fixture.store.root().exists());
}

#[test]
fn results_have_to_be_of_the_scenario_they_name() {
    let fixture = Fixture::new();
    let error = fixture.docker(&[(B.to_owned(), says(A, "one").1)], Accept, false).unwrap_err();
    assert!(error.to_string().contains("was given the transcript of `containers/create/duplicate-name`"), "{error}");
    let error = fixture.docker(&[says(A, "one"), not_run(A)], Accept, false).unwrap_err();
    assert!(error.to_string().contains("was given two results"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let fixture = Fixture::new();
    fs::create_dir_all(fixture.store.root()).unwrap();
    fs::write(fixture.path("docker-20.10"), "a file in the way").unwrap();
    let error = fixture.docker(&[says(A, "one")], Accept, false).unwrap_err();
    assert!(error.to_string().contains("docker-20.10"), "{error}");
}
