//! TAP 14: one test a scenario, one after the other for all candidates.

use super::comparison::Comparison;
use super::finding::findings;
use super::mask;
use super::text::escape;
use crate::gate::ScenarioVerdict;

/// The report as TAP. What was not run for want of what it needs is skipped; what is blocked by a declared difference says so.
pub fn tap(comparisons: &[Comparison<'_>]) -> String {
    let mut lines = Vec::new();
    let mut number = 0;
    let mut test = |ok: bool, name: &str, directive: String, notes: &[String]| {
        number += 1;
        let ok = if ok { "ok" } else { "not ok" };
        lines.push(format!("{ok} {number} - {}{directive}", plain(name)));
        lines.extend(notes.iter().flat_map(|note| note.lines()).map(|line| format!("# {}", escape(line))));
    };
    for comparison in comparisons {
        let slug = comparison.verdict.result.candidate.slug();
        for scenario in &comparison.verdict.result.scenarios {
            let name = format!("{slug} {}", scenario.name);
            let reason = mask::text(scenario.reason.as_deref().unwrap_or_default());
            let skip = scenario.verdict == ScenarioVerdict::NotRun && !scenario.trouble;
            let directive = if skip { format!(" # SKIP {}", plain(&reason)) } else { String::new() };
            let note = match scenario.verdict {
                ScenarioVerdict::Conforms => Vec::new(),
                verdict if reason.is_empty() || skip => vec![verdict.to_string()],
                verdict => vec![format!("{verdict}: {reason}")],
            };
            let bad = matches!(scenario.verdict, ScenarioVerdict::Undeclared | ScenarioVerdict::Changed)
                || (scenario.verdict == ScenarioVerdict::NotRun && scenario.trouble);
            test(!bad, &name, directive, &note);
        }
        for finding in findings(comparison).into_iter().filter(|finding| finding.rule == "healed") {
            test(false, &format!("{slug} DIVERGENCE.md:{}", finding.line), String::new(), &[finding.text]);
        }
    }
    format!("TAP version 14\n1..{number}\n{}\n", lines.join("\n"))
}

/// A text in which TAP sees no directive and no end of line.
fn plain(text: &str) -> String {
    escape(text).replace('\\', "\\\\").replace('#', "\\#")
}
