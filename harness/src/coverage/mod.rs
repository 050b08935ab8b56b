//! What the scenarios drove of the API: from transcripts, not from claims.
//!
//! [`count`] is the short form that every result carries; [`Table`] is the whole: parameters with what kinds of value they
//! had, properties of bodies, and the parts of answers that were seen.

mod parameter;
mod row;
mod table;
mod unseen;

pub use parameter::{Sent, Value as ParameterValue, can_be_invalid};
pub use row::{BodyRow, ParameterRow, Row, StatusRow};
pub use table::{Impossible, Table, Totals};
pub use unseen::Unseen;

use crate::api::Api;
use crate::gate::{Coverage, CoverageCount};
use crate::transcript::Transcript;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What transcripts drove of an API version.
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
pub fn driven<'t>(api: &Api, transcripts: impl Iterator<Item = &'t Transcript>) -> Driven {
    let mut driven = Driven::default();
    for step in transcripts.flat_map(|transcript| &transcript.steps) {
        let (Some(exchange), Some(facts)) = (step.exchange(), api.operation(&step.operation)) else { continue };
        let operation = &facts.operation;
        driven.operations.insert(operation.clone());
        if facts.statuses.contains_key(&exchange.answer.status) {
            driven.statuses.insert((operation.clone(), exchange.answer.status));
        }
        for (name, _) in parameter::pairs(&exchange.request.target) {
            if facts.query.contains_key(name) {
                driven.parameters.insert((operation.clone(), name.to_owned()));
            }
        }
    }
    driven
}

/// The same as counts beside what the API holds.
pub fn count<'t>(api: &Api, transcripts: impl Iterator<Item = &'t Transcript>) -> Coverage {
    driven(api, transcripts).count(api)
}

impl Driven {
    /// Adds what others drove.
    pub fn extend(&mut self, other: Driven) {
        self.operations.extend(other.operations);
        self.parameters.extend(other.parameters);
        self.statuses.extend(other.statuses);
    }

    /// As counts beside what the API holds.
    pub fn count(&self, api: &Api) -> Coverage {
        let all = &api.operations;
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
mod tests;
