//! What a specification says of one value, in one short text.

use serde_json::Value;

/// What is said of one value: a parameter, or a part of a body.
///
/// Written `!type|type?:format=allowed|allowed~default`, all but the type optional: `!` is required, `?` may be null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The whole text.
    pub text: String,
    /// The JSON types, one of which it has.
    pub types: Vec<JsonType>,
    /// It has to be there.
    pub required: bool,
    /// It may be null.
    pub nullable: bool,
    /// `int64`, `date-time`, …
    pub format: Option<String>,
    /// The only values, where there is a list.
    pub allowed: Option<Vec<String>>,
    /// What a parameter is when it is not sent.
    pub default: Option<String>,
}

/// The types of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonType {
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// A list.
    Array,
    /// Members by name.
    Object,
}

impl JsonType {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "string" => Self::String,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => return None,
        })
    }

    /// Whether a value (which is no symbol for a number) has the type.
    pub fn fits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
        }
    }
}

impl Fact {
    /// Reads the notation. A type that is none of JSON's (`recursive`) leaves the types open.
    pub fn parse(text: &str) -> Self {
        let rest = text.strip_prefix('!');
        let (rest, required) = (rest.unwrap_or(text), rest.is_some());
        let (rest, default) = split(rest, '~');
        let (rest, allowed) = split(rest, '=');
        let (rest, format) = split(rest, ':');
        let (kind, nullable) = rest.strip_suffix('?').map_or((rest, false), |kind| (kind, true));
        let types: Vec<JsonType> = kind.split('|').filter_map(JsonType::parse).collect();
        Fact {
            text: text.to_owned(),
            // `object={}` says that the object is always empty, which no engine's client has ever relied on.
            allowed: allowed
                .filter(|_| !types.contains(&JsonType::Object))
                .map(|list| list.split('|').map(str::to_owned).collect()),
            types,
            required,
            nullable,
            format: format.map(str::to_owned),
            default: default.map(str::to_owned),
        }
    }

    /// Whether it is a list or has members.
    pub fn holds_others(&self) -> bool {
        self.types.iter().any(|kind| matches!(kind, JsonType::Array | JsonType::Object))
    }

    /// Whether the format is a time by RFC 3339, however the document spells it.
    pub fn is_time(&self) -> bool {
        self.format.as_deref().is_some_and(|format| matches!(format, "date-time" | "dateTime"))
    }

    /// The types as a person reads them.
    pub fn kind(&self) -> &str {
        let start = usize::from(self.required);
        let end = self.text.find([':', '=', '~']).unwrap_or(self.text.len());
        &self.text[start..end]
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[test]
    fn every_part_of_the_notation_is_read() {
        let fact = Fact::parse("!integer?:int64=0|1~1");
        assert!(fact.required && fact.nullable);
        assert_eq!(fact.types, [JsonType::Integer]);
        assert_eq!(fact.format.as_deref(), Some("int64"));
        assert_eq!(fact.allowed, Some(vec!["0".to_owned(), "1".to_owned()]));
        assert_eq!(fact.default.as_deref(), Some("1"));
        assert_eq!(fact.kind(), "integer?");
    }

    #[test]
    fn an_empty_text_may_be_among_the_allowed() {
        let fact = Fact::parse("string=|no|always");
        assert_eq!(fact.allowed.unwrap_or_default(), ["", "no", "always"]);
    }

    #[rstest]
    #[case::two_types("array|string", json!("a"), true)]
    #[case::whole("integer", json!(1), true)]
    #[case::fraction("integer", json!(1.5), false)]
    #[case::fraction_of_a_number("number", json!(1.5), true)]
    #[case::text_for_a_number("integer", json!("1"), false)]
    fn types_fit_or_not(#[case] text: &str, #[case] value: Value, #[case] fits: bool) {
        assert_eq!(Fact::parse(text).types.iter().any(|kind| kind.fits(&value)), fits);
    }

    #[test]
    fn what_is_always_empty_allows_anything() {
        assert_eq!(Fact::parse("object={}").allowed, None);
    }
}
