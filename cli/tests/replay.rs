//! `lockstep replay`: the three ways to fail the gate, and bad input. No engine is needed.

#![allow(clippy::unwrap_used)]

mod common;

use common::{assert_status, copy, copy_of, lockstep, repository};
use std::path::{Path, PathBuf};

/// The file's text cut into what stands before an entry's section, the section, and the rest.
fn section(text: &str, id: &str) -> (usize, usize) {
    let at = text.find(&format!("id = \"{id}\"")).unwrap();
    let start = text[..at].rfind("\n#").unwrap() + 1;
    let end = text[at..].find("\n#").map_or(text.len(), |end| at + end + 1);
    (start, end)
}

fn edit(path: &Path, change: impl FnOnce(String) -> String) {
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, change(text)).unwrap();
}

/// An entry that holds with differences, taken from the result itself.
fn holding_entry(folder: &Path) -> String {
    let output = lockstep(folder, &["replay", "--candidate", "podman-*", "--format", "json"]);
    let results: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let entries = results[0]["divergences"].as_array().unwrap();
    let holds =
        entries.iter().find(|entry| entry["verdict"] == "holds" && entry["differences"].as_u64() > Some(0)).unwrap();
    holds["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_in_the_repository_conforms() {
    assert_status(&lockstep(&repository(), &["replay"]), 0, "conforms");
}

#[test]
fn a_deleted_entry_leaves_its_differences_undeclared() {
    let folder = copy();
    let id = holding_entry(folder.path());
    edit(&folder.path().join("DIVERGENCE.md"), |text| {
        let (start, end) = section(&text, &id);
        format!("{}{}", &text[..start], &text[end..])
    });
    assert_status(&lockstep(folder.path(), &["replay"]), 1, "Undeclared");
}

#[test]
fn an_entry_that_fits_nothing_is_healed() {
    let folder = copy();
    edit(&folder.path().join("DIVERGENCE.md"), |text| {
        let entry = "\n## Ping is silent\n\nPing answers nothing.\n\n```toml\nid = \"podman-silent-ping\"\ncandidate = \"podman\"\n\
                     category = \"status-code\"\nstatus = \"deficiency\"\n[[match]]\nscenario = \"system/ping\"\n\
                     operation = \"GET /_ping\"\npointer = \"/status\"\nkind = \"value\"\n```\n";
        text + entry
    });
    assert_status(&lockstep(folder.path(), &["replay"]), 1, "podman-silent-ping");
}

#[test]
fn a_changed_recorded_value_is_changed() {
    // Another version's transcript is the same file's: it is lost, and that is told too.
    let folder = copy_of(&["docker-20.10", "podman-4.3", "podman-5.4"]);
    let snapshot = first_snapshot(&folder.path().join("snapshots/podman-4.3"));
    edit(&snapshot, |text| text.replacen("Libpod/<version>", "Elsepod/<version>", 1));
    let output = lockstep(folder.path(), &["replay"]);
    assert_status(&output, 1, "edited after it was recorded");
    assert_status(&output, 1, "was recorded as equal to podman-4.3, whose snapshot has changed since");
}

#[test]
fn an_orphan_snapshot_does_not_go_unnoticed() {
    let folder = copy();
    let snapshot = first_snapshot(&folder.path().join("snapshots/podman-4.3"));
    std::fs::copy(&snapshot, snapshot.with_file_name("nobody-knows-me.snap")).unwrap();
    assert_status(&lockstep(folder.path(), &["replay"]), 1, "nobody-knows-me");
}

#[test]
fn a_syntax_error_names_its_line() {
    let folder = copy();
    let file = folder.path().join("DIVERGENCE.md");
    edit(&file, |text| text + "\n## Broken\n\nText.\n\n```toml\nid = \"x\"\ncandidate = podman\n```\n");
    let line =
        std::fs::read_to_string(&file).unwrap().lines().position(|line| line == "candidate = podman").unwrap() + 1;
    assert_status(&lockstep(folder.path(), &["replay"]), 2, &format!("DIVERGENCE.md:{line}"));
}

#[test]
fn a_broken_snapshot_names_its_line() {
    let folder = copy();
    let snapshot = first_snapshot(&folder.path().join("snapshots/podman-4.3"));
    edit(&snapshot, |text| text.replacen("\n## 1.", "\n### 1.", 1));
    assert_status(&lockstep(folder.path(), &["replay"]), 2, ".snap:");
}

#[test]
fn missing_files_are_bad_input() {
    let folder = tempfile::tempdir().unwrap();
    assert_status(&lockstep(folder.path(), &["replay"]), 2, "DIVERGENCE.md");
    let folder = copy();
    std::fs::remove_dir_all(folder.path().join("snapshots")).unwrap();
    assert_status(&lockstep(folder.path(), &["replay"]), 2, "snapshots");
}

#[test]
fn the_result_is_an_array_with_one_item_a_candidate() {
    let output = lockstep(copy().path(), &["replay", "--format", "json"]);
    let results: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let podman = results.as_array().unwrap().iter().find(|result| result["candidate"]["engine"] == "podman").unwrap();
    assert_eq!(podman["schema"], 1);
    assert_eq!(podman["source"], "recorded");
    assert!(podman["scenarios"].as_array().unwrap().len() >= 50);
    assert!(podman["differences"].as_array().unwrap().iter().all(|difference| difference["divergence"].is_string()));
}

fn first_snapshot(folder: &Path) -> PathBuf {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            return first_snapshot(&entry);
        }
        if entry.extension().is_some_and(|extension| extension == "snap") {
            return entry;
        }
    }
    panic!("no snapshot in {}", folder.display())
}
