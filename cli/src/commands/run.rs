//! `lockstep run`: both engines live, and the gate.

use crate::args::{Files, Format, ReplayArguments, RunArguments};
use crate::engines;
use crate::error::CliError;
use crate::progress::{Progress, Question};
use lockstep_harness::compare::{Difference, compare};
use lockstep_harness::divergence::DivergenceList;
use lockstep_harness::engine::{EngineError, EngineIdentity};
use lockstep_harness::gate::{Evidence, Pair, Source, Verdict, judge};
use lockstep_harness::report::{self, View};
use lockstep_harness::runner::{self, Options, Run, Side};
use lockstep_harness::scenario::Scenario;
use lockstep_harness::transcript::store::Store;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Runs and gates; without a command and without engines, replays instead and says so.
pub async fn run(files: &Files, arguments: &RunArguments) -> Result<u8, CliError> {
    let scenarios = super::select(&arguments.selection.only)?;
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
        anstream::eprintln!("Running live: {:?} against {:?}", choice.reference, choice.candidate);
    }
    let sides = engines::bring_up(&choice, &arguments.engines).await?;
    let mut status = 0;
    for round in 1..=arguments.repeat {
        let (result, lost) = once(files, arguments, &list, &sides, &scenarios).await?;
        status = status.max(result);
        if arguments.repeat > 1 {
            anstream::eprintln!("round {round} of {}: exit status {result}", arguments.repeat);
        }
        if let Some(mut error) = lost {
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

async fn once(
    files: &Files,
    arguments: &RunArguments,
    list: &Arc<DivergenceList>,
    sides: &[Side],
    scenarios: &[Scenario],
) -> Result<(u8, Option<EngineError>), CliError> {
    let options =
        Options { jobs: arguments.selection.jobs.into(), fail_fast: arguments.fail_fast, ..Options::default() };
    let (reference, candidate) = identities(sides);
    let recorded = recorded_differences(files, &reference, &candidate)?.map(Arc::new);
    let progress = Progress::new(
        scenarios.len(),
        unlike(list.clone(), sides, None),
        match &recorded {
            Some(recorded) => unlike(list.clone(), sides, Some(recorded.clone())),
            None => Box::new(|_| false),
        },
    );
    let run = runner::run(sides, scenarios, options, &progress).await;
    progress.end();
    say_retaken(&run);
    let pairs: Vec<Pair> = run.scenarios.iter().map(Pair::from).collect();
    let verdict = judge(&Evidence {
        reference,
        candidate,
        source: Source::Live,
        pairs: &pairs,
        catalogue: &lockstep_suites::catalogue().names(),
        divergences: list,
        recorded: recorded.as_deref(),
    });
    print(&verdict, list, &pairs, Some(&run), arguments.format, arguments.verbose, arguments.trace);
    let status = u8::from(!verdict.conforms());
    Ok((status, run.lost))
}

/// The engines' names and versions, the candidate last.
fn identities(sides: &[Side]) -> (EngineIdentity, EngineIdentity) {
    (sides[0].engine.identity.clone(), sides[sides.len() - 1].engine.identity.clone())
}

/// One line on what had to be taken again.
pub(super) fn say_retaken(run: &Run) {
    if !run.retaken.is_empty() {
        let names = run.retaken.join(", ");
        anstream::eprintln!("unlike before, so taken again alone, and the second result holds: {names}");
    }
}

/// Whether a scenario has an undeclared or changed difference, or one unlike the snapshots where those are given: what --fail-fast stops
/// at, and what is taken again.
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
        };
        let verdict = judge(&evidence);
        let trouble = recorded.is_some() && run.not_run.as_ref().is_some_and(|not_run| not_run.trouble);
        let accounting = &verdict.accounting;
        trouble || !accounting.undeclared.is_empty() || !accounting.changed.is_empty() || !verdict.changed.is_empty()
    })
}

/// The differences that the snapshots show, by scenario.
type Recorded = BTreeMap<String, Vec<Difference>>;

/// What the snapshots of these very versions show; `None` when other versions, or another API version, are recorded.
fn recorded_differences(
    files: &Files,
    reference: &EngineIdentity,
    candidate: &EngineIdentity,
) -> Result<Option<Recorded>, CliError> {
    let store = Store::open(&files.snapshots);
    if !store.slugs()?.contains(&candidate.slug()) || candidate.slug() == reference.slug() {
        return Ok(None);
    }
    let recorded = store.load(&candidate.slug())?;
    let Some(base) = recorded.base() else { return Ok(None) };
    if recorded.index.identity() != *candidate || base.index.identity() != *reference {
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

fn print(
    verdict: &Verdict,
    list: &DivergenceList,
    pairs: &[Pair],
    run: Option<&Run>,
    format: Format,
    verbose: bool,
    trace: bool,
) {
    match format {
        Format::Json => anstream::println!("{}", report::json(verdict)),
        Format::Terminal => {
            let view = View { verbose, trace, ..View::detect() };
            anstream::print!(
                "{}",
                report::terminal(verdict, list, pairs, run.map(|run| run.scenarios.as_slice()), &view)
            );
        }
    }
}
