//! What all pages are made from: the candidates, their steps, and where each page is.

use crate::api::Api;
use crate::compare::{Difference, pairs};
use crate::divergence::Entry;
use crate::gate::ScenarioResult;
use crate::report::comparison::Comparison;
use crate::report::level::{Level, Tally};
use crate::transcript::{Step, StepKind, Transcript};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Everything that is shown.
pub(super) struct Site<'a> {
    pub candidates: Vec<Candidate<'a>>,
    /// Every operation that a scenario drives, by name.
    pub operations: BTreeSet<&'a str>,
}

/// One candidate.
pub(super) struct Candidate<'a> {
    pub comparison: Comparison<'a>,
    /// The folder of its pages.
    pub folder: String,
    /// `podman 4.3.1`
    pub name: String,
    pub reference: String,
    pub scenarios: Vec<Scenario<'a>>,
    /// Indexes of differences by declared entry.
    pub causes: BTreeMap<&'a str, Vec<&'a Difference>>,
    operations: HashMap<&'a str, Driven<'a>>,
}

/// What a candidate did of one operation.
#[derive(Default)]
pub(super) struct Driven<'a> {
    /// Indexes of scenarios, and of steps within them.
    steps: Vec<(usize, usize)>,
    pub differences: Vec<&'a Difference>,
    pub tally: Tally,
}

/// One scenario on one candidate.
pub(super) struct Scenario<'a> {
    pub result: &'a ScenarioResult,
    pub steps: Vec<Taken<'a>>,
    pub differences: Vec<&'a Difference>,
}

/// A step on both engines.
pub(super) struct Taken<'a> {
    pub number: usize,
    pub reference: &'a Step,
    pub candidate: Option<&'a Step>,
    pub level: Level,
}

impl<'a> Site<'a> {
    /// The facts of the highest version that a candidate was driven at.
    pub(super) fn api(&self) -> &'static Api {
        let versions = self.candidates.iter().map(|one| Api::nearest(&one.comparison.verdict.result.api_version));
        versions.max_by_key(|api| api.operations.len()).unwrap_or_else(|| Api::nearest(""))
    }

    pub(super) fn new(comparisons: &[Comparison<'a>]) -> Site<'a> {
        let mut candidates: Vec<Candidate<'a>> = Vec::new();
        for comparison in comparisons {
            let slug = segment(&comparison.verdict.result.candidate.slug());
            let taken = candidates.iter().filter(|one| one.folder.starts_with(&slug)).count();
            let folder = if taken == 0 { slug } else { format!("{slug}-{}", taken + 1) };
            candidates.push(Candidate::new(*comparison, folder));
        }
        let driven = candidates.iter().flat_map(|one| &one.operations);
        let operations = driven.filter(|(_, driven)| !driven.steps.is_empty()).map(|(name, _)| *name).collect();
        Site { candidates, operations }
    }
}

impl<'a> Candidate<'a> {
    fn new(comparison: Comparison<'a>, folder: String) -> Candidate<'a> {
        let result = &comparison.verdict.result;
        let mut of_scenario: HashMap<&str, Vec<&'a Difference>> = HashMap::new();
        let mut causes: BTreeMap<&str, Vec<&'a Difference>> = BTreeMap::new();
        for difference in &result.differences {
            of_scenario.entry(&difference.scenario).or_default().push(difference);
            if let Some(id) = &difference.divergence {
                causes.entry(id).or_default().push(difference);
            }
        }
        let pairs: HashMap<&str, _> = comparison.pairs.iter().map(|pair| (pair.name.as_str(), pair)).collect();
        let scenario = |result: &'a ScenarioResult| {
            let both = pairs.get(result.name.as_str()).and_then(|pair| pair.transcripts.as_ref());
            let transcripts = both.map(|(reference, candidate)| (&**reference, &**candidate));
            let differences = of_scenario.remove(result.name.as_str()).unwrap_or_default();
            let steps = transcripts.map(|both| taken(both, &differences)).unwrap_or_default();
            Scenario { result, steps, differences }
        };
        let mut scenarios: Vec<Scenario<'a>> = result.scenarios.iter().map(scenario).collect();
        scenarios.sort_by(|one, two| one.result.name.cmp(&two.result.name));
        let operations = driven(&scenarios, &result.differences);
        let (name, reference) = (comparison.candidate(), comparison.reference());
        Candidate { comparison, folder, name, reference, scenarios, causes, operations }
    }

    /// What was done of an operation, if anything was.
    pub(super) fn driven(&self, operation: &str) -> Option<&Driven<'a>> {
        self.operations.get(operation)
    }

    /// The steps of an operation, each with its scenario.
    pub(super) fn steps(&self, operation: &str) -> impl Iterator<Item = (&Scenario<'a>, &Taken<'a>)> {
        let own = self.operations.get(operation).into_iter().flat_map(|driven| &driven.steps);
        own.filter_map(|(scenario, step)| {
            let scenario = self.scenarios.get(*scenario)?;
            Some((scenario, scenario.steps.get(*step)?))
        })
    }

    /// The steps of the scenarios that are chosen, by how far apart they are.
    pub(super) fn tally(&self, choose: impl Fn(&Scenario<'_>, &Taken<'_>) -> bool) -> Tally {
        let mut tally = Tally::default();
        for scenario in &self.scenarios {
            scenario.steps.iter().filter(|step| choose(scenario, step)).for_each(|step| tally.add(step.level));
        }
        tally
    }

    /// The declared entry with this id.
    pub(super) fn entry(&self, id: &str) -> Option<&'a Entry> {
        self.comparison.list.get(id)
    }

    pub(super) fn conforms(&self) -> bool {
        self.comparison.verdict.conforms()
    }
}

