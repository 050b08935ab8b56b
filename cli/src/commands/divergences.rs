//! `lockstep divergences`: what is declared, by category, and how it stands.

use super::run::Round;
use crate::args::{DivergencesArguments, Files};
use crate::engines;
use crate::error::CliError;
use crate::progress::Talk;
use lockstep_harness::gate::replay;
use lockstep_harness::report::{self, View};
use lockstep_harness::transcript::store::Store;
use std::sync::Arc;

/// Prints the entries of each candidate. Its exit status says whether that worked, not whether the candidate conforms.
pub async fn divergences(files: &Files, arguments: &DivergencesArguments) -> Result<u8, CliError> {
    let list = Arc::new(super::divergences(files)?);
    let view = View::detect();
    if arguments.live {
        let scenarios = super::select(&arguments.selection.only)?;
        let choice = engines::choose(&arguments.engines, true)?;
        let jobs = usize::from(arguments.selection.jobs);
        let sides = engines::bring_up(&choice, &arguments.engines, &scenarios, jobs).await?;
        let round = Round { files, list: &list, sides: &sides, scenarios: &scenarios, talk: Talk::Some };
        let taken = round.take(jobs, false).await;
        engines::take_down(sides).await;
        let taken = taken?;
        anstream::print!("{}", report::divergences(&taken.verdict, &list, "live", &view));
        return taken.run.lost.map_or(Ok(0), |error| Err(error.into()));
    }
    let store = Store::open(&files.snapshots);
    let catalogue = lockstep_suites::catalogue().names();
    for recorded in super::candidates(&store, arguments.engines.candidate.as_deref())? {
        let pairs = replay::pairs(&recorded)?;
        let verdict = replay::judge(&recorded, &pairs, &list, &catalogue);
        let from = format!("recorded from {}", recorded.index.recorded_from);
        anstream::print!("{}", report::divergences(&verdict, &list, &from, &view));
    }
    Ok(0)
}
