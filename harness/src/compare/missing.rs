//! Recognising that a method is missing, however an engine says so.

use std::sync::LazyLock;

use regex::Regex;

use super::Classification;
use crate::transcript::{Exchange, Payload};

/// What an answer says about its method as a whole; `None` for an ordinary answer or error.
pub fn classify(status: u16, content_type: Option<&str>, body: &Payload) -> Option<Classification> {
    let text = message(body);
    let missing = match status {
        405 | 501 => true,
        404 => no_route(&text, content_type),
        400 => not_implemented(&text),
        500 | 503 => not_implemented(&text) || not_supported(&text),
        _ => false,
    };
    missing.then_some(Classification::MissingMethod)
}

/// What the answer of an exchange is recognised as.
pub fn classification_of(exchange: &Exchange) -> Option<Classification> {
    let answer = &exchange.answer;
    classify(answer.status, answer.header("content-type"), &answer.body)
}

/// The message in lower case: of a JSON error its `message`, else the text.
fn message(body: &Payload) -> String {
    let text = match body {
        Payload::Json(value) => ["message", "error", "Error"]
            .iter()
            .find_map(|name| value.get(name)?.as_str())
            .or(value.as_str())
            .map(str::to_owned)
            .unwrap_or_default(),
        Payload::Text(text) | Payload::Raw(text) => text.clone(),
        _ => String::new(),
    };
    text.trim().to_lowercase()
}

/// A router's own 404, as opposed to that of a handler which looked for something. A handler names what it did not find.
fn no_route(text: &str, content_type: Option<&str>) -> bool {
    /// Docker, gorilla's mux, Go's own mux, Express, restify, Podman; a page of an HTTP front end by its title.
    const WORDS: &str = concat!(
        r"^(?:404[ :-]*)?(?:page )?not found[.!]?$|^cannot (?:get|head|post|put|delete) /\S*$",
        r"|^\(resourcenotfound\) /\S* does not exist|^path /\S* is not supported$"
    );
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| pattern(WORDS));
    let page = content_type.is_some_and(|kind| kind.starts_with("text/html")) && text.contains("not found");
    PATTERN.is_match(text) || page
}

fn not_implemented(text: &str) -> bool {
    static PATTERN: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\bnot (?:yet )?implemented\b|\bnotimplemented\b|\bunimplemented\b"));
    PATTERN.is_match(text)
}

/// One word that is not supported is a part of the API (`Volumes are not supported`); what has more words in front is an
/// option (`host volumes are not supported`).
fn not_supported(text: &str) -> bool {
    const WORDS: &str = concat!(
        r"^(?:\([a-z]+\) )?[a-z]+ (?:operations? )?(?:is|are) not supported\b",
        r"|^(?:\([a-z]+\) )?(?:operation |method |command |endpoint )?(?:is )?not supported\b",
        r"|does not support service\b"
    );
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| pattern(WORDS));
    PATTERN.is_match(text)
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| unreachable!("the pattern is constant: {error}"))
}
