//! Runs scenarios on one engine or on two in lockstep.

pub mod latency;

use crate::engine::image::Provisioned;
use crate::engine::{Engine, EngineError};
use crate::normalise::normalise;
use crate::scenario::{Isolation, Need, Recording, Role, Scenario, Session, Stop};
use crate::transcript::Transcript;
use futures_util::StreamExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// An engine with its part in the comparison and its probe image.
#[derive(Clone)]
pub struct Side {
    /// The engine, at the negotiated API version.
    pub engine: Arc<Engine>,
    /// Reference or candidate.
    pub role: Role,
    /// The probe image on it.
    pub image: Provisioned,
}

/// How to run.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How many scenarios run at the same time.
    pub jobs: usize,
    /// Stop at the first scenario whose reference and candidate differ in any way that `stop_at` of the observer says.
    pub fail_fast: bool,
    /// The longest that one scenario may take on one engine.
    pub scenario_deadline: Duration,
}

impl Default for Options {
    /// Two at a time, to the end, two minutes each.
    fn default() -> Self {
        Options { jobs: 2, fail_fast: false, scenario_deadline: Duration::from_secs(120) }
    }
}

/// Hears of each scenario as it ends: progress displays.
pub trait Observer: Send + Sync {
    /// A scenario has ended; with `fail_fast`, true ends the run.
    fn finished(&self, run: &ScenarioRun) -> bool;
}

/// Hears nothing.
pub struct Silent;

impl Observer for Silent {
    fn finished(&self, _run: &ScenarioRun) -> bool {
        false
    }
}

/// What one scenario came to.
#[derive(Debug, Clone)]
pub struct ScenarioRun {
    /// Its name.
    pub name: String,
    /// On the reference.
    pub reference: Option<Taken>,
    /// On the candidate, where there is one.
    pub candidate: Option<Taken>,
    /// Why it was not run, or not to an end that can be compared.
    pub not_run: Option<NotRun>,
}

/// One engine's part of a scenario.
#[derive(Debug, Clone)]
pub struct Taken {
    /// As it was said; for `--trace` only.
    pub raw: Transcript,
    /// Normalised.
    pub transcript: Transcript,
    /// All steps together.
    pub duration: Duration,
}

/// Why a scenario has nothing to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRun {
    /// One line.
    pub reason: String,
    /// Whether that is trouble (the gate fails) rather than a need that this machine or engine does not meet.
    pub trouble: bool,
}

/// What a whole run came to.
#[derive(Debug)]
pub struct Run {
    /// One item a scenario, in the catalogue's order.
    pub scenarios: Vec<ScenarioRun>,
    /// The engine that was lost, where one was: the scenarios after that moment were not run.
    pub lost: Option<EngineError>,
}

/// Runs the scenarios on the reference and, when there is one, on the candidate: both engines take each scenario at the same time.
pub async fn run(sides: &[Side], scenarios: &[Scenario], options: Options, observer: &dyn Observer) -> Run {
    run_named(sides, scenarios, options, observer, &format!("lockstep{:x}", std::process::id())).await
}

/// The same with a name for the run, which all that it makes is named and labelled after.
pub async fn run_named(
    sides: &[Side],
    scenarios: &[Scenario],
    options: Options,
    observer: &dyn Observer,
    run_name: &str,
) -> Run {
    let halted = AtomicBool::new(false);
    let lost = std::sync::Mutex::new(None);
    let one = |(index, scenario): (usize, &Scenario)| {
        let unique = format!("{run_name}-{index}");
        let (scenario, halted, lost) = (scenario.clone(), &halted, &lost);
        async move {
            if halted.load(Ordering::Relaxed) {
                return (index, skipped(&scenario, "the run ended before it", true));
            }
            let result = one_scenario(sides, &scenario, &unique, options).await;
            let run = result.unwrap_or_else(|error| {
                halted.store(true, Ordering::Relaxed);
                let run = skipped(&scenario, &error.to_string(), true);
                crate::engine::lock(lost).get_or_insert(error);
                run
            });
            if observer.finished(&run) && options.fail_fast {
                halted.store(true, Ordering::Relaxed);
            }
            (index, run)
        }
    };
    let (shared, alone): (Vec<_>, Vec<_>) =
        scenarios.iter().enumerate().partition(|(_, scenario)| scenario.isolation == Isolation::Shared);
    let mut done: Vec<(usize, ScenarioRun)> =
        futures_util::stream::iter(shared.into_iter().map(one)).buffer_unordered(options.jobs.max(1)).collect().await;
    for item in alone {
        done.push(one(item).await);
    }
    done.sort_by_key(|(index, _)| *index);
    let lost = crate::engine::lock(&lost).take();
    Run { scenarios: done.into_iter().map(|(_, run)| run).collect(), lost }
}

async fn one_scenario(
    sides: &[Side],
    scenario: &Scenario,
    unique: &str,
    options: Options,
) -> Result<ScenarioRun, EngineError> {
    if let Some(reason) = sides.iter().find_map(|side| unmet(side, scenario)) {
        return Ok(skipped(scenario, &reason, false));
    }
    let taking = sides.iter().map(|side| take(side, scenario, unique, options.scenario_deadline));
    let recordings = futures_util::future::join_all(taking).await;
    let mut run = ScenarioRun { name: scenario.name.clone(), reference: None, candidate: None, not_run: None };
    for (side, recording) in sides.iter().zip(recordings) {
        match &recording.stop {
            Some(Stop::Engine(error)) => return Err((**error).clone()),
            Some(Stop::Wrong(problem)) => run.not_run = Some(NotRun { reason: problem.clone(), trouble: true }),
            Some(Stop::NotRun(reason)) => run.not_run = Some(NotRun { reason: reason.clone(), trouble: false }),
            Some(Stop::Blocked(_)) | None => {}
        }
        let transcript = normalise(&recording.raw, &recording.known);
        let taken = Taken { raw: recording.raw, transcript, duration: recording.duration };
        match side.role {
            Role::Reference => run.reference = Some(taken),
            Role::Candidate => run.candidate = Some(taken),
        }
    }
    Ok(run)
}

/// One scenario on one engine.
pub async fn take(side: &Side, scenario: &Scenario, unique: &str, deadline: Duration) -> Recording {
    let engine = side.engine.clone();
    let mut session = Session::new(engine, side.role, scenario, unique, &side.image.image, &side.image.id);
    let started = Instant::now();
    let outcome = match tokio::time::timeout(deadline, scenario.start(&mut session)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(session.out_of_time(deadline)),
    };
    session.finish(outcome, started).await
}

/// The first need that the side does not meet, as a reason.
fn unmet(side: &Side, scenario: &Scenario) -> Option<String> {
    scenario.needs.iter().find_map(|need| match need {
        Need::Disposable if !side.engine.disposable => Some(format!(
            "it acts on the whole engine, and {} was neither launched by Lockstep nor marked --disposable",
            side.engine.client.name()
        )),
        Need::Api(wanted) => {
            let parse = |text: &str| text.parse::<crate::engine::ApiVersion>().ok();
            let spoken = parse(&side.engine.identity.api);
            (parse(wanted) > spoken).then(|| format!("API {wanted} needed, the run is at {}", side.engine.identity.api))
        }
        Need::Program(name) if !crate::engine::on_path(name) => Some(format!("{name} is not on PATH")),
        _ => None,
    })
}

fn skipped(scenario: &Scenario, reason: &str, trouble: bool) -> ScenarioRun {
    let not_run = Some(NotRun { reason: reason.to_owned(), trouble });
    ScenarioRun { name: scenario.name.clone(), reference: None, candidate: None, not_run }
}
