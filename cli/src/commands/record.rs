//! `lockstep record`: live transcripts to snapshots.

use crate::args::{Files, RecordArguments};
use crate::engines;
use crate::error::CliError;
use crate::progress::{Progress, Question};
use lockstep_harness::compare::compare;
use lockstep_harness::runner::{self, Options, Run, ScenarioRun, Side, Taken};
use lockstep_harness::scenario::Role;
use lockstep_harness::transcript::store::{RecordMode, RecordSummary, RecordedOutcome, Store};

/// Records the reference and, when one is given, the candidate. A scenario that is wrong about the reference is an error and is not written.
pub async fn record(files: &Files, arguments: &RecordArguments) -> Result<u8, CliError> {
    let scenarios = super::select(&arguments.selection.only)?;
    let choice = engines::choose(&arguments.engines, arguments.engines.candidate.is_some())?;
    let sides = engines::bring_up(&choice, &arguments.engines).await?;
    let options = Options { jobs: arguments.selection.jobs.into(), ..Options::default() };
    let store = Store::open(&files.snapshots);
    let progress = Progress::new(scenarios.len(), Box::new(|_| false), unlike(&store, &sides)?);
    let mut run = runner::run(&sides, &scenarios, options, &progress).await;
    if let Some(error) = &mut run.lost {
        engines::keep_logs(&sides, error);
    }
    progress.end();
    super::run::say_retaken(&run);
    let identities: Vec<_> = sides.iter().map(|side| side.engine.identity.clone()).collect();
    engines::take_down(sides).await;
    let wrong = report_trouble(&run);
    if let Some(error) = run.lost {
        return Err(error.into());
    }
    let mode = if arguments.accept { RecordMode::Accept } else { RecordMode::Review };
    let complete = arguments.selection.only.is_empty() && wrong == 0;
    let outcomes = outcomes(&run.scenarios, |run| run.reference.as_ref());
    let summary = store.record(&identities[0], "engine", None, &outcomes, mode, complete)?;
    say(&summary);
    if let [reference, candidate] = identities.as_slice()
        && candidate.slug() != reference.slug()
    {
        let base = store.load(&reference.slug())?;
        let outcomes = self::outcomes(&run.scenarios, |run| run.candidate.as_ref());
        let summary = store.record(candidate, "engine", Some(&base), &outcomes, mode, complete)?;
        say(&summary);
    }
    Ok(u8::from(wrong > 0))
}

/// Whether a result is unlike the snapshot that is there.
fn unlike(store: &Store, sides: &[Side]) -> Result<Question, CliError> {
    let slugs = store.slugs()?;
    let mut known = Vec::new();
    for side in sides.iter().filter(|side| slugs.contains(&side.engine.identity.slug())) {
        known.push((side.role, store.load(&side.engine.identity.slug())?));
    }
    Ok(Box::new(move |run| {
        run.not_run.as_ref().is_some_and(|not_run| not_run.trouble)
            || known.iter().any(|(role, recorded)| {
                let taken = if *role == Role::Reference { &run.reference } else { &run.candidate };
                // An unreadable snapshot is reported when the new one is written.
                let before = recorded.transcript(&run.name).ok().flatten();
                before
                    .zip(taken.as_ref())
                    .is_some_and(|(before, taken)| !compare(&before, &taken.transcript).is_empty())
            })
    }))
}

fn outcomes(runs: &[ScenarioRun], side: impl Fn(&ScenarioRun) -> Option<&Taken>) -> Vec<(String, RecordedOutcome)> {
    let outcome = |run: &ScenarioRun| match (&run.not_run, side(run)) {
        (Some(not_run), _) if not_run.trouble => None,
        (Some(not_run), _) => Some(RecordedOutcome::NotRun(not_run.reason.clone())),
        (None, Some(taken)) => Some(RecordedOutcome::Transcript(taken.transcript.clone())),
        (None, None) => None,
    };
    runs.iter().filter_map(|run| Some((run.name.clone(), outcome(run)?))).collect()
}

/// Says what could not be recorded; how many those are.
fn report_trouble(run: &Run) -> usize {
    let trouble: Vec<_> = run
        .scenarios
        .iter()
        .filter_map(|scenario| {
            scenario.not_run.as_ref().filter(|not_run| not_run.trouble).map(|not_run| (scenario, not_run))
        })
        .collect();
    for (scenario, not_run) in &trouble {
        anstream::eprintln!("not recorded: {}: {}", scenario.name, not_run.reason);
    }
    trouble.len()
}

/// One line of what was written, then what a person has to look at.
fn say(summary: &RecordSummary) {
    let (new, changed, unchanged) = (summary.new.len(), summary.changed.len(), summary.unchanged.len());
    anstream::eprintln!(
        "{}: {new} new, {changed} changed, {unchanged} unchanged, {} equal to the reference",
        summary.slug,
        summary.equal
    );
    for path in &summary.pending {
        anstream::eprintln!("  to review: {} (cargo insta review)", path.display());
    }
    for name in &summary.gone {
        anstream::eprintln!("  no longer a scenario: {name} (record --accept removes its snapshot)");
    }
    for name in &summary.kept {
        anstream::eprintln!("  could not be run now, its snapshot is kept: {name}");
    }
}
