//! Taking secrets out of what people and logs get to see.

use regex::Regex;
use serde_json::Value;
use std::sync::LazyLock;

/// What stands in a secret's place.
pub(super) const MASKED: &str = "<masked>";

const WORDS: &str = "token|password|passwd|passphrase|secret|unlock_?key|private_?key|signingcakey|credential";

const HEADERS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "x-registry-auth",
    "x-registry-config",
    "x-registry-identity-token",
    "cookie",
    "set-cookie",
];

/// The name of a JSON member, a query parameter or an environment variable that holds a secret.
static KEY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("(?i)(?:{WORDS})|^auth$")).ok());

/// A secret within a text, with what stands before it as group 1.
static IN_TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let forms = [
        // Swarm's join tokens and unlock keys.
        r"()SWM(?:TKN|KEY)-[\w+/=-]+".to_owned(),
        r"(?s)()-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\z)".to_owned(),
        // JSON that was not decoded.
        format!(r#"(?i)("[^"]*(?:{WORDS})[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*""#),
        format!(r#"(?i)(\\"[^"\\]*(?:{WORDS})[^"\\]*\\"\s*:\s*)\\"[^"\\]*\\""#),
        // Environment variables and query parameters.
        format!(r#"(?i)([\w.-]*(?:{WORDS})[\w.-]*=)[^&\s"',;]+"#),
        r#"(?i)(authorization"?\s*[:=]\s*"?(?:bearer|basic)\s+)[\w+/.~=-]+"#.to_owned(),
        // Arguments of a command.
        r"(?i)(--(?:password|token)\s+)[^\s-]\S*".to_owned(),
        // User and password in a URL.
        r"(://[^/\s:@]+:)[^/\s@]+(?:@)".to_owned(),
        // A line of the gate about a place that holds a secret.
        format!(r"(?i)(/\S*(?:{WORDS})\S*: not as in the snapshot )\(.*\)"),
    ];
    Regex::new(&forms.map(|form| format!("(?:{form})")).join("|")).ok()
});

/// Whether a member, parameter or variable of this name holds a secret.
fn is_secret(key: &str) -> bool {
    KEY.as_ref().is_none_or(|pattern| pattern.is_match(key))
}

/// A text with the secrets that can be told by their form masked.
pub(super) fn text(text: &str) -> String {
    let Some(pattern) = IN_TEXT.as_ref() else { return MASKED.to_owned() };
    pattern
        .replace_all(text, |found: &regex::Captures<'_>| {
            let before = found.iter().skip(1).flatten().next().map_or("", |group| group.as_str());
            let after = if found[0].ends_with('@') { "@" } else { "" };
            format!("{before}{MASKED}{after}")
        })
        .into_owned()
}

/// A header's value, masked when the header carries credentials.
pub(super) fn header<'v>(name: &str, value: &'v str) -> std::borrow::Cow<'v, str> {
    match HEADERS.iter().any(|secret| name.eq_ignore_ascii_case(secret)) || is_secret(name) {
        true => MASKED.into(),
        false => text(value).into(),
    }
}

/// The masking that one operation's bodies need.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mask {
    /// The operation is about secrets: their `Data` is one.
    data: bool,
}

impl Mask {
    /// For an operation written as `POST /secrets/create`.
    pub(super) fn of(operation: &str) -> Mask {
        let path = operation.split_whitespace().last().unwrap_or_default();
        Mask { data: path == "/secrets" || path.starts_with("/secrets/") }
    }

    /// A value that stands at a pointer.
    pub(super) fn at(self, pointer: &str, value: &Value) -> Value {
        let mut segments = pointer.split('/').filter(|segment| !segment.is_empty());
        let header = pointer.starts_with("/headers/");
        let secret = segments.any(|segment| self.holds(segment) || (header && HEADERS.contains(&segment)));
        match secret {
            true => whole(value),
            false => self.value(value),
        }
    }

    /// A value without its secrets.
    pub(super) fn value(self, value: &Value) -> Value {
        match value {
            Value::String(plain) => Value::String(text(plain)),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.value(item)).collect()),
            Value::Object(members) => {
                let masked = members.iter().map(|(key, member)| match self.holds(key) {
                    true => (key.clone(), whole(member)),
                    false => (key.clone(), self.value(member)),
                });
                Value::Object(masked.collect())
            }
            plain => plain.clone(),
        }
    }

    fn holds(self, key: &str) -> bool {
        is_secret(key) || key.eq_ignore_ascii_case("auth") || (self.data && key.eq_ignore_ascii_case("data"))
    }
}

/// A value of which nothing but the structure is shown. What is empty, and the normaliser's symbols, are no secret.
fn whole(value: &Value) -> Value {
    match value {
        Value::String(plain) if plain.is_empty() || is_symbol(plain) => value.clone(),
        Value::String(_) | Value::Number(_) => Value::String(MASKED.to_owned()),
        Value::Array(items) => Value::Array(items.iter().map(whole).collect()),
        Value::Object(members) => members.iter().map(|(key, member)| (key.clone(), whole(member))).collect(),
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

/// `<container:1>`, `<secret>`, `<rfc3339nano>`.
fn is_symbol(text: &str) -> bool {
    let inside = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    inside.is_some_and(|name| {
        (1..=32).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b':' || b == b'-')
    })
}
