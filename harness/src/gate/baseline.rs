//! A result against an earlier one: only what got worse counts. For teams who start with thousands of differences.

use super::{ResultDocument, ScenarioVerdict, Verdict};
use crate::compare::{Difference, Kind};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What changed since the baseline.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Against {
    /// The differences that fail: the baseline compared that step and did not have them, or with another answer.
    pub worse: Vec<Difference>,
    /// Scenarios that the baseline compared and that trouble kept from being run now, with the reason.
    pub lost: Vec<(String, String)>,
    /// The baseline's differences that no longer show, though their step was reached.
    pub healed: Vec<Difference>,
    /// Undeclared differences in what the baseline did not reach, or did not run: neither worse nor better.
    pub first_seen: Vec<Difference>,
}

impl Against {
    /// Whether nothing got worse.
    pub fn holds(&self) -> bool {
        self.worse.is_empty() && self.lost.is_empty()
    }
}

/// Two results that cannot be held against each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// Of other engines.
    #[error("the baseline is about {theirs}, this run about {ours}")]
    Engines {
        /// The baseline's pair.
        theirs: String,
        /// This run's pair.
        ours: String,
    },
    /// A part of a run.
    #[error("the baseline is shard {number}/{of} alone; join the shards with `lockstep merge` first")]
    Shard {
        /// Which part.
        number: u32,
        /// Of how many.
        of: u32,
    },
}

/// What makes a difference the same one as in the baseline. The reference's value is left out: with another version of the
/// reference the candidate's answer is as wrong as it was.
type Place<'a> = (&'a str, usize, &'a str, &'a str, Kind, String);

fn place(difference: &Difference) -> Place<'_> {
    let Difference { scenario, step, operation, pointer, kind, candidate, .. } = difference;
    (scenario, *step, operation, pointer, *kind, candidate.to_string())
}

/// How far a result went in each scenario.
struct Reach<'a> {
    compared: BTreeSet<&'a str>,
    /// The first step that was not reached, by scenario.
    ends: HashMap<&'a str, usize>,
}

