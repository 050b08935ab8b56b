//! Engines by name, in containers too, and the matrix. The live parts need root, debootstrap's result and the program
//! lockstep-containers: they say so and pass where these are missing, unless LOCKSTEP_CONTAINERS=required.

#![allow(clippy::unwrap_used)]

mod common;

use common::{assert_status, both, copy, lockstep, repository};
use lockstep_harness::engine::{self, Family};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn named() -> tempfile::TempDir {
    let folder = copy();
    std::fs::copy(repository().join("engines.toml"), folder.path().join("engines.toml")).unwrap();
    folder
}

/// Whether private daemons can be launched.
fn live() -> bool {
    let problem = [Family::Docker, Family::Podman].into_iter().find_map(|family| engine::can_launch(family).err());
    let required = std::env::var("LOCKSTEP_LIVE").is_ok_and(|value| value == "required");
    assert!(problem.is_none() || !required, "{problem:?}");
    problem.is_none()
}

/// Whether docker-26.1 is built and can be started.
fn contained() -> bool {
    let listed = lockstep(&repository(), &["engines", "list"]);
    let built = both(&listed).lines().any(|line| line.starts_with("docker-26.1") && line.ends_with(" built"));
    let holder = Path::new(env!("CARGO_BIN_EXE_lockstep")).with_file_name("lockstep-containers").exists();
    let required = std::env::var("LOCKSTEP_CONTAINERS").is_ok_and(|value| value == "required");
    assert!((built && holder) || !required, "built: {built}, lockstep-containers: {holder}");
    if !(built && holder) {
        eprintln!(
            "skipped: docker-26.1 is not built (lockstep engines build docker-26.1), or there is no lockstep-containers"
        );
    }
    live() && built && holder
}

#[test]
fn the_engines_are_listed() {
    assert_status(&lockstep(named().path(), &["engines", "list"]), 0, "podman-5.4");
}

#[test]
fn a_mistake_in_the_file_is_told_with_its_line() {
    let folder = named();
    std::fs::write(folder.path().join("engines.toml"), "[[engine]]\nname = \"x\"\ncolour = 1\n").unwrap();
    assert_status(&lockstep(folder.path(), &["engines", "list"]), 2, "engines.toml:3");
    assert_status(&lockstep(folder.path(), &["run", "--candidate", "x"]), 2, "engines.toml:3");
}

#[test]
fn what_has_no_name_is_told() {
    let folder = named();
    assert_status(&lockstep(folder.path(), &["run", "--candidate", "docker-1.0"]), 2, "docker-1.0");
    assert_status(&lockstep(folder.path(), &["engines", "build", "docker-1.0"]), 2, "docker-1.0");
    assert_status(&lockstep(folder.path(), &["engines", "down", "docker-1.0"]), 2, "docker-1.0");
}

#[test]
fn another_version_than_described_is_refused() {
    if live() {
        let folder = named();
        let text = "[[engine]]\nname = \"old\"\nfamily = \"podman\"\nversion = \"3.9\"\nkind = \"path\"\n";
        std::fs::write(folder.path().join("engines.toml"), text).unwrap();
        let arguments = ["run", "--candidate", "old", "--only", "system/ping"];
        assert_status(&lockstep(folder.path(), &arguments), 2, "said to be 3.9");
    }
}

/// The results of some scenarios without their times.
fn results(folder: &Path, jobs: &str) -> serde_json::Value {
    let only = ["exec/*", "exit-status/*", "containers/pause/*", "volumes/list/*", "networks/inspect/*"];
    let mut arguments = vec!["run", "--format", "json", "--jobs", jobs];
    arguments.extend(only.iter().flat_map(|glob| ["--only", glob]));
    let output = lockstep(folder, &arguments);
    let mut result: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", both(&output)));
    for scenario in result["scenarios"].as_array_mut().unwrap() {
        scenario["reference_ms"].take();
        scenario["candidate_ms"].take();
    }
    result
}

