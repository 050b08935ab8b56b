//! JUnit: one suite a candidate, one case a scenario.

use super::comparison::Comparison;
use super::finding::{describe, findings};
use super::mask;
use crate::compare::Difference;
use crate::gate::{ScenarioResult, ScenarioVerdict};
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// How many differences a failed case tells.
const TOLD: usize = 20;

/// The report as XML. A declared difference is a property `divergence` of a passed case; what was not run is skipped, or
/// an error where trouble kept it from running. What fails without a scenario is a case of its own, `DIVERGENCE.md`.
pub fn junit(comparisons: &[Comparison<'_>]) -> String {
    let mut report = Report::new("lockstep");
    report.add_test_suites(comparisons.iter().map(suite));
    // It writes to memory, and refuses nothing that it holds.
    report.to_string().unwrap_or_default()
}

fn suite(comparison: &Comparison<'_>) -> TestSuite {
    let result = &comparison.verdict.result;
    let mut suite = TestSuite::new(format!("{} against {}", comparison.candidate(), comparison.reference()));
    suite.add_property(Property::new("api-version", &result.api_version));
    let mut own: HashMap<&str, Vec<&Difference>> = HashMap::new();
    result.differences.iter().for_each(|one| own.entry(&one.scenario).or_default().push(one));
    let changed = &comparison.verdict.accounting.changed;
    let changed: BTreeSet<usize> = changed.iter().map(|one| one.difference).collect();
    let changed: BTreeSet<*const Difference> =
        changed.iter().filter_map(|at| result.differences.get(*at)).map(std::ptr::from_ref).collect();
    for scenario in &result.scenarios {
        let own = own.get(scenario.name.as_str()).map_or(&[][..], Vec::as_slice);
        let bad = |one: &&&Difference| one.divergence.is_none() || changed.contains(&std::ptr::from_ref(**one));
        let bad: Vec<&Difference> = own.iter().filter(bad).copied().collect();
        suite.add_test_case(case(&result.candidate.slug(), scenario, own, &bad));
    }
    // Told once: these belong to entries, not to scenarios.
    let healed: Vec<_> = findings(comparison).into_iter().filter(|finding| finding.rule == "healed").collect();
    for finding in healed {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(finding.rule).set_message(&finding.title).set_description(&finding.text);
        let mut case = TestCase::new(format!("DIVERGENCE.md:{}", finding.line), status);
        case.set_classname(result.candidate.slug());
        suite.add_test_case(case);
    }
    suite
}

fn case(engine: &str, scenario: &ScenarioResult, own: &[&Difference], bad: &[&Difference]) -> TestCase {
    let reason = mask::text(scenario.reason.as_deref().unwrap_or_default());
    let status = match scenario.verdict {
        ScenarioVerdict::Conforms | ScenarioVerdict::Declared | ScenarioVerdict::Blocked => TestCaseStatus::success(),
        // The entry's own case fails, once.
        ScenarioVerdict::Healed => TestCaseStatus::success(),
        ScenarioVerdict::NotRun if scenario.trouble => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type("not-run").set_message(reason.as_str());
            status
        }
        ScenarioVerdict::NotRun => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.as_str());
            status
        }
        ScenarioVerdict::Undeclared | ScenarioVerdict::Changed => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let told: Vec<String> = bad.iter().take(TOLD).map(|one| describe(one)).collect();
            let more = bad.len().saturating_sub(TOLD);
            let more = if more > 0 { format!("\n\nand {more} more") } else { String::new() };
            let message = match bad.len() {
                0 => "not as in the snapshot".to_owned(),
                many => super::text::count(many, &format!("{} difference", scenario.verdict)),
            };
            status.set_type(scenario.verdict.to_string()).set_message(message);
            status.set_description(format!("{}{more}", told.join("\n\n")));
            status
        }
    };
    let mut case = TestCase::new(scenario.name.as_str(), status);
    case.set_classname(format!("{engine}.{}", scenario.name.split('/').next().unwrap_or_default()));
    if let Some(ms) = scenario.candidate_ms {
        case.set_time(Duration::from_secs_f64(ms.max(0.0) / 1000.0));
    }
    let declared: BTreeSet<&str> = own.iter().filter_map(|one| one.divergence.as_deref()).collect();
    case.add_properties(declared.into_iter().map(|id| Property::new("divergence", id)));
    if scenario.verdict == ScenarioVerdict::Blocked {
        case.add_property(Property::new("blocked", reason));
    }
    case
}
