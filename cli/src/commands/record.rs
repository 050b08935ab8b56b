//! `lockstep record`: live transcripts to snapshots.

use crate::args::{Files, RecordArguments};
use crate::engines;
use crate::error::CliError;
use crate::progress::{Progress, Question, Talk};
use lockstep_harness::compare::compare;
use lockstep_harness::engine::Engine;
use lockstep_harness::report;
use lockstep_harness::runner::{self, Options, Run, ScenarioRun, Side};
use lockstep_harness::scenario::Role;
use lockstep_harness::transcript::store::{RecordMode, RecordSummary, Recorded, RecordedOutcome, Store, Whose};

/// Records the reference and, when one is given, the candidate. A scenario that is wrong about the reference is an error and is not written.
pub async fn record(files: &Files, arguments: &RecordArguments) -> Result<u8, CliError> {
    let scenarios = super::select(&arguments.selection.only)?;
    let choice = engines::choose(&arguments.engines, arguments.engines.candidate.is_some())?;
    let options = Options { jobs: arguments.selection.jobs.into(), ..Options::default() };
    let sides = engines::bring_up(&choice, &arguments.engines, &scenarios, options.jobs).await?;
    let store = Store::open(&files.snapshots);
    let progress = Progress::new(scenarios.len(), Talk::Some, Box::new(|_| None), unlike(&store, &sides)?);
    let mut run = runner::run(&sides, &scenarios, options, &progress).await;
    if let Some(error) = &mut run.lost {
        engines::keep_logs(&sides, error);
    }
    progress.end();
    super::run::say_retaken(&run);
    let recorded: Vec<_> = sides.iter().map(|side| recording(&side.engine)).collect();
    engines::take_down(sides).await;
    let wrong = report_trouble(&run);
    if let Some(error) = run.lost {
        return Err(error.into());
    }
    let mode = if arguments.accept { RecordMode::Accept } else { RecordMode::Review };
    let complete = arguments.selection.only.is_empty() && wrong == 0;
    let outcomes = outcomes(&run.scenarios, Role::Reference);
    let [(reference, own), candidates @ ..] = recorded.as_slice() else { return Ok(u8::from(wrong > 0)) };
    // Driven at another API version, the engine answers much as it does at its own: only what differs is written.
    let base = own.as_ref().filter(|base| store.slugs().is_ok_and(|slugs| slugs.contains(base)));
    let base = base.map(|base| store.load(base)).transpose()?;
    let summary = store.record(reference, base.as_ref(), &outcomes, mode, complete)?;
    say(&summary);
    if let [(candidate, _)] = candidates
        && candidate.slug != reference.slug
    {
        let base = store.load(&reference.slug)?;
        let outcomes = self::outcomes(&run.scenarios, Role::Candidate);
        let summary = store.record(candidate, Some(&base), &outcomes, mode, complete)?;
        say(&summary);
    }
    Ok(u8::from(wrong > 0))
}

/// What is written about one engine, and the folder of the same engine at its own API version where this is another.
fn recording(engine: &Engine) -> (Whose, Option<String>) {
    let identity = engine.identity.clone();
    let base = engine.is_in_lane().then(|| identity.slug());
    let recorded_from = engine.stand_in.clone().unwrap_or_else(|| "engine".to_owned());
    (Whose { slug: engine.slug(), identity, recorded_from }, base)
}

/// Where a result is unlike the snapshot that is there.
fn unlike(store: &Store, sides: &[Side]) -> Result<Question, CliError> {
    let slugs = store.slugs()?;
    let mut known = Vec::new();
    for side in sides.iter().filter(|side| slugs.contains(&side.engine.slug())) {
        known.push((side.role, store.load(&side.engine.slug())?));
    }
    Ok(Box::new(move |run| {
        let trouble = run.not_run.as_ref().filter(|not_run| not_run.trouble).map(|not_run| not_run.reason.clone());
        let differs = |(role, recorded): &(Role, Recorded)| {
            // An unreadable snapshot is reported when the new one is written.
            let before = recorded.transcript(&run.name).ok().flatten();
            let (before, taken) = before.zip(run.taken(*role))?;
            let first = compare(&before, &taken.transcript).into_iter().next()?;
            Some(format!("{}, {}", recorded.index.identity().engine, report::glance(&first)))
        };
        trouble.or_else(|| known.iter().find_map(differs))
    }))
}

fn outcomes(runs: &[ScenarioRun], role: Role) -> Vec<(String, RecordedOutcome)> {
    let outcome = |run: &ScenarioRun| match (&run.not_run, run.taken(role)) {
        (Some(not_run), _) if not_run.trouble => None,
        // It is the candidate that it does not apply to. (A candidate's transcript is of no use without the reference's.)
        (Some(_), Some(taken)) if taken.whole && role == Role::Reference => {
            Some(RecordedOutcome::Transcript(taken.transcript.clone()))
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use lockstep_harness::runner::{NotRun, Taken};
    use lockstep_harness::transcript::{End, Transcript};

    fn taken(whole: bool) -> Option<Taken> {
        let transcript = Transcript { scenario: "a/b".to_owned(), steps: Vec::new(), end: End::Completed };
        Some(Taken { raw: transcript.clone(), transcript, duration: std::time::Duration::ZERO, whole })
    }

    #[test]
    fn a_scenario_that_does_not_apply_to_the_candidate_is_recorded_from_the_reference_alone() {
        let not_run = Some(NotRun { reason: "none like it".to_owned(), trouble: false });
        let run = |reference, candidate| {
            [ScenarioRun { name: "a/b".to_owned(), reference, candidate, not_run: not_run.clone() }]
        };
        let of = |run: &[ScenarioRun], role| outcomes(run, role).pop().map(|(_, outcome)| outcome);
        let without_candidate = run(taken(true), taken(false));
        assert!(matches!(of(&without_candidate, Role::Reference), Some(RecordedOutcome::Transcript(_))));
        assert!(matches!(of(&without_candidate, Role::Candidate), Some(RecordedOutcome::NotRun(_))));
        let without_reference = run(taken(false), taken(true));
        for role in [Role::Reference, Role::Candidate] {
            assert!(matches!(of(&without_reference, role), Some(RecordedOutcome::NotRun(_))));
        }
    }
}
