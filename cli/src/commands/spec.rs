//! `lockstep spec`: where recorded answers depart from the API's OpenAPI document.

use crate::args::{Files, Format, SpecArguments};
use crate::error::CliError;
use lockstep_harness::divergence::Glob;
use lockstep_harness::report::{self, View};
use lockstep_harness::spec::{Departures, departures};
use lockstep_harness::transcript::store::{Recorded, Store};
use serde_json::{Value, json};
use std::sync::Arc;

/// Prints the references' departures, or those of one candidate.
pub fn spec(files: &Files, arguments: &SpecArguments) -> Result<u8, CliError> {
    let store = Store::open(&files.snapshots);
    let mut results: Vec<Value> = Vec::new();
    for recorded in engines(&store, arguments.candidate.as_deref())? {
        let found = of(&recorded, arguments)?;
        let title = format!("{} {}", recorded.index.identity().engine, recorded.index.identity().version);
        match arguments.format {
            Format::Json => results.push(json!({ "engine": recorded.slug, "spec": found })),
            Format::Terminal => anstream::print!("{}", report::spec(&title, &found, &View::detect())),
        }
    }
    if arguments.format == Format::Json {
        anstream::println!("{}", serde_json::to_string_pretty(&results).unwrap_or_default());
    }
    Ok(0)
}

/// The recordings that are asked for.
fn engines(store: &Store, candidate: Option<&str>) -> Result<Vec<Recorded>, CliError> {
    let Some(text) = candidate else {
        let all = store.slugs()?.into_iter().map(|slug| store.load(&slug)).collect::<Result<Vec<_>, _>>()?;
        return Ok(all.into_iter().filter(|recorded| recorded.index.base.is_none()).collect());
    };
    // A family's name stands for all its recorded versions.
    match super::candidates(store, Some(&format!("{text}-*"))) {
        Ok(list) => Ok(list),
        Err(_) => super::candidates(store, Some(text)),
    }
}

fn of(recorded: &Recorded, arguments: &SpecArguments) -> Result<Departures, CliError> {
    let base = recorded.base().map(|base| of(base, arguments)).transpose()?;
    let api = super::api(arguments.api.as_deref(), &recorded.index.identity().api)?;
    let transcripts = recorded.transcripts()?;
    let mut found = departures(api, transcripts.iter().map(Arc::as_ref), base.as_ref());
    if let Some(text) = &arguments.operation {
        let glob = Glob::operation(text);
        if !api.operations.iter().any(|facts| glob.fits(&facts.operation)) {
            return Err(CliError::Usage(format!("--operation '{text}' is none of API {}", api.version)));
        }
        found.departures.retain(|one| glob.fits(&one.operation));
    }
    Ok(found)
}
