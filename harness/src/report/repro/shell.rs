//! Words of a shell: text of any kind, with the variables that stand for symbols.

use super::symbols::{Part, Symbols, parts};

/// A text as one word of a shell command: quoted, symbols as variables.
pub(super) fn word(text: &str, symbols: &Symbols) -> String {
    spliced(text, symbols, |literal| literal.to_owned())
}

/// The same with each literal part changed first.
pub(super) fn spliced(text: &str, symbols: &Symbols, change: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    for part in parts(text) {
        match part {
            Part::Symbol(symbol) => match symbols.expansion(symbol) {
                Some(expansion) => out.push_str(&format!("\"{expansion}\"")),
                None => out.push_str(&quoted(&change(symbol))),
            },
            Part::Literal(literal) => out.push_str(&quoted(&change(literal))),
        }
    }
    if out.is_empty() { "''".to_owned() } else { out }
}

/// A text in single quotes, or as it is where the shell reads nothing into it.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}
