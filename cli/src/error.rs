//! What ends the command early, with its exit status.

use lockstep_harness::divergence;
use lockstep_harness::engine::EngineError;
use lockstep_harness::gate::merge::MergeError;
use lockstep_harness::transcript::store::StoreError;
use std::path::PathBuf;

/// Anything that keeps a command from its verdict.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A flag's value is wrong.
    #[error("{0}")]
    Usage(String),
    /// DIVERGENCE.md has errors: all of them.
    #[error("{} cannot be used:\n{}", path.display(), .errors.iter().map(|error| format!("  {error}")).collect::<Vec<_>>().join("\n"))]
    Divergences {
        /// The file.
        path: PathBuf,
        /// Each with its line.
        errors: Vec<divergence::Error>,
    },
    /// The snapshots cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A file cannot be read, or holds something else.
    #[error("{}: {problem}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// With the line where there is one.
        problem: String,
    },
    /// The results of shards do not fit together.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// An engine of engines.toml cannot be built or started.
    #[error("{what}: {problem}")]
    Build {
        /// Which.
        what: String,
        /// Why.
        problem: String,
    },
    /// The interposer.
    #[error("{0}")]
    Interposer(#[from] lockstep_interposer::Error),
    /// A file cannot be written.
    #[error("{} cannot be written: {problem}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        problem: std::io::Error,
    },
}

impl CliError {
    /// The exit status: 2 for usage and bad input, 3 for engines.
    pub fn status(&self) -> u8 {
        match self {
            CliError::Engine(error) if !error.is_usage() => 3,
            CliError::Build { .. } => 3,
            CliError::Interposer(lockstep_interposer::Error::Listen { .. }) => 3,
            _ => 2,
        }
    }
}
