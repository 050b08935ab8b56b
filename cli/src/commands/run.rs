//! `lockstep run`: both engines live, and the gate.

use crate::args::{Files, Format, ReplayArguments, RunArguments};
use crate::engines::{self, Place};
use crate::error::CliError;
use crate::keeping;
use crate::progress::{Progress, Question, Talk};
use lockstep_harness::compare::{Difference, compare};
use lockstep_harness::divergence::DivergenceList;
use lockstep_harness::engine::{Engine, EngineError, EngineIdentity};
use lockstep_harness::gate::shard;
use lockstep_harness::gate::{Evidence, Pair, Source, Verdict, judge};
use lockstep_harness::report::{self, View};
use lockstep_harness::runner::{self, Options, Run, Side, latency};
use lockstep_harness::scenario::Scenario;
use lockstep_harness::transcript::store::Store;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// Runs and gates; without a command and without engines, replays instead and says so.
pub async fn run(files: &Files, arguments: &RunArguments) -> Result<u8, CliError> {
    keeping::check(&arguments.record, arguments.shard)?;
    let chosen = super::select(&arguments.selection.only)?;
    let names: Vec<String> = chosen.iter().map(|scenario| scenario.name.clone()).collect();
    let taken = |scenario: &Scenario| arguments.shard.is_none_or(|shard| shard.takes(&scenario.name));
    let scenarios: Vec<Scenario> = chosen.into_iter().filter(taken).collect();
    let list = Arc::new(super::divergences(files)?);
    let choice = match engines::choose(&arguments.engines, true) {
        Err(CliError::Engine(error)) if arguments.fallback && !error.is_usage() => {
            anstream::eprintln!("No live run: {error}");
            anstream::eprintln!(
                "Replaying the recorded transcripts instead; to go live: lockstep run --reference E --candidate E"
            );
            return super::replay::replay(files, &ReplayArguments::default());
        }
        other => other?,
    };
    if arguments.fallback {
        let candidate = choice.candidate.as_ref().map_or_else(String::new, Place::words);
        anstream::eprintln!("Running live: {candidate} against {}", choice.reference.words());
    }
    let jobs = usize::from(arguments.selection.jobs);
    let sides = engines::bring_up(&choice, &arguments.engines, &scenarios, jobs).await?;
    let mut status = 0;
    for round in 1..=arguments.repeat {
        let one = Round {
            files,
            list: &list,
            sides: &sides,
            scenarios: &scenarios,
            talk: Talk::of(arguments.verbose, arguments.quiet),
        };
        let mut taken = one.take(jobs, arguments.fail_fast).await?;
        if let Some(shard) = arguments.shard {
            let common = super::common(files, &lockstep_suites::catalogue().names(), &names)?;
            shard::mark(&mut taken.verdict, shard, common, &names, &taken.pairs, taken.latency);
        }
        print(&taken.verdict, &list, &taken.pairs, &taken.run, arguments);
        super::report::write_one(&arguments.outputs, &taken.verdict, &list, &taken.pairs)?;
        let result = keeping::keep(&arguments.record, std::slice::from_ref(&taken.verdict))?;
        status = status.max(result);
        if arguments.repeat > 1 {
            anstream::eprintln!("round {round} of {}: exit status {result}", arguments.repeat);
        }
        if let Some(mut error) = taken.run.lost {
            engines::keep_logs(&sides, &mut error);
            engines::take_down(sides).await;
            return Err(error.into());
        }
        if status != 0 {
            break;
        }
    }
    engines::take_down(sides).await;
    Ok(status)
}

/// From how many scenarios on a run tells what it cost.
const COSTED: usize = 30;

/// One run of scenarios on two engines.
pub struct Round<'a> {
    pub files: &'a Files,
    pub list: &'a Arc<DivergenceList>,
    pub sides: &'a [Side],
    pub scenarios: &'a [Scenario],
    /// What the progress display says.
    pub talk: Talk,
}

/// What a round came to.
pub struct RoundTaken {
    pub run: Run,
    pub pairs: Vec<Pair>,
    pub verdict: Verdict,
    /// Whether latencies were measured.
    pub latency: bool,
}

impl Round<'_> {
    /// Runs the scenarios, measures latencies where a declared divergence is about them, and judges.
    pub async fn take(&self, jobs: usize, fail_fast: bool) -> Result<RoundTaken, CliError> {
        let options = Options { jobs, fail_fast, ..Options::default() };
        let [reference, .., candidate] = self.sides else {
            return Err(CliError::Usage("a run needs a reference and a candidate".to_owned()));
        };
        let recorded = recorded_differences(self.files, &reference.engine, &candidate.engine)?.map(Arc::new);
        let progress = Progress::new(
            self.scenarios.len(),
            self.talk,
            unlike(self.list.clone(), self.sides, None),
            match &recorded {
                Some(recorded) => unlike(self.list.clone(), self.sides, Some(recorded.clone())),
                None => Box::new(|_| None),
            },
        );
        let started = Instant::now();
        let mut run = runner::run(self.sides, self.scenarios, options, &progress).await;
        progress.end();
        if self.scenarios.len() > COSTED && !matches!(self.talk, Talk::None) {
            super::cost::say(&run.scenarios, self.scenarios, started.elapsed());
        }
        say_retaken(&run);
        say_ended(self.list, &candidate.engine.identity);
        let pairs: Vec<Pair> = run.scenarios.iter().map(Pair::from).collect();
        let latencies = match run.lost {
            Some(_) => None,
            None => self.latencies(options).await.unwrap_or_else(|error| {
                run.lost = Some(error);
                None
            }),
        };
        let verdict = judge(&Evidence {
            reference: reference.engine.identity.clone(),
            candidate: candidate.engine.identity.clone(),
            source: Source::Live,
            pairs: &pairs,
            catalogue: &lockstep_suites::catalogue().names(),
            divergences: self.list,
            recorded: recorded.as_deref(),
            latencies: latencies.as_deref(),
        });
        Ok(RoundTaken { run, pairs, verdict, latency: latencies.is_some() })
    }

    /// The differences of latencies; `None` where nothing declared is about them, or its scenario is not among those that run.
    async fn latencies(&self, options: Options) -> Result<Option<Vec<Difference>>, EngineError> {
        let [reference, candidate] = self.sides else { return Ok(None) };
        let declared = self.list.applicable(&reference.engine.identity, &candidate.engine.identity);
        let declared: Vec<_> = declared.filter(|entry| entry.slower.is_some()).collect();
        let measured = self.scenarios.iter().find(|scenario| scenario.name == lockstep_suites::LATENCY);
        let Some(scenario) = measured.filter(|_| !declared.is_empty()) else { return Ok(None) };
        latency::measure([reference, candidate], scenario, options.scenario_deadline).await.map(Some)
    }
}

