//! Globs over names, operations and pointers, and patterns over values.

use regex::Regex;
use serde_json::Value;

/// A glob of DIVERGENCE.md.
///
/// It knows three signs only: `*` is anything within one segment, `**` is any number of segments, and a backslash takes
/// the sign after it literally. Everything else stands for itself, the braces of `POST /containers/{id}/wait` included.
/// `/**/` also fits one slash, so `containers/**/zero` fits `containers/zero`; a `/**` at the end needs something below it.
/// In an operation `*` crosses slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    text: String,
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(String),
    /// `*`
    Segment,
    /// `**`
    Any,
    /// `/**/`
    Between,
    /// `/**` at the end
    Below,
}

impl Glob {
    /// A glob in which `*` stays within one segment: for scenarios and pointers.
    pub fn segments(text: &str) -> Glob {
        Glob { text: text.to_owned(), tokens: tokens(text) }
    }

    /// A glob in which `*` crosses slashes: for operations.
    pub fn operation(text: &str) -> Glob {
        let tokens = tokens(text).into_iter().map(|token| if token == Token::Segment { Token::Any } else { token });
        Glob { text: text.to_owned(), tokens: tokens.collect() }
    }

    /// The glob as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether all of `text` fits.
    pub fn fits(&self, text: &str) -> bool {
        fits(&self.tokens, text)
    }

    /// The one text that fits, when the glob has no `*`.
    pub fn exact(&self) -> Option<String> {
        let literals = self.tokens.iter().map(|token| match token {
            Token::Literal(text) => Some(text.as_str()),
            _ => None,
        });
        literals.collect()
    }

    /// Whether it fits everything of its sort: nothing but stars, slashes and the space of an operation.
    pub fn is_everything(&self) -> bool {
        let fixes = |text: &str| text.contains(|sign| sign != '/' && sign != ' ');
        !self.tokens.iter().any(|token| matches!(token, Token::Literal(text) if fixes(text)))
    }

    /// The first segment with its slash, `/body` of `/body/*/Id`, when it has no `*`.
    pub fn root(&self) -> Option<&str> {
        let (Token::Literal(first), rest) = self.tokens.split_first()? else {
            return None;
        };
        match first.match_indices('/').nth(1) {
            Some((end, _)) => Some(&first[..end]),
            None => matches!(rest, [] | [Token::Between | Token::Below, ..]).then_some(first),
        }
    }

    /// Whether everything that fits is `prefix` or below it.
    pub fn is_under(&self, prefix: &str) -> bool {
        match self.tokens.as_slice() {
            [Token::Literal(text)] => is_at_or_below(text, prefix),
            [Token::Literal(text), Token::Between | Token::Below, ..] => is_at_or_below(text, prefix),
            [Token::Literal(text), ..] => text.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/')),
            _ => false,
        }
    }

    /// Whether it ends in `/**` (or is `**`).
    pub fn is_deep(&self) -> bool {
        matches!(self.tokens.last(), Some(Token::Below | Token::Any))
    }

    /// Whether it fits names of any number of segments.
    pub fn crosses_segments(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Any | Token::Between | Token::Below))
    }

    /// Whether it is one segment and all below it: `/body/**`, `/frames/**`.
    pub fn takes_all_below_its_root(&self) -> bool {
        matches!(self.tokens.as_slice(), [Token::Literal(root), Token::Below] if root.matches('/').count() == 1)
    }

    /// How many characters it fixes: the measure of how specific it is.
    pub fn literal_chars(&self) -> usize {
        let fixed = self.tokens.iter().map(|token| match token {
            Token::Literal(text) => text.chars().count(),
            Token::Between | Token::Below => 1,
            Token::Segment | Token::Any => 0,
        });
        fixed.sum()
    }

    /// `text` as a glob that fits it alone.
    pub fn escape(text: &str) -> String {
        text.replace('\\', "\\\\").replace('*', "\\*")
    }
}

impl std::fmt::Display for Glob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_at_or_below(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let (token, length) = if rest.starts_with("/**/") {
            (Token::Between, 4)
        } else if rest == "/**" {
            (Token::Below, 3)
        } else if rest.starts_with("**") {
            (Token::Any, 2)
        } else if sign == '*' {
            (Token::Segment, 1)
        } else {
            rest = &rest[sign.len_utf8()..];
            match rest.chars().next().filter(|_| sign == '\\') {
                Some(next) => {
                    literal.push(next);
                    rest = &rest[next.len_utf8()..];
                }
                None => literal.push(sign),
            }
            continue;
        };
        if !literal.is_empty() {
            tokens.push(Token::Literal(std::mem::take(&mut literal)));
        }
        tokens.push(token);
        rest = &rest[length..];
    }
    if !literal.is_empty() {
        tokens.push(Token::Literal(literal));
    }
    tokens
}

fn fits(tokens: &[Token], text: &str) -> bool {
    let Some((first, rest)) = tokens.split_first() else {
        return text.is_empty();
    };
    match first {
        Token::Literal(literal) => text.strip_prefix(literal.as_str()).is_some_and(|text| fits(rest, text)),
        Token::Segment => {
            let end = text.find('/').unwrap_or(text.len());
            fits_somewhere(rest, text, end)
        }
        Token::Any => fits_somewhere(rest, text, text.len()),
        Token::Between => {
            text.starts_with('/') && text.match_indices('/').any(|(at, slash)| fits(rest, &text[at + slash.len()..]))
        }
        Token::Below => text.len() > 1 && text.starts_with('/'),
    }
}

/// Whether the tokens fit what follows any place of `text` up to `end`.
fn fits_somewhere(tokens: &[Token], text: &str, end: usize) -> bool {
    match tokens {
        [] => end == text.len(),
        [Token::Literal(literal), rest @ ..] => {
            let mut from = 0;
            while let Some(at) = text[from..].find(literal.as_str()).map(|at| from + at).filter(|at| *at <= end) {
                if fits(rest, &text[at + literal.len()..]) {
                    return true;
                }
                from = at + text[at..].chars().next().map_or(1, char::len_utf8);
            }
            false
        }
        _ => text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| at <= end && fits(tokens, &text[at..])),
    }
}

/// A regular expression over a value's text: a string as it is, anything else as compact JSON (null is `null`).
/// It has to fit from start to end, and `.` also fits a line's end.
#[derive(Debug, Clone)]
pub struct ValuePattern {
    text: String,
    regex: Regex,
}

impl ValuePattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// The regex crate's error when the pattern is not one.
    pub fn new(text: &str) -> Result<ValuePattern, regex::Error> {
        // Once alone, so that an error shows the pattern as it was written and an unbalanced `)` cannot escape the group.
        Regex::new(text)?;
        Ok(ValuePattern { text: text.to_owned(), regex: Regex::new(&format!(r"\A(?s:{text})\z"))? })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether all of the value's text fits.
    pub fn fits(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.regex.is_match(text),
            other => self.regex.is_match(&other.to_string()),
        }
    }
}

/// Equality of what was written.
impl PartialEq for ValuePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
