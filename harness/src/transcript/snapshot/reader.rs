//! Lines, blocks of indented lines, and JSON in them, with errors that know where they are.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Deserializer, Value};

use super::INDENT;
use super::error::SnapshotError;

/// Walks over the lines.
pub(super) struct Reader<'a> {
    pub(super) path: &'a Path,
    pub(super) lines: Vec<&'a str>,
    /// The index of the next line.
    pub(super) at: usize,
    /// How many lines of the file stand before the first of `lines`.
    pub(super) skipped: usize,
}

/// The indented lines below a heading.
pub(super) struct Block<'a> {
    /// The index of the first line.
    pub(super) start: usize,
    pub(super) lines: Vec<&'a str>,
}

pub(super) type Result<T, E = SnapshotError> = std::result::Result<T, E>;

impl<'a> Reader<'a> {
    /// One JSON document over all lines of a block.
    pub(super) fn json(&self, block: &Block<'_>) -> Result<Value> {
        self.json_at(block.start, &block.lines.join("\n"))
    }

    /// JSON documents one after the other.
    pub(super) fn stream(&self, block: &Block<'_>) -> Result<Vec<Value>> {
        let text = block.lines.join("\n");
        let documents = Deserializer::from_str(&text).into_iter();
        documents.map(|document| document.map_err(|error| self.json_error(block.start, &error))).collect()
    }

    pub(super) fn json_at<T: DeserializeOwned>(&self, at: usize, text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|error| self.json_error(at, &error))
    }

    pub(super) fn json_error(&self, start: usize, error: &serde_json::Error) -> SnapshotError {
        let message = error.to_string();
        let cause = message.split(" at line ").next().unwrap_or_default();
        self.error_at(start + error.line().saturating_sub(1), format!("JSON ({cause}, column {})", error.column()))
    }

    /// The indented and blank lines from here; blank lines at the end belong to what follows.
    pub(super) fn block(&mut self) -> Block<'a> {
        let start = self.at;
        let mut lines = Vec::new();
        while let Some(line) = self.peek() {
            match line.strip_prefix(INDENT) {
                Some(inside) => lines.push(inside),
                None if line.is_empty() => lines.push(line),
                None => break,
            }
            self.at += 1;
        }
        while lines.pop_if(|line| line.is_empty()).is_some() {}
        Block { start, lines }
    }

    pub(super) fn peek(&self) -> Option<&'a str> {
        self.lines.get(self.at).copied()
    }

    /// What follows `start` on the next line, which is then read; nothing happens where the line starts otherwise.
    pub(super) fn after(&mut self, start: &str) -> Option<&'a str> {
        let rest = self.peek()?.strip_prefix(start)?;
        self.at += 1;
        Some(rest)
    }

    pub(super) fn skip_blank(&mut self) {
        while self.peek().is_some_and(|line| line.trim().is_empty()) {
            self.at += 1;
        }
    }

    pub(super) fn error(&self, expected: impl Into<String>) -> SnapshotError {
        self.error_at(self.at, expected)
    }

    pub(super) fn error_at(&self, at: usize, expected: impl Into<String>) -> SnapshotError {
        let found = match self.lines.get(at) {
            None => "the end of the file".to_owned(),
            Some(line) if line.trim().is_empty() => "a blank line".to_owned(),
            Some(line) => {
                let clipped: String = line.trim().chars().take(60).collect();
                format!("`{clipped}{}`", if line.trim().chars().nth(60).is_some() { "…" } else { "" })
            }
        };
        SnapshotError { path: self.path.to_owned(), line: self.skipped + at + 1, expected: expected.into(), found }
    }
}
