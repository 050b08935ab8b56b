//! What stands for a transcript's symbols in a script: names made up by the script, ids taken from answers.

use crate::transcript::{StepKind, Transcript};
use regex::Regex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A symbol with what a script can do about it: `<container:1>`, `<name:web>`, `<image>`.
static SYMBOL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"<[a-z][a-z-]*(?::[A-Za-z0-9_.-]+)*>").ok());

/// A part of a text.
#[derive(Debug, PartialEq)]
pub(super) enum Part<'t> {
    Literal(&'t str),
    Symbol(&'t str),
}

/// A text cut at its symbols.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut list = Vec::new();
    let mut end = 0;
    for found in SYMBOL.iter().flat_map(|pattern| pattern.find_iter(text)) {
        if found.start() > end {
            list.push(Part::Literal(&text[end..found.start()]));
        }
        list.push(Part::Symbol(found.as_str()));
        end = found.end();
    }
    if end < text.len() {
        list.push(Part::Literal(&text[end..]));
    }
    list
}

/// The symbols of a text, each as it is bound (`<container:1:short>` is `<container:1>`).
pub(super) fn symbols_of(text: &str) -> BTreeSet<String> {
    let symbol = |part| match part {
        Part::Symbol(symbol) => Some(bound(symbol).0),
        Part::Literal(_) => None,
    };
    parts(text).into_iter().filter_map(symbol).collect()
}

/// The symbol that is bound, and whether this is the short form of it.
fn bound(symbol: &str) -> (String, bool) {
    match symbol.strip_suffix(":short>") {
        Some(long) => (format!("{long}>"), true),
        None => (symbol.to_owned(), false),
    }
}

/// Where a symbol's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// The step, by index.
    pub step: usize,
    /// The JSON member that holds it.
    pub member: String,
}

/// All that is known of a transcript's symbols.
#[derive(Debug)]
pub(super) struct Symbols {
    sources: BTreeMap<String, Source>,
}

impl Symbols {
    /// From the answers of a transcript: the first that has a symbol as the whole of a member gives its value.
    pub(super) fn of(transcript: &Transcript) -> Symbols {
        let mut sources = BTreeMap::new();
        for (step, taken) in transcript.steps.iter().enumerate() {
            if let StepKind::Exchange(exchange) = &taken.kind
                && let Some(body) = exchange.answer.body.json()
            {
                collect(body, step, &mut sources);
            }
        }
        Symbols { sources }
    }

    /// Where a symbol's value comes from; `None` for what the script makes up, and for what nobody knows.
    pub(super) fn source(&self, symbol: &str) -> Option<&Source> {
        if made_up(symbol).is_some() { None } else { self.sources.get(symbol) }
    }

    /// What a script writes between double quotes.
    pub(super) fn expansion(&self, symbol: &str) -> Option<String> {
        let (symbol, short) = bound(symbol);
        if let Some(made_up) = made_up(&symbol) {
            return Some(made_up);
        }
        self.sources.get(&symbol)?;
        let name = variable(&symbol);
        Some(if short { format!("$(printf %.12s \"${name}\")") } else { format!("${name}") })
    }
}

fn collect(value: &Value, step: usize, sources: &mut BTreeMap<String, Source>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let text = member.as_str().map(|text| text.strip_prefix("sha256:").unwrap_or(text));
                if let Some(symbol) = text.filter(|text| matches!(parts(text).as_slice(), [Part::Symbol(_)])) {
                    let source = Source { step, member: key.clone() };
                    sources.entry(symbol.to_owned()).or_insert(source);
                }
                collect(member, step, sources);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, step, sources)),
        _ => {}
    }
}

/// What a script has of itself.
fn made_up(symbol: &str) -> Option<String> {
    let inside = symbol.trim_matches(['<', '>']);
    match inside.split_once(':') {
        None if inside == "image" => Some("$IMAGE".to_owned()),
        None if inside == "run" => Some("$RUN".to_owned()),
        Some(("name", name)) => Some(format!("$RUN-{name}")),
        Some(("repository", name)) => Some(format!("$RUN/{name}")),
        _ => None,
    }
}

/// The variable of a symbol: `container_1`.
pub(super) fn variable(symbol: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    symbol.trim_matches(['<', '>']).chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_symbols() {
        let text = "/containers/<container:1>/json?x=<name:web>";
        let expected = [
            Part::Literal("/containers/"),
            Part::Symbol("<container:1>"),
            Part::Literal("/json?x="),
            Part::Symbol("<name:web>"),
        ];
        assert_eq!(parts(text), expected);
        assert_eq!(symbols_of("<container:1:short>"), BTreeSet::from(["<container:1>".to_owned()]));
    }
}
