//! The machine-readable result: schema 1, which other tools read.

use super::ScenarioVerdict;
use super::shard::ShardFacts;
use crate::compare::Difference;
use crate::divergence::{Category, EntryVerdict, Status, Verdict};
use crate::engine::EngineIdentity;
use serde::{Deserialize, Serialize};

/// One comparison. `lockstep run --format json` prints one; `replay --format json` an array of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResultDocument {
    /// Always 1.
    pub schema: u32,
    /// The reference.
    pub reference: EngineIdentity,
    /// The candidate.
    pub candidate: EngineIdentity,
    /// The API version both were driven at.
    pub api_version: String,
    /// Where the transcripts come from.
    pub source: Source,
    /// One item a scenario.
    pub scenarios: Vec<ScenarioResult>,
    /// Every difference.
    pub differences: Vec<Difference>,
    /// Every entry of DIVERGENCE.md for this candidate.
    pub divergences: Vec<DivergenceResult>,
    /// What the scenarios drove.
    pub coverage: Coverage,
    /// Which part of a run this is, with what joining the parts needs; a whole run has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardFacts>,
}

/// Where transcripts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Engines that answered just now.
    Live,
    /// Snapshots.
    Recorded,
}

/// One scenario of the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioResult {
    /// Its name.
    pub name: String,
    /// What it came to.
    pub verdict: ScenarioVerdict,
    /// Why it was blocked or not run.
    pub reason: Option<String>,
    /// Milliseconds on the reference; null when recorded.
    pub reference_ms: Option<f64>,
    /// Milliseconds on the candidate; null when recorded.
    pub candidate_ms: Option<f64>,
    /// Not run because of trouble, which fails the gate. Not part of the schema.
    #[serde(skip)]
    pub trouble: bool,
}

/// One entry of DIVERGENCE.md in the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DivergenceResult {
    /// The entry's id.
    pub id: String,
    /// Its category.
    pub category: Category,
    /// By design, deficiency or roadmap.
    pub status: Status,
    /// How it fared.
    pub verdict: Verdict,
    /// How many differences it accounts for.
    pub differences: usize,
}

impl From<&EntryVerdict> for DivergenceResult {
    fn from(entry: &EntryVerdict) -> Self {
        DivergenceResult {
            id: entry.id.clone(),
            category: entry.category,
            status: entry.status,
            verdict: entry.verdict,
            differences: entry.differences,
        }
    }
}

/// How much of the API the scenarios drove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Operations.
    pub operations: CoverageCount,
    /// Query parameters.
    pub parameters: CoverageCount,
    /// Documented statuses that the reference answered.
    pub statuses: CoverageCount,
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageCount {
    /// Seen in transcripts.
    pub driven: usize,
    /// Known to the API.
    pub of: usize,
}
