//! Texts with symbols in them, and which symbol of the reference is which of the candidate.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::Kind;

/// The kinds that are numbered by first appearance: the same value need not have the same number on both sides.
const NUMBERED: &[&str] = &["id", "ipv4", "ipv6", "mac", "uuid", "port", "inode"];

/// What Docker itself writes in angle brackets.
const NO_SYMBOLS: &[&str] = &["<none>", "<missing>", "<nil>"];

static SYMBOL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("<[a-z][a-z0-9.+-]*(?::[^<> ]*)?>")
        .unwrap_or_else(|error| unreachable!("the pattern is constant: {error}"))
});

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
enum Token<'t> {
    Literal(&'t str),
    /// A symbol that is compared as it stands.
    Named(&'t str),
    /// Kind, number, and what follows the number (`short`, `text`).
    Numbered(&'t str, &'t str, &'t str),
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut list = Vec::new();
    let mut end = 0;
    for found in SYMBOL.find_iter(text).filter(|found| !NO_SYMBOLS.contains(&found.as_str())) {
        if found.start() > end {
            list.push(Token::Literal(&text[end..found.start()]));
        }
        let mut parts = found.as_str().trim_matches(['<', '>']).splitn(3, ':');
        let (kind, number) = (parts.next().unwrap_or_default(), parts.next());
        list.push(match number {
            Some(number) if NUMBERED.contains(&kind) => Token::Numbered(kind, number, parts.next().unwrap_or_default()),
            _ => Token::Named(found.as_str()),
        });
        end = found.end();
    }
    if end < text.len() {
        list.push(Token::Literal(&text[end..]));
    }
    list
}

/// Whether a text has a symbol whose number depends on what came before.
pub(super) fn is_numbered(text: &str) -> bool {
    text.contains('<') && tokens(text).iter().any(|token| matches!(token, Token::Numbered(..)))
}

/// The text without the numbers that depend on what came before.
pub(crate) fn loose(text: &str) -> String {
    if !text.contains('<') {
        return text.to_owned();
    }
    let mut result = String::with_capacity(text.len());
    for token in tokens(text) {
        match token {
            Token::Literal(part) | Token::Named(part) => result.push_str(part),
            Token::Numbered(kind, _, rest) => {
                result.push('<');
                result.push_str(kind);
                result.push_str(if rest.is_empty() { "" } else { ":" });
                result.push_str(rest);
                result.push('>');
            }
        }
    }
    result
}

/// What of the reference is what of the candidate: one to one, bound where the two first meet.
#[derive(Debug, Clone, Default)]
pub(super) struct Bindings {
    to_candidate: HashMap<(String, String), String>,
    to_reference: HashMap<(String, String), String>,
}

impl Bindings {
    /// How two texts differ, if they do. Where they do not, their symbols are bound.
    pub(super) fn texts(&mut self, reference: &str, candidate: &str) -> Option<Kind> {
        if !reference.contains('<') && !candidate.contains('<') {
            return (reference != candidate).then_some(Kind::Value);
        }
        let (left, right) = (tokens(reference), tokens(candidate));
        if let Some(kind) = structure(&left, &right) {
            return Some(kind);
        }
        // All of a text is bound, or nothing of it.
        let mut trial = Bindings::default();
        for pair in left.iter().zip(&right) {
            if let (Token::Numbered(kind, left, _), Token::Numbered(_, right, _)) = pair
                && !(self.agree(kind, left, right) && trial.bind(kind, left, right))
            {
                return Some(Kind::Value);
            }
        }
        self.to_candidate.extend(trial.to_candidate);
        self.to_reference.extend(trial.to_reference);
        None
    }

    /// Whether nothing bound so far contradicts.
    fn agree(&self, kind: &str, left: &str, right: &str) -> bool {
        let key = |number: &str| (kind.to_owned(), number.to_owned());
        let forth = self.to_candidate.get(&key(left)).is_none_or(|bound| bound == right);
        forth && self.to_reference.get(&key(right)).is_none_or(|bound| bound == left)
    }

    fn bind(&mut self, kind: &str, left: &str, right: &str) -> bool {
        let key = |number: &str| (kind.to_owned(), number.to_owned());
        let forth = self.to_candidate.entry(key(left)).or_insert_with(|| right.to_owned());
        let back = self.to_reference.entry(key(right)).or_insert_with(|| left.to_owned());
        forth == right && back == left
    }
}

/// How two texts differ before any identity.
fn structure(left: &[Token<'_>], right: &[Token<'_>]) -> Option<Kind> {
    if let ([one], [other]) = (left, right) {
        return match (one, other) {
            (Token::Literal(one), Token::Literal(other)) => (one != other).then_some(Kind::Value),
            // `<container:1>` and `<container:2>` are of one shape, `<rfc3339>` and `<rfc3339nano>` are not.
            (Token::Named(one), Token::Named(other)) if one != other => {
                let named = |text: &str| text.split_once(':').map(|(kind, _)| kind.to_owned());
                let same = named(one).is_some() && named(one) == named(other);
                Some(if same { Kind::Value } else { Kind::Type })
            }
            (Token::Named(_), Token::Named(_)) => None,
            (Token::Numbered(kind, _, rest), Token::Numbered(other, _, other_rest)) => {
                (kind != other || rest != other_rest).then_some(Kind::Type)
            }
            _ => Some(Kind::Type),
        };
    }
    let alone = |tokens: &[Token<'_>]| matches!(tokens, [Token::Named(_) | Token::Numbered(..)]);
    if alone(left) || alone(right) {
        return Some(Kind::Type);
    }
    let literals = |tokens: &[Token<'_>]| -> Vec<Option<String>> {
        let literal = |token: &Token<'_>| match token {
            Token::Literal(text) => Some((*text).to_owned()),
            _ => None,
        };
        tokens.iter().map(literal).collect()
    };
    if literals(left) != literals(right) {
        return Some(Kind::Value);
    }
    // The same words around other symbols: the graver of what differs.
    let kinds = left.iter().zip(right).filter_map(|(one, other)| match (one, other) {
        (Token::Literal(_), _) => None,
        (one, other) => structure(std::slice::from_ref(one), std::slice::from_ref(other)),
    });
    kinds.max_by_key(|kind| *kind == Kind::Type)
}
