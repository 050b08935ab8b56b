//! What a run cost: exchanges a second, and where the time went.

use lockstep_harness::runner::{ScenarioRun, Taken};
use lockstep_harness::scenario::Scenario;
use std::time::Duration;

/// How many of the slowest scenarios are named.
const SLOWEST: usize = 10;

/// Two lines and the slowest scenarios, each with what took the time: the scenario's own reason to wait, else its longest step.
pub fn say(runs: &[ScenarioRun], scenarios: &[Scenario], wall: Duration) {
    let sides = || runs.iter().flat_map(|run| [&run.reference, &run.candidate]).flatten();
    let steps: usize = sides().map(|taken| taken.raw.steps.len()).sum();
    let seconds = wall.as_secs_f64().max(0.001);
    let each = wall.as_secs_f64() * 1000.0 / (runs.len().max(1) as f64);
    anstream::eprintln!(
        "{} scenarios, {steps} exchanges on both engines in {seconds:.1} s: {:.1} exchanges a second, {each:.0} ms a scenario",
        runs.len(),
        steps as f64 / seconds
    );
    anstream::eprintln!("slowest:");
    let mut slowest: Vec<&ScenarioRun> = runs.iter().collect();
    slowest.sort_by_key(|run| std::cmp::Reverse(longest(run).map(|(_, taken)| taken.duration)));
    for run in slowest.into_iter().take(SLOWEST) {
        let Some((side, taken)) = longest(run) else { continue };
        let scenario = scenarios.iter().find(|scenario| scenario.name == run.name);
        let why = match scenario.and_then(|scenario| scenario.waits) {
            Some(reason) => reason.to_owned(),
            None => longest_step(taken),
        };
        anstream::eprintln!("  {:>5.1} s on the {side}  {}: {why}", taken.duration.as_secs_f64(), run.name);
    }
}

fn longest(run: &ScenarioRun) -> Option<(&'static str, &Taken)> {
    let sides = [("reference", &run.reference), ("candidate", &run.candidate)];
    sides.into_iter().filter_map(|(side, taken)| Some((side, taken.as_ref()?))).max_by_key(|(_, taken)| taken.duration)
}

fn longest_step(taken: &Taken) -> String {
    let steps = taken.raw.steps.iter().enumerate();
    match steps.max_by_key(|(_, step)| step.duration) {
        // What is between the steps is waiting for a state, and removing what the scenario made.
        Some((at, step)) if step.duration * 2 > taken.duration => {
            format!("step {}, {}, took {:.1} s", at + 1, step.operation, step.duration.as_secs_f64())
        }
        Some(_) => {
            let within: Duration = taken.raw.steps.iter().map(|step| step.duration).sum();
            format!(
                "{} steps took {:.1} s, the rest is waiting for a state between them",
                taken.raw.steps.len(),
                within.as_secs_f64()
            )
        }
        None => "no steps".to_owned(),
    }
}
