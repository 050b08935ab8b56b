//! Text on a terminal: what it may hold, how wide it is, and where it may be cut.

use std::borrow::Cow;

/// Stands where something was cut.
pub(super) const ELLIPSIS: char = '…';

/// A text as one line in which a terminal finds nothing to obey and nothing is invisible: control characters, changes of
/// direction and characters without width become escapes.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) && u32::from(c) < 0x100 => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if is_hidden(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// How many columns a text takes, escaped as it will be.
pub(super) fn width(text: &str) -> usize {
    escape(text).chars().map(columns).sum()
}

/// The columns of one character, near enough: none for what combines, two for what East Asian type sets wide.
fn columns(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x610..=0x61a | 0x64b..=0x65f => 0,
        0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f | 0xe0100..=0xe01ef => {
            0
        }
        0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1f64f | 0x1f680..=0x1f6ff | 0x1f900..=0x1f9ff => 2,
        0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// The text escaped, and cut with an ellipsis where it takes more than `most` columns.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    let escaped = escape(text);
    if escaped.chars().map(columns).sum::<usize>() <= most {
        return escaped;
    }
    let mut head = head(&escaped, most.saturating_sub(1)).to_owned();
    head.push(ELLIPSIS);
    Cow::Owned(head)
}

/// The text escaped, and its middle left out where it takes more than `most` columns.
pub(super) fn cut_middle(text: &str, most: usize) -> Cow<'_, str> {
    let escaped = escape(text);
    if escaped.chars().map(columns).sum::<usize>() <= most {
        return escaped;
    }
    let room = most.saturating_sub(3);
    let (front, back) = (head(&escaped, room.div_ceil(2)), tail(&escaped, room / 2));
    Cow::Owned(format!("{front} {ELLIPSIS} {back}"))
}

/// As much of the start as fits.
fn head(text: &str, most: usize) -> &str {
    let mut taken = 0;
    let end = text.char_indices().find(|(_, c)| {
        taken += columns(*c);
        taken > most
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// As much of the end as fits; it never starts with a character that combines with one before it.
fn tail(text: &str, most: usize) -> &str {
    let mut taken = 0;
    let mut start = text.len();
    for (at, c) in text.char_indices().rev() {
        taken += columns(c);
        if taken > most {
            break;
        }
        if columns(c) > 0 {
            start = at;
        }
    }
    &text[start..]
}

/// Items joined by `separator` on as few lines as hold them; an item is never broken.
pub(super) fn wrap(items: &[String], separator: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for (index, item) in items.iter().enumerate() {
        let last = index + 1 == items.len();
        let piece = if last { item.clone() } else { format!("{item}{separator}") };
        match lines.last_mut() {
            Some(line) if used + width(piece.trim_end()) <= most => line.push_str(&piece),
            _ => {
                used = 0;
                lines.push(piece.clone());
            }
        }
        used += width(&piece);
    }
    lines
}

/// A text broken at its spaces.
pub(super) fn wrap_words(text: &str, most: usize) -> Vec<String> {
    wrap(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>(), " ", most)
}

/// `1 scenario`, `2 scenarios`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
