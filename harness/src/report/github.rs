//! GitHub Actions: annotations as workflow commands, and the step's summary.

use super::comparison::Comparison;
use super::finding::{Finding, findings};
use super::markdown;
use crate::gate::ScenarioVerdict;

/// GitHub shows so many annotations of a step.
const SHOWN: usize = 10;
/// How many findings the summary lists.
const LISTED: usize = 50;

/// What a step prints to annotate its run: one line an annotation, no more than GitHub shows.
pub fn annotations(comparisons: &[Comparison<'_>]) -> String {
    let all: Vec<(String, Finding)> = comparisons
        .iter()
        .flat_map(|one| findings(one).into_iter().map(|finding| (one.list.file.clone(), finding)))
        .collect();
    let line = |(file, finding): &(String, Finding)| {
        format!(
            "::error file={},line={},title={}::{}\n",
            property(file),
            finding.line,
            property(&finding.title),
            data(&finding.text)
        )
    };
    let mut out: String = all.iter().take(SHOWN).map(line).collect();
    if all.len() > SHOWN {
        out.push_str(&format!("::notice::{} more findings are in the step summary\n", all.len() - SHOWN));
    }
    out
}

/// Markdown for `$GITHUB_STEP_SUMMARY`.
pub fn step_summary(comparisons: &[Comparison<'_>]) -> String {
    let mut out = String::from(
        "## Lockstep\n\n| candidate | reference | gate | scenarios | undeclared | changed | healed | not run |\n|---|---|---|--:|--:|--:|--:|--:|\n",
    );
    for one in comparisons {
        let verdict = one.verdict;
        let not_run = verdict.result.scenarios.iter().filter(|one| one.verdict == ScenarioVerdict::NotRun).count();
        let cells = [
            markdown::text(&one.candidate()),
            markdown::text(&one.reference()),
            if verdict.conforms() { "✅ passes".to_owned() } else { "❌ fails".to_owned() },
            verdict.result.scenarios.len().to_string(),
            verdict.accounting.undeclared.len().to_string(),
            (verdict.accounting.changed.len() + verdict.changed.len()).to_string(),
            verdict.accounting.unmatched.len().to_string(),
            not_run.to_string(),
        ];
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    for one in comparisons {
        let all = findings(one);
        if all.is_empty() {
            continue;
        }
        out.push_str(&format!("\n### {}\n\n", markdown::text(&one.candidate())));
        for finding in all.iter().take(LISTED) {
            out.push_str(&format!(
                "<details><summary>{}: {}</summary>\n\n",
                finding.rule,
                markdown::html(&finding.title)
            ));
            out.push_str(&markdown::fenced("diff", &finding.text));
            out.push_str("\n</details>\n");
        }
        if all.len() > LISTED {
            out.push_str(&format!("\nand {} more\n", all.len() - LISTED));
        }
    }
    out
}

/// A workflow command's message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A workflow command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
