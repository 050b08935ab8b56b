//! From transcripts to a verdict: compares, accounts, and decides whether the candidate conforms.

pub mod baseline;
pub mod history;
pub mod merge;
pub mod replay;
mod result;
pub mod shard;
mod verdict;

pub use result::{Coverage, CoverageCount, ResultDocument, ScenarioResult, Source};
pub use verdict::ScenarioVerdict;

use crate::api::Api;
use crate::compare::{Aspect, Difference, compare};
use crate::coverage;
use crate::divergence::{Accounting, DivergenceList, Exercised, account};
use crate::engine::EngineIdentity;
use crate::runner::{NotRun, ScenarioRun};
use crate::transcript::{End, Transcript};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// One scenario's two transcripts, live or recorded.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The scenario.
    pub name: String,
    /// The reference's and the candidate's transcript, where both were taken.
    pub transcripts: Option<(Arc<Transcript>, Arc<Transcript>)>,
    /// Why there is nothing to compare.
    pub not_run: Option<NotRun>,
    /// Milliseconds on the reference, live runs only.
    pub reference_ms: Option<f64>,
    /// Milliseconds on the candidate, live runs only.
    pub candidate_ms: Option<f64>,
    /// The snapshot was edited after it was recorded; the reason says how to go on.
    pub edited: Option<String>,
}

impl From<&ScenarioRun> for Pair {
    fn from(run: &ScenarioRun) -> Pair {
        let transcripts = match (&run.reference, &run.candidate, &run.not_run) {
            (Some(reference), Some(candidate), None) => {
                Some((Arc::new(reference.transcript.clone()), Arc::new(candidate.transcript.clone())))
            }
            _ => None,
        };
        let ms =
            |taken: &Option<crate::runner::Taken>| taken.as_ref().map(|taken| taken.duration.as_secs_f64() * 1000.0);
        Pair {
            name: run.name.clone(),
            transcripts,
            not_run: run.not_run.clone(),
            reference_ms: ms(&run.reference),
            candidate_ms: ms(&run.candidate),
            edited: None,
        }
    }
}

/// The gate's whole view of one candidate.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What the JSON result holds.
    pub result: ResultDocument,
    /// How the entries fared.
    pub accounting: Accounting,
    /// What a live candidate does otherwise than its snapshot, as one line each.
    pub changed: Vec<String>,
}

/// All that the gate looks at.
pub struct Evidence<'a> {
    /// The reference.
    pub reference: EngineIdentity,
    /// The candidate.
    pub candidate: EngineIdentity,
    /// Live or recorded.
    pub source: Source,
    /// The transcripts.
    pub pairs: &'a [Pair],
    /// All scenarios there are, run or not.
    pub catalogue: &'a [String],
    /// DIVERGENCE.md.
    pub divergences: &'a DivergenceList,
    /// The differences that the snapshots of this very candidate version show, by scenario; live runs only.
    pub recorded: Option<&'a BTreeMap<String, Vec<Difference>>>,
    /// What differs in latency, where that was measured; live runs only.
    pub latencies: Option<&'a [Difference]>,
}

