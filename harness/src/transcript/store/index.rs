//! The index of one engine's snapshots: what was run, and which file says what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::files;
use crate::engine::EngineIdentity;

/// The index's file name in an engine's folder.
pub const INDEX_FILE: &str = "index.json";

/// The schema that this Lockstep reads and writes. In 1 an entry was `{"state": "recorded", "digest": "…"}`.
pub const SCHEMA: u32 = 2;

/// `index.json` in the folder of one engine version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The engine's family, as in [`EngineIdentity`].
    pub engine: String,
    /// The engine's version.
    pub version: String,
    /// The API version it was driven at.
    pub api: String,
    /// `engine` where the engine itself answered, else what stood in for it, in words for people.
    pub recorded_from: String,
    /// The folder whose file stands in where this engine's transcript is the same.
    pub base: Option<String>,
    /// What came of each scenario, by name.
    pub scenarios: BTreeMap<String, Entry>,
}

/// What came of one scenario: `{"recorded": DIGEST}`, `{"equal": {"digest": DIGEST}}`, `{"not-run": REASON}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Entry {
    /// It ran, and its transcript is in a file of its own.
    ///
    /// The [digest](crate::transcript::snapshot::digest) of its contents.
    Recorded(String),
    /// It ran, and its transcript is the base's, or that of an earlier version of the same engine.
    Equal {
        /// The digest of those contents at that time.
        digest: String,
        /// The folder of the earlier version; the base where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
    /// It could not be run, and why, in words for people.
    NotRun(String),
}

impl Index {
    /// An index without scenarios.
    pub fn new(identity: &EngineIdentity, recorded_from: &str, base: Option<String>) -> Self {
        let EngineIdentity { engine, version, api } = identity.clone();
        let recorded_from = recorded_from.to_owned();
        Index { schema: SCHEMA, engine, version, api, recorded_from, base, scenarios: BTreeMap::new() }
    }

    /// The earlier versions whose files stand in for scenarios of this one.
    pub fn stand_ins(&self) -> BTreeSet<&str> {
        let mut earlier = BTreeSet::new();
        for entry in self.scenarios.values() {
            if let Entry::Equal { to: Some(to), .. } = entry {
                earlier.insert(to.as_str());
            }
        }
        earlier
    }

    /// Whose index this is.
    pub fn identity(&self) -> EngineIdentity {
        EngineIdentity { engine: self.engine.clone(), version: self.version.clone(), api: self.api.clone() }
    }

    /// Reads an index; `None` where there is no such file.
    pub fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        /// Read first, so that a later schema is not taken for a broken file.
        #[derive(Deserialize)]
        struct Head {
            schema: u32,
        }

        let Some(text) = files::read(path)? else {
            return Ok(None);
        };
        let broken = |error: serde_json::Error| StoreError::Index {
            path: path.to_owned(),
            line: error.line(),
            // The position is already in `line`.
            message: error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
        };
        let Head { schema } = serde_json::from_str(&text).map_err(broken)?;
        if schema != SCHEMA {
            return Err(StoreError::Schema { path: path.to_owned(), schema });
        }
        let index: Index = serde_json::from_str(&text).map_err(broken)?;
        index.scenarios.keys().try_for_each(|name| files::check_name(name))?;
        index.base.iter().try_for_each(|base| files::check_slug(base))?;
        index.stand_ins().into_iter().try_for_each(files::check_slug)?;
        Ok(Some(index))
    }

    /// The index as the text of its file: one line a scenario.
    pub fn to_text(&self) -> Result<String, StoreError> {
        let broken = |error: serde_json::Error| StoreError::Index {
            path: INDEX_FILE.into(),
            line: 0,
            message: error.to_string(),
        };
        let head = Index { scenarios: BTreeMap::new(), ..self.clone() };
        let head = serde_json::to_string_pretty(&head).map_err(broken)?;
        let lines: Result<Vec<String>, StoreError> = self
            .scenarios
            .iter()
            .map(|(name, entry)| {
                let entry = serde_json::to_string(entry).map_err(broken)?;
                Ok(format!("    {}: {entry}", serde_json::Value::from(name.as_str())))
            })
            .collect();
        let lines = lines?.join(",\n");
        // The scenarios come last.
        match head.rfind("{}").filter(|_| !lines.is_empty()) {
            Some(at) => Ok(format!("{}{{\n{lines}\n  }}{}\n", &head[..at], &head[at + 2..])),
            None => Ok(head + "\n"),
        }
    }
}
