//! A command line as a shell would want it.

use super::text::is_hidden;

/// Joins words to one line that [`split`] reads back exactly.
pub(super) fn join(words: &[String]) -> String {
    words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ")
}

/// One word: as it is, in single quotes, or as `$'…'` where it holds what cannot be seen.
fn quote(word: &str) -> String {
    // A real shell would want quotes around `<image>` too; symbols read better without.
    let bare = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./<>-".contains(c);
    if !word.is_empty() && word.chars().all(bare) {
        return word.to_owned();
    }
    if !word.chars().any(is_hidden) {
        return format!("'{}'", word.replace('\'', "'\\''"));
    }
    let mut quoted = String::from("$'");
    for c in word.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\\' | '\'' => quoted.extend(['\\', c]),
            hidden if is_hidden(hidden) => quoted.push_str(&format!("\\u{:04x}", u32::from(hidden))),
            other => quoted.push(other),
        }
    }
    quoted.push('\'');
    quoted
}

/// Reads a line of words; the error says what was expected.
pub(super) fn split(line: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut rest = line.chars().peekable();
    loop {
        while rest.next_if_eq(&' ').is_some() {}
        if rest.peek().is_none() {
            return Ok(words);
        }
        let mut word = String::new();
        while let Some(c) = rest.next_if(|c| *c != ' ') {
            match c {
                '\'' => loop {
                    match rest.next() {
                        Some('\'') => break,
                        Some(inner) => word.push(inner),
                        None => return Err("a closing ' for this word"),
                    }
                },
                '$' if rest.next_if_eq(&'\'').is_some() => escapes(&mut rest, &mut word)?,
                '\\' => word.push(rest.next().ok_or("a character behind the backslash")?),
                '"' | '`' => return Err("words in single quotes or as $'…', not in other quotes"),
                other => word.push(other),
            }
        }
        words.push(word);
    }
}

/// Reads the inside of `$'…'` up to its closing quote.
fn escapes(rest: &mut impl Iterator<Item = char>, word: &mut String) -> Result<(), &'static str> {
    const ESCAPES: &str = r"one of the escapes \n, \r, \t, \\, \' and \uXXXX";
    loop {
        match rest.next().ok_or("a closing ' for this $'…' word")? {
            '\'' => return Ok(()),
            '\\' => word.push(match rest.next().ok_or(ESCAPES)? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                c @ ('\\' | '\'') => c,
                'u' => {
                    let digits: String = rest.by_ref().take(4).collect();
                    u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).ok_or(ESCAPES)?
                }
                _ => return Err(ESCAPES),
            }),
            other => word.push(other),
        }
    }
}
