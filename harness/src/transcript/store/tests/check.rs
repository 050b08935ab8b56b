//! What is not in order, and that it is said.

use super::*;
use RecordMode::Accept;

#[test]
fn a_store_that_is_not_there_is_in_order() {
    let fixture = Fixture::new();
    assert_eq!(fixture.problems(), [""; 0]);
    assert_eq!(fixture.store.slugs().unwrap(), [""; 0]);
    assert!(fixture.folder.path().exists());
}

#[test]
fn files_and_index_have_to_agree() {
    let fixture = Fixture::recorded();
    let edit =
        |file: &str, from: &str, to: &str| fs::write(fixture.path(file), fixture.text(file).replace(from, to)).unwrap();
    fs::write(fixture.path("docker-20.10/left-over.snap"), "x").unwrap();
    fs::write(fixture.path("docker-20.10/system.snap.new"), "x").unwrap();
    fixture.docker(&[says(C, "one")], Accept, false).unwrap();
    fs::remove_file(fixture.path("podman-4.3/images/pull.snap")).unwrap();
    edit(&format!("docker-20.10/{A}.snap"), "\"one\"", "\"two\"");
    fs::create_dir(fixture.path("podman-9.9")).unwrap();

    assert_eq!(fixture.store.load("docker-20.10").unwrap().edited().unwrap(), [A]);
    insta::assert_snapshot!(fixture.problems().join("\n"), @"
    podman-9.9/index.json does not exist: nothing is recorded for `podman-9.9` (recorded: docker-20.10, podman-4.3). Record that engine first, or name one that is
    docker-20.10/left-over.snap: belongs to no recorded scenario of docker-20.10. Delete it, or record its scenario
    podman-4.3/images/pull.snap: missing, though the index of podman-4.3 says that `images/pull` is recorded. Restore it, or record the scenario again
    docker-20.10/containers/create/duplicate-name.snap: edited by hand after recording (or its review was rejected). Restore it, or record `containers/create/duplicate-name` on docker-20.10 again
    `containers/create/duplicate-name` on podman-4.3 was recorded as equal to docker-20.10, whose snapshot has changed since (or is gone). Record it on podman-4.3 again
    `system/ping` is in the index of docker-20.10, but is no longer a scenario. Record all scenarios of docker-20.10 to remove it
    docker-20.10/system.snap.new: waits for review. Accept or reject it with `cargo insta review`
    ");
}

#[test]
fn what_was_never_recorded_is_said() {
    let fixture = Fixture::new();
    fixture.docker(&[says(A, "one")], Accept, false).unwrap();
    insta::assert_snapshot!(fixture.problems().join("\n"), @"`images/pull` was never recorded on docker-20.10. Record it; where it cannot be run, the index then says why");
}

#[test]
fn broken_files_are_named_with_their_line() {
    let fixture = Fixture::recorded();
    let path = format!("docker-20.10/{A}.snap");
    fs::write(fixture.path(&path), fixture.text(&path).replace("@ observe", "@ observed")).unwrap();
    let text = fixture.text("docker-20.10/images/pull.snap").replace("# images/pull", "# images/push");
    fs::write(fixture.path("docker-20.10/images/pull.snap"), text).unwrap();
    fs::write(fixture.path("podman-4.3/index.json"), "{\n  \"schema\": 1,\n  oops\n}\n").unwrap();
    insta::assert_snapshot!(fixture.problems().join("\n"), @"
    docker-20.10/containers/create/duplicate-name.snap:8: expected `@ observe WHAT: COMMAND`, found `@ observed word:`. Restore the file from version control, or record its scenario again
    docker-20.10/images/pull.snap: holds `images/push`, but its place is that of `images/pull`. Move it, or record `images/pull` again
    podman-4.3/index.json:3: not an index: key must be a string. Restore the file from version control, or delete its folder and record all scenarios
    ");
}
