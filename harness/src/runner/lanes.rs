//! Each engine's lane: its scenarios with its jobs. What both lanes have taken is put together.

use super::{NotRun, Observer, Options, Run, ScenarioRun, Side, Taken, WAITING, take};
use crate::engine::{EngineError, lock};
use crate::normalise::normalise;
use crate::scenario::{Isolation, Need, Recording, Role, Scenario, Stop};
use futures_util::StreamExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// One run in progress.
pub(super) struct Lanes<'r> {
    sides: &'r [Side],
    scenarios: &'r [Scenario],
    options: Options,
    observer: &'r dyn Observer,
    run_name: &'r str,
    /// The number that the first scenario's names carry.
    first: usize,
    /// One item a scenario: a place for each side.
    taken: Vec<Mutex<Vec<Option<Part>>>>,
    done: Mutex<Vec<Option<ScenarioRun>>>,
    halted: AtomicBool,
    lost: Mutex<Option<EngineError>>,
}

/// One side's part of a scenario.
enum Part {
    Taken(Box<Taken>, Option<NotRun>),
    NotRun(NotRun),
}

impl<'r> Lanes<'r> {
    pub(super) fn new(
        sides: &'r [Side],
        scenarios: &'r [Scenario],
        options: Options,
        observer: &'r dyn Observer,
        run_name: &'r str,
    ) -> Lanes<'r> {
        let places = || Mutex::new(sides.iter().map(|_| None).collect());
        Lanes {
            sides,
            scenarios,
            options,
            observer,
            run_name,
            first: 0,
            taken: scenarios.iter().map(|_| places()).collect(),
            done: Mutex::new(scenarios.iter().map(|_| None).collect()),
            halted: AtomicBool::new(false),
            lost: Mutex::new(None),
        }
    }

    /// The same with other numbers in the names of what scenarios make.
    pub(super) fn numbered_from(self, first: usize) -> Lanes<'r> {
        Lanes { first, ..self }
    }

    /// All scenarios on one side: those that share it with its jobs, those that only wait beside them, and the others alone, one after the other:
    /// on the spare engine meanwhile, or on the same one then.
    pub(super) async fn drive(&self, side: usize) {
        let numbers = |group: fn(&Scenario) -> bool| -> Vec<usize> {
            (0..self.scenarios.len()).filter(|at| group(&self.scenarios[*at])).collect()
        };
        let busy = numbers(|scenario| scenario.isolation == Isolation::Shared && scenario.waits.is_none());
        let waiting = numbers(|scenario| scenario.isolation == Isolation::Shared && scenario.waits.is_some());
        let at_once = |list: Vec<usize>, jobs: usize| {
            futures_util::stream::iter(list).for_each_concurrent(jobs, move |scenario| self.one(side, scenario))
        };
        let together = async { tokio::join!(at_once(busy, self.options.jobs.max(1)), at_once(waiting, WAITING)) };
        let alone = at_once(numbers(|scenario| scenario.isolation == Isolation::Alone), 1);
        if self.sides[side].spare.is_some() {
            tokio::join!(together, alone);
        } else {
            together.await;
            alone.await;
        }
    }

    /// Where the scenario runs for this side.
    fn place(&self, side: usize, scenario: &Scenario) -> &Side {
        let side = &self.sides[side];
        match (&side.spare, scenario.isolation) {
            (Some(spare), Isolation::Alone) => spare,
            _ => side,
        }
    }

    /// One scenario on one side, and its end when the other side has taken it already.
    async fn one(&self, side: usize, at: usize) {
        let part = self.part(side, at).await;
        let parts = {
            let mut places = lock(&self.taken[at]);
            places[side] = Some(part);
            if places.iter().any(Option::is_none) {
                return;
            }
            std::mem::take(&mut *places)
        };
        let run = self.put_together(at, parts.into_iter().flatten());
        if self.observer.finished(&run) && self.options.fail_fast {
            self.halted.store(true, Ordering::Relaxed);
        }
        lock(&self.done)[at] = Some(run);
    }

    async fn part(&self, side: usize, at: usize) -> Part {
        let scenario = &self.scenarios[at];
        if self.halted.load(Ordering::Relaxed) {
            return Part::NotRun(NotRun { reason: "the run ended before it".to_owned(), trouble: true });
        }
        // A scenario that one side cannot run is not run on the other either: there is nothing to compare.
        if let Some(reason) = self.sides.iter().find_map(|side| unmet(side, scenario)) {
            return Part::NotRun(NotRun { reason, trouble: false });
        }
        let unique = format!("{}-{:04}", self.run_name, self.first + at);
        let recording = take(self.place(side, scenario), scenario, &unique, self.options.scenario_deadline).await;
        let not_run = match &recording.stop {
            Some(Stop::Engine(error)) => {
                self.halted.store(true, Ordering::Relaxed);
                let reason = error.to_string();
                lock(&self.lost).get_or_insert((**error).clone());
                return Part::NotRun(NotRun { reason, trouble: true });
            }
            Some(Stop::Wrong(problem)) => Some(NotRun { reason: problem.clone(), trouble: true }),
            Some(Stop::NotRun(reason)) => Some(NotRun { reason: reason.clone(), trouble: false }),
            Some(Stop::Blocked(_)) | None => None,
        };
        Part::Taken(Box::new(taken(recording)), not_run)
    }

    fn put_together(&self, at: usize, parts: impl Iterator<Item = Part>) -> ScenarioRun {
        let name = self.scenarios[at].name.clone();
        let mut run = ScenarioRun { name, reference: None, candidate: None, not_run: None };
        for (side, part) in self.sides.iter().zip(parts) {
            let not_run = match part {
                Part::NotRun(not_run) => Some(not_run),
                Part::Taken(taken, not_run) => {
                    match side.role {
                        Role::Reference => run.reference = Some(*taken),
                        Role::Candidate => run.candidate = Some(*taken),
                    }
                    not_run
                }
            };
            // Trouble on either side outweighs a need that is not met.
            if run.not_run.as_ref().is_none_or(|known| !known.trouble) {
                run.not_run = not_run.or(run.not_run);
            }
        }
        run
    }

    /// What the run came to, in the catalogue's order.
    pub(super) fn finish(self) -> Run {
        let unfinished = |at: usize| {
            let not_run = Some(NotRun { reason: "the run ended before it".to_owned(), trouble: true });
            ScenarioRun { name: self.scenarios[at].name.clone(), reference: None, candidate: None, not_run }
        };
        let done = std::mem::take(&mut *lock(&self.done));
        let scenarios = done.into_iter().enumerate().map(|(at, run)| run.unwrap_or_else(|| unfinished(at))).collect();
        Run { scenarios, retaken: Vec::new(), lost: lock(&self.lost).take() }
    }
}

fn taken(recording: Recording) -> Taken {
    let transcript = normalise(&recording.raw, &recording.known);
    let whole = matches!(recording.stop, None | Some(Stop::Blocked(_)));
    Taken { raw: recording.raw, transcript, duration: recording.duration, whole }
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