/// Compares all pairs, accounts the differences and gives each scenario its verdict.
pub fn judge(evidence: &Evidence<'_>) -> Verdict {
    let mut differences = Vec::new();
    let mut ran: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for pair in evidence.pairs {
        if let Some((reference, candidate)) = &pair.transcripts {
            differences.extend(compare(reference, candidate));
            ran.insert(pair.name.clone(), reference.steps.iter().map(|step| step.operation.clone()).collect());
        }
    }
    differences.extend(evidence.latencies.into_iter().flatten().cloned());
    let exercised = Exercised { catalogue: evidence.catalogue, ran: &ran, latency: evidence.latencies.is_some() };
    let accounting =
        account(evidence.divergences, &evidence.reference, &evidence.candidate, &exercised, &mut differences);
    let mut changed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in evidence.pairs {
        let mut lines: Vec<String> = pair.edited.iter().cloned().collect();
        if let (Some(recorded), Some(_)) = (evidence.recorded.and_then(|all| all.get(&pair.name)), &pair.transcripts) {
            lines.extend(unlike_snapshot(&pair.name, recorded, &differences));
        }
        if !lines.is_empty() {
            changed.insert(pair.name.clone(), lines);
        }
    }
    let differing: HashSet<&str> = differences.iter().map(|difference| difference.scenario.as_str()).collect();
    let held = verdict::Held { list: evidence.divergences, accounting: &accounting, differences: &differences };
    let of_pair = |pair: &Pair| {
        let changed = changed.get(&pair.name).and_then(|lines| lines.first());
        verdict::of_scenario(pair, &held, differing.contains(pair.name.as_str()), changed)
    };
    let scenarios = evidence.pairs.iter().map(of_pair).collect();
    let driven =
        evidence.pairs.iter().filter_map(|pair| pair.transcripts.as_ref().map(|(reference, _)| reference.as_ref()));
    let result = ResultDocument {
        schema: 1,
        reference: evidence.reference.clone(),
        candidate: evidence.candidate.clone(),
        api_version: evidence.reference.api.clone(),
        source: evidence.source,
        scenarios,
        differences,
        divergences: accounting.entries.iter().map(result::DivergenceResult::from).collect(),
        coverage: coverage::count(Api::nearest(&evidence.reference.api), driven),
        shard: None,
    };
    Verdict { result, accounting, changed: changed.into_values().flatten().collect() }
}

/// What a live candidate shows otherwise than its snapshot, among what is declared.
fn unlike_snapshot(scenario: &str, recorded: &[Difference], live: &[Difference]) -> Vec<String> {
    let same = |a: &Difference, b: &Difference| {
        a.step == b.step
            && a.pointer == b.pointer
            && a.kind == b.kind
            && a.reference == b.reference
            && a.candidate == b.candidate
    };
    // Latencies are never recorded.
    let timeless = |difference: &&Difference| difference.aspect != Aspect::Latency;
    let here: Vec<&Difference> =
        live.iter().filter(|difference| difference.scenario == scenario).filter(timeless).collect();
    let new = here
        .iter()
        .filter(|difference| difference.divergence.is_some() && !recorded.iter().any(|known| same(known, difference)))
        .map(|difference| {
            format!(
                "{scenario}, step {}, {}: not as in the snapshot ({})",
                difference.step, difference.pointer, difference.candidate
            )
        });
    let gone = recorded
        .iter()
        .filter(|known| {
            !here.iter().any(|difference| difference.step == known.step && difference.pointer == known.pointer)
        })
        .map(|known| {
            format!(
                "{scenario}, step {}, {}: differs in the snapshot and no longer on the engine",
                known.step, known.pointer
            )
        });
    new.chain(gone).collect()
}

impl Verdict {
    /// Whether the gate passes: every difference declared, every declared divergence as it says, and no trouble.
    pub fn conforms(&self) -> bool {
        self.failures().is_empty()
    }

    /// Why the gate fails, one line each; empty when it passes.
    pub fn failures(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let undeclared = self.accounting.undeclared.len();
        if undeclared > 0 {
            lines.push(format!("{undeclared} difference{} nobody declared", if undeclared == 1 { "" } else { "s" }));
        }
        lines.extend(self.accounting.changed.iter().map(|changed| changed.text.clone()));
        lines.extend(self.changed.iter().cloned());
        lines.extend(self.accounting.unmatched.iter().map(|unmatched| unmatched.text.clone()));
        for scenario in &self.result.scenarios {
            if scenario.verdict == ScenarioVerdict::NotRun && scenario.trouble {
                lines.push(format!(
                    "{} was not run: {}",
                    scenario.name,
                    scenario.reason.as_deref().unwrap_or("no reason")
                ));
            }
        }
        lines
    }
}

/// Whether the scenario stopped before its last step on this transcript's engine.
pub fn blocked(transcript: &Transcript) -> Option<&str> {
    match &transcript.end {
        End::Blocked { reason } => Some(reason),
        End::Completed => None,
    }
}
