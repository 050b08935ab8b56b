//! Who is who: the texts a session knows by name, and the numbers of those it does not.

use std::collections::{BTreeSet, HashMap};

use regex::Regex;

use super::Known;

/// How far a clock of an engine may be from this one, in seconds.
const SLACK: i64 = 86_400;

/// Below this length a known text is replaced as a whole word only: `web` is no part of `website`.
const SHORT: usize = 8;

/// What is known, ready for looking up.
pub(super) struct Index {
    pattern: Option<Regex>,
    symbols: HashMap<String, String>,
    ids: Vec<(String, String)>,
    window: Option<(i128, i128)>,
    /// The newest API version that the engine speaks.
    pub(super) newest_api: Option<String>,
}

impl Index {
    pub(super) fn new(known: &Known) -> Self {
        let mut symbols = HashMap::new();
        for (text, symbol) in known.symbols.iter().filter(|(text, _)| !text.is_empty()) {
            symbols.entry(text.clone()).or_insert_with(|| symbol.clone());
        }
        let mut texts: Vec<&String> = symbols.keys().collect();
        texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        let alternatives: Vec<String> = texts.iter().map(|text| regex::escape(text)).collect();
        let ids = texts.iter().filter(|text| is_full_id(text));
        let ids = ids.filter_map(|text| Some(((*text).clone(), symbols.get(*text)?.clone()))).collect();
        let window = (known.started > 2 * SLACK)
            .then(|| (i128::from(known.started - SLACK), i128::from(known.ended.max(known.started) + SLACK)));
        Self {
            // Escaped texts fail to compile only past the size limit; the patterns still apply then.
            pattern: (!alternatives.is_empty()).then(|| Regex::new(&alternatives.join("|")).ok()).flatten(),
            ids,
            window,
            symbols,
            newest_api: known.newest_api.clone(),
        }
    }

    /// Splits a text into what is not known (`Err`) and the symbols of what is (`Ok`).
    pub(super) fn split<'t>(&self, text: &'t str) -> Vec<Result<String, &'t str>> {
        let mut parts = Vec::new();
        let mut end = 0;
        for found in self.pattern.iter().flat_map(|pattern| pattern.find_iter(text)) {
            let word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
            let inside = word(text[..found.start()].chars().next_back()) || word(text[found.end()..].chars().next());
            let symbol = self.symbols.get(found.as_str());
            if let Some(symbol) = symbol.filter(|_| found.len() >= SHORT || !inside) {
                parts.push(Err(&text[end..found.start()]));
                parts.push(Ok(format!("<{symbol}>")));
                end = found.end();
            }
        }
        parts.push(Err(&text[end..]));
        parts
    }

    /// The symbol of a known id that starts with these digits.
    pub(super) fn prefix(&self, digits: &str) -> Option<String> {
        let (_, symbol) = self.ids.iter().find(|(id, _)| id.starts_with(digits))?;
        Some(if digits.len() == 12 { format!("<{symbol}:short>") } else { format!("<{symbol}:prefix>") })
    }

    /// The symbol of a number that is a time of this run.
    pub(super) fn time(&self, number: i128) -> Option<&'static str> {
        let (first, last) = self.window?;
        let units = [(1, "unix"), (1_000, "unixmilli"), (1_000_000, "unixmicro"), (1_000_000_000, "unixnano")];
        let within = |unit: i128| (first * unit..=last * unit).contains(&number);
        units.into_iter().find(|(unit, _)| within(*unit)).map(|(_, name)| name)
    }
}

/// Whether a text is 64 hexadecimal digits.
pub(super) fn is_full_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The numbers of what has no name. The same value keeps its number.
pub(super) enum Numbers {
    /// No numbers at all, so that a text does not depend on what came before: for sorting.
    Masked,
    /// By first appearance.
    Counted {
        /// By kind, the values seen so far.
        values: HashMap<&'static str, HashMap<String, usize>>,
        /// All full ids of the transcript, so that a short form finds its full one.
        full: BTreeSet<String>,
    },
}

impl Numbers {
    pub(super) fn counted(full: BTreeSet<String>) -> Self {
        Numbers::Counted { values: HashMap::new(), full }
    }

    /// `kind:N`, or `kind` alone when masked.
    pub(super) fn name(&mut self, kind: &'static str, value: &str) -> String {
        match self {
            Numbers::Masked => kind.to_owned(),
            Numbers::Counted { values, .. } => {
                let seen = values.entry(kind).or_default();
                let next = seen.len() + 1;
                let number = seen.entry(value.to_owned()).or_insert(next);
                format!("{kind}:{number}")
            }
        }
    }

    /// The full id of this transcript that a short one belongs to, or the short one itself.
    pub(super) fn full(&self, short: &str) -> String {
        let full = match self {
            Numbers::Masked => None,
            Numbers::Counted { full, .. } => full.range(short.to_owned()..).next().filter(|id| id.starts_with(short)),
        };
        full.cloned().unwrap_or_else(|| short.to_owned())
    }
}
