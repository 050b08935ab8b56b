//! The command on live engines: what happens when they or Lockstep die, and that nothing of anybody else's is touched.
//!
//! Without the binaries of an engine these tests say so and pass; LOCKSTEP_LIVE=required makes that a failure.

#![allow(clippy::unwrap_used)]

mod common;

use common::{assert_status, copy, lockstep};
use lockstep_harness::engine::{self, Family, Limits, WireRequest};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Whether engines can be launched here; panics when they have to be.
fn live() -> bool {
    for family in [Family::Docker, Family::Podman] {
        if let Err(reason) = engine::can_launch(family) {
            assert!(std::env::var("LOCKSTEP_LIVE").as_deref() != Ok("required"), "{reason}");
            eprintln!("not run: {reason}");
            return false;
        }
    }
    true
}

/// Processes of this machine whose arguments name the text.
fn processes(text: &str) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    numbers
        .filter(|pid| {
            let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&arguments).contains(text)
        })
        .collect()
}

fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(15), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn signal(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid as i32).unwrap(), signal).unwrap();
}

/// A run under way: its folders start with `lockstep-<pid>-`.
fn start(folder: &Path, arguments: &[&str]) -> (Child, String) {
    let child = Command::new(env!("CARGO_BIN_EXE_lockstep"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let prefix = format!("lockstep-{}-", child.id());
    (child, prefix)
}

/// Waits until a daemon of this family listens, and gives the daemon's own pid.
fn daemon(prefix: &str, family: &str) -> u32 {
    let program = if family == "docker" { "dockerd" } else { "podman" };
    let mut found = 0;
    eventually("the daemon listens", || {
        let own = processes(prefix).into_iter().filter(|pid| {
            let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let text = String::from_utf8_lossy(&arguments).into_owned();
            text.split('\0').next() == Some(program) && text.contains(&format!("{family}.sock"))
        });
        // A daemon is older than what it starts.
        found = own.min().unwrap_or(0);
        found != 0
    });
    found
}

fn nothing_left(prefix: &str) {
    eventually("processes are left", || processes(prefix).is_empty());
    let left = std::fs::read_dir(std::env::temp_dir()).unwrap().flatten();
    let left: Vec<_> =
        left.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix) && entry.path().is_dir()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn docker_against_docker_finds_no_difference() {
    if live() {
        let arguments =
            ["run", "--reference", "docker", "--candidate", "docker", "--only", "system/*", "--only", "exec/*"];
        assert_status(&lockstep(copy().path(), &arguments), 0, "no differences");
    }
}

#[test]
fn a_killed_candidate_ends_in_a_partial_report_and_exit_3() {
    if live() {
        let folder = copy();
        let (mut child, prefix) = start(folder.path(), &["run", "--repeat", "50"]);
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains(" scenarios") {
            assert!(stderr.read_line(&mut said).unwrap() > 0, "ended before its first scenarios: {said}");
        }
        signal(daemon(&prefix, "podman"), Signal::KILL);
        let reading = std::thread::spawn(move || {
            let mut rest = String::new();
            stderr.read_to_string(&mut rest).unwrap();
            rest
        });
        let output = child.wait_with_output().unwrap();
        let rest = reading.join().unwrap();
        assert_eq!(output.status.code(), Some(3), "{rest}");
        assert!(rest.contains("was lost during"), "{rest}");
        let kept = rest.lines().find_map(|line| line.split_once("its log may say why: ")).expect("it names the log").1;
        // One that is killed right after its start has said nothing yet.
        assert!(kept.ends_with("-podman.log"), "{kept}");
        std::fs::remove_file(kept).unwrap();
        let report = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(report.contains("not run"), "{report}");
        nothing_left(&prefix);
    }
}

#[test]
fn ctrl_c_leaves_nothing() {
    if live() {
        let folder = copy();
        let (child, prefix) = start(folder.path(), &["run", "--repeat", "50"]);
        daemon(&prefix, "docker");
        signal(child.id(), Signal::INT);
        assert_status(&child.wait_with_output().unwrap(), 130, "interrupted");
        nothing_left(&prefix);
    }
}

#[test]
fn kill_9_of_lockstep_ends_its_engines_and_clean_removes_their_folders() {
    if live() {
        let folder = copy();
        let (child, prefix) = start(folder.path(), &["run", "--repeat", "50"]);
        daemon(&prefix, "docker");
        signal(child.id(), Signal::KILL);
        child.wait_with_output().unwrap();
        eventually("engines outlive Lockstep", || processes(&prefix).is_empty());
        assert_status(&lockstep(folder.path(), &["clean"]), 0, "");
        nothing_left(&prefix);
    }
}

#[test]
fn what_others_have_on_an_engine_is_untouched() {
    if live() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (client, daemon) = runtime.block_on(engine::launch(Family::Docker, Limits::default())).unwrap();
        let ask = |method: &str, target: &str, body: &'static str| {
            let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
            let request =
                WireRequest { method: method.to_owned(), target: target.to_owned(), headers, body: body.into() };
            let answer = runtime.block_on(client.send(target, &request)).unwrap();
            serde_json::from_slice::<Value>(&answer.body).unwrap_or(Value::Null)
        };
        runtime.block_on(engine::image::provision(&client, None)).unwrap();
        ask("POST", "/images/lockstep/probe:1/tag?repo=theirs&tag=1", "");
        ask("POST", "/containers/create?name=theirs", r#"{"Image":"theirs:1","Cmd":["probe","sleep","600"]}"#);
        ask("POST", "/containers/theirs/start", "");
        ask("POST", "/containers/create?name=theirs-stopped", r#"{"Image":"theirs:1"}"#);
        ask("POST", "/networks/create", r#"{"Name":"theirs"}"#);
        ask("POST", "/volumes/create", r#"{"Name":"theirs"}"#);
        let theirs = || {
            let state = ask("GET", "/containers/theirs/json", "")["State"].clone();
            let stopped = ask("GET", "/containers/theirs-stopped/json", "")["Id"].clone();
            let network = ask("GET", "/networks/theirs", "")["Id"].clone();
            let volume = ask("GET", "/volumes/theirs", "")["CreatedAt"].clone();
            let image = ask("GET", "/images/theirs:1/json", "")["Id"].clone();
            [state, stopped, network, volume, image]
        };
        let before = theirs();
        assert!(before.iter().all(|value| !value.is_null()), "{before:?}");
        let socket = client.endpoint().to_string();
        let areas = ["images/prune/*", "volumes/**", "networks/prune/*", "networks/list/*", "containers/prune/**"];
        let mut arguments = vec!["run", "--reference", "docker", "--candidate", &socket];
        arguments.extend(areas.iter().flat_map(|area| ["--only", area]));
        let output = lockstep(copy().path(), &arguments);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", common::both(&output));
        assert_eq!(theirs(), before);
        assert_status(&lockstep(copy().path(), &["clean", &socket]), 0, "removed 0 ");
        drop(daemon);
    }
}