impl<'a> Reach<'a> {
    fn of(result: &'a ResultDocument) -> Reach<'a> {
        let ran = result.scenarios.iter().filter(|one| one.verdict != ScenarioVerdict::NotRun);
        let mut ends: HashMap<&str, usize> = HashMap::new();
        for one in result.differences.iter().filter(|one| one.kind == Kind::NotReached) {
            let first = ends.entry(&one.scenario).or_insert(one.step);
            *first = one.step.min(*first);
        }
        Reach { compared: ran.map(|one| one.name.as_str()).collect(), ends }
    }

    fn reached(&self, difference: &Difference) -> bool {
        let scenario = difference.scenario.as_str();
        self.compared.contains(scenario) && self.ends.get(scenario).is_none_or(|end| difference.step < *end)
    }
}

/// Holds a verdict against an earlier result.
pub fn against(verdict: &Verdict, baseline: &ResultDocument) -> Result<Against, BaselineError> {
    let now = &verdict.result;
    let pair = |result: &ResultDocument| format!("{} against {}", result.candidate.engine, result.reference.engine);
    if pair(now) != pair(baseline) {
        return Err(BaselineError::Engines { theirs: pair(baseline), ours: pair(now) });
    }
    if let Some(shard) = &baseline.shard {
        return Err(BaselineError::Shard { number: shard.number, of: shard.of });
    }
    let (then_reach, now_reach) = (Reach::of(baseline), Reach::of(now));
    let then: BTreeMap<Place<'_>, &Difference> = baseline.differences.iter().map(|one| (place(one), one)).collect();
    let here: BTreeMap<Place<'_>, &Difference> = now.differences.iter().map(|one| (place(one), one)).collect();
    let mut all = Against::default();
    let failing = now.differences.iter().filter(|one| one.divergence.is_none());
    for difference in failing.filter(|one| !then.contains_key(&place(one))) {
        let seen = then_reach.reached(difference);
        if seen { &mut all.worse } else { &mut all.first_seen }.push(difference.clone());
    }
    let gone = baseline.differences.iter().filter(|one| !here.contains_key(&place(one)));
    all.healed = gone.filter(|one| now_reach.reached(one)).cloned().collect();
    let lost = now.scenarios.iter().filter(|one| one.verdict == ScenarioVerdict::NotRun && one.trouble);
    all.lost = lost
        .filter(|one| then_reach.compared.contains(one.name.as_str()))
        .map(|one| (one.name.clone(), one.reason.clone().unwrap_or_default()))
        .collect();
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::EngineIdentity;
    use crate::gate::{Coverage, CoverageCount, ScenarioResult, Source};
    use serde_json::json;

    fn difference(scenario: &str, step: usize, kind: Kind, candidate: u64) -> Difference {
        let value = json!({
            "scenario": scenario, "step": step, "operation": "GET /info", "aspect": "body", "pointer": "/body/N",
            "kind": kind, "reference": 1, "candidate": candidate, "classification": null, "divergence": null
        });
        serde_json::from_value(value).unwrap()
    }

    fn result(scenarios: &[(&str, ScenarioVerdict)], differences: Vec<Difference>) -> ResultDocument {
        let engine = |name: &str| EngineIdentity {
            engine: name.to_owned(),
            version: "1.0.0".to_owned(),
            api: "1.41".to_owned(),
        };
        let none = CoverageCount { driven: 0, of: 1 };
        ResultDocument {
            schema: 1,
            reference: engine("docker"),
            candidate: engine("podman"),
            api_version: "1.41".to_owned(),
            source: Source::Live,
            scenarios: scenarios
                .iter()
                .map(|(name, verdict)| ScenarioResult {
                    name: (*name).to_owned(),
                    verdict: *verdict,
                    reason: None,
                    reference_ms: None,
                    candidate_ms: None,
                    trouble: *verdict == ScenarioVerdict::NotRun,
                })
                .collect(),
            differences,
            divergences: Vec::new(),
            coverage: Coverage { operations: none, parameters: none, statuses: none },
            shard: None,
        }
    }

    fn held(then: &ResultDocument, now: ResultDocument) -> Against {
        let verdict = Verdict { result: now, accounting: Default::default(), changed: Vec::new() };
        against(&verdict, then).unwrap()
    }

    const RAN: [(&str, ScenarioVerdict); 1] = [("a/b", ScenarioVerdict::Undeclared)];

    #[test]
    fn what_was_there_already_does_not_count() {
        let then = result(&RAN, vec![difference("a/b", 1, Kind::Value, 2)]);
        assert_eq!(held(&then, then.clone()), Against::default());
    }

    #[test]
    fn a_new_difference_and_another_wrong_answer_are_worse() {
        let then = result(&RAN, vec![difference("a/b", 1, Kind::Value, 2)]);
        let now = vec![difference("a/b", 1, Kind::Value, 3), difference("a/b", 2, Kind::Extra, 1)];
        let all = held(&then, result(&RAN, now.clone()));
        assert_eq!(all.worse, now);
        assert_eq!(all.healed, then.differences);
        assert!(!all.holds());
    }

    #[test]
    fn what_is_gone_healed_only_where_its_step_was_reached() {
        let then = result(&RAN, vec![difference("a/b", 1, Kind::Value, 2), difference("a/b", 3, Kind::Value, 2)]);
        let now = result(&RAN, vec![difference("a/b", 2, Kind::NotReached, 0)]);
        let all = held(&then, now);
        assert_eq!(all.healed, [difference("a/b", 1, Kind::Value, 2)]);
        assert_eq!(all.worse, [difference("a/b", 2, Kind::NotReached, 0)]);
    }

    #[test]
    fn what_the_baseline_did_not_reach_or_run_is_first_seen() {
        let then = result(&RAN, vec![difference("a/b", 2, Kind::NotReached, 0)]);
        let now = vec![difference("a/b", 2, Kind::Value, 5), difference("c/d", 1, Kind::Value, 5)];
        let scenarios = [RAN[0], ("c/d", ScenarioVerdict::Undeclared)];
        let all = held(&then, result(&scenarios, now.clone()));
        assert_eq!(all.first_seen, now);
        assert!(all.holds());
    }

    #[test]
    fn a_scenario_that_trouble_took_away_is_worse() {
        let all = held(&result(&RAN, Vec::new()), result(&[("a/b", ScenarioVerdict::NotRun)], Vec::new()));
        assert_eq!(all.lost, [("a/b".to_owned(), String::new())]);
        assert!(!all.holds());
    }

    #[test]
    fn another_pair_of_engines_is_refused() {
        let mut then = result(&RAN, Vec::new());
        then.candidate.engine = "else".to_owned();
        let verdict = Verdict { result: result(&RAN, Vec::new()), accounting: Default::default(), changed: Vec::new() };
        assert!(matches!(against(&verdict, &then), Err(BaselineError::Engines { .. })));
    }
}
