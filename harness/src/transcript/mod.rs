//! What happened: the steps of one scenario on one engine.
//!
//! A [`Transcript`] is used in two states. While a scenario runs, a session fills it with what the engine really said;
//! [`normalise`](crate::normalise) then replaces what is volatile by symbols. Only normalised transcripts are written to
//! snapshots or compared.

mod exchange;
pub mod snapshot;
pub mod store;

pub use exchange::{Answer, CliRun, Exchange, Observation, Payload, Request};

use std::time::Duration;

/// All steps of one scenario on one engine, in the order they were taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// The scenario's stable name, for instance `containers/create/duplicate-name`.
    pub scenario: String,
    /// The steps, oldest first. Reports count them from 1.
    pub steps: Vec<Step>,
    /// How the scenario ended on this engine.
    pub end: End,
}

/// How a scenario ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Every step was taken.
    Completed,
    /// The last step's answer made the rest impossible: what the scenario needed from it is not there.
    Blocked {
        /// One line for people: what was missing.
        reason: String,
    },
}

/// One exchange with the API, one observation inside a container, or one run of the `docker` command.
#[derive(Debug, Clone)]
pub struct Step {
    /// The API operation as a path template, for instance `POST /containers/{id}/wait`. For an observation, the operation
    /// that started what is observed; for a CLI run, the command, for instance `docker run`.
    pub operation: String,
    /// What was done and what came back.
    pub kind: StepKind,
    /// How long it took. Never part of a snapshot, never compared as a value.
    pub duration: Duration,
}

/// Equality leaves the duration out: two runs of the same step are the same step.
impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.operation == other.operation && self.kind == other.kind
    }
}

/// The kinds of step.
#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    /// A request and its answer.
    Exchange(Box<Exchange>),
    /// What the probe saw inside a container.
    Observation(Observation),
    /// A run of a command-line client against the engine.
    Cli(CliRun),
}

impl Step {
    /// The exchange, where this step is one.
    pub fn exchange(&self) -> Option<&Exchange> {
        match &self.kind {
            StepKind::Exchange(exchange) => Some(exchange),
            _ => None,
        }
    }
}
