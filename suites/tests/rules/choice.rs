//! Which scenarios show an entry.

use lockstep_harness::divergence::DivergenceList;
use lockstep_harness::gate::replay;
use lockstep_harness::scenario::{Catalogue, Isolation, Scenario};
use lockstep_harness::transcript::store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// By entry, the scenarios in whose snapshots it shows.
pub struct Shown(BTreeMap<String, BTreeSet<String>>);

impl Shown {
    /// From the snapshots of SDC Docker.
    pub fn read(root: &Path, list: &DivergenceList, catalogue: &[String]) -> Shown {
        let store = Store::open(root.join("snapshots"));
        let slug = store.slugs().unwrap().into_iter().rfind(|slug| slug.starts_with("sdc-docker")).unwrap();
        let recorded = store.load(&slug).unwrap();
        let pairs = replay::pairs(&recorded).unwrap();
        let verdict = replay::judge(&recorded, &pairs, list, catalogue);
        let mut shown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for difference in verdict.result.differences {
            if let Some(entry) = difference.divergence {
                shown.entry(entry).or_default().insert(difference.scenario);
            }
        }
        Shown(shown)
    }

    /// For each match of the entry one scenario that shows it and that others may run beside, as far as there is one.
    pub fn scenarios(&self, id: &str, list: &DivergenceList, catalogue: &Catalogue) -> Vec<Scenario> {
        let entry = list.get(id).unwrap_or_else(|| panic!("DIVERGENCE.md has no entry {id} for the rule"));
        let shown = self.0.get(id).cloned().unwrap_or_default();
        let mut chosen: Vec<Scenario> = Vec::new();
        for one in &entry.matches {
            let fits = |name: &str| one.scenarios.iter().any(|glob| glob.fits(name));
            if chosen.iter().any(|scenario| fits(&scenario.name) && one.optional) {
                continue;
            }
            let mut able: Vec<&Scenario> = catalogue
                .scenarios()
                .iter()
                .filter(|scenario| fits(&scenario.name) && (one.optional || shown.contains(&scenario.name)))
                .collect();
            able.sort_by_key(|scenario| {
                let known = chosen.iter().any(|other| other.name == scenario.name);
                (scenario.isolation == Isolation::Alone, scenario.waits.is_some(), !known, scenario.name.len())
            });
            if let Some(scenario) = able.first()
                && !chosen.iter().any(|other| other.name == scenario.name)
            {
                chosen.push((*scenario).clone());
            }
        }
        chosen
    }
}
