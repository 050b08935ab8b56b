//! One word for each scenario.

use super::{Pair, ScenarioResult};
use crate::compare::Difference;
use crate::divergence::{Accounting, DivergenceList};
use serde::{Deserialize, Serialize};

/// What a scenario came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScenarioVerdict {
    /// No difference.
    Conforms,
    /// Differences, all declared.
    Declared,
    /// A difference that nobody declared.
    Undeclared,
    /// A declared divergence shows otherwise than its entry or its snapshot says.
    Changed,
    /// A declared divergence names this scenario and no longer shows.
    Healed,
    /// A declared difference ended it before its last step: what follows was not compared.
    Blocked,
    /// Nothing was compared; the reason says why.
    NotRun,
}

impl std::fmt::Display for ScenarioVerdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}

/// What a scenario's verdict is read from.
pub(super) struct Held<'a> {
    pub list: &'a DivergenceList,
    pub accounting: &'a Accounting,
    pub differences: &'a [Difference],
}

impl Held<'_> {
    /// Whether a healed match names this very scenario (a glob over many names none in particular).
    pub(super) fn healed(&self, scenario: &str) -> bool {
        if self.accounting.unmatched.is_empty() {
            return false;
        }
        let lines: Vec<usize> = self.accounting.unmatched.iter().map(|unmatched| unmatched.line).collect();
        let matches = self.list.entries.iter().flat_map(|entry| &entry.matches);
        matches
            .filter(|rule| lines.contains(&rule.line))
            .any(|rule| rule.scenarios.iter().any(|glob| glob.as_str() == scenario))
    }
}

/// The verdict of one scenario; `differs` says whether it has any difference.
pub(super) fn of_scenario(pair: &Pair, held: &Held<'_>, differs: bool, changed: Option<&String>) -> ScenarioResult {
    let Held { accounting, differences, .. } = held;
    let mut result = ScenarioResult {
        name: pair.name.clone(),
        verdict: ScenarioVerdict::Conforms,
        reason: None,
        reference_ms: pair.reference_ms,
        candidate_ms: pair.candidate_ms,
        trouble: false,
    };
    let Some((_, candidate)) = &pair.transcripts else {
        result.verdict = ScenarioVerdict::NotRun;
        result.reason =
            Some(pair.not_run.as_ref().map_or_else(|| "not recorded".to_owned(), |not_run| not_run.reason.clone()));
        result.trouble = pair.not_run.as_ref().is_none_or(|not_run| not_run.trouble);
        return result;
    };
    let own = |index: &usize| differences[*index].scenario == pair.name;
    let otherwise = accounting.changed.iter().find(|item| own(&item.difference)).map(|item| &item.text);
    if let Some(line) = otherwise.or(changed) {
        result.verdict = ScenarioVerdict::Changed;
        result.reason = Some(line.clone());
    } else if accounting.undeclared.iter().any(own) {
        result.verdict = ScenarioVerdict::Undeclared;
    } else if held.healed(&pair.name) {
        result.verdict = ScenarioVerdict::Healed;
    } else if let Some(reason) = super::blocked(candidate) {
        result.verdict = ScenarioVerdict::Blocked;
        result.reason = Some(format!("ended at step {}: {reason}", candidate.steps.len()));
    } else if differs {
        result.verdict = ScenarioVerdict::Declared;
    }
    result
}
