//! `lockstep repro`: its scripts, run with sh and curl, show on real engines what they say that they show.
//!
//! Without the binaries of an engine the live test says so and passes; LOCKSTEP_LIVE=required makes that a failure.

#![allow(clippy::unwrap_used)]

mod common;

use common::{assert_status, lockstep, repository};
use lockstep_harness::engine::{Endpoint, Family, Limits, can_launch, image, launch};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Scenarios, with what the script has to print on Docker and on Podman.
const SAMPLE: &[(&str, &str, &str)] = &[
    ("containers/wait/removed", "\"StatusCode\":6", "\"StatusCode\":0"),
    ("containers/remove/default-link", "Conflict, cannot remove the default link name", ": 400"),
    ("containers/update/memory", "/update: 200", "/update: 404"),
    ("containers/create/name/duplicate", ": 409", ": 500"),
    ("cli/run/exit-1", "exit status 1", "exit status 0"),
    ("plugins/list/by-capability", "%7D: 200", "%7D: 404"),
];

/// The folder of all scripts, written once.
fn scripts() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let output =
            lockstep(&repository(), &["repro", "--candidate", "podman-4.3", "--all", folder.path().to_str().unwrap()]);
        assert_status(&output, 0, "scripts");
        folder
    });
    folder.path()
}

fn script(scenario: &str) -> PathBuf {
    scripts().join("podman-4.3").join(format!("{scenario}.sh"))
}

#[test]
fn a_script_is_cut_to_the_steps_that_matter() {
    let text = std::fs::read_to_string(script("containers/wait/removed")).unwrap();
    assert!(text.contains("  container_1=$(member Id)\n"), "{text}");
    assert!(text.contains("/containers/\"$container_1\"/wait'?'condition=removed"), "{text}");
    assert!(text.contains("sh\",\"-c\",\"exit 6"), "the probe is needed: {text}");
    assert!(text.contains("# 4."), "the removal that the wait waits for: {text}");
    let text = std::fs::read_to_string(script("containers/create/entrypoint-and-cmd")).unwrap();
    assert!(text.contains("# 2.") && !text.contains("# 3."), "a step after the one that differs: {text}");
}

#[test]
fn every_script_is_a_script() {
    let mut pending = vec![scripts().to_owned()];
    let mut seen = 0;
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let checked = Command::new("sh").arg("-n").arg(&path).output().unwrap();
        assert!(checked.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&checked.stderr));
        seen += 1;
    }
    assert!(seen > 400, "only {seen} scripts");
}

#[test]
fn what_cannot_be_shown_says_why() {
    let folder = repository();
    assert_status(&lockstep(&folder, &["repro", "no/such/scenario"]), 2, "no scenario");
    assert_status(&lockstep(&folder, &["repro", "containers/wait/removed", "--step", "99"]), 2, "no difference");
}

#[tokio::test]
async fn scripts_show_the_difference_on_real_engines() {
    for family in [Family::Docker, Family::Podman] {
        if let Err(reason) = can_launch(family) {
            assert!(std::env::var("LOCKSTEP_LIVE").as_deref() != Ok("required"), "{reason}");
            eprintln!("not run: {reason}");
            return;
        }
    }
    let (docker, podman) =
        tokio::join!(launch(Family::Docker, Limits::default()), launch(Family::Podman, Limits::default()));
    let (docker, podman) = (docker.unwrap(), podman.unwrap());
    let mut sockets = Vec::new();
    for (client, _) in [&docker, &podman] {
        image::provision(client, None).await.unwrap();
        match client.endpoint() {
            Endpoint::Unix(path) => sockets.push(path.clone()),
            other => panic!("{other}"),
        }
    }
    let both = |scenario: &str| {
        let said = run(&script(scenario), &sockets);
        let (on_docker, on_podman) = said.split_at(said.rfind("== ").unwrap());
        [on_docker.to_owned(), on_podman.to_owned()]
    };
    let results: Vec<[String; 2]> = SAMPLE.iter().map(|(scenario, _, _)| both(scenario)).collect();
    docker.1.stop().await;
    podman.1.stop().await;
    for ((scenario, on_docker, on_podman), said) in SAMPLE.iter().zip(&results) {
        assert!(said[0].contains(on_docker), "{scenario} on docker:\n{}", said[0]);
        assert!(said[1].contains(on_podman), "{scenario} on podman:\n{}", said[1]);
        assert!(!said[1].contains(on_docker), "{scenario} on podman:\n{}", said[1]);
    }
}

fn run(script: &Path, sockets: &[PathBuf]) -> String {
    let output = Command::new("sh").arg(script).args(sockets).env("IMAGE", image::IMAGE).output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout))
}
