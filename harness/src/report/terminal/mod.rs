//! The report for a person: first what has to be done, then what is known, last the sum.

mod declared;
mod diff;
mod evidence;
mod groups;
mod summary;
mod trouble;

use super::View;
use super::page::{Page, Tone, span};
use super::text::count;
use crate::api::Api;
use crate::compare::{Difference, Kind};
use crate::divergence::DivergenceList;
use crate::gate::{Pair, Source, Verdict};
use crate::runner::ScenarioRun;
use crate::spec::Judge;
use crate::transcript::{Step, Transcript};
use std::collections::HashMap;

/// All that the sections look at.
struct Report<'a> {
    verdict: &'a Verdict,
    list: &'a DivergenceList,
    pairs: HashMap<&'a str, &'a Pair>,
    raw: HashMap<&'a str, &'a ScenarioRun>,
    view: &'a View,
    /// By scenario: the step that made later ones impossible, and how many of those nobody declared.
    not_reached: HashMap<&'a str, (usize, usize)>,
    /// Which side of a difference fits the API's document.
    judge: Judge<'a>,
}

/// The whole report. `pairs` are the transcripts that the verdict is about; `raw` are the runs as they were said, for
/// `view.trace`.
pub fn terminal(
    verdict: &Verdict,
    list: &DivergenceList,
    pairs: &[Pair],
    raw: Option<&[ScenarioRun]>,
    view: &View,
) -> String {
    let report = Report {
        verdict,
        list,
        pairs: pairs.iter().map(|pair| (pair.name.as_str(), pair)).collect(),
        raw: raw.unwrap_or_default().iter().map(|run| (run.name.as_str(), run)).collect(),
        view,
        not_reached: not_reached(&verdict.result.differences),
        judge: Judge::new(Api::nearest(&verdict.result.api_version), pairs),
    };
    let mut page = Page::new(view);
    heading(&mut page, &report);
    let mut traced = evidence::Traced::default();
    groups::undeclared(&mut page, &report, &mut traced);
    trouble::changed(&mut page, &report, &mut traced);
    trouble::unlike_snapshot(&mut page, &report);
    trouble::healed(&mut page, &report);
    trouble::not_run(&mut page, &report);
    if !view.quiet {
        trouble::blocked(&mut page, &report);
        trouble::needs(&mut page, &report);
        declared::table(&mut page, &report);
    }
    summary::summary(&mut page, &report);
    page.finish()
}

fn heading(page: &mut Page, report: &Report<'_>) {
    let result = &report.verdict.result;
    let source = match result.source {
        Source::Live => "live",
        Source::Recorded => "recorded",
    };
    let engines = format!(
        "{} {} against {} {}, API {}, {source}",
        result.candidate.engine,
        result.candidate.version,
        result.reference.engine,
        result.reference.version,
        result.api_version
    );
    let mut rest = format!(": {}", count(result.scenarios.len(), "scenario"));
    let total = |ms: &mut dyn Iterator<Item = Option<f64>>| {
        ms.flatten().fold(None, |sum: Option<f64>, ms| Some(sum.unwrap_or(0.0) + ms))
    };
    let reference = total(&mut result.scenarios.iter().map(|scenario| scenario.reference_ms));
    let candidate = total(&mut result.scenarios.iter().map(|scenario| scenario.candidate_ms));
    if let (Source::Live, Some(reference), Some(candidate)) = (result.source, reference, candidate) {
        let [of_reference, of_candidate] = report.sides();
        rest.push_str(&format!(
            " took {} on {of_reference}, {} on {of_candidate}",
            seconds(reference),
            seconds(candidate)
        ));
    }
    page.line(0, &[span(Tone::Name, engines), span(Tone::Plain, rest)]);
}

fn seconds(ms: f64) -> String {
    if ms < 1000.0 { format!("{ms:.0} ms") } else { format!("{:.1} s", ms / 1000.0) }
}

/// Which steps were not reached because of something that nobody declared, by scenario.
fn not_reached(differences: &[Difference]) -> HashMap<&str, (usize, usize)> {
    let mut last: HashMap<&str, usize> = HashMap::new();
    for difference in differences.iter().filter(|difference| difference.kind != Kind::NotReached) {
        let step = last.entry(&difference.scenario).or_default();
        *step = difference.step.max(*step);
    }
    let mut all: HashMap<&str, (usize, usize)> = HashMap::new();
    for difference in differences {
        if difference.kind == Kind::NotReached && difference.divergence.is_none() {
            let name = difference.scenario.as_str();
            all.entry(name).or_insert((last.get(name).copied().unwrap_or(0), 0)).1 += 1;
        }
    }
    all
}

impl<'a> Report<'a> {
    /// What to call the two engines where they stand side by side: their names, unless these are the same.
    fn sides(&self) -> [&'a str; 2] {
        let result = &self.verdict.result;
        match result.reference.engine == result.candidate.engine {
            true => ["the reference", "the candidate"],
            false => [&result.reference.engine, &result.candidate.engine],
        }
    }

    /// The difference with an index of the accounting.
    fn difference(&self, index: usize) -> Option<&'a Difference> {
        self.verdict.result.differences.get(index)
    }

    /// The reference's step that a difference is about, as it is compared.
    fn step(&self, difference: &Difference) -> Option<&'a Step> {
        let (reference, _) = self.pairs.get(difference.scenario.as_str())?.transcripts.as_ref()?;
        step(reference, difference.step)
    }

    /// How many items of a list are shown, of `most` in the short form.
    fn shown(&self, most: usize) -> usize {
        if self.view.verbose { usize::MAX } else { most }
    }

    /// `DIVERGENCE.md:120`.
    fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.list.file)
    }
}

/// A step by its number, counted from 1.
fn step(transcript: &Transcript, number: usize) -> Option<&Step> {
    transcript.steps.get(number.checked_sub(1)?)
}

/// A list's first items, and how many more there are.
fn first(mut items: Vec<String>, most: usize) -> Vec<String> {
    if items.len() > most.saturating_add(1) {
        let more = items.len() - most;
        items.truncate(most);
        items.push(format!("and {more} more"));
    }
    items
}
