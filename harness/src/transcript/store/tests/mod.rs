//! The store on real folders.

mod check;
mod errors;
mod record;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::engine::EngineIdentity;
use crate::transcript::{End, Observation, Step, StepKind, Transcript};

const A: &str = "containers/create/duplicate-name";
const B: &str = "images/pull";
const C: &str = "system/ping";

/// A store in a folder of its own, and short ways to record into it.
struct Fixture {
    folder: TempDir,
    store: Store,
}

fn docker() -> EngineIdentity {
    EngineIdentity { engine: "docker".into(), version: "20.10.24".into(), api: "1.41".into() }
}

fn podman() -> EngineIdentity {
    EngineIdentity { engine: "podman".into(), version: "4.3.1".into(), api: "1.41".into() }
}

/// A transcript that says one word.
fn says(scenario: &str, word: &str) -> (String, RecordedOutcome) {
    let observation = Observation { what: "word".into(), command: vec![], value: json!(word) };
    let kind = StepKind::Observation(observation);
    let step = Step { operation: "GET /info".into(), kind, duration: Duration::ZERO };
    let transcript = Transcript { scenario: scenario.into(), steps: vec![step], end: End::Completed };
    (scenario.to_owned(), RecordedOutcome::Transcript(transcript))
}

fn not_run(scenario: &str) -> (String, RecordedOutcome) {
    (scenario.to_owned(), RecordedOutcome::NotRun("no swarm here".into()))
}

fn catalogue(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

impl Fixture {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path().join("snapshots"));
        Fixture { folder, store }
    }

    /// Docker says `one` in A and B, podman the same in A and `other` in B.
    fn recorded() -> Self {
        let fixture = Fixture::new();
        fixture.docker(&[says(A, "one"), says(B, "one")], RecordMode::Accept, true).unwrap();
        fixture.podman(&[says(A, "one"), says(B, "other")], RecordMode::Accept, true).unwrap();
        fixture
    }

    fn docker(
        &self,
        results: &[(String, RecordedOutcome)],
        mode: RecordMode,
        complete: bool,
    ) -> Result<RecordSummary, StoreError> {
        self.store.record(&Whose::engine(&docker()), None, results, mode, complete)
    }

    fn podman(
        &self,
        results: &[(String, RecordedOutcome)],
        mode: RecordMode,
        complete: bool,
    ) -> Result<RecordSummary, StoreError> {
        let base = self.store.load("docker-20.10")?;
        self.store.record(&Whose::engine(&podman()), Some(&base), results, mode, complete)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.store.root().join(file)
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// All files, relative to the root, sorted; hidden and temporary ones too.
    fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        let mut open = vec![self.store.root().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let path = path.strip_prefix(self.store.root()).unwrap();
                    files.push(path.to_string_lossy().replace('\\', "/"));
                }
            }
        }
        files.sort();
        files
    }

    /// The word that a scenario's transcript says, if it was run.
    fn word(&self, slug: &str, scenario: &str) -> Option<String> {
        let transcript = self.store.load(slug).unwrap().transcript(scenario).unwrap()?;
        match &transcript.steps[0].kind {
            StepKind::Observation(observation) => observation.value.as_str().map(str::to_owned),
            _ => None,
        }
    }

    fn entry(&self, slug: &str, scenario: &str) -> Option<Entry> {
        self.store.load(slug).unwrap().index.scenarios.get(scenario).cloned()
    }

    /// What [`Store::check`] says of a catalogue of A and B, a line each, with paths from the root.
    fn problems(&self) -> Vec<String> {
        let root = format!("{}/", self.store.root().display());
        let problems = self.store.check(&catalogue(&[A, B]));
        problems.iter().map(|problem| problem.to_string().replace(&root, "")).collect()
    }
}
