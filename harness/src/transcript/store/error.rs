//! What can go wrong with the snapshots folder, and what it can be told to be in disorder.

use std::io;
use std::path::PathBuf;

use crate::engine::EngineIdentity;
use crate::transcript::snapshot::SnapshotError;

/// Reading or recording failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was being done: `read`, `write`, …
        doing: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// There is no recording of this engine version.
    #[error(
        "{} does not exist: nothing is recorded for `{slug}` (recorded: {}). Record that engine first, or name one that is",
        path.display(), listed(known)
    )]
    NotRecorded {
        /// The folder that was asked for.
        slug: String,
        /// The index that is not there.
        path: PathBuf,
        /// The folders that there are.
        known: Vec<String>,
    },
    /// The index is not what it has to be.
    #[error("{}:{line}: not an index: {message}. Restore the file from version control, or delete its folder and record all scenarios", path.display())]
    Index {
        /// The index.
        path: PathBuf,
        /// The line that is wrong.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// The index was written by another Lockstep.
    #[error("{}: schema {schema} is not known; this Lockstep reads schema {}. Use the Lockstep that wrote it, or delete the folder and record that engine again", path.display(), super::SCHEMA)]
    Schema {
        /// The index.
        path: PathBuf,
        /// Its schema.
        schema: u32,
    },
    /// A snapshot is not what it has to be.
    #[error("{0}. Restore the file from version control, or record its scenario again")]
    Snapshot(#[from] SnapshotError),
    /// The index names a file that is not there.
    #[error("{} does not exist, though the index says that `{scenario}` is recorded. Restore it from version control, accept its `.snap.new`, or record the scenario again", path.display())]
    Missing {
        /// The scenario.
        scenario: String,
        /// Its file.
        path: PathBuf,
    },
    /// A snapshot tells of another scenario than its place says.
    #[error("{}: holds `{found}`, but its place is that of `{scenario}`. Move it, or record `{scenario}` again", path.display())]
    Misplaced {
        /// The scenario whose file this is.
        scenario: String,
        /// The file.
        path: PathBuf,
        /// The scenario in its title.
        found: String,
    },
    /// An engine's transcript was the base's, but the base's is another one by now.
    #[error(
        "`{scenario}` on {slug} was recorded as equal to {base}, whose snapshot has changed since (or is gone). Record `{scenario}` on {slug} again"
    )]
    BaseMoved {
        /// The engine's folder.
        slug: String,
        /// The base's folder.
        base: String,
        /// The scenario.
        scenario: String,
    },
    /// Bases that lead back to where they started.
    #[error("snapshots/{slug}/index.json: its `base` leads back to itself ({}). Set one of these bases to null and record that engine's scenarios again", chain.join(" -> "))]
    BaseCycle {
        /// The folder.
        slug: String,
        /// The way round.
        chain: Vec<String>,
    },
    /// A name that cannot be a file's.
    #[error(
        "`{name}` cannot name a snapshot or its folder: names take segments of ASCII letters, digits and any of `-_.+=,@`, separated by `/` (in scenarios), none empty or starting with a dot"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// The results of one recording contradict each other.
    #[error("`{scenario}` {problem}: this is an error in the program that records, not in the snapshots")]
    Results {
        /// The scenario.
        scenario: String,
        /// How.
        problem: String,
    },
    /// Some scenarios were to be reviewed on another version than the rest.
    #[error(
        "snapshots/{slug} was recorded on {recorded}, and this is {now}. Record all scenarios for review, or accept these as they are"
    )]
    OtherVersion {
        /// The folder.
        slug: String,
        /// Which engine the index names.
        recorded: Box<EngineIdentity>,
        /// Which engine answers now.
        now: Box<EngineIdentity>,
    },
    /// Some scenarios were to be recorded against another base than the rest.
    #[error("snapshots/{slug} was recorded against {}, not {}, and this recording leaves scenarios alone that are equal to that base ({} of them; `{}` is one). Record all scenarios, or record against the same base", or_none(recorded), or_none(now), left.len(), left.first().map_or("", String::as_str))]
    OtherBase {
        /// The folder.
        slug: String,
        /// The base in the index.
        recorded: Option<String>,
        /// The base now.
        now: Option<String>,
        /// The scenarios that would lose their transcript.
        left: Vec<String>,
    },
    /// An engine was to be recorded against itself.
    #[error(
        "snapshots/{slug} cannot be its own base: its snapshots would stand in for themselves. Record it without a base"
    )]
    BaseIsItself {
        /// The folder.
        slug: String,
    },
}

/// One thing in the snapshots folder that is not in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum StoreProblem {
    /// A file or an index could not be read.
    #[error("{error}")]
    Unreadable {
        /// The engine's folder.
        slug: String,
        /// What [`StoreError`] says.
        error: String,
    },
    /// A file that belongs to no recorded scenario.
    #[error("{}: belongs to no recorded scenario of {slug}. Delete it, or record its scenario", path.display())]
    Orphan {
        /// The engine's folder.
        slug: String,
        /// The file.
        path: PathBuf,
    },
    /// The index names a file that is not there.
    #[error("{}: missing, though the index of {slug} says that `{scenario}` is recorded. Restore it, or record the scenario again", path.display())]
    Missing {
        /// The engine's folder.
        slug: String,
        /// The scenario.
        scenario: String,
        /// Its file.
        path: PathBuf,
    },
    /// A file is not what was recorded.
    #[error("{}: edited by hand after recording (or its review was rejected). Restore it, or record `{scenario}` on {slug} again", path.display())]
    Edited {
        /// The engine's folder.
        slug: String,
        /// The scenario.
        scenario: String,
        /// Its file.
        path: PathBuf,
    },
    /// See [`StoreError::BaseMoved`].
    #[error(
        "`{scenario}` on {slug} was recorded as equal to {base}, whose snapshot has changed since (or is gone). Record it on {slug} again"
    )]
    BaseMoved {
        /// The engine's folder.
        slug: String,
        /// The base's folder.
        base: String,
        /// The scenario.
        scenario: String,
    },
    /// A scenario that was never recorded on this engine.
    #[error("`{scenario}` was never recorded on {slug}. Record it; where it cannot be run, the index then says why")]
    NotRecorded {
        /// The engine's folder.
        slug: String,
        /// The scenario.
        scenario: String,
    },
    /// A scenario that was recorded, but is not in the catalogue.
    #[error(
        "`{scenario}` is in the index of {slug}, but is no longer a scenario. Record all scenarios of {slug} to remove it"
    )]
    Gone {
        /// The engine's folder.
        slug: String,
        /// The scenario.
        scenario: String,
    },
    /// A changed snapshot that nobody has accepted or rejected.
    #[error("{}: waits for review. Accept or reject it with `cargo insta review`", path.display())]
    Pending {
        /// The engine's folder.
        slug: String,
        /// The `.snap.new` file.
        path: PathBuf,
    },
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn or_none(base: &Option<String>) -> &str {
    base.as_deref().unwrap_or("no base")
}