/// The engines' names and versions, the candidate last.
fn identities(sides: &[Side]) -> (EngineIdentity, EngineIdentity) {
    (sides[0].engine.identity.clone(), sides[sides.len() - 1].engine.identity.clone())
}

/// One line on the entries that end before the candidate's version: what they declare does not show, or would be undeclared.
pub(super) fn say_ended(list: &DivergenceList, candidate: &EngineIdentity) {
    let ended: Vec<&str> = list.ended(candidate).map(|entry| entry.id.as_str()).collect();
    if let [.., _] = ended[..] {
        let more = ended.len().saturating_sub(8);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let first = ended[..ended.len().min(8)].join(", ");
        let (engine, version) = (&candidate.engine, &candidate.version);
        anstream::eprintln!("healed before {engine} {version}, so not applied: {first}{more}");
    }
}

/// What had to be taken again, and why, a line each.
pub(super) fn say_retaken(run: &Run) {
    if !run.retaken.is_empty() {
        anstream::eprintln!("unlike before, so taken again alone, and the second result holds:");
    }
    for (name, why) in &run.retaken {
        let why = why.strip_prefix(name.as_str()).unwrap_or(why).trim_start_matches([',', ' ']);
        let why = report::glance_at_text(why);
        anstream::eprintln!("  {name}: {why}");
    }
}

/// The first undeclared or changed difference of a scenario, or what is unlike the snapshots where those are given: what --fail-fast stops at,
/// and why it is taken again.
fn unlike(list: Arc<DivergenceList>, sides: &[Side], recorded: Option<Arc<Recorded>>) -> Question {
    let (reference, candidate) = identities(sides);
    Box::new(move |run| {
        let pairs = [Pair::from(run)];
        let evidence = Evidence {
            reference: reference.clone(),
            candidate: candidate.clone(),
            source: Source::Live,
            pairs: &pairs,
            // Every name counts as known, so that no entry is judged healed by one scenario.
            catalogue: &[run.name.clone(), String::from("…")],
            divergences: &list,
            recorded: recorded.as_deref(),
            latencies: None,
        };
        let verdict = judge(&evidence);
        let trouble = run.not_run.as_ref().filter(|not_run| recorded.is_some() && not_run.trouble);
        let (accounting, differences) = (&verdict.accounting, &verdict.result.differences);
        let undeclared = accounting.undeclared.first().and_then(|at| differences.get(*at)).map(report::glance);
        trouble
            .map(|not_run| not_run.reason.clone())
            .or(undeclared)
            .or_else(|| accounting.changed.first().map(|changed| changed.text.clone()))
            .or_else(|| verdict.changed.first().cloned())
    })
}

/// The differences that the snapshots show, by scenario.
type Recorded = BTreeMap<String, Vec<Difference>>;

/// What the snapshots of these very versions show; `None` when other versions, or another API version, are recorded.
fn recorded_differences(files: &Files, reference: &Engine, candidate: &Engine) -> Result<Option<Recorded>, CliError> {
    let store = Store::open(&files.snapshots);
    if !store.slugs()?.contains(&candidate.slug()) || candidate.slug() == reference.slug() {
        return Ok(None);
    }
    let recorded = store.load(&candidate.slug())?;
    let Some(base) = recorded.base() else { return Ok(None) };
    if recorded.index.identity() != candidate.identity || base.index.identity() != reference.identity {
        return Ok(None);
    }
    let mut all = BTreeMap::new();
    for name in recorded.index.scenarios.keys() {
        if let (Some(reference), Some(candidate)) = (base.transcript(name)?, recorded.transcript(name)?) {
            all.insert(name.clone(), compare(&reference, &candidate));
        }
    }
    Ok(Some(all))
}

fn print(verdict: &Verdict, list: &DivergenceList, pairs: &[Pair], run: &Run, arguments: &RunArguments) {
    match arguments.format {
        Format::Json => anstream::println!("{}", report::json(verdict)),
        Format::Terminal => {
            let RunArguments { verbose, quiet, trace, .. } = *arguments;
            let view = View { verbose, quiet, trace, ..View::detect() };
            anstream::print!("{}", report::terminal(verdict, list, pairs, Some(&run.scenarios), &view));
        }
    }
}
