//! What the API holds, and what the scenarios drove of it: from transcripts, not from claims.

use crate::gate::{Coverage, CoverageCount};
use crate::transcript::Transcript;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The facts of one API version.
#[derive(Debug, Deserialize)]
pub struct Api {
    /// `1.41`.
    pub version: String,
    /// Every operation.
    pub operations: Vec<Operation>,
}

/// One operation of the API.
#[derive(Debug, Deserialize)]
pub struct Operation {
    /// The path template with its method: `POST /containers/{id}/wait`.
    pub operation: String,
    /// Query parameters and their types.
    pub query: BTreeMap<String, String>,
    /// Documented statuses and the pointers of their bodies.
    pub statuses: BTreeMap<String, serde_json::Value>,
}

/// The facts of API 1.41, taken from the Engine's OpenAPI document.
pub static API_1_41: LazyLock<Api> = LazyLock::new(|| {
    // A file of this repository, checked by a test: it cannot fail at a user's.
    serde_json::from_str(include_str!("../../api/v1.41.json"))
        .unwrap_or(Api { version: "1.41".to_owned(), operations: Vec::new() })
});

/// What transcripts drove of API 1.41.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Driven {
    /// Operations.
    pub operations: BTreeSet<String>,
    /// Operation and query parameter.
    pub parameters: BTreeSet<(String, String)>,
    /// Operation and documented status.
    pub statuses: BTreeSet<(String, u16)>,
}

/// Collects what the reference's transcripts drove.
pub fn driven<'t>(transcripts: impl Iterator<Item = &'t Transcript>) -> Driven {
    let known: BTreeMap<&str, &Operation> =
        API_1_41.operations.iter().map(|operation| (operation.operation.as_str(), operation)).collect();
    let mut driven = Driven::default();
    for step in transcripts.flat_map(|transcript| &transcript.steps) {
        let (Some(exchange), Some(facts)) = (step.exchange(), known.get(step.operation.as_str())) else { continue };
        let operation = &facts.operation;
        driven.operations.insert(operation.clone());
        if facts.statuses.contains_key(&exchange.answer.status.to_string()) {
            driven.statuses.insert((operation.clone(), exchange.answer.status));
        }
        let query = exchange.request.target.split_once('?').map_or("", |(_, query)| query);
        for name in query.split('&').filter_map(|pair| pair.split('=').next()) {
            if facts.query.contains_key(name) {
                driven.parameters.insert((operation.clone(), name.to_owned()));
            }
        }
    }
    driven
}

/// The same as counts beside what the API holds.
pub fn count<'t>(transcripts: impl Iterator<Item = &'t Transcript>) -> Coverage {
    driven(transcripts).count()
}

impl Driven {
    /// Adds what others drove.
    pub fn extend(&mut self, other: Driven) {
        self.operations.extend(other.operations);
        self.parameters.extend(other.parameters);
        self.statuses.extend(other.statuses);
    }

    /// As counts beside what the API holds.
    pub fn count(&self) -> Coverage {
        let all = &API_1_41.operations;
        Coverage {
            operations: CoverageCount { driven: self.operations.len(), of: all.len() },
            parameters: CoverageCount {
                driven: self.parameters.len(),
                of: all.iter().map(|facts| facts.query.len()).sum(),
            },
            statuses: CoverageCount {
                driven: self.statuses.len(),
                of: all.iter().map(|facts| facts.statuses.len()).sum(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_are_whole() {
        let count = count(std::iter::empty());
        assert_eq!((count.operations.of, count.parameters.of, count.statuses.of), (106, 153, 354));
    }
}
