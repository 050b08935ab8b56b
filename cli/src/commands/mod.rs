//! One file a command, and what several of them do.

pub mod accept;
pub mod bench;
pub mod clean;
mod cost;
pub mod coverage;
pub mod divergences;
pub mod engines;
pub mod history;
pub mod interpose;
pub mod list;
pub mod matrix;
pub mod merge;
pub mod record;
pub mod replay;
pub mod report;
pub mod repro;
pub mod run;
pub mod shell;
pub mod since;
pub mod spec;

use crate::args::Files;
use crate::error::CliError;
use lockstep_harness::api::Api;
use lockstep_harness::divergence::{DivergenceList, Glob};
use lockstep_harness::gate::shard::Common;
use lockstep_harness::scenario::Scenario;
use lockstep_harness::transcript::snapshot::digest;
use lockstep_harness::transcript::store::{Recorded, Store};

/// The scenarios that fit one of the globs; all when there are none. A glob that fits nothing is an error.
pub fn select(only: &[String]) -> Result<Vec<Scenario>, CliError> {
    let catalogue = lockstep_suites::catalogue();
    if only.is_empty() {
        return Ok(catalogue.scenarios().to_vec());
    }
    let mut globs = Vec::new();
    for text in only {
        let glob = Glob::segments(text);
        if !catalogue.scenarios().iter().any(|scenario| glob.fits(&scenario.name)) {
            return Err(CliError::Usage(format!(
                "--only '{text}' fits none of the {} scenarios; `lockstep list` shows them (* stays within one part of a name, ** crosses)",
                catalogue.scenarios().len()
            )));
        }
        globs.push(glob);
    }
    let chosen = |scenario: &&Scenario| globs.iter().any(|glob| glob.fits(&scenario.name));
    Ok(catalogue.scenarios().iter().filter(chosen).cloned().collect())
}

/// DIVERGENCE.md, read and checked.
pub fn divergences(files: &Files) -> Result<DivergenceList, CliError> {
    DivergenceList::load(&files.divergences)
        .map_err(|errors| CliError::Divergences { path: files.divergences.clone(), errors })
}

/// What a shard of this program, with these files, has in common with the others of its run.
pub fn common(files: &Files, catalogue: &[String], chosen: &[String]) -> Result<Common, CliError> {
    let divergences = std::fs::read_to_string(&files.divergences)
        .map_err(|problem| CliError::Read { path: files.divergences.clone(), problem: problem.to_string() })?;
    Ok(Common {
        lockstep: env!("CARGO_PKG_VERSION").to_owned(),
        catalogue: digest(&catalogue.join("\n")),
        divergences: digest(&divergences),
        selection: digest(&chosen.join("\n")),
        selected: chosen.len(),
    })
}

/// The snapshots of the candidates whose folder fits the glob, or whose engine has this name; all when there is none.
pub fn candidates(store: &Store, glob: Option<&str>) -> Result<Vec<Recorded>, CliError> {
    let glob = glob.map(Glob::segments);
    let mut list = Vec::new();
    for slug in store.slugs()? {
        let recorded = store.load(&slug)?;
        if recorded.is_candidate() && glob.as_ref().is_none_or(|glob| fits(glob, &slug, &recorded.index.engine)) {
            list.push(recorded);
        }
    }
    match (list.is_empty(), glob) {
        (true, Some(glob)) => {
            Err(CliError::Usage(format!("--candidate '{}' fits no recorded candidate", glob.as_str())))
        }
        _ => Ok(list),
    }
}

/// Whether a candidate is meant: by its folder, by its folder without the API version (`docker-26.1`), or by the engine's name.
fn fits(glob: &Glob, slug: &str, engine: &str) -> bool {
    let named = slug.split_once("-api-").map_or(slug, |(named, _)| named);
    glob.fits(slug) || glob.fits(named) || glob.as_str() == engine
}

/// The error of a command that needs a recorded candidate.
pub fn nothing_recorded(files: &Files) -> CliError {
    CliError::Usage(format!(
        "{} holds no recorded candidate; `lockstep record --candidate E` writes one",
        files.snapshots.display()
    ))
}

/// The facts to hold transcripts against: those asked for, else the nearest to what they were recorded at.
pub fn api(asked: Option<&str>, recorded: &str) -> Result<&'static Api, CliError> {
    let Some(version) = asked else { return Ok(Api::nearest(recorded)) };
    Api::of(version).ok_or_else(|| {
        let known: Vec<&str> = Api::versions().collect();
        CliError::Usage(format!("--api '{version}' is not known; known are {}", known.join(", ")))
    })
}
