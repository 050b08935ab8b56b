//! `lockstep bench`: what the harness costs beside the bare requests.

mod interposer;

use crate::args::{self, BenchArguments, EngineArguments};
use crate::engines::{self, Choice, Place};
use crate::error::CliError;
use lockstep_harness::bench::replay_bare;
use lockstep_harness::runner::{self, Side};
use lockstep_harness::scenario::{LABEL, Scenario, remove_labelled};
use lockstep_harness::transcript::{Payload, Transcript};
use std::time::Duration;

/// What the harness costs beside the bare requests, or what the interposer costs beside the direct way: interleaved, on one engine.
pub async fn bench(arguments: &BenchArguments) -> Result<u8, CliError> {
    let choice = Choice { reference: Place::parse(&arguments.engine, &arguments.engines)?, candidate: None };
    let engine_arguments: EngineArguments = args::defaults();
    let sides = engines::bring_up(&choice, &engine_arguments, &[], 1).await?;
    let measured = match arguments.interposer {
        true => interposer::measure(&sides[0], arguments).await,
        false => against_bare(&sides[0], arguments).await,
    };
    engines::take_down(sides).await;
    measured.map(|()| 0)
}

/// Each scenario through the harness, and its recorded requests bare.
async fn against_bare(side: &Side, arguments: &BenchArguments) -> Result<(), CliError> {
    let scenarios = plain_scenarios(side).await;
    let mut ratios = Vec::new();
    let (mut harness_total, mut bare_total) = (0.0, 0.0);
    for round in 0..arguments.rounds {
        let (mut harness, mut bare) = (0.0, 0.0);
        for (index, scenario) in scenarios.iter().enumerate() {
            let unique = format!("lockstepbench{round}x{index}");
            let recording = runner::take(side, scenario, &unique, Duration::from_secs(60)).await;
            harness += recording.duration.as_secs_f64();
            bare += replay_bare(&side.engine.client, &recording.raw).await?.duration.as_secs_f64();
        }
        ratios.push(harness / bare);
        harness_total += harness;
        bare_total += bare;
    }
    ratios.sort_by(f64::total_cmp);
    let at = |part: f64| ratios[((ratios.len() - 1) as f64 * part) as usize];
    anstream::println!(
        "{} scenarios, {} rounds, harness and bare in turn on one engine",
        scenarios.len(),
        arguments.rounds
    );
    anstream::println!("  harness {harness_total:.2} s, bare {bare_total:.2} s");
    anstream::println!("  ratio   median {:.3} (min {:.3}, max {:.3})", at(0.5), at(0.0), at(1.0));
    Ok(())
}

/// The run that scenarios are picked in.
const PICK: &str = "lockstepbenchpick";
/// How many scenarios are measured.
const MEASURED: usize = 40;

/// Scenarios from all over the catalogue that are plain exchanges only (no open streams, no archives, no waiting between steps)
/// and whose requests, sent bare, get the recorded statuses again.
async fn plain_scenarios(side: &Side) -> Vec<Scenario> {
    let mut plain = Vec::new();
    let shared = lockstep_suites::catalogue();
    let all = shared.scenarios();
    let stride = (all.len() / (3 * MEASURED)).max(1);
    for scenario in all.iter().step_by(stride).filter(|scenario| scenario.needs.is_empty()) {
        if replays(side, scenario).await {
            plain.push(scenario.clone());
        }
        if plain.len() == MEASURED {
            break;
        }
    }
    plain
}

async fn replays(side: &Side, scenario: &Scenario) -> bool {
    let recording = runner::take(side, scenario, PICK, Duration::from_secs(60)).await;
    let steps: Duration = recording.raw.steps.iter().map(|step| step.duration).sum();
    let waited = recording.duration > steps + Duration::from_millis(15);
    if recording.stop.is_some() || waited || !is_plain(&recording.raw) {
        return false;
    }
    let patience = 3 * recording.duration + Duration::from_secs(1);
    let bare = tokio::time::timeout(patience, replay_bare(&side.engine.client, &recording.raw)).await;
    // What took too long or failed has not removed what it made.
    let removed = remove_labelled(&side.engine.client, &format!("{LABEL}={PICK}")).await;
    removed.is_ok() && matches!(bare, Ok(Ok(bare)) if bare.same)
}

fn is_plain(transcript: &Transcript) -> bool {
    transcript.steps.iter().all(|step| {
        step.exchange().is_some_and(|exchange| {
            matches!(exchange.request.body, Payload::None | Payload::Json(_)) && exchange.answer.status != 101
        })
    })
}
