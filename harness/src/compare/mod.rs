//! Finding where two transcripts of one scenario differ.

mod arrays;
mod difference;
mod json;
mod missing;
mod order;
mod step;
mod symbols;

pub use difference::{Aspect, Classification, Difference, Kind};
pub use missing::{classification_of, classify};

use serde_json::{Value, json};

use crate::transcript::{End, Step, StepKind, Transcript};
use symbols::Bindings;
pub(crate) use symbols::loose;

/// Where the candidate's transcript differs from the reference's. Both are normalised.
pub fn compare(reference: &Transcript, candidate: &Transcript) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut bindings = Bindings::default();
    let pairs = pairs(reference, candidate);
    let (mut next, mut next_candidate) = (0, 0);
    for (left, right) in pairs {
        unpaired(reference, next..left, Kind::Missing, &mut differences);
        unpaired(candidate, next_candidate..right, Kind::Extra, &mut differences);
        let pair = (&reference.steps[left], &candidate.steps[right]);
        differences.extend(step::compare(&reference.scenario, left + 1, pair, &mut bindings));
        (next, next_candidate) = (left + 1, right + 1);
    }
    unpaired(candidate, next_candidate..candidate.steps.len(), Kind::Extra, &mut differences);
    let blocked = matches!(candidate.end, End::Blocked { .. });
    let tail = if blocked { Kind::NotReached } else { Kind::Missing };
    unpaired(reference, next..reference.steps.len(), tail, &mut differences);
    // Blocked by an answer that differs in nothing a transcript shows: still no pass.
    let last = reference.steps.len();
    if blocked && reference.end == End::Completed && next == last && differences.iter().all(|found| found.step != last)
    {
        unpaired(reference, last.saturating_sub(1)..last, Kind::NotReached, &mut differences);
    }
    differences
}

/// One difference for a run of steps that one side took and the other did not: the first stands for all.
fn unpaired(side: &Transcript, run: std::ops::Range<usize>, kind: Kind, differences: &mut Vec<Difference>) {
    let first = run.start;
    let Some(step) = side.steps.get(first).filter(|_| !run.is_empty()) else {
        return;
    };
    let (aspect, pointer, value) = match &step.kind {
        StepKind::Exchange(exchange) => (Aspect::Status, "/status", json!(exchange.answer.status)),
        StepKind::Observation(seen) => (Aspect::Observation, "/observation", json!(seen.what)),
        StepKind::Cli(run) => (Aspect::Cli, "/cli/exit_status", json!(run.exit_status)),
    };
    let (reference, candidate) = if kind == Kind::Extra { (Value::Null, value) } else { (value, Value::Null) };
    differences.push(Difference {
        scenario: side.scenario.clone(),
        step: first + 1,
        operation: step.operation.clone(),
        aspect,
        pointer: pointer.to_owned(),
        kind,
        reference,
        candidate,
        classification: None,
        divergence: None,
    });
}

/// Which step of the reference (by index) is which of the candidate: by index as long as both did the same, else by the
/// longest common run of operations.
pub fn pairs(reference: &Transcript, candidate: &Transcript) -> Vec<(usize, usize)> {
    let (reference, candidate) = (&reference.steps, &candidate.steps);
    let same = |(left, right): (&Step, &Step)| same_step(left, right);
    if reference.iter().zip(candidate).all(same) {
        return (0..reference.len().min(candidate.len())).map(|index| (index, index)).collect();
    }
    arrays::longest_common(reference.len(), candidate.len(), |left, right| {
        same_step(&reference[left], &candidate[right])
    })
}

fn same_step(left: &Step, right: &Step) -> bool {
    left.operation == right.operation && std::mem::discriminant(&left.kind) == std::mem::discriminant(&right.kind)
}

#[cfg(test)]
mod tests;
