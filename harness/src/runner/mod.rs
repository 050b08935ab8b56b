//! Runs scenarios on one engine or on two in lockstep.

mod lanes;
pub mod latency;

use crate::engine::image::Provisioned;
use crate::engine::{Engine, EngineError};
use crate::scenario::{Isolation, Recording, Role, Scenario, Session};
use crate::transcript::Transcript;
use lanes::Lanes;
use std::sync::Arc;
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
    /// Another engine launched alike: the scenarios that want an engine for themselves run there, beside the others. Without it they run on
    /// this one, after the others.
    pub spare: Option<Box<Side>>,
}

/// From how many scenarios on that want an engine for themselves another one is worth its start.
const WORTH_A_SPARE: usize = 10;

/// Whether a [spare engine](Side::spare) would shorten a run of these scenarios: with one job nothing may run beside anything.
pub fn wants_spare(scenarios: &[Scenario], jobs: usize) -> bool {
    let alone = scenarios.iter().filter(|scenario| scenario.isolation == Isolation::Alone).count();
    jobs > 1 && alone >= WORTH_A_SPARE && scenarios.len() - alone >= WORTH_A_SPARE
}

/// How to run.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How many scenarios run at the same time on each engine.
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

    /// Where this result is unlike what is known of these engines, in one line: it is then taken again alone, since engines race (Podman 4.3,
    /// say, fails to inspect an image while another one is removed), and what holds is the second result.
    fn doubtful(&self, _run: &ScenarioRun) -> Option<String> {
        None
    }
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

impl ScenarioRun {
    /// This side's part, where it has one.
    pub fn taken(&self, role: Role) -> Option<&Taken> {
        match role {
            Role::Reference => self.reference.as_ref(),
            Role::Candidate => self.candidate.as_ref(),
        }
    }
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
    /// Whether the scenario ran as far as this engine lets it: `false` where it does not apply to it, or went wrong.
    pub whole: bool,
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
    /// The scenarios that were taken again, each with what was unlike the first time: see [`Observer::doubtful`].
    pub retaken: Vec<(String, String)>,
    /// The engine that was lost, where one was: the scenarios after that moment were not run.
    pub lost: Option<EngineError>,
}

/// How many scenarios that only wait run beside the jobs of an engine.
const WAITING: usize = 6;

/// More than one in so many doubtful results are no race: none is then taken again.
const RETAKEN: usize = 20;

/// Runs the scenarios on the reference and, when there is one, on the candidate. Both engines take the scenarios in the same order, each
/// with its own jobs: the faster one does not wait for the other after each scenario, only at the end.
pub async fn run(sides: &[Side], scenarios: &[Scenario], options: Options, observer: &dyn Observer) -> Run {
    run_named(sides, scenarios, options, observer, &format!("lockstep{:08x}", std::process::id())).await
}

/// The same with a name for the run, which all that it makes is named and labelled after. Names of one length, here 16 characters, keep the
/// sizes of what holds them (an image's configuration, say) equal from run to run.
pub async fn run_named(
    sides: &[Side],
    scenarios: &[Scenario],
    options: Options,
    observer: &dyn Observer,
    run_name: &str,
) -> Run {
    let lanes = Lanes::new(sides, scenarios, options, observer, run_name);
    futures_util::future::join_all((0..sides.len()).map(|side| lanes.drive(side))).await;
    let mut run = lanes.finish();
    let doubt = |(at, run)| observer.doubtful(run).map(|why| (at, why));
    let doubtful: Vec<(usize, String)> = run.scenarios.iter().enumerate().filter_map(doubt).collect();
    if doubtful.len() <= scenarios.len() / RETAKEN + 2 {
        for (at, why) in doubtful {
            if run.lost.is_some() {
                break;
            }
            run.retaken.push((scenarios[at].name.clone(), why));
            retake(&mut run, at, sides, scenarios, options, run_name).await;
        }
    }
    run
}

async fn retake(run: &mut Run, at: usize, sides: &[Side], scenarios: &[Scenario], options: Options, run_name: &str) {
    let lanes = Lanes::new(sides, &scenarios[at..=at], options, &Silent, run_name).numbered_from(scenarios.len() + at);
    futures_util::future::join_all((0..sides.len()).map(|side| lanes.drive(side))).await;
    let again = lanes.finish();
    run.lost = again.lost;
    if let Some(scenario) = again.scenarios.into_iter().next() {
        run.scenarios[at] = scenario;
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Catalogue;
    use rstest::rstest;

    #[rstest]
    #[case::both_kinds(10, 10, 2, true)]
    #[case::one_job(10, 10, 1, false)]
    #[case::few_alone(9, 500, 2, false)]
    #[case::nothing_beside_them(10, 9, 2, false)]
    fn a_spare_engine_is_wanted_where_it_shortens_the_run(
        #[case] alone: usize,
        #[case] shared: usize,
        #[case] jobs: usize,
        #[case] wanted: bool,
    ) {
        let mut catalogue = Catalogue::default();
        let mut area = catalogue.area("x");
        for number in 0..alone {
            area.add(&format!("alone/{number}"), |_| Box::pin(async { Ok(()) })).alone();
        }
        for number in 0..shared {
            area.add(&format!("shared/{number}"), |_| Box::pin(async { Ok(()) }));
        }
        assert_eq!(wants_spare(catalogue.scenarios(), jobs), wanted);
    }
}
