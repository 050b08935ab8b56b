//! Shards, merging, history and baselines, over the recorded transcripts. No engine is needed.

#![allow(clippy::unwrap_used)]

mod common;

use common::{assert_status, both, copy, copy_of, lockstep};
use serde_json::Value;
use std::path::Path;

/// As `copy`, with one candidate's snapshots of three areas only: what is tested here does not depend on how many there are.
fn small() -> tempfile::TempDir {
    let folder = copy_of(&["docker-20.10", "podman-4.3"]);
    let kept = |name: &str| ["exec", "system", "top"].contains(&name);
    for slug in ["docker-20.10", "podman-4.3"] {
        let snapshots = folder.path().join("snapshots").join(slug);
        for entry in std::fs::read_dir(&snapshots).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() && !kept(&entry.file_name().to_string_lossy()) {
                std::fs::remove_dir_all(entry.path()).unwrap();
            }
        }
        edit(&snapshots.join("index.json"), |index| {
            let scenarios = index["scenarios"].as_object_mut().unwrap();
            scenarios.retain(|name, _| kept(name.split('/').next().unwrap()));
        });
    }
    folder
}

/// What the gate says; the exit status of `replay` also counts the snapshots that `small` took away.
#[track_caller]
fn assert_gate(output: &std::process::Output, conforms: bool) {
    let text = both(output);
    assert!(text.contains(if conforms { "\nconforms" } else { "\ndoes not conform" }), "{text}");
}

/// Runs the shards and gives their files' names.
fn shards(folder: &Path, of: usize) -> Vec<String> {
    let one = |number: usize| {
        let output = lockstep(folder, &["replay", "--format", "json", "--shard", &format!("{number}/{of}")]);
        let name = format!("shard-{number}-of-{of}.json");
        std::fs::write(folder.join(&name), &output.stdout).unwrap();
        name
    };
    (1..=of).map(one).collect()
}

fn merge(folder: &Path, files: &[String], more: &[&str]) -> std::process::Output {
    let mut arguments = vec!["merge"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(more);
    lockstep(folder, &arguments)
}

fn edit(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    change(&mut value);
    std::fs::write(path, serde_json::to_vec_pretty(&value).unwrap()).unwrap();
}

/// An entry that fits only what does not differ: healed once everything it speaks of has been looked at.
const HEALED: &str = "\n## Everything is silent\n\nNothing answers.\n\n```toml\nid = \"podman-silent\"\ncandidate = \"podman\"\n\
                      category = \"status-code\"\nstatus = \"deficiency\"\n[[match]]\nscenario = \"system/**\"\n\
                      operation = \"GET /_ping\"\npointer = \"/status\"\nkind = \"value\"\ncandidate = 500\n```\n";

#[test]
fn merged_shards_equal_the_whole_byte_for_byte() {
    let folder = copy();
    let whole = lockstep(folder.path(), &["replay", "--format", "json"]);
    let merged = merge(folder.path(), &shards(folder.path(), 4), &["--format", "json"]);
    assert!(merged.stdout == whole.stdout, "4 shards and the whole are not the same");
    assert_eq!(merged.status.code(), whole.status.code());
}

#[test]
fn merged_shards_equal_the_whole_also_where_the_gate_fails() {
    let folder = small();
    let file = folder.path().join("DIVERGENCE.md");
    let text = std::fs::read_to_string(&file).unwrap();
    // Three entries less, and one that healed.
    let gone = ["podman-exec-errors", "podman-info", "podman-version"].map(|id| format!("id = \"{id}\"\n"));
    let kept: Vec<&str> = text.split("\n### ").filter(|part| !gone.iter().any(|id| part.contains(id))).collect();
    std::fs::write(&file, kept.join("\n### ") + HEALED).unwrap();
    let whole = lockstep(folder.path(), &["replay", "--format", "json"]);
    let results: Value = serde_json::from_slice(&whole.stdout).unwrap_or_else(|_| panic!("{}", both(&whole)));
    assert!(results[0]["differences"].as_array().unwrap().iter().any(|one| one["divergence"].is_null()));
    assert_eq!(whole.status.code(), Some(1));
    let files = shards(folder.path(), 4);
    let merged = merge(folder.path(), &files, &["--format", "json"]);
    assert!(merged.stdout == whole.stdout, "4 shards and the whole are not the same");
    assert_eq!(merged.status.code(), Some(1));
}

#[test]
fn what_healed_fails_the_whole_and_no_shard() {
    let folder = small();
    let file = folder.path().join("DIVERGENCE.md");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text + HEALED).unwrap();
    for number in 1..=4 {
        let output = lockstep(folder.path(), &["replay", "--shard", &format!("{number}/4")]);
        assert_gate(&output, true);
    }
    assert_status(&merge(folder.path(), &shards(folder.path(), 4), &[]), 1, "podman-silent");
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let folder = small();
    let here = folder.path();
    let files = shards(here, 3);
    assert_status(&merge(here, &files[..2], &[]), 2, "missing: 3/3");
    assert_status(&merge(here, &[&files[..], &files[..1]].concat(), &[]), 2, "shard 1/3 is there twice");
    assert_status(&merge(here, &[files[0].clone(), shards(here, 2)[1].clone()], &[]), 2, "the number of shards is 3");
    let whole = lockstep(here, &["replay", "--format", "json"]);
    std::fs::write(here.join("whole.json"), &whole.stdout).unwrap();
    assert_status(&merge(here, &["whole.json".to_owned()], &[]), 2, "whole run");
    edit(&here.join(&files[1]), |value| value[0]["candidate"]["version"] = "4.4.0".into());
    assert_status(&merge(here, &files, &[]), 2, "the candidate is podman 4.3.1 (API 1.41) in one and podman 4.4.0");
    std::fs::write(here.join("broken.json"), "[\n{\"schema\": 1,\n}]").unwrap();
    assert_status(&merge(here, &["broken.json".to_owned()], &[]), 2, "broken.json:3:");
    assert_status(&lockstep(here, &["replay", "--shard", "4/3"]), 2, "no shard");
}

