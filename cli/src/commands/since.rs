//! `lockstep since`: in which versions of a candidate each divergence shows.

use crate::args::{Files, SinceArguments};
use crate::commands::merge::{Results, read};
use crate::error::CliError;
use lockstep_harness::divergence::Verdict;
use lockstep_harness::gate::{ResultDocument, replay};
use lockstep_harness::transcript::store::Store;
use std::collections::BTreeMap;

/// What a version did about a divergence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Shows,
    Gone,
}

/// From the given results, else from the recorded transcripts: first and last version that shows it, and the first after
/// those that does not.
pub fn since(files: &Files, arguments: &SinceArguments) -> Result<u8, CliError> {
    let mut results: Vec<ResultDocument> = Vec::new();
    for path in &arguments.results {
        match read(path)? {
            Results::One(result) => results.push(*result),
            Results::Many(all) => results.extend(all),
        }
    }
    if arguments.results.is_empty() {
        let list = super::divergences(files)?;
        let catalogue = lockstep_suites::catalogue().names();
        for recorded in super::candidates(&Store::open(&files.snapshots), None)? {
            results.push(replay::judge(&recorded, &replay::pairs(&recorded)?, &list, &catalogue).result);
        }
    }
    results.sort_by_key(|result| (result.candidate.engine.clone(), result.candidate.semver()));
    let mut all: BTreeMap<(String, String), Vec<(String, Seen)>> = BTreeMap::new();
    for result in &results {
        for divergence in &result.divergences {
            let seen = match divergence.verdict {
                _ if divergence.differences > 0 => Seen::Shows,
                Verdict::Healed => Seen::Gone,
                _ => continue,
            };
            let key = (result.candidate.engine.clone(), divergence.id.clone());
            all.entry(key).or_default().push((result.candidate.version.clone(), seen));
        }
    }
    anstream::println!("{:12}  {:52}  {:10}  {:10}  gone in", "candidate", "divergence", "first", "last");
    for ((engine, id), versions) in &all {
        let shows = || versions.iter().filter(|(_, seen)| *seen == Seen::Shows).map(|(version, _)| version.as_str());
        let (first, last) = (shows().next().unwrap_or("-"), shows().next_back().unwrap_or("-"));
        let gone = versions.iter().rev().take_while(|(_, seen)| *seen == Seen::Gone).last();
        let gone = gone.map_or("", |(version, _)| version);
        anstream::println!("{engine:12}  {id:52}  {first:10}  {last:10}  {gone}");
    }
    Ok(0)
}
