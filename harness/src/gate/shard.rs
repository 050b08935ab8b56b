//! A run split over machines: which scenarios a shard takes, and what it has to tell for the parts to be joined again.

use super::{Pair, ResultDocument, ScenarioVerdict, Verdict};
use crate::coverage::{Driven, driven};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use xxhash_rust::xxh64::xxh64;

/// One of several parts of a run, written `2/4`.
///
/// A scenario belongs to the part that `cargo nextest run --partition hash:2/4` puts its test in: nextest hashes the
/// test's name (XXH64, seed 0) and takes the remainder. So a scenario stays where it is when others come and go.
///
/// ```
/// use lockstep_harness::gate::shard::Shard;
///
/// let second: Shard = "2/4".parse().unwrap();
/// assert!(second.takes("archive/changes/none"));
/// assert!("5/4".parse::<Shard>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which part, counted from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
}

/// Not of the form `K/N`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no shard: write K/N with 1 <= K <= N, for instance 2/4")]
pub struct ShardError(String);

impl std::str::FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Shard, ShardError> {
        let wrong = || ShardError(text.to_owned());
        let (number, of) = text.split_once('/').ok_or_else(wrong)?;
        let (number, of) = (number.parse().map_err(|_| wrong())?, of.parse().map_err(|_| wrong())?);
        if number == 0 || number > of {
            return Err(wrong());
        }
        Ok(Shard { number, of })
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Shard {
    /// Whether this part takes the scenario.
    pub fn takes(&self, scenario: &str) -> bool {
        xxh64(scenario.as_bytes(), 0) % u64::from(self.of) == u64::from(self.number - 1)
    }
}

/// What all parts of one run have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Common {
    /// Lockstep's version.
    pub lockstep: String,
    /// The digest of the names of all scenarios there are.
    pub catalogue: String,
    /// The digest of DIVERGENCE.md.
    pub divergences: String,
    /// The digest of the names that were chosen, before they were split.
    pub selection: String,
    /// How many those are.
    pub selected: usize,
}

/// The key `shard` of a part's JSON result: what the verdict over the whole needs and the rest of the result does not tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShardFacts {
    /// Which part, counted from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
    /// What the other parts say too.
    #[serde(flatten)]
    pub common: Common,
    /// Where each of its scenarios stands in the whole run, in the order of `scenarios`.
    pub places: Vec<usize>,
    /// The operations that the reference drove, by scenario; only scenarios that ran on both engines.
    pub operations: BTreeMap<String, BTreeSet<String>>,
    /// Whether latencies were measured.
    pub latency: bool,
    /// The scenarios that were not run because of trouble.
    pub trouble: Vec<String>,
    /// What shows otherwise than in the snapshots, one line each.
    pub changed: Vec<String>,
    /// What its scenarios drove of the API.
    pub driven: Driven,
}

/// Makes the verdict one over a shard. `chosen` are the names of the whole run in its order, `pairs` those of this part;
/// `latency` says whether latencies were measured.
pub fn mark(verdict: &mut Verdict, shard: Shard, common: Common, chosen: &[String], pairs: &[Pair], latency: bool) {
    let places: BTreeMap<&str, usize> = chosen.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    let result: &mut ResultDocument = &mut verdict.result;
    let references = || {
        pairs.iter().filter_map(|pair| pair.transcripts.as_ref().map(|(reference, _)| (&pair.name, reference.as_ref())))
    };
    let operations = references()
        .map(|(name, reference)| {
            (name.clone(), reference.steps.iter().map(|step| step.operation.clone()).collect::<BTreeSet<_>>())
        })
        .collect();
    let api = result.reference.api.clone();
    let trouble = result.scenarios.iter().filter(|one| one.verdict == ScenarioVerdict::NotRun && one.trouble);
    result.shard = Some(ShardFacts {
        number: shard.number,
        of: shard.of,
        common,
        places: result.scenarios.iter().filter_map(|one| places.get(one.name.as_str()).copied()).collect(),
        operations,
        latency,
        trouble: trouble.map(|one| one.name.clone()).collect(),
        changed: verdict.changed.clone(),
        driven: driven(crate::api::Api::nearest(&api), references().map(|(_, reference)| reference)),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// As `cargo nextest list --partition hash:K/4` says.
    #[rstest]
    #[case("archive/export/created", 1)]
    #[case("containers/list/filter/refuses/exited-nonsense", 1)]
    #[case("in-container/hostname", 1)]
    #[case("archive/changes/none", 2)]
    #[case("containers/list/filter/exited", 2)]
    #[case("images/load/no-archive", 2)]
    #[case("archive/changes/missing", 3)]
    #[case("containers/list/filter/refuses/broken-json", 3)]
    #[case("images/pull/bad-reference/bad-characters", 3)]
    #[case("archive/changes/all-kinds", 4)]
    #[case("containers/prune/nothing", 4)]
    #[case("images/pull/registry-refuses", 4)]
    fn a_shard_takes_what_nextest_puts_in_its_hash_partition(#[case] name: &str, #[case] number: u32) {
        let takers: Vec<u32> = (1..=4).filter(|number| Shard { number: *number, of: 4 }.takes(name)).collect();
        assert_eq!(takers, [number]);
    }

    #[rstest]
    #[case("0/4")]
    #[case("5/4")]
    #[case("1")]
    #[case("1/0")]
    #[case("-1/4")]
    #[case("a/b")]
    fn what_is_no_shard_is_refused(#[case] text: &str) {
        assert!(text.parse::<Shard>().is_err());
    }
}
