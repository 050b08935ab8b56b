//! The list of a candidate's scenarios, and the page of one: both engines side by side, step by step.

use super::frame::{self, Frame};
use super::rows::Block;
use super::site::{Candidate, Scenario, Site, anchor};
use super::step::StepView;
use crate::report::level::{Level, Tally};
use crate::report::mask;
use crate::report::text::count;
use askama::Template;

#[derive(Template)]
#[template(path = "scenarios.html")]
pub(super) struct ScenariosPage {
    frame: Frame,
    name: String,
    summary: String,
    areas: Vec<Area>,
}

struct Area {
    name: String,
    anchor: String,
    tally: Tally,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    href: String,
    class: &'static str,
    verdict: String,
    reason: Option<String>,
    differences: usize,
}

pub(super) fn list(site: &Site<'_>, one: &Candidate<'_>) -> ScenariosPage {
    let mut areas: Vec<Area> = Vec::new();
    for scenario in &one.scenarios {
        let name = scenario.area();
        if areas.last().is_none_or(|area| area.name != name) {
            let tally = one.tally(|other, _| other.area() == name);
            areas.push(Area { name: name.to_owned(), anchor: anchor(name), tally, rows: Vec::new() });
        }
        let row = Row {
            name: scenario.result.name.clone(),
            href: scenario.path(),
            class: scenario.level().class(),
            verdict: scenario.verdict(),
            reason: scenario.result.reason.as_deref().map(mask::text),
            differences: scenario.differences.len(),
        };
        if let Some(area) = areas.last_mut() {
            area.rows.push(row);
        }
    }
    let path = format!("{}/scenarios.html", one.folder);
    ScenariosPage {
        frame: Frame::new(site, &path, format!("{}: scenarios", one.name)),
        name: one.name.clone(),
        summary: frame::verdicts(one),
        areas,
    }
}

#[derive(Template)]
#[template(path = "scenario.html")]
pub(super) struct ScenarioPage {
    frame: Frame,
    folder: String,
    candidate: String,
    reference: String,
    api: String,
    source: &'static str,
    name: String,
    area: String,
    area_anchor: String,
    verdict: String,
    reason: Option<String>,
    summary: String,
    previous: Option<(String, String)>,
    next: Option<(String, String)>,
    steps: Vec<StepView>,
}

/// The page of the candidate's scenario at an index.
pub(super) fn page(site: &Site<'_>, one: &Candidate<'_>, at: usize) -> Option<ScenarioPage> {
    let scenario = one.scenarios.get(at)?;
    let link = |other: &Scenario<'_>| (other.result.name.clone(), other.path());
    let path = format!("{}/{}", one.folder, scenario.path());
    Some(ScenarioPage {
        frame: Frame::new(site, &path, format!("{} on {}", scenario.result.name, one.name)),
        folder: one.folder.clone(),
        candidate: one.name.clone(),
        reference: one.reference.clone(),
        api: one.comparison.verdict.result.api_version.clone(),
        source: frame::source(one),
        name: scenario.result.name.clone(),
        area: scenario.area().to_owned(),
        area_anchor: anchor(scenario.area()),
        verdict: scenario.verdict(),
        reason: scenario.result.reason.as_deref().map(mask::text),
        summary: format!(
            "{} in {}",
            count(scenario.differences.len(), "difference"),
            count(scenario.steps.len(), "step")
        ),
        previous: at.checked_sub(1).and_then(|at| one.scenarios.get(at)).map(link),
        next: one.scenarios.get(at + 1).map(link),
        steps: scenario.steps.iter().map(|step| StepView::new(step, &scenario.differences)).collect(),
    })
}
