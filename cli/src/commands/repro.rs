//! `lockstep repro`: recorded differences as shell scripts.

use crate::args::{Files, ReproArguments};
use crate::error::CliError;
use lockstep_harness::engine::image;
use lockstep_harness::gate::replay as replayed;
use lockstep_harness::report::{self, Comparison, ReproError};
use lockstep_harness::transcript::store::Store;
use std::collections::BTreeMap;
use std::path::Path;

/// Prints a script that shows a difference of the scenario on the first recorded candidate that has one; or writes all.
pub fn repro(files: &Files, arguments: &ReproArguments) -> Result<u8, CliError> {
    if let Some(path) = &arguments.probe_image {
        let written = std::fs::write(path, image::load_archive(image::IMAGE));
        written.map_err(|problem| CliError::Write { path: path.clone(), problem })?;
        if arguments.scenario.is_none() && arguments.all.is_none() {
            return Ok(0);
        }
    }
    let list = super::divergences(files)?;
    let store = Store::open(&files.snapshots);
    let catalogue = lockstep_suites::catalogue().names();
    let mut problem = None;
    for recorded in super::candidates(&store, arguments.candidate.as_deref())? {
        let pairs = replayed::pairs(&recorded)?;
        let verdict = replayed::judge(&recorded, &pairs, &list, &catalogue);
        let comparison = Comparison { verdict: &verdict, list: &list, pairs: &pairs };
        if let Some(folder) = &arguments.all {
            write_all(&folder.join(verdict.result.candidate.slug()), &comparison)?;
            continue;
        }
        match report::repro(&comparison, arguments.scenario.as_deref().unwrap_or_default(), arguments.step) {
            Ok(repro) => {
                anstream::print!("{}", repro.script);
                return Ok(0);
            }
            // Another candidate may show one; what is amiss with a step says more than that there is none.
            Err(error) if problem.is_none() || matches!(error, ReproError::Unfit { .. }) => problem = Some(error),
            Err(_) => {}
        }
    }
    match (problem, &arguments.all) {
        (Some(error), _) => Err(CliError::Usage(error.to_string())),
        (None, Some(_)) => Ok(0),
        (None, None) => Err(super::nothing_recorded(files)),
    }
}

/// Writes the script of each scenario that differs, and says how many have none and why.
fn write_all(folder: &Path, comparison: &Comparison<'_>) -> Result<(), CliError> {
    let mut written = 0;
    let mut unfit: BTreeMap<String, usize> = BTreeMap::new();
    for scenario in &comparison.verdict.result.scenarios {
        match report::repro(comparison, &scenario.name, None) {
            Ok(repro) => {
                let path = folder.join(format!("{}.sh", scenario.name));
                super::report::put(&path, &repro.script).map_err(|problem| CliError::Write { path, problem })?;
                written += 1;
            }
            Err(ReproError::Unfit { reason, .. }) => *unfit.entry(reason).or_default() += 1,
            Err(_) => {}
        }
    }
    anstream::eprintln!("{}: {written} scripts", folder.display());
    for (reason, number) in unfit {
        anstream::eprintln!("  {number} without: {reason}");
    }
    Ok(())
}