/// The scenarios and differences that only one of the results has.
fn unlike(one: &serde_json::Value, other: &serde_json::Value) -> Vec<String> {
    let mut found = Vec::new();
    for key in ["scenarios", "differences", "divergences"] {
        let [one, other] = [one, other].map(|result| result[key].as_array().unwrap());
        found.extend(one.iter().filter(|item| !other.contains(item)).map(|item| format!("only one: {item}")));
        found.extend(other.iter().filter(|item| !one.contains(item)).map(|item| format!("only other: {item}")));
    }
    found
}

#[test]
fn eight_jobs_give_the_results_of_one() {
    if live() {
        let folder = copy();
        let one = results(folder.path(), "1");
        assert!(one["scenarios"].as_array().unwrap().len() > 40);
        // Engines race on a busy machine whatever the number of jobs; what jobs did to each other would show every time.
        let mut found = Vec::new();
        for _ in 0..3 {
            found = unlike(&one, &results(folder.path(), "8"));
            if found.is_empty() {
                return;
            }
            eprintln!("unlike: {found:#?}");
        }
        panic!("eight jobs differ from one every time: {found:#?}");
    }
}

#[test]
fn a_matrix_goes_on_where_it_was_and_past_what_cannot_start() {
    if live() {
        let folder = named();
        let only = ["--only", "exit-status/*"];
        let candidates = ["--candidate", "docker-20.10", "--candidate", "nobody", "--candidate", "podman-4.3"];
        let arguments = [&["matrix"], &only[..], &candidates[..]].concat();
        let output = lockstep(folder.path(), &arguments);
        assert_status(&output, 3, "not run");
        assert!(both(&output).contains("podman 4.3.1"), "{}", both(&output));
        let again = both(&lockstep(folder.path(), &arguments));
        assert_eq!(again.matches("finished before").count(), 2, "{again}");
        assert_status(&lockstep(folder.path(), &["since", "matrix/matrix.json"]), 0, "4.3.1");
    }
}

#[test]
fn a_version_that_an_engine_does_not_speak_is_not_run() {
    if contained() {
        let folder = named();
        let lanes = ["--api-version", "1.21", "--api-version", "1.41"];
        let arguments = [&["matrix", "--candidate", "docker-26.1", "--only", "exit-status/7"], &lanes[..]].concat();
        let said = both(&lockstep(folder.path(), &arguments));
        assert!(said.contains("docker-26.1 at 1.21  not run: API 1.21 is not what both engines speak"), "{said}");
        assert!(said.contains("docker-26.1 at 1.41  docker 26.1"), "{said}");
    }
}

#[test]
fn an_engine_in_a_container_is_compared_and_leaves_nothing() {
    if contained() {
        let folder = named();
        let arguments = ["run", "--reference", "docker-26.1", "--candidate", "docker-26.1", "--only", "exit-status/*"];
        assert_status(&lockstep(folder.path(), &arguments), 0, "docker 26.1");
    }
}

#[test]
fn kill_9_ends_an_engine_in_a_container() {
    if contained() {
        let folder = named();
        let mut child = Command::new(env!("CARGO_BIN_EXE_lockstep"))
            .args(["engines", "up", "docker-26.1"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut endpoint = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut endpoint).unwrap();
        assert!(endpoint.starts_with("unix://"), "{endpoint}");
        let prefix = format!("lockstep-{}-", child.id());
        assert!(!processes(&prefix).is_empty());
        child.kill().unwrap();
        child.wait().unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        while !processes(&prefix).is_empty() {
            assert!(Instant::now() < until, "left: {:?}", processes(&prefix));
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_status(&lockstep(folder.path(), &["clean"]), 0, "");
    }
}

/// The command lines that hold the text.
fn processes(text: &str) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.map(|entry| std::fs::read(entry.path().join("cmdline")).unwrap_or_default());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).filter(|line| line.contains(text)).collect()
}
