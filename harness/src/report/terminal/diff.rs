//! Two values as a small diff.

use crate::report::page::{Page, Span, Tone, span};
use crate::report::text::{cut, cut_middle, width};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};
use std::time::Duration;

/// The most lines of a value that are shown.
const LINES: usize = 12;
/// The longest text that is compared as a whole.
const COMPARED: usize = 20_000;
/// The longest that one comparison may take.
const TIME: Duration = Duration::from_millis(200);

/// Whose value it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Reference,
    Candidate,
}

impl Side {
    fn sign(self) -> Span<'static> {
        match self {
            Side::Reference => span(Tone::Reference, "- "),
            Side::Candidate => span(Tone::Candidate, "+ "),
        }
    }

    fn tone(self, strong: bool) -> Tone {
        match (self, strong) {
            (Side::Reference, false) => Tone::Reference,
            (Side::Reference, true) => Tone::ReferenceStrong,
            (Side::Candidate, false) => Tone::Candidate,
            (Side::Candidate, true) => Tone::CandidateStrong,
        }
    }
}

/// The value of the only side that has one.
pub(super) fn one_side(page: &mut Page, side: Side, value: &Value, indent: usize) {
    let shown = lines(value);
    for line in shown.iter().take(kept(shown.len())) {
        let text = cut(line, page.room(indent + 2) * 3);
        page.line(indent, &[side.sign(), span(side.tone(false), text)]);
    }
    more(page, shown.len(), indent);
}

/// Both values: texts word by word, JSON line by line.
pub(super) fn two_sides(page: &mut Page, reference: &Value, candidate: &Value, indent: usize) {
    let (old, new) = match (reference, candidate) {
        // Quotes only help to tell a text from a number.
        (Value::String(old), Value::String(new)) if worded(old) && worded(new) => (old.clone(), new.clone()),
        (Value::Object(_), Value::Object(_)) | (Value::Array(_), Value::Array(_)) => {
            (pretty(reference), pretty(candidate))
        }
        (Value::String(_), Value::String(_)) => (reference.to_string(), candidate.to_string()),
        _ => {
            one_side(page, Side::Reference, reference, indent);
            one_side(page, Side::Candidate, candidate, indent);
            return;
        }
    };
    let (old, new) = match old.len().max(new.len()) > COMPARED {
        true => (window(&old, &new), window(&new, &old)),
        false => (old, new),
    };
    let changes = changes(&old, &new, page.room(indent + 2));
    for spans in changes.iter().take(kept(changes.len())) {
        page.line(indent, spans);
    }
    more(page, changes.len(), indent);
}

/// The part of a long text from shortly before the place where it parts from the other one.
fn window(text: &str, other: &str) -> String {
    let same: usize = text.chars().zip(other.chars()).take_while(|(one, two)| one == two).count();
    let skipped = same.saturating_sub(COMPARED / 100);
    let part: String = text.chars().skip(skipped).take(COMPARED).collect();
    if skipped == 0 { part } else { format!("…{part}") }
}

/// Whether a text reads better as it is than as a JSON string.
fn worded(text: &str) -> bool {
    text.contains('\n') || width(text) > 40
}

/// The lines of a line diff, two lines of what is the same around what is not, words that differ made strong.
fn changes(old: &str, new: &str, room: usize) -> Vec<Vec<Span<'static>>> {
    let diff = TextDiff::configure().timeout(TIME).diff_lines(old, new);
    let mut lines = Vec::new();
    for (index, hunk) in diff.grouped_ops(2).iter().enumerate() {
        if index > 0 {
            lines.push(vec![span(Tone::Dim, "  …")]);
        }
        for change in hunk.iter().flat_map(|op| diff.iter_inline_changes(op)) {
            let side = match change.tag() {
                ChangeTag::Delete => Some(Side::Reference),
                ChangeTag::Insert => Some(Side::Candidate),
                ChangeTag::Equal => None,
            };
            let mut spans = vec![side.map_or_else(|| span(Tone::Plain, "  "), Side::sign)];
            let total: usize = change.iter_strings_lossy().map(|(_, text)| width(text.trim_end_matches('\n'))).sum();
            for (strong, text) in change.iter_strings_lossy() {
                let text = text.trim_end_matches('\n');
                // What is the same only shows where the rest stands.
                let shown = match (side, strong) {
                    _ if total <= room => cut(text, room),
                    (None, _) => cut(text, room),
                    (Some(_), false) => cut_middle(text, if change.values().len() > 1 { 50 } else { room * 3 }),
                    (Some(_), true) => cut_middle(text, room * 2),
                };
                let tone = side.map_or(Tone::Dim, |side| side.tone(strong));
                spans.push(span(tone, shown.into_owned()));
            }
            lines.push(spans);
        }
    }
    // Texts that differ in nothing but the newline at their end.
    if lines.is_empty() || old.trim_end_matches('\n') == new.trim_end_matches('\n') {
        let end = |side: Side, text: &str| {
            vec![side.sign(), span(side.tone(false), cut_middle(&Value::from(text).to_string(), room).into_owned())]
        };
        return vec![end(Side::Reference, old), end(Side::Candidate, new)];
    }
    lines
}

/// A value's lines: JSON indented, a text of several lines as it is.
fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.trim_end_matches('\n').contains('\n') => text.lines().map(str::to_owned).collect(),
        Value::Object(_) | Value::Array(_) => pretty(value).lines().map(str::to_owned).collect(),
        plain => vec![plain.to_string()],
    }
}

/// Indented JSON; on one line where that is short.
pub(super) fn pretty(value: &Value) -> String {
    let compact = value.to_string();
    let small = |text: &str| text.len() <= 60;
    if small(&compact) {
        return compact;
    }
    // The alternate form of Display is the indented one, and cannot fail.
    format!("{value:#}")
}

/// How many of so many lines are shown: never all but one.
fn kept(all: usize) -> usize {
    if all <= LINES + 1 { all } else { LINES }
}

fn more(page: &mut Page, all: usize, indent: usize) {
    let cut = all - kept(all);
    if cut > 0 {
        page.say(indent + 2, Tone::Dim, &format!("… {cut} more lines"));
    }
}
