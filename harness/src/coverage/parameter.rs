//! What a parameter's value says about the parameter: its default, another value, or one that it cannot have.

use crate::api::{Fact, JsonType};
use serde::Serialize;

/// A kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// Empty, or what the parameter is when it is not sent.
    Default,
    /// Anything else that it may be.
    Other,
    /// What it cannot be: no number, no form of a boolean, no JSON document.
    Invalid,
}

/// The kinds of value that one parameter was sent with.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// It was sent at all.
    pub sent: bool,
    /// With a value that is not its default.
    pub non_default: bool,
    /// With a value that it cannot have; null where any text will do.
    pub invalid: Option<bool>,
}

/// Parameters that are JSON documents in a text. The API's document says so in its prose only.
const DOCUMENTS: [&str; 5] = ["filters", "buildargs", "labels", "cachefrom", "outputs"];

/// Whether there are values that a parameter cannot have, as far as its type tells.
pub fn can_be_invalid(name: &str, fact: &Fact) -> bool {
    let typed = |one: &JsonType| matches!(one, JsonType::Boolean | JsonType::Integer | JsonType::Number);
    DOCUMENTS.contains(&name) || fact.types.iter().any(typed)
}

impl Value {
    /// The kind of a query parameter's value.
    pub fn of(name: &str, fact: &Fact, value: &str) -> Value {
        if value.is_empty() {
            return Value::Default;
        }
        if fact.types.contains(&JsonType::Boolean) {
            return boolean(fact, value);
        }
        let valid = match fact.types.first() {
            _ if DOCUMENTS.contains(&name) => is_document(value),
            Some(JsonType::Integer | JsonType::Number) => is_number(value),
            _ => true,
        };
        match valid {
            false => Value::Invalid,
            true if fact.default.as_deref() == Some(value) || value == "{}" => Value::Default,
            true => Value::Other,
        }
    }
}

/// Docker takes any text for a boolean; these are the forms that mean one.
fn boolean(fact: &Fact, value: &str) -> Value {
    let is_default = |on: bool| (fact.default.as_deref() == Some("true")) == on;
    let on = match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "t" | "yes" => true,
        "0" | "false" | "f" | "no" | "none" => false,
        _ => return Value::Invalid,
    };
    if is_default(on) { Value::Default } else { Value::Other }
}

/// A number, or a symbol for one.
fn is_number(value: &str) -> bool {
    value.parse::<f64>().is_ok() || (value.starts_with('<') && value.ends_with('>') && !value.contains(' '))
}

fn is_document(value: &str) -> bool {
    // In a target what would be ambiguous stays encoded.
    let decoded = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
    serde_json::from_str::<serde_json::Value>(&decoded).is_ok_and(|value| value.is_object() || value.is_array())
}

impl Sent {
    /// What is known before anything was sent.
    pub(super) fn nothing(name: &str, fact: &Fact) -> Sent {
        Sent { invalid: can_be_invalid(name, fact).then_some(false), ..Sent::default() }
    }

    /// Adds a value.
    pub(super) fn add(&mut self, value: Value) {
        self.sent = true;
        self.non_default |= value == Value::Other;
        if let Some(invalid) = &mut self.invalid {
            *invalid |= value == Value::Invalid;
        }
    }
}

/// Names and values of a target's query.
pub(super) fn pairs(target: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::off_is_the_default("all", "boolean", "0", Value::Default)]
    #[case::on("all", "boolean~false", "true", Value::Other)]
    #[case::on_by_default("rm", "boolean~true", "1", Value::Default)]
    #[case::off_where_on_is_the_default("rm", "boolean~true", "False", Value::Other)]
    #[case::no_boolean("all", "boolean", "maybe", Value::Invalid)]
    #[case::empty("limit", "integer", "", Value::Default)]
    #[case::number("limit", "integer", "3", Value::Other)]
    #[case::default_number("since", "integer~0", "0", Value::Default)]
    #[case::symbol("since", "integer~0", "<unix>", Value::Other)]
    #[case::no_number("limit", "integer", "three", Value::Invalid)]
    #[case::document("filters", "string", "{\"name\":[\"a%26b\"]}", Value::Other)]
    #[case::empty_document("filters", "string", "{}", Value::Default)]
    #[case::no_document("filters", "string", "{\"name\"", Value::Invalid)]
    #[case::word("filters", "string", "nonsense", Value::Invalid)]
    #[case::text("signal", "string~SIGKILL", "SIGKILL", Value::Default)]
    #[case::other_text("signal", "string~SIGKILL", "SIGTERM", Value::Other)]
    fn values_have_kinds(#[case] name: &str, #[case] fact: &str, #[case] value: &str, #[case] kind: Value) {
        assert_eq!(Value::of(name, &Fact::parse(fact), value), kind);
    }

    #[test]
    fn a_plain_text_has_no_invalid_value() {
        assert_eq!(Sent::nothing("name", &Fact::parse("string")).invalid, None);
        assert_eq!(Sent::nothing("changes", &Fact::parse("array")).invalid, None);
        assert_eq!(Sent::nothing("filters", &Fact::parse("string")).invalid, Some(false));
        assert_eq!(Sent::nothing("limit", &Fact::parse("integer")).invalid, Some(false));
    }
}
