//! Joins the results of all shards of a run and judges the whole: what healed can only be told from the whole.

use super::shard::{Common, ShardFacts};
use super::verdict::Held;
use super::{ResultDocument, ScenarioResult, ScenarioVerdict, Verdict, result};
use crate::compare::{Aspect, Difference};
use crate::coverage::Driven;
use crate::divergence::{DivergenceList, Exercised, account};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One shard's result and where it was read.
#[derive(Debug, Clone)]
pub struct Part {
    /// The file.
    pub file: String,
    /// Its result.
    pub result: ResultDocument,
}

/// Why results cannot be joined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There are none.
    #[error("there is no result to join")]
    Nothing,
    /// A whole run.
    #[error(
        "{file}: is the result of a whole run; `lockstep run --shard K/N --format json` makes one that can be joined"
    )]
    NoShard {
        /// The file.
        file: String,
    },
    /// They are not parts of the same run.
    #[error("{file} and {other} are no parts of one run: {what} is {ours} in one and {theirs} in the other")]
    Mixed {
        /// The first file.
        file: String,
        /// A later one.
        other: String,
        /// What differs.
        what: &'static str,
        /// The first file's value.
        ours: String,
        /// The other's.
        theirs: String,
    },
    /// The same part twice.
    #[error("shard {number}/{of} is there twice: {file} and {other}")]
    Doubled {
        /// Which part.
        number: u32,
        /// Of how many.
        of: u32,
        /// The first file.
        file: String,
        /// The second.
        other: String,
    },
    /// Some part is not there.
    #[error("of {of} shards these are missing: {}", .numbers.iter().map(|number| format!("{number}/{of}")).collect::<Vec<_>>().join(", "))]
    Missing {
        /// Which parts.
        numbers: Vec<u32>,
        /// Of how many.
        of: u32,
    },
    /// The parts are not what this Lockstep, with this DIVERGENCE.md, would have made.
    #[error("{file} was made with another {what}; join with the checkout that the shards ran from")]
    Other {
        /// The file.
        file: String,
        /// What differs.
        what: &'static str,
    },
    /// The parts do not tell of each chosen scenario exactly once.
    #[error("{file}: tells of scenarios that another shard tells of too, or not of all its own; it was edited or cut")]
    Torn {
        /// The file.
        file: String,
    },
}

/// The verdict over the whole. `own` is what a shard of this Lockstep would say it has in common with the others.
pub fn merge(
    parts: Vec<Part>,
    list: &DivergenceList,
    catalogue: &[String],
    own: &Common,
) -> Result<Verdict, MergeError> {
    let shards = in_order(parts)?;
    let first = shards.first().ok_or(MergeError::Nothing)?;
    for (what, ours, theirs) in [
        ("version of Lockstep", &own.lockstep, &first.facts.common.lockstep),
        ("catalogue of scenarios", &own.catalogue, &first.facts.common.catalogue),
        ("DIVERGENCE.md", &own.divergences, &first.facts.common.divergences),
    ] {
        if ours != theirs {
            return Err(MergeError::Other { file: first.file.clone(), what });
        }
    }
    check_places(&shards)?;
    Ok(join(shards, list, catalogue))
}

/// A part whose facts are taken out of its result.
struct Opened {
    file: String,
    result: ResultDocument,
    facts: ShardFacts,
}

/// Checks that the parts belong together, and sorts them by number.
fn in_order(parts: Vec<Part>) -> Result<Vec<Opened>, MergeError> {
    let mut shards: Vec<Opened> = Vec::new();
    for Part { file, mut result } in parts {
        let Some(facts) = result.shard.take() else { return Err(MergeError::NoShard { file }) };
        let opened = Opened { file, result, facts };
        if let Some(first) = shards.first() {
            same_run(first, &opened)?;
        }
        if let Some(twin) = shards.iter().find(|other| other.facts.number == opened.facts.number) {
            return Err(MergeError::Doubled {
                number: opened.facts.number,
                of: opened.facts.of,
                file: twin.file.clone(),
                other: opened.file,
            });
        }
        shards.push(opened);
    }
    let of = shards.first().ok_or(MergeError::Nothing)?.facts.of;
    let here: BTreeSet<u32> = shards.iter().map(|shard| shard.facts.number).collect();
    // No more are named than a line holds: a forged count must not cost the memory of its list.
    let numbers: Vec<u32> = (1..=of).filter(|number| !here.contains(number)).take(20).collect();
    if !numbers.is_empty() {
        return Err(MergeError::Missing { numbers, of });
    }
    shards.sort_by_key(|shard| shard.facts.number);
    Ok(shards)
}

