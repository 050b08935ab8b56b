//! Whatever an engine says stays text in every report.

use super::{Source, evidence};
use crate::report::{Comparison, View, gitlab, html, json_of, junit, markdown, sarif, tap, terminal};
use crate::transcript::{Payload, StepKind};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

const HOSTILE: &str = "</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&]]>\u{1b}[2J\u{7}\n::error::x\n```\n# not ok\u{202e}";

fn pages(folder: &Path, texts: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        match entry.is_dir() {
            true => pages(&entry, texts),
            false => texts.push(std::fs::read_to_string(&entry).unwrap()),
        }
    }
}

#[test]
fn hostile_text_in_every_field_stays_text() {
    let mut evidence = evidence(Source::Live);
    let result = &mut evidence.verdict.result;
    result.candidate.version = HOSTILE.to_owned();
    result.candidate.engine = HOSTILE.to_owned();
    for difference in &mut result.differences {
        difference.pointer = format!("/body/{HOSTILE}");
        difference.operation = format!("GET /{HOSTILE}");
        difference.reference = json!({ HOSTILE: [HOSTILE] });
        difference.candidate = json!(HOSTILE);
    }
    for scenario in &mut result.scenarios {
        scenario.reason = Some(HOSTILE.to_owned());
        scenario.name = format!("{}{HOSTILE}", scenario.name);
    }
    result.differences.iter_mut().for_each(|one| one.scenario.push_str(HOSTILE));
    for pair in &mut evidence.pairs {
        pair.name.push_str(HOSTILE);
        let Some((_, candidate)) = &mut pair.transcripts else { continue };
        let candidate = Arc::make_mut(candidate);
        for step in &mut candidate.steps {
            if let StepKind::Exchange(exchange) = &mut step.kind {
                exchange.request.target = HOSTILE.to_owned();
                exchange.answer.headers.push((HOSTILE.to_owned(), HOSTILE.to_owned()));
                exchange.answer.body = Payload::Json(json!({ HOSTILE: HOSTILE, "list": [HOSTILE, 1] }));
            }
        }
    }
    let comparisons = [Comparison { verdict: &evidence.verdict, list: &evidence.list, pairs: &evidence.pairs }];

    let folder = tempfile::tempdir().unwrap();
    html(folder.path(), &comparisons).unwrap();
    let mut texts = Vec::new();
    pages(folder.path(), &mut texts);
    assert!(texts.len() > 20, "{}", texts.len());
    for text in texts.iter().filter(|text| text.starts_with("<!doctype")) {
        assert_eq!(text.matches("<script").count(), 1, "{text}");
        assert!(!text.contains("<img") && !text.contains("</pre></script>"), "{text}");
    }
    assert!(texts.iter().any(|text| text.contains("&#60;img src=x")), "it is shown");

    let xml = junit(&comparisons);
    assert!(!xml.contains("<img") && !xml.contains('\u{1b}') && !xml.contains('\u{7}'), "{xml}");
    let tests = |line: &&str| line.starts_with("ok ") || line.starts_with("not ok ");
    let tap = tap(&comparisons);
    let others = tap.lines().skip(2).filter(|line| !tests(line) && !line.starts_with("# "));
    assert_eq!(others.count(), 0, "{tap}");
    for text in [json_of(&comparisons), gitlab(&comparisons), sarif(&comparisons)] {
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
    }
    assert!(markdown(&comparisons).lines().filter(|line| line.contains("<img")).all(|line| line.contains('"')));
    let terminal = terminal(&evidence.verdict, &evidence.list, &evidence.pairs, None, &View::default());
    assert!(!terminal.contains('\u{1b}') && !terminal.contains('\u{202e}'), "{terminal}");
}
