//! One located mismatch between the reference and the candidate.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One mismatch, as reports and the JSON result show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The scenario's name.
    pub scenario: String,
    /// The step, counted from 1.
    pub step: usize,
    /// The step's operation as a path template, for instance `POST /containers/{id}/wait`.
    pub operation: String,
    /// Which part of the step differs.
    pub aspect: Aspect,
    /// Where: `/status`, `/headers/content-type`, `/body/StatusCode`, `/frames/0/text`, `/observation/processes/1`, `/cli/stdout`.
    pub pointer: String,
    /// How it differs.
    pub kind: Kind,
    /// The reference's value; null where it has none (`extra`).
    pub reference: Value,
    /// The candidate's value; null where it has none (`missing`, `not-reached`).
    pub candidate: Value,
    /// What the answer as a whole was recognised as, for instance a missing method.
    pub classification: Option<Classification>,
    /// The id of the declared divergence that accounts for it; `None` until accounted, or when nobody declared it.
    pub divergence: Option<String>,
}

/// The part of a step that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// The HTTP status.
    Status,
    /// One answer header.
    Header,
    /// The answer's body.
    Body,
    /// The frames or raw bytes of a hijacked or followed stream.
    Stream,
    /// What the probe saw inside the container.
    Observation,
    /// An item of the events stream.
    Event,
    /// A ratio of latencies.
    Latency,
    /// Exit status or output of a command-line client.
    Cli,
}

/// How two values differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The reference has it, the candidate has not.
    Missing,
    /// The candidate has it, the reference has not.
    Extra,
    /// Both have it, with another JSON type (a symbol's shape counts as its type: a time against a plain text).
    Type,
    /// Both have it, of the same type, with another value.
    Value,
    /// The same items in another order, where the API promises one.
    Order,
    /// The candidate could not take this step because an earlier one failed.
    NotReached,
}

/// What an answer as a whole is recognised as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Classification {
    /// The candidate does not implement the operation and says so in one of the known forms.
    MissingMethod,
}

macro_rules! kebab_display {
    ($($type:ty),*) => {$(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.serialize(f)
            }
        }
    )*};
}
kebab_display!(Aspect, Kind, Classification);
