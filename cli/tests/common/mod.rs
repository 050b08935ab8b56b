//! The command under test on a copy of this repository's files.

#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub fn lockstep(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lockstep"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("LOCKSTEP_REFERENCE")
        .env_remove("LOCKSTEP_CANDIDATE")
        .env_remove("DOCKER_HOST")
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

/// A folder with DIVERGENCE.md and this repository's snapshots of the reference, one Podman and SDC Docker, free to be changed.
pub fn copy() -> tempfile::TempDir {
    copy_of(&["docker-20.10", "docker-20.10-api-1.21", "podman-4.3", "sdc-docker-1.9"])
}

/// The same with the snapshots of these.
pub fn copy_of(slugs: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(repository().join("DIVERGENCE.md"), folder.path().join("DIVERGENCE.md")).unwrap();
    for slug in slugs {
        copy_folder(&repository().join("snapshots").join(slug), &folder.path().join("snapshots").join(slug));
    }
    folder
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub fn both(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
pub fn assert_status(output: &Output, status: i32, says: &str) {
    let text = both(output);
    assert_eq!(output.status.code(), Some(status), "{text}");
    assert!(text.contains(says), "expected {says:?} in:\n{text}");
}
