//! Which scenarios show an entry.

use lockstep_harness::compare::Difference;
use lockstep_harness::divergence::{DivergenceList, Glob, Match};
use lockstep_harness::gate::replay;
use lockstep_harness::scenario::{Catalogue, Isolation, Registry, Scenario};
use lockstep_harness::transcript::store::Store;
use std::collections::BTreeSet;
use std::path::Path;

/// What the snapshots of SDC Docker show.
pub struct Shown(Vec<Difference>);

impl Shown {
    /// From the newest snapshots of SDC Docker.
    pub fn read(root: &Path, list: &DivergenceList, catalogue: &[String]) -> Shown {
        let store = Store::open(root.join("snapshots"));
        let slug = store.slugs().unwrap().into_iter().rfind(|slug| slug.starts_with("sdc-docker")).unwrap();
        let recorded = store.load(&slug).unwrap();
        let pairs = replay::pairs(&recorded).unwrap();
        Shown(replay::judge(&recorded, &pairs, list, catalogue).result.differences)
    }

    /// For each match of the entry one scenario that shows it, if any does: rather one that others may run beside, and rather one that
    /// is chosen already.
    pub fn scenarios(&self, id: &str, list: &DivergenceList, catalogue: &Catalogue) -> Vec<Scenario> {
        let entry = list.get(id).unwrap_or_else(|| panic!("DIVERGENCE.md has no entry {id} for the rule"));
        let mut chosen: Vec<Scenario> = Vec::new();
        for one in &entry.matches {
            let shown: BTreeSet<&str> =
                self.0.iter().filter(|difference| fits(one, difference)).map(|one| one.scenario.as_str()).collect();
            // Latencies are in no snapshot.
            let timed = |name: &str| entry.slower.is_some() && one.scenarios.iter().any(|glob| glob.fits(name));
            let able = |scenario: &&Scenario| shown.contains(scenario.name.as_str()) || timed(&scenario.name);
            // The proxy is no engine that Lockstep launched: nothing runs beside it.
            let lone = |scenario: &&Scenario| !scenario.needs.contains(&Registry::needs());
            let easiest = catalogue.scenarios().iter().filter(able).filter(lone).min_by_key(|scenario| {
                let known = chosen.iter().any(|other| other.name == scenario.name);
                let alone = scenario.isolation == Isolation::Alone;
                (!known, alone, scenario.waits.is_some(), scenario.name.starts_with("cli/"), scenario.name.len())
            });
            if let Some(scenario) = easiest
                && !chosen.iter().any(|other| other.name == scenario.name)
            {
                chosen.push(scenario.clone());
            }
        }
        chosen
    }
}

/// Whether a match is about a difference.
fn fits(one: &Match, difference: &Difference) -> bool {
    let any = |globs: &[Glob], text: &str| globs.is_empty() || globs.iter().any(|glob| glob.fits(text));
    any(&one.scenarios, &difference.scenario)
        && any(&one.operations, &difference.operation)
        && any(&one.pointers, &difference.pointer)
        && (one.kinds.is_empty() || one.kinds.contains(&difference.kind))
        && one.candidate.as_ref().is_none_or(|value| *value == difference.candidate)
        && one.candidate_matches.as_ref().is_none_or(|pattern| pattern.fits(&difference.candidate))
        && (one.classification.is_none() || one.classification == difference.classification)
}
