//! SDC Docker on the command line: the interposer's profile as an engine, its rules by name, and what is declared about it.

#![allow(clippy::unwrap_used)]

mod common;

use common::{assert_status, both, copy, lockstep, repository};
use lockstep_harness::engine::{self, Family};
use rstest::rstest;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Whether a Docker can be launched here; panics when it has to be.
fn live() -> bool {
    let Err(reason) = engine::can_launch(Family::Docker) else { return true };
    assert!(std::env::var("LOCKSTEP_LIVE").as_deref() != Ok("required"), "{reason}");
    eprintln!("not run: {reason}");
    false
}

/// A command that waits to be told to end, and the first line of its standard output.
fn waiting(arguments: &[&str]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lockstep"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim().to_owned())
}

/// Ends it as Ctrl-C would, and gives its error output.
fn end(mut child: Child) -> String {
    kill_process(Pid::from_raw(child.id() as i32).unwrap(), Signal::INT).unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(20), "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::io::read_to_string(child.stderr.take().unwrap()).unwrap()
}

#[rstest]
#[case(&["run", "--candidate", "sdc-docker", "--without-rule", "nosuch"], "no rule called `nosuch`")]
#[case(&["run", "--candidate", "sdc-docker", "--alter-rule", "nosuch"], "exit-status-signal")]
#[case(&["run", "--candidate", "podman", "--without-rule", "zsched"], "are for sdc-docker")]
#[case(&["engines", "sdc-docker", "--alter-rule", "nosuch"], "no rule called `nosuch`")]
#[case(&["engines", "unix:///nosuch.sock"], "is there already")]
#[case(&["interpose", "--profile", "nosuch", "--listen", "unix:///tmp/x"], "pass-through, sdc-docker")]
#[case(&["interpose", "--profile", "sdc-docker", "--listen", "nowhere"], "it has no scheme")]
#[case(&["clean", "sdc-docker"], "is no engine")]
fn what_is_wrong_is_told_before_anything_starts(#[case] arguments: &[&str], #[case] says: &str) {
    assert_status(&lockstep(&repository(), arguments), 2, says);
}

#[rstest]
#[case("tcp://127.0.0.1:0", false)]
#[case("tcp://0.0.0.0:0", true)]
fn interpose_warns_of_an_exposed_address(#[case] listen: &str, #[case] warned: bool) {
    let arguments = ["interpose", "--profile", "sdc-docker", "--upstream", "unix:///nosuch.sock", "--listen", listen];
    let (child, endpoint) = waiting(&arguments);
    let said = end(child);
    assert!(endpoint.starts_with("tcp://"), "{endpoint}: {said}");
    assert_eq!(said.contains("warning: "), warned, "{said}");
}

#[test]
fn divergences_are_shown_by_category() {
    let output = lockstep(&repository(), &["divergences", "--candidate", "sdc-docker"]);
    assert_status(&output, 0, "recorded from interposer (documented behaviour)");
    let text = both(&output);
    for (category, id, rest) in [
        ("missing-method", "sdc-events", "roadmap  holds"),
        ("extra-process", "sdc-zsched", "by-design  holds"),
        ("exit-status", "sdc-exit-status", "deficiency  holds"),
        ("logging", "sdc-host-logs", "by-design  not-observable"),
        ("performance", "sdc-latency", "deficiency  not-exercised"),
    ] {
        let section = text.split("\n\n").find(|section| section.starts_with(&format!("{category}\n")));
        let section = section.unwrap_or_else(|| panic!("no {category} in\n{text}"));
        assert!(section.contains(&format!("{id}  {rest}\n")), "{section}");
        assert!(section.contains("source: https://github.com/TritonDataCenter/sdc-docker"), "{section}");
    }
    assert!(text.contains("DOCKER-722"), "{text}");
    assert!(!text.contains("podman-"), "{text}");
}

#[test]
fn the_report_has_a_roadmap() {
    let output = lockstep(&repository(), &["replay", "--candidate", "sdc-docker"]);
    assert_status(&output, 0, "\nRoadmap\n");
}

/// The entry is named, and the gate fails.
#[rstest]
#[case("--without-rule", "fits no difference")]
#[case("--alter-rule", "declares")]
fn a_rule_that_does_not_hold_fails_the_gate(#[case] flag: &str, #[case] says: &str) {
    if !live() {
        return;
    }
    let folder = copy();
    let only = ["--only", "containers/create/accepts/a-tebibyte-of-memory", "--only", "containers/rename/running"];
    let plain = lockstep(folder.path(), &[&["run", "--candidate", "sdc-docker"], &only[..]].concat());
    assert_status(&plain, 0, "conforms");
    let changed =
        lockstep(folder.path(), &[&["run", "--candidate", "sdc-docker", flag, "package"], &only[..]].concat());
    assert_status(&changed, 1, "sdc-package");
    assert!(both(&changed).contains(says), "{}", both(&changed));
}

/// A release of 2018 has push and volume, and says 1.9.0 as any other: with its version given, nobody takes that for a failure.
#[test]
fn a_later_release_is_told_what_has_healed() {
    if !live() {
        return;
    }
    let folder = copy();
    let run = |version: &[&str]| {
        let rules = ["--without-rule", "push", "--without-rule", "volume"];
        let only = ["--only", "images/push/*", "--only", "volumes/create/named", "--only", "volumes/inspect/unknown"];
        lockstep(folder.path(), &[&["run", "--candidate", "sdc-docker"], &only[..], &rules[..], version].concat())
    };
    assert_status(&run(&["--candidate-version", "1.9.2018"]), 0, "healed before sdc-docker 1.9.2018");
    assert_status(&run(&["--candidate-version", "later"]), 2, "not a version");
}

#[test]
fn an_engine_lives_until_it_is_told_to_end() {
    if !live() {
        return;
    }
    let (child, endpoint) = waiting(&["engines", "sdc-docker"]);
    let socket = endpoint.strip_prefix("unix://").unwrap().to_owned();
    std::os::unix::net::UnixStream::connect(&socket).unwrap();
    let said = end(child);
    assert!(said.contains("sdc-docker 1.9.0 (API 1.21) is ready"), "{said}");
    assert!(!std::path::Path::new(&socket).exists());
}
