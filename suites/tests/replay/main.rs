//! The gate over every recorded candidate, the order of the snapshots, and what the docs say of them: no engine is needed.

#![allow(clippy::unwrap_used)]

use lockstep_harness::api::Api;
use lockstep_harness::coverage::{Table, Unseen};
use lockstep_harness::divergence::DivergenceList;
use lockstep_harness::gate::replay;
use lockstep_harness::transcript::snapshot;
use lockstep_harness::transcript::store::Store;
use rstest::rstest;
use std::path::{Path, PathBuf};

mod known;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[rstest]
fn every_recorded_difference_is_declared_and_every_declared_one_shows(
    #[files("../snapshots/*/index.json")] index: PathBuf,
) {
    let list = DivergenceList::load(&root().join("DIVERGENCE.md")).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let slug = index.parent().and_then(Path::file_name).unwrap().to_string_lossy().into_owned();
    let recorded = Store::open(root().join("snapshots")).load(&slug).unwrap();
    if !recorded.is_candidate() {
        return; // A reference, at whatever API version, has nothing to diverge from.
    }
    let pairs = replay::pairs(&recorded).unwrap();
    let verdict = replay::judge(&recorded, &pairs, &list, &lockstep_suites::catalogue().names());
    assert!(
        verdict.conforms(),
        "{slug} does not conform; `lockstep replay` shows it in full:\n{}",
        verdict.failures().join("\n")
    );
}

#[rstest]
fn every_snapshot_reads_back_as_it_is_written(#[files("../snapshots/*/index.json")] index: PathBuf) {
    let slug = index.parent().and_then(Path::file_name).unwrap().to_string_lossy().into_owned();
    let recorded = Store::open(root().join("snapshots")).load(&slug).unwrap();
    for name in recorded.index.scenarios.keys() {
        if let (Some(transcript), Some(contents)) =
            (recorded.transcript(name).unwrap(), recorded.contents(name).unwrap())
        {
            assert_eq!(snapshot::write(&transcript).trim_end(), contents.trim_end(), "{slug}: {name}");
        }
    }
}

#[test]
fn the_snapshots_are_those_of_the_catalogue() {
    let problems = Store::open(root().join("snapshots")).check(&lockstep_suites::catalogue().names());
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

/// A clone has all of them, so they are kept small: 20 MB, in bytes.
#[test]
fn the_snapshots_stay_under_20_megabytes() {
    let mut open = vec![root().join("snapshots")];
    let mut bytes = 0;
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                open.push(entry.path());
            } else if !entry.path().to_string_lossy().ends_with(".snap.new") {
                bytes += entry.metadata().unwrap().len();
            }
        }
    }
    assert!((1..20_000_000).contains(&bytes), "{bytes} bytes: merge scenarios that show the same");
}

#[test]
fn scenario_names_are_unique() {
    assert_eq!(lockstep_suites::catalogue().doubled(), Vec::<String>::new());
}

#[test]
fn no_snapshot_holds_a_secret() {
    let secret = ["SWMTKN-", "SWMKEY-", "identitytoken\": \"ey", "PRIVATE KEY"];
    for entry in walk(&root().join("snapshots")) {
        let text = std::fs::read_to_string(&entry).unwrap();
        for word in secret {
            assert!(!text.contains(word), "{} holds {word}", entry.display());
        }
    }
}

#[test]
fn every_documented_status_is_caused_or_listed_with_a_reason() {
    let recorded = Store::open(root().join("snapshots")).load("docker-20.10").unwrap();
    let transcripts: Vec<_> =
        recorded.index.scenarios.keys().filter_map(|name| recorded.transcript(name).unwrap()).collect();
    let table = Table::of(Api::nearest("1.41"), transcripts.iter().map(AsRef::as_ref), &Unseen::of("1.41"));
    assert!(table.contradicted.is_empty(), "listed and seen, so take it off the list: {:#?}", table.contradicted);
    let missing = table.operations.iter().flat_map(|row| {
        let lacking = row.statuses.iter().filter(|status| status.scenarios.is_empty() && !status.impossible);
        lacking.map(|status| format!("{} {}", row.operation, status.status))
    });
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<String>::new(), "neither caused nor listed");
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}
