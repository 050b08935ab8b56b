//! Every scenario as one named test on two live engines: `cargo test exit-status` runs those, nextest filters and partitions them.
//!
//! The engines are those of LOCKSTEP_REFERENCE and LOCKSTEP_CANDIDATE, by default a private Docker and a private Podman.
//! A transcript unlike its snapshot is reported; LOCKSTEP_SNAPSHOTS=required makes that a failure.
//! Without engines the tests are ignored, with the reason; LOCKSTEP_LIVE=required makes that a failure.

#![allow(clippy::unwrap_used)]

use libtest_mimic::{Arguments, Failed, Trial};
use lockstep_harness::divergence::DivergenceList;
use lockstep_harness::engine::image;
use lockstep_harness::engine::{self, Engine, Family, Limits, Target};
use lockstep_harness::gate::{Evidence, Pair, Source, Verdict, judge};
use lockstep_harness::runner::{self, Options, ScenarioRun, Side, Silent};
use lockstep_harness::scenario::{Isolation, Role, Scenario};
use lockstep_harness::transcript::snapshot;
use lockstep_harness::transcript::store::{Recorded, Store};
use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock, RwLock};

/// How often a scenario is tried before it fails.
const TRIES: usize = 3;

/// The variable that names each engine, and what runs without it.
const ENGINES: [(&str, Family); 2] = [("LOCKSTEP_REFERENCE", Family::Docker), ("LOCKSTEP_CANDIDATE", Family::Podman)];