impl Scenario<'_> {
    /// The first part of its name.
    pub(super) fn area(&self) -> &str {
        self.result.name.split('/').next().unwrap_or_default()
    }

    pub(super) fn verdict(&self) -> String {
        self.result.verdict.to_string()
    }

    /// The greatest distance of its steps.
    pub(super) fn level(&self) -> Level {
        self.steps.iter().map(|step| step.level).max().unwrap_or(Level::Same)
    }

    /// Its page below the candidate's folder.
    pub(super) fn path(&self) -> String {
        scenario_path(&self.result.name)
    }
}

impl Taken<'_> {
    /// The status, or the exit status, on both sides.
    pub(super) fn outcomes(&self) -> (String, String) {
        (outcome(self.reference), self.candidate.map_or_else(|| "–".to_owned(), outcome))
    }
}

/// Steps and differences by operation.
fn driven<'a>(scenarios: &[Scenario<'a>], differences: &'a [Difference]) -> HashMap<&'a str, Driven<'a>> {
    let mut driven: HashMap<&'a str, Driven<'a>> = HashMap::new();
    for (at, scenario) in scenarios.iter().enumerate() {
        for (number, step) in scenario.steps.iter().enumerate() {
            let own = driven.entry(&step.reference.operation).or_default();
            own.steps.push((at, number));
            own.tally.add(step.level);
        }
    }
    for difference in differences {
        driven.entry(&difference.operation).or_default().differences.push(difference);
    }
    driven
}

fn outcome(step: &Step) -> String {
    match &step.kind {
        StepKind::Exchange(exchange) if exchange.answer.status == 0 => "no answer".to_owned(),
        StepKind::Exchange(exchange) => exchange.answer.status.to_string(),
        StepKind::Observation(_) => "seen".to_owned(),
        StepKind::Cli(run) => format!("exit {}", run.exit_status),
    }
}

fn taken<'a>((reference, candidate): (&'a Transcript, &'a Transcript), differences: &[&Difference]) -> Vec<Taken<'a>> {
    let other: HashMap<usize, usize> = pairs(reference, candidate).into_iter().collect();
    let step = |(at, step): (usize, &'a Step)| {
        let candidate = other.get(&at).and_then(|at| candidate.steps.get(*at));
        let own = differences.iter().filter(|difference| difference.step == at + 1);
        let level = match candidate {
            None => Level::NotReached,
            Some(_) => own.map(|difference| Level::of(difference)).max().unwrap_or(Level::Same),
        };
        Taken { number: at + 1, reference: step, candidate, level }
    };
    reference.steps.iter().enumerate().map(step).collect()
}

/// The page of a scenario, below its candidate's folder.
pub(super) fn scenario_path(name: &str) -> String {
    let parts: Vec<String> = name.split('/').map(segment).collect();
    format!("scenarios/{}.html", parts.join("/"))
}

/// The page of an operation.
pub(super) fn operation_path(operation: &str) -> String {
    format!("operations/{}.html", anchor(operation))
}

/// A text as an anchor or a file's name: letters, digits and dashes, two texts never the same by accident of case alone.
pub(super) fn anchor(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => out.push(c.to_ascii_lowercase()),
            '{' | '}' => {}
            '_' => out.push('_'),
            _ if out.ends_with('-') || out.is_empty() => {}
            _ => out.push('-'),
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() { "none".to_owned() } else { out.chars().take(120).collect() }
}

/// A text as one part of a path that nothing can leave: what is neither letter, digit, dash, dot nor underscore is escaped.
pub(super) fn segment(text: &str) -> String {
    let mut out = String::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => out.push(char::from(byte)),
            b'.' if at > 0 => out.push('.'),
            _ => out.push_str(&format!("={byte:02x}")),
        }
    }
    if out.is_empty() { "=".to_owned() } else { out.chars().take(200).collect() }
}

/// The way from a page up to the report's folder.
pub(super) fn root_of(path: &str) -> String {
    "../".repeat(path.matches('/').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_the_folder() {
        assert_eq!(scenario_path("containers/wait/removed"), "scenarios/containers/wait/removed.html");
        assert_eq!(scenario_path("../../etc/x"), "scenarios/=2e./=2e./etc/x.html");
        assert_eq!(segment("<script>"), "=3cscript=3e");
    }

    #[test]
    fn operations_have_readable_anchors() {
        assert_eq!(anchor("GET /containers/{id}/json"), "get-containers-id-json");
        assert_eq!(anchor("docker run"), "docker-run");
    }

    #[test]
    fn a_page_finds_its_way_up() {
        assert_eq!(root_of("index.html"), "");
        assert_eq!(root_of("podman-4.3/scenarios/a/b.html"), "../../../");
    }
}
