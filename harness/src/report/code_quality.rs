//! What code review shows beside the lines of DIVERGENCE.md: GitLab's code quality report, and SARIF.

use super::comparison::Comparison;
use super::finding::{Finding, findings};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// GitLab's code quality report.
pub fn gitlab(comparisons: &[Comparison<'_>]) -> String {
    let issue = |(file, finding): (String, Finding)| {
        json!({
            "description": format!("{}\n{}", finding.title, finding.text),
            "check_name": format!("lockstep/{}", finding.rule),
            "fingerprint": fingerprint(&finding),
            "severity": severity(&finding),
            "location": { "path": file, "lines": { "begin": finding.line } },
        })
    };
    format!("{:#}\n", Value::Array(all(comparisons).map(issue).collect()))
}

/// SARIF 2.1.0.
pub fn sarif(comparisons: &[Comparison<'_>]) -> String {
    let rules = [
        ("undeclared", "A difference that DIVERGENCE.md does not declare"),
        ("changed", "A declared divergence that shows otherwise than declared"),
        ("healed", "A declared divergence that no longer shows"),
        ("unlike-snapshot", "An engine that answers otherwise than its snapshot"),
        ("not-run", "A scenario that trouble kept from running"),
    ];
    let rules = rules.map(|(id, text)| json!({ "id": id, "shortDescription": { "text": text } }));
    let result = |(file, finding): (String, Finding)| {
        json!({
            "ruleId": finding.rule,
            "level": "error",
            "message": { "text": format!("{}\n{}", finding.title, finding.text) },
            "partialFingerprints": { "lockstep/v1": fingerprint(&finding) },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": file },
                "region": { "startLine": finding.line },
            }}],
        })
    };
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "lockstep", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "results": all(comparisons).map(result).collect::<Vec<Value>>(),
        }],
    });
    format!("{document:#}\n")
}

fn all<'c>(comparisons: &'c [Comparison<'_>]) -> impl Iterator<Item = (String, Finding)> + 'c {
    comparisons.iter().flat_map(|one| findings(one).into_iter().map(|finding| (one.list.file.clone(), finding)))
}

fn severity(finding: &Finding) -> &'static str {
    match finding.rule {
        "undeclared" | "not-run" => "critical",
        "changed" | "unlike-snapshot" => "major",
        _ => "minor",
    }
}

/// The same finding has the same in every run.
fn fingerprint(finding: &Finding) -> String {
    Sha256::digest(finding.key.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
