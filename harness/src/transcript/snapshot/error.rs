//! Why a snapshot could not be read.

use std::path::PathBuf;

/// A snapshot's text is not what [`write`](super::write()) writes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: expected {expected}, found {found}", path.display())]
pub struct SnapshotError {
    /// The file, as it was given to [`parse`](super::parse).
    pub path: PathBuf,
    /// The line in that file, from 1.
    pub line: usize,
    /// What would have been right here.
    pub expected: String,
    /// What is there: the line itself, clipped.
    pub found: String,
}