/// The engines, started by the first test that needs them.
struct Bench {
    runtime: tokio::runtime::Runtime,
    sides: OnceLock<Result<Vec<Side>, String>>,
    /// Scenarios that want the engine for themselves take it for writing.
    turn: RwLock<()>,
    /// Whether those have engines of their own, and the turn on these.
    spare: bool,
    spare_turn: RwLock<()>,
    divergences: DivergenceList,
    catalogue: Vec<String>,
    store: Store,
    /// What is recorded of the engines that run here, by folder; read once.
    recorded: Mutex<HashMap<String, Option<Arc<Recorded>>>>,
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    let spare = arguments.filter.is_none() && launches_both();
    // The engines do the work: more threads than this only queue there.
    arguments.test_threads = arguments.test_threads.or(Some(if spare { 3 } else { 2 }));
    let required = std::env::var("LOCKSTEP_LIVE").is_ok_and(|value| value == "required");
    let missing = unavailable();
    let catalogue = lockstep_suites::catalogue();
    let bench = Arc::new(Bench {
        runtime: tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap(),
        sides: OnceLock::new(),
        turn: RwLock::new(()),
        spare,
        spare_turn: RwLock::new(()),
        divergences: DivergenceList::load(&root().join("DIVERGENCE.md")).unwrap_or_else(|errors| panic!("{errors:#?}")),
        catalogue: catalogue.names(),
        store: Store::open(root().join("snapshots")),
        recorded: Mutex::default(),
    });
    let ignored = missing.is_some() && !required;
    if let (Some(reason), true) = (&missing, ignored) {
        eprintln!("live scenarios are ignored: {reason} (LOCKSTEP_LIVE=required makes this a failure)");
    }
    let trials = interleaved(catalogue.scenarios(), spare).into_iter().map(|(index, scenario)| {
        let (bench, scenario) = (bench.clone(), scenario.clone());
        let name = scenario.name.clone();
        Trial::test(name, move || bench.run(&scenario, index))
            .with_ignored_flag(ignored)
            .with_kind(missing_kind(ignored))
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    if let Some(Ok(sides)) = bench.sides.get() {
        drop(sides.clone());
    }
    engine::end_all();
    conclusion.exit_code()
}

/// Whether a transcript unlike its snapshot fails. Not by default: another kernel or another processor shows in some of them,
/// and the gate judges what differs between the engines either way.
fn strict() -> bool {
    std::env::var("LOCKSTEP_SNAPSHOTS").is_ok_and(|value| value == "required")
}

fn missing_kind(ignored: bool) -> &'static str {
    if ignored { "no engine" } else { "" }
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn target(variable: &str, default: Family) -> Result<Target, String> {
    match std::env::var(variable) {
        Ok(given) => given.parse().map_err(|error: engine::EngineError| format!("{variable}: {error}")),
        Err(_) => Ok(Target::Private(default)),
    }
}

/// Why live tests cannot run here, found without starting anything.
fn unavailable() -> Option<String> {
    for (variable, family) in ENGINES {
        match target(variable, family) {
            Ok(Target::Private(family)) => {
                if let Err(reason) = engine::can_launch(family) {
                    return Some(reason);
                }
            }
            Ok(Target::Endpoint(_) | Target::Named(_)) => {}
            Err(problem) => return Some(problem),
        }
    }
    None
}

impl Bench {
    fn run(&self, scenario: &Scenario, index: usize) -> Result<(), Failed> {
        let sides = self.sides.get_or_init(|| self.runtime.block_on(bring_up(self.spare)));
        let sides = sides.as_ref().map_err(|problem| Failed::from(problem.clone()))?;
        // Engines race: what passes at the second or third try is said to be flaky, and passes.
        for attempt in 1..TRIES {
            match self.attempt(sides, scenario, &format!("{index:04}{attempt}"), false) {
                Ok(()) if attempt == 1 => return Ok(()),
                Ok(()) => {
                    eprintln!("{}: flaky, passed at try {attempt}", scenario.name);
                    return Ok(());
                }
                Err(_) => {}
            }
        }
        self.attempt(sides, scenario, &format!("{index:04}{TRIES}"), true)
    }

    /// One try; the last one shows what is unlike the snapshot through insta, for `cargo insta review`.
    fn attempt(&self, sides: &[Side], scenario: &Scenario, number: &str, last: bool) -> Result<(), Failed> {
        let alone = scenario.isolation == Isolation::Alone;
        let unique = format!("lstst{:06x}{number}", std::process::id());
        let turn = if alone && self.spare { &self.spare_turn } else { &self.turn };
        let run = if alone {
            let _turn = turn.write().unwrap_or_else(|poisoned| poisoned.into_inner());
            self.take(sides, scenario, &unique)
        } else {
            let _turn = turn.read().unwrap_or_else(|poisoned| poisoned.into_inner());
            self.take(sides, scenario, &unique)
        }?;
        self.gate(sides, &run)?;
        self.hold_against_snapshot(sides, &run, last)
    }

    fn take(&self, sides: &[Side], scenario: &Scenario, unique: &str) -> Result<ScenarioRun, Failed> {
        let scenarios = [scenario.clone()];
        let run = self.runtime.block_on(runner::run_named(sides, &scenarios, Options::default(), &Silent, unique));
        match (run.lost, run.scenarios.into_iter().next()) {
            (Some(error), _) => Err(error.to_string().into()),
            (None, Some(run)) => Ok(run),
            (None, None) => Err("the runner gave no result".into()),
        }
    }

    /// Every difference has to be declared, and no declared one may show otherwise.
    fn gate(&self, sides: &[Side], run: &ScenarioRun) -> Result<(), Failed> {
        let pairs = [Pair::from(run)];
        let verdict = judge(&Evidence {
            reference: sides[0].engine.identity.clone(),
            candidate: sides[1].engine.identity.clone(),
            source: Source::Live,
            pairs: &pairs,
            catalogue: &self.catalogue,
            divergences: &self.divergences,
            recorded: None,
            latencies: None,
        });
        if verdict.conforms() { Ok(()) } else { Err(why(&verdict).into()) }
    }

    fn recorded(&self, slug: &str) -> Option<Arc<Recorded>> {
        let mut recorded = self.recorded.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let of_slug = || self.store.load(slug).ok().map(Arc::new);
        recorded.entry(slug.to_owned()).or_insert_with(of_slug).clone()
    }

    /// On the versions that are recorded, both engines do what their snapshots say; `cargo insta review` shows what changed.
    fn hold_against_snapshot(&self, sides: &[Side], run: &ScenarioRun, last: bool) -> Result<(), Failed> {
        for side in sides {
            let Some(taken) = run.taken(side.role) else { continue };
            let Some(recorded) = self.recorded(&side.engine.slug()) else { continue };
            if recorded.index.identity() != side.engine.identity {
                continue;
            }
            // Where the candidate's transcript equals the reference's, it has no file of its own.
            let file = recorded.path(&run.name);
            if side.role == Role::Candidate && !file.exists() {
                continue;
            }
            let now = snapshot::write(&taken.transcript);
            let then = recorded.contents(&run.name).ok().flatten().unwrap_or_default();
            if now.trim_end() == then.trim_end() {
                continue;
            }
            if strict() && !last {
                return Err("unlike its snapshot".into());
            }
            if !strict() {
                eprintln!("{}: {} answers unlike its snapshot", run.name, side.engine.identity);
                continue;
            }
            let mut settings = insta::Settings::new();
            settings.set_snapshot_path(file.parent().unwrap_or(root()));
            settings.set_prepend_module_to_snapshot(false);
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            settings.bind(|| insta::assert_snapshot!(name, now));
        }
        Ok(())
    }
}

/// Why the gate fails: what nobody declared, and the gate's own lines.
fn why(verdict: &Verdict) -> String {
    const SHOWN: usize = 8;
    let undeclared = verdict.accounting.undeclared.iter().filter_map(|index| verdict.result.differences.get(*index));
    let short = |value: &serde_json::Value| value.to_string().chars().take(200).collect::<String>();
    let lines = undeclared.take(SHOWN).map(|one| {
        let (reference, candidate) = (short(&one.reference), short(&one.candidate));
        format!("step {}, {} {} ({}): {reference} against {candidate}", one.step, one.operation, one.pointer, one.kind)
    });
    lines.chain(verdict.failures()).collect::<Vec<_>>().join("\n")
}

/// Whether both engines are Lockstep's own.
fn launches_both() -> bool {
    let own = |(variable, family)| matches!(target(variable, family), Ok(Target::Private(_)));
    ENGINES.into_iter().all(own)
}

/// The scenarios with their numbers; with spare engines, those that want one for themselves are spread among the others.
fn interleaved(scenarios: &[Scenario], spare: bool) -> Vec<(usize, &Scenario)> {
    let numbered = scenarios.iter().enumerate();
    if !spare {
        return numbered.collect();
    }
    let (alone, others): (Vec<_>, Vec<_>) = numbered.partition(|(_, scenario)| scenario.isolation == Isolation::Alone);
    let mut all: Vec<(f64, (usize, &Scenario))> = Vec::new();
    for list in [alone, others] {
        let of = list.len();
        all.extend(list.into_iter().enumerate().map(|(at, one)| ((at as f64 + 0.5) / of as f64, one)));
    }
    all.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    all.into_iter().map(|(_, one)| one).collect()
}

/// Both engines, and another of each where that is wanted.
async fn bring_up(spare: bool) -> Result<Vec<Side>, String> {
    let mut sides = start_both().await?;
    if spare {
        for (side, spare) in sides.iter_mut().zip(start_both().await?) {
            side.spare = Some(Box::new(spare));
        }
    }
    Ok(sides)
}

/// Starts or reaches both, at the API version that both speak, with the probe's image on them.
async fn start_both() -> Result<Vec<Side>, String> {
    let text = |error: engine::EngineError| error.to_string();
    let [(reference, docker), (candidate, podman)] = ENGINES;
    let (reference, candidate) = (target(reference, docker)?, target(candidate, podman)?);
    let (reference, candidate) = tokio::join!(
        Engine::start(&reference, "reference", None, Limits::default()),
        Engine::start(&candidate, "candidate", None, Limits::default())
    );
    let mut engines = [reference.map_err(text)?, candidate.map_err(text)?];
    let api = engine::negotiate(&engines[0].range, &engines[1].range, None).map_err(text)?;
    let mut sides = Vec::new();
    for engine in &mut engines {
        engine.use_api(api);
    }
    for (engine, role) in engines.into_iter().zip([Role::Reference, Role::Candidate]) {
        let image = image::provision(&engine.client, None).await.map_err(text)?;
        sides.push(Side { engine: Arc::new(engine), role, image, spare: None });
    }
    Ok(sides)
}