#[test]
fn shards_of_another_divergence_list_are_refused() {
    let folder = small();
    let files = shards(folder.path(), 2);
    let file = folder.path().join("DIVERGENCE.md");
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap() + "\nMore.\n").unwrap();
    assert_status(&merge(folder.path(), &files, &[]), 2, "another DIVERGENCE.md");
}

#[test]
fn a_cut_shard_is_refused() {
    let folder = small();
    let files = shards(folder.path(), 2);
    edit(&folder.path().join(&files[1]), |value| {
        value[0]["scenarios"].as_array_mut().unwrap().pop();
    });
    assert_status(&merge(folder.path(), &files, &[]), 2, "edited or cut");
}

#[test]
fn only_what_got_worse_than_the_baseline_fails() {
    let folder = small();
    let here = folder.path();
    std::fs::write(here.join("DIVERGENCE.md"), "# Nothing is declared\n").unwrap();
    let output = lockstep(here, &["replay", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    std::fs::write(here.join("then.json"), &output.stdout).unwrap();
    assert!(both(&lockstep(here, &["replay", "--baseline", "then.json"])).contains("nothing got worse"));
    // The baseline had one difference less, and one more.
    edit(&here.join("then.json"), |value| {
        let differences = value[0]["differences"].as_array_mut().unwrap();
        let at = differences.iter().position(|one| one["kind"] == "value" && one["step"] == 1).unwrap();
        let mut other = differences.remove(at);
        other["pointer"] = "/headers/gone".into();
        differences.push(other);
    });
    let output = lockstep(here, &["replay", "--baseline", "then.json"]);
    assert_status(&output, 1, "1 got worse");
    assert!(both(&output).contains("healed: 1"), "{}", both(&output));
    assert_status(&lockstep(here, &["replay", "--baseline", "nowhere.json"]), 2, "nowhere.json");
}

#[test]
fn history_tells_what_broke_and_what_healed() {
    let folder = small();
    let here = folder.path();
    let run = || lockstep(here, &["replay", "--history", "history.jsonl"]);
    let file = here.join("DIVERGENCE.md");
    let text = std::fs::read_to_string(&file).unwrap();
    assert_gate(&run(), true);
    std::fs::write(&file, "# Nothing is declared\n").unwrap();
    assert_gate(&run(), false);
    assert_status(&lockstep(here, &["history", "history.jsonl"]), 0, "newly broken");
    std::fs::write(&file, text).unwrap();
    assert_gate(&run(), true);
    assert_status(&lockstep(here, &["history", "history.jsonl", "--candidate", "podman-*"]), 0, "newly healed");
    let lines = std::fs::read_to_string(here.join("history.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 3);
    let last = lines.lines().last().unwrap();
    assert!(last.len() < 2000, "a line of {} bytes", last.len());
    std::fs::write(here.join("history.jsonl"), format!("{lines}half a line")).unwrap();
    assert_status(&run(), 2, "history.jsonl:4");
    let both = ["replay", "--shard", "1/2", "--history", "other.jsonl"];
    assert_status(&lockstep(here, &both), 2, "give --history to `lockstep merge`");
    assert_status(&lockstep(here, &["history", "nowhere"]), 2, "nowhere");
}
