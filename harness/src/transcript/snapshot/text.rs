//! How text and JSON are laid out so that what is there can be seen, and read back exactly.

use std::fmt::Write as _;

use serde_json::Value;

/// Whether a character leaves no trace on a screen, or changes how others look: controls, zero-width characters, marks of
/// text direction, line separators. Such characters are always escaped.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// JSON text with everything hidden inside its strings escaped. Line feeds between tokens stay.
pub(super) fn visible(json: String) -> String {
    if !json.chars().any(|c| c != '\n' && is_hidden(c)) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if c != '\n' && is_hidden(c) {
            // All hidden characters lie below U+10000, so one escape is enough.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// A value on one line.
pub(super) fn compact(value: &Value) -> String {
    visible(value.to_string())
}

/// What JSON is longer than this, in characters, is written over several lines.
pub(super) const LONG: usize = 100;

/// A value with two spaces a level, a short list of plain values on one line.
pub(super) fn pretty(value: &Value) -> String {
    let mut out = String::new();
    lay_out(value, 0, &mut out);
    visible(out)
}

fn lay_out(value: &Value, level: usize, out: &mut String) {
    let indent = "  ".repeat(level);
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (index, (name, member)) in members.iter().enumerate() {
                let start = if index == 0 { "{" } else { "," };
                let _ = write!(out, "{start}\n{indent}  {}: ", Value::from(name.as_str()));
                lay_out(member, level + 1, out);
            }
            let _ = write!(out, "\n{indent}}}");
        }
        Value::Array(items) if !items.is_empty() => match short_list(items, indent.len()) {
            Some(line) => out.push_str(&line),
            None => {
                for (index, item) in items.iter().enumerate() {
                    let start = if index == 0 { "[" } else { "," };
                    let _ = write!(out, "{start}\n{indent}  ");
                    lay_out(item, level + 1, out);
                }
                let _ = write!(out, "\n{indent}]");
            }
        },
        plain => {
            let _ = write!(out, "{plain}");
        }
    }
}

/// A list of plain values on one line, where that line is not [`LONG`].
fn short_list(items: &[Value], indent: usize) -> Option<String> {
    if items.iter().any(|item| item.is_object() || item.is_array()) {
        return None;
    }
    let items: Vec<String> = items.iter().map(Value::to_string).collect();
    let line = format!("[{}]", items.join(", "));
    (indent + line.chars().count() <= LONG).then_some(line)
}

/// A text as a JSON string.
pub(super) fn json_string(text: &str) -> String {
    compact(&Value::String(text.to_owned()))
}

/// Whether a text of several lines can stand as it is.
pub(super) fn is_plain_block(text: &str) -> bool {
    !text.is_empty()
        && text != "\n"
        && !text.ends_with("\n\n")
        && text
            .split('\n')
            .all(|line| !line.ends_with(char::is_whitespace) && !line.chars().any(|c| c != '\t' && is_hidden(c)))
}

/// Whether a single-line value can stand as it is.
pub(super) fn is_plain_inline(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.starts_with('\\') && !text.chars().any(is_hidden)
}

/// A single-line value: itself, or a backslash and a JSON string where it cannot stand as it is or where `clashes` says so.
pub(super) fn inline(text: &str, clashes: impl Fn(&str) -> bool) -> String {
    if is_plain_inline(text) && !clashes(text) { text.to_owned() } else { format!("\\{}", json_string(text)) }
}

/// Reads what [`inline`] wrote, where nothing follows it.
pub(super) fn read_inline(text: &str) -> Option<String> {
    match text.strip_prefix('\\') {
        Some(json) => serde_json::from_str(json).ok(),
        None => Some(text.to_owned()),
    }
}

/// Reads what [`inline`] wrote up to a separator, and returns what follows the separator.
pub(super) fn read_inline_until<'a>(text: &'a str, separator: &str) -> Option<(String, &'a str)> {
    let Some(json) = text.strip_prefix('\\') else {
        return text.split_once(separator).map(|(value, rest)| (value.to_owned(), rest));
    };
    let mut values = serde_json::Deserializer::from_str(json).into_iter::<String>();
    let value = values.next()?.ok()?;
    let rest = json[values.byte_offset()..].strip_prefix(separator)?;
    Some((value, rest))
}

/// Whether a stream's name is a plain word, so that it can stand before its text.
pub(super) fn is_stream_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}
