//! All entries of DIVERGENCE.md about one candidate, for those who want to know what it does otherwise and not what failed.

use super::View;
use super::page::{Page, Tone, span};
use super::text::wrap_words;
use crate::divergence::{Category, DivergenceList, EntryVerdict, Verdict};
use crate::gate::Verdict as GateVerdict;

/// The entries grouped by category, each with status, verdict, source and trackers. `from` says where the verdicts come from.
pub fn divergences(verdict: &GateVerdict, list: &DivergenceList, from: &str, view: &View) -> String {
    let mut page = Page::new(view);
    let result = &verdict.result;
    let engines = format!("{} {}", result.candidate.engine, result.candidate.version);
    let rest = format!(
        " against {} {}, API {}, {from}: {} divergences",
        result.reference.engine,
        result.reference.version,
        result.api_version,
        verdict.accounting.entries.len()
    );
    page.line(0, &[span(Tone::Name, engines), span(Tone::Plain, rest)]);
    for category in Category::ALL {
        let own: Vec<&EntryVerdict> =
            verdict.accounting.entries.iter().filter(|entry| entry.category == *category).collect();
        if !own.is_empty() {
            page.section(Tone::Title, category.as_str());
            own.into_iter().for_each(|entry| one(&mut page, list, entry));
        }
    }
    page.finish()
}

fn one(page: &mut Page, list: &DivergenceList, entry: &EntryVerdict) {
    let tone = match entry.verdict {
        Verdict::Holds => Tone::Good,
        Verdict::Healed | Verdict::Changed => Tone::Bad,
        Verdict::NotExercised | Verdict::NotObservable => Tone::Warning,
    };
    let head = [
        span(Tone::Name, entry.id.as_str()),
        span(Tone::Plain, format!("  {}  ", entry.status)),
        span(tone, entry.verdict.as_str()),
    ];
    page.line(2, &head);
    for line in wrap_words(&entry.title, page.room(6)) {
        page.say(6, Tone::Plain, &line);
    }
    let Some(declared) = list.get(&entry.id) else { return };
    let reason = declared.unobservable.iter().map(|reason| format!("no API call can show it: {reason}"));
    let source = declared.source.iter().map(|source| format!("source: {source}"));
    for text in reason.chain(source) {
        for line in wrap_words(&text, page.room(6)) {
            page.say(6, Tone::Dim, &line);
        }
    }
    page.list(6, Tone::Dim, &declared.tracker, " ");
}
