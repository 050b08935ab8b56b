//! How much longer the candidate takes: medians per operation over rounds in which the engines take turns, alone.

use super::{Side, take};
use crate::compare::{Aspect, Difference, Kind};
use crate::engine::EngineError;
use crate::scenario::{Scenario, Stop};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// How many rounds count; one more goes before them, which finds caches cold.
const ROUNDS: usize = 5;
/// A ratio of medians up to this is noise.
const NOISE: f64 = 2.0;
/// Medians that are no more milliseconds apart than this are too: a process is scheduled when it is.
const FLOOR: f64 = 5.0;

/// The milliseconds that one operation took, by engine; the first step that is such a call.
#[derive(Default)]
struct Taken {
    step: usize,
    ms: [Vec<f64>; 2],
}

/// Runs the scenario on both engines in turn and gives a difference for each operation in which the candidate is slower beyond noise.
/// Its values are the medians in milliseconds.
pub async fn measure(
    sides: [&Side; 2],
    scenario: &Scenario,
    deadline: Duration,
) -> Result<Vec<Difference>, EngineError> {
    let mut operations: BTreeMap<String, Taken> = BTreeMap::new();
    for round in 0..=ROUNDS {
        for (index, side) in sides.iter().enumerate() {
            let unique = format!("lockstep{:x}-latency{round}", std::process::id());
            let recording = take(side, scenario, &unique, deadline).await;
            if let Some(Stop::Engine(error)) = recording.stop {
                return Err(*error);
            }
            for (number, step) in recording.raw.steps.iter().enumerate().filter(|_| round > 0) {
                let taken = operations.entry(step.operation.clone()).or_default();
                taken.step = number + 1;
                taken.ms[index].push(step.duration.as_secs_f64() * 1000.0);
            }
        }
    }
    Ok(operations.into_iter().filter_map(|(operation, taken)| difference(scenario, operation, taken)).collect())
}

fn difference(
    scenario: &Scenario,
    operation: String,
    Taken { step, ms: [reference, candidate] }: Taken,
) -> Option<Difference> {
    let [reference, candidate] = [Spread::of(reference)?, Spread::of(candidate)?];
    let apart = candidate.median > NOISE * reference.median && candidate.median > reference.median + FLOOR;
    let slower = apart && candidate.low > reference.high;
    let rounded = |ms: f64| json!((ms * 100.0).round() / 100.0);
    slower.then(|| Difference {
        scenario: scenario.name.clone(),
        step,
        operation,
        aspect: Aspect::Latency,
        pointer: "/latency".to_owned(),
        kind: Kind::Value,
        reference: rounded(reference.median),
        candidate: rounded(candidate.median),
        classification: None,
        divergence: None,
    })
}

/// The middle of some times, and what bounds their middle half.
struct Spread {
    low: f64,
    median: f64,
    high: f64,
}

impl Spread {
    fn of(mut times: Vec<f64>) -> Option<Spread> {
        times.sort_by(f64::total_cmp);
        let at = |part: usize| times.get(times.len().checked_sub(1)? * part / 4).copied();
        Some(Spread { low: at(1)?, median: at(2)?, high: at(3)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Catalogue;
    use rstest::rstest;

    /// Medians three times apart show, unless the times of the two lie among each other.
    #[rstest]
    #[case(&[10.0, 11.0, 9.0, 10.0, 12.0], &[30.0, 31.0, 29.0, 90.0, 30.0], Some((10.0, 30.0)))]
    #[case(&[10.0, 11.0, 9.0, 10.0, 12.0], &[12.0, 11.0, 13.0, 12.0, 14.0], None)]
    #[case(&[30.0, 31.0, 29.0], &[10.0, 11.0, 9.0], None)]
    #[case(&[10.0, 10.0, 10.0, 90.0, 90.0], &[40.0, 40.0, 40.0, 40.0, 40.0], None)]
    #[case(&[1.0, 1.0, 1.0], &[4.0, 4.0, 4.0], None)]
    #[case(&[], &[2.0], None)]
    fn beyond_noise(#[case] reference: &[f64], #[case] candidate: &[f64], #[case] medians: Option<(f64, f64)>) {
        let mut catalogue = Catalogue::default();
        catalogue.area("x").add("y", |_| Box::pin(async { Ok(()) }));
        let taken = Taken { step: 1, ms: [reference.to_vec(), candidate.to_vec()] };
        let found = difference(&catalogue.scenarios()[0], "GET /x".to_owned(), taken);
        let seen = found.map(|one| (one.reference.as_f64().unwrap(), one.candidate.as_f64().unwrap()));
        assert_eq!(seen, medians);
    }
}