fn same_run(first: &Opened, other: &Opened) -> Result<(), MergeError> {
    let told = |one: &Opened| {
        let (result, facts) = (&one.result, &one.facts);
        [
            ("the reference", result.reference.to_string()),
            ("the candidate", result.candidate.to_string()),
            ("the API version", result.api_version.clone()),
            ("the source", format!("{:?}", result.source).to_lowercase()),
            ("the number of shards", facts.of.to_string()),
            ("the version of Lockstep", facts.common.lockstep.clone()),
            ("the digest of the catalogue", facts.common.catalogue.clone()),
            ("the digest of DIVERGENCE.md", facts.common.divergences.clone()),
            ("the digest of the chosen scenarios", facts.common.selection.clone()),
            ("the number of chosen scenarios", facts.common.selected.to_string()),
        ]
    };
    let unlike = told(first).into_iter().zip(told(other)).find(|(ours, theirs)| ours != theirs);
    match unlike {
        None => Ok(()),
        Some(((what, ours), (_, theirs))) => {
            Err(MergeError::Mixed { file: first.file.clone(), other: other.file.clone(), what, ours, theirs })
        }
    }
}

/// Each scenario stands in exactly one part.
fn check_places(shards: &[Opened]) -> Result<(), MergeError> {
    let mut taken = BTreeSet::new();
    for shard in shards {
        let (places, scenarios) = (&shard.facts.places, &shard.result.scenarios);
        let own = places.len() == scenarios.len()
            && places.iter().all(|place| *place < shard.facts.common.selected && taken.insert(*place));
        if !own {
            return Err(MergeError::Torn { file: shard.file.clone() });
        }
    }
    match shards.last() {
        Some(last) if taken.len() != last.facts.common.selected => Err(MergeError::Torn { file: last.file.clone() }),
        _ => Ok(()),
    }
}

/// All that the parts tell, in the order of the whole run.
struct Whole {
    scenarios: Vec<ScenarioResult>,
    differences: Vec<Difference>,
    ran: BTreeMap<String, BTreeSet<String>>,
    changed: Vec<String>,
    driven: Driven,
    latency: bool,
}

fn gather(shards: Vec<Opened>) -> Whole {
    let (mut scenarios, mut ran, mut changed, mut driven) =
        (Vec::new(), BTreeMap::new(), Vec::new(), Driven::default());
    let mut differences: HashMap<String, Vec<Difference>> = HashMap::new();
    let (mut latencies, mut latency) = (Vec::new(), false);
    for Opened { result, facts, .. } in shards {
        let trouble: BTreeSet<String> = facts.trouble.into_iter().collect();
        for (mut scenario, place) in result.scenarios.into_iter().zip(facts.places) {
            scenario.trouble = trouble.contains(&scenario.name);
            scenarios.push((place, scenario));
        }
        latency |= facts.latency;
        // A run measures latencies after its scenarios, so they stand last.
        let (of_latency, others): (Vec<_>, Vec<_>) =
            result.differences.into_iter().partition(|difference| difference.aspect == Aspect::Latency);
        latencies.extend(of_latency);
        for difference in others {
            differences.entry(difference.scenario.clone()).or_default().push(difference);
        }
        ran.extend(facts.operations);
        changed.extend(facts.changed);
        driven.extend(facts.driven);
    }
    scenarios.sort_by_key(|(place, _)| *place);
    let scenarios: Vec<ScenarioResult> = scenarios.into_iter().map(|(_, scenario)| scenario).collect();
    let in_place = scenarios.iter().flat_map(|scenario| differences.remove(&scenario.name).unwrap_or_default());
    let differences = in_place.chain(latencies).collect();
    Whole { scenarios, differences, ran, changed, driven, latency }
}

fn join(shards: Vec<Opened>, list: &DivergenceList, catalogue: &[String]) -> Verdict {
    let first = &shards[0].result;
    let (reference, candidate) = (first.reference.clone(), first.candidate.clone());
    let (api_version, source) = (first.api_version.clone(), first.source);
    let Whole { mut scenarios, mut differences, ran, changed, driven, latency } = gather(shards);
    let exercised = Exercised { catalogue, ran: &ran, latency };
    let accounting = account(list, &reference, &candidate, &exercised, &mut differences);
    // Only the whole run tells what healed; all else about a scenario its own shard knows.
    let held = Held { list, accounting: &accounting, differences: &differences };
    for scenario in &mut scenarios {
        let may = [ScenarioVerdict::Conforms, ScenarioVerdict::Declared, ScenarioVerdict::Blocked];
        if may.contains(&scenario.verdict) && held.healed(&scenario.name) {
            scenario.verdict = ScenarioVerdict::Healed;
            scenario.reason = None;
        }
    }
    let api = crate::api::Api::nearest(&reference.api);
    let result = ResultDocument {
        schema: 1,
        reference,
        candidate,
        api_version,
        source,
        scenarios,
        differences,
        divergences: accounting.entries.iter().map(result::DivergenceResult::from).collect(),
        coverage: driven.count(api),
        shard: None,
    };
    Verdict { result, accounting, changed }
}
