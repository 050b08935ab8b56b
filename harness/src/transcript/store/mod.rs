//! The snapshots folder: whole transcripts, one folder an engine version.
//!
//! ```text
//! snapshots/docker-20.10/index.json
//! snapshots/docker-20.10/containers/create/duplicate-name.snap
//! snapshots/podman-4.3/index.json                                (base: docker-20.10)
//! snapshots/podman-4.3/containers/create/duplicate-name.snap     (only where it differs from docker-20.10's)
//! snapshots/podman-5.4/containers/create/duplicate-name.snap     (only where it differs from podman-4.3's as well)
//! ```
//!
//! The files are insta's, so that `cargo insta review` shows what changed and `insta::assert_snapshot!` with this folder as
//! snapshot path, no module prefix, and the last segment of the scenario's name reads them. What an index says of a scenario
//! is the only truth about whether it was run: a file alone says nothing, and a scenario without file and line was not run.
//!
//! A base's snapshot stands in for all recordings that were equal to it. Where recording changes it, those get a copy of
//! what it was: their transcripts do not change because another engine's did.

mod error;
mod files;
mod index;
mod reads;
mod record;
mod recorded;

#[cfg(test)]
mod tests;

pub use error::{StoreError, StoreProblem};
pub use index::{Entry, INDEX_FILE, Index, SCHEMA};
pub use record::{RecordMode, RecordSummary, RecordedOutcome, Whose};
pub use recorded::Recorded;

use std::path::{Path, PathBuf};

/// The snapshots folder.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
    reads: reads::Reads,
}

impl Store {
    /// The store in this folder, which need not exist before something is recorded.
    pub fn open(root: impl Into<PathBuf>) -> Self {
        Store { root: root.into(), reads: reads::Reads::default() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The engine versions that have a folder, sorted by name.
    pub fn slugs(&self) -> Result<Vec<String>, StoreError> {
        files::folders(&self.root)
    }

    /// The recording of one engine version, for instance `docker-20.10`.
    pub fn load(&self, slug: &str) -> Result<Recorded, StoreError> {
        Recorded::open(&self.root, slug, &[], &self.reads)?.ok_or_else(|| recorded::not_recorded(&self.root, slug))
    }

    /// Everything that is not in order, sorted; `catalogue` are the names of all scenarios.
    pub fn check(&self, catalogue: &[String]) -> Vec<StoreProblem> {
        let unreadable = |slug: &str, error: StoreError| StoreProblem::Unreadable {
            slug: slug.to_owned(),
            error: error.to_string(),
        };
        let slugs = match self.slugs() {
            Ok(slugs) => slugs,
            Err(error) => return vec![unreadable("", error)],
        };
        let mut problems = Vec::new();
        for slug in slugs {
            match self.load(&slug).and_then(|recorded| recorded.problems(catalogue)) {
                Ok(found) => problems.extend(found),
                Err(error) => problems.push(unreadable(&slug, error)),
            }
        }
        problems.sort();
        problems
    }
}
