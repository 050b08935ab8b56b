//! Reading a TOML table field by field, with a place for each complaint.

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::error::{At, Error};
use super::parse::Place;

/// A field's name and what it holds, as messages say it.
pub(super) type Known = &'static [(&'static str, &'static str)];

/// The fields of one table.
pub(super) struct Fields<'a, 't> {
    table: &'t DeTable<'t>,
    name: &'static str,
    known: Known,
    place: &'a Place<'a>,
    /// The table's own place.
    pub at: At,
    pub errors: &'a mut Vec<Error>,
}

impl<'a, 't> Fields<'a, 't> {
    /// Starts reading, and complains about each field that is not known. `elsewhere` are fields of the other table.
    pub fn of(
        table: &'t DeTable<'t>,
        (name, known): (&'static str, Known),
        (other_name, other): (&'static str, Known),
        (place, at): (&'a Place<'a>, At),
        errors: &'a mut Vec<Error>,
    ) -> Fields<'a, 't> {
        for key in table.keys() {
            let field = key.get_ref().to_string();
            if known.iter().any(|(known, _)| *known == field) {
                continue;
            }
            let advice = if other.iter().any(|(other, _)| *other == field) {
                format!("It belongs in {other_name}: move it there")
            } else {
                match closest(&field, known) {
                    Some(near) => format!("Did you mean `{near}`?"),
                    None => "Correct or remove it".to_owned(),
                }
            };
            let known = known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            errors.push(Error::UnknownField { at: place.at(key.span().start), field, table: name, known, advice });
        }
        Fields { table, name, known, place, at, errors }
    }

    /// The value of a field.
    pub fn raw(&self, field: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.table.get(field)
    }

    /// The place of a field, or of the table when the field is not there.
    pub fn at(&self, field: &str) -> At {
        let key = self.table.get_key_value(field).map(|(key, _)| key);
        key.map_or_else(|| self.at.clone(), |key| self.place.at(key.span().start))
    }

    /// The place of a value.
    pub fn at_value(&self, value: &Spanned<DeValue<'_>>) -> At {
        self.place.at(value.span().start)
    }

    /// What a field holds, in words.
    fn expected(&self, field: &str) -> &'static str {
        self.known.iter().find(|(name, _)| *name == field).map_or("nothing", |(_, expected)| expected)
    }

    /// Complains that a required field is missing.
    pub fn missing(&mut self, field: &'static str) {
        let expected = self.expected(field).to_owned();
        self.errors.push(Error::MissingField { at: self.at.clone(), table: self.name, field, expected });
    }

    /// Complains about a field's value.
    pub fn bad(&mut self, field: &str, found: impl Into<String>, advice: impl Into<String>) {
        let (at, expected) = (self.at(field), self.expected(field).to_owned());
        let (found, advice) = (found.into(), advice.into());
        self.errors.push(Error::BadValue { at, field: field.to_owned(), found, expected, advice });
    }

    fn wrong_type(&mut self, field: &str, value: &DeValue<'_>) {
        self.bad(field, format!("{} {}", article(value.type_str()), value.type_str()), "Correct it");
    }

    /// A string that is not empty.
    pub fn string(&mut self, field: &'static str) -> Option<String> {
        let value = self.raw(field)?.get_ref();
        match value.as_str() {
            Some(text) if text.trim().is_empty() => {
                self.bad(field, "empty", "Fill it in, or remove it");
                None
            }
            Some(text) => Some(text.to_owned()),
            None => {
                self.wrong_type(field, value);
                None
            }
        }
    }

    /// A string or several; empty when the field is not there.
    pub fn strings(&mut self, field: &'static str) -> Vec<String> {
        let Some(value) = self.raw(field) else {
            return Vec::new();
        };
        let Some(items) = value.get_ref().as_array() else {
            return self.string(field).into_iter().collect();
        };
        if items.is_empty() {
            self.bad(field, "an empty array", "Fill it in, or remove it");
        }
        let mut strings = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_str().filter(|text| !text.trim().is_empty()) {
                Some(text) => strings.push(text.to_owned()),
                None => {
                    let kind = item.get_ref().type_str();
                    let found = if kind == "string" {
                        "an array with an empty string".to_owned()
                    } else {
                        format!("an array with {} {kind}", article(kind))
                    };
                    self.bad(field, found, "Correct the item");
                }
            }
        }
        strings
    }

    /// A boolean.
    pub fn boolean(&mut self, field: &'static str) -> Option<bool> {
        let value = self.raw(field)?.get_ref();
        if value.as_bool().is_none() {
            self.wrong_type(field, value);
        }
        value.as_bool()
    }

    /// Any value, as JSON.
    pub fn json(&mut self, field: &'static str) -> Option<Value> {
        let value = self.raw(field)?.get_ref();
        let json = json(value);
        if json.is_none() {
            self.bad(field, "a date, or a number beyond JSON's", "Write a date as a string");
        }
        json
    }

    /// One of some words.
    pub fn word<T: Copy>(&mut self, field: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        let found = self.string(field)?;
        let word = words.iter().find(|(word, _)| *word == found).map(|(_, value)| *value);
        if word.is_none() {
            self.bad(field, format!("\"{found}\""), "Use one of these words");
        }
        word
    }
}

/// `a` or `an`.
pub(super) fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// The known field that an unknown one resembles.
fn closest(field: &str, known: Known) -> Option<&'static str> {
    let near = known.iter().map(|(name, _)| (similar::TextDiff::from_chars(field, *name).ratio(), *name));
    near.filter(|(ratio, _)| *ratio > 0.7).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

fn integer(value: &DeInteger<'_>) -> Option<Value> {
    let (text, radix) = (value.as_str(), value.radix());
    match i64::from_str_radix(text, radix) {
        Ok(number) => Some(number.into()),
        Err(_) => u64::from_str_radix(text, radix).ok().map(Value::from),
    }
}

fn json(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::String(text.to_string())),
        DeValue::Integer(number) => integer(number),
        DeValue::Float(number) => {
            let number: f64 = number.as_str().parse().ok()?;
            serde_json::Number::from_f64(number).map(Value::Number)
        }
        DeValue::Boolean(truth) => Some(Value::Bool(*truth)),
        DeValue::Datetime(_) => None,
        DeValue::Array(items) => {
            items.iter().map(|item| json(item.get_ref())).collect::<Option<Vec<_>>>().map(Value::Array)
        }
        DeValue::Table(table) => {
            let fields = table.iter().map(|(key, value)| Some((key.get_ref().to_string(), json(value.get_ref())?)));
            fields.collect::<Option<serde_json::Map<_, _>>>().map(Value::Object)
        }
    }
}
