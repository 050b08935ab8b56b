//! `lockstep coverage`: what the recorded scenarios drive.

use crate::args::{CoverageArguments, Files, Format};
use crate::error::CliError;
use lockstep_harness::api::Api;
use lockstep_harness::coverage::{Table, Unseen};
use lockstep_harness::divergence::Glob;
use lockstep_harness::report::{self, View};
use lockstep_harness::transcript::store::Store;
use serde_json::{Value, json};
use std::sync::Arc;

/// Prints a table from the references' snapshots, and what is missing; 1 when something was seen that is listed as
/// impossible.
pub fn coverage(files: &Files, arguments: &CoverageArguments) -> Result<u8, CliError> {
    let store = Store::open(&files.snapshots);
    let mut results: Vec<Value> = Vec::new();
    let mut contradicted = false;
    for slug in store.slugs()? {
        let recorded = store.load(&slug)?;
        if recorded.index.base.is_some() {
            continue;
        }
        let transcripts = recorded.transcripts()?;
        let api = super::api(arguments.api.as_deref(), &recorded.index.identity().api)?;
        // The list is about the engine that spoke this version.
        let own = recorded.index.identity().api == api.version;
        let unseen = if own { Unseen::of(&api.version) } else { Unseen::default() };
        let table = Table::of(api, transcripts.iter().map(Arc::as_ref), &unseen);
        contradicted |= !table.contradicted.is_empty();
        let title = format!("{slug}, {} scenarios", transcripts.len());
        match arguments.format {
            Format::Json => {
                results.push(json!({ "reference": slug, "scenarios": transcripts.len(), "coverage": table }));
            }
            Format::Terminal => print(&title, api, &table, arguments)?,
        }
    }
    if arguments.format == Format::Json {
        anstream::println!("{}", serde_json::to_string_pretty(&results).unwrap_or_default());
    }
    Ok(u8::from(contradicted))
}

fn print(title: &str, api: &Api, table: &Table, arguments: &CoverageArguments) -> Result<(), CliError> {
    let view = View::detect();
    let Some(text) = &arguments.operation else {
        anstream::print!("{}", report::coverage(title, table, arguments.missing, &view));
        return Ok(());
    };
    let glob = Glob::operation(text);
    let chosen: Vec<_> = table
        .operations
        .iter()
        .filter(|row| row.operation.eq_ignore_ascii_case(text) || glob.fits(&row.operation))
        .collect();
    if chosen.is_empty() {
        return Err(CliError::Usage(format!(
            "--operation '{text}' is none of API {}; operations are written as in 'POST /containers/create', * stands for any text",
            api.version
        )));
    }
    for (number, row) in chosen.into_iter().enumerate() {
        let gap = if number == 0 { "" } else { "\n" };
        anstream::print!("{gap}{}", report::operation(row, &view));
    }
    Ok(())
}
