//! `lockstep coverage`: what the recorded scenarios drive.

use crate::args::Files;
use crate::error::CliError;
use lockstep_harness::coverage::{API_1_41, driven};
use lockstep_harness::transcript::store::Store;
use std::sync::Arc;

/// Prints a table from the references' snapshots, and what is missing.
pub fn coverage(files: &Files) -> Result<u8, CliError> {
    let store = Store::open(&files.snapshots);
    for slug in store.slugs()? {
        let recorded = store.load(&slug)?;
        if recorded.index.base.is_some() {
            continue;
        }
        let mut transcripts = Vec::new();
        for name in recorded.index.scenarios.keys() {
            transcripts.extend(recorded.transcript(name)?);
        }
        let driven = driven(transcripts.iter().map(Arc::as_ref));
        let all = &API_1_41.operations;
        let parameters: usize = all.iter().map(|facts| facts.query.len()).sum();
        let statuses: usize = all.iter().map(|facts| facts.statuses.len()).sum();
        anstream::println!("{slug}, {} scenarios, API {}", transcripts.len(), API_1_41.version);
        anstream::println!("  operations  {:>3} of {}", driven.operations.len(), all.len());
        anstream::println!("  parameters  {:>3} of {parameters}", driven.parameters.len());
        anstream::println!("  statuses    {:>3} of {statuses}", driven.statuses.len());
        for facts in all {
            if !driven.operations.contains(&facts.operation) {
                anstream::println!("  not driven: {}", facts.operation);
            }
        }
        for facts in all.iter().filter(|facts| driven.operations.contains(&facts.operation)) {
            let lacks = |name: &&String| !driven.parameters.contains(&(facts.operation.clone(), (*name).clone()));
            let missing: Vec<&str> = facts.query.keys().filter(lacks).map(String::as_str).collect();
            if !missing.is_empty() {
                anstream::println!("  without parameter: {} ({})", facts.operation, missing.join(", "));
            }
            let unseen = |status: &&String| {
                let seen = |status| driven.statuses.contains(&(facts.operation.clone(), status));
                !status.parse().is_ok_and(seen)
            };
            let missing: Vec<&str> = facts.statuses.keys().filter(unseen).map(String::as_str).collect();
            if !missing.is_empty() {
                anstream::println!("  without status: {} ({})", facts.operation, missing.join(", "));
            }
        }
    }
    Ok(0)
}
