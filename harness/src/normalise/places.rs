//! The walk through a JSON document that applies the tables and then the patterns.

use serde_json::{Map, Value};

use super::symbols::Numbers;
use super::text::Scrub;
use super::{order, shape, special};

/// A walk through one document of a step.
pub(super) struct Walk<'o> {
    operation: &'o str,
    rows: Vec<&'static shape::Row>,
    sorts: Vec<&'static order::Row>,
    path: Vec<String>,
}

impl<'o> Walk<'o> {
    /// Starts at `body`, `request`, `frames`, `headers` or `observation`.
    pub(super) fn new(operation: &'o str, root: &str) -> Self {
        Self {
            operation,
            rows: shape::rows(operation).collect(),
            sorts: order::rows(operation).collect(),
            path: vec![root.to_owned()],
        }
    }

    /// Starts further inside.
    pub(super) fn at(mut self, part: &str) -> Self {
        self.path.push(part.to_owned());
        self
    }

    /// The document in its normalised form.
    pub(super) fn value(mut self, mut value: Value, scrub: &mut Scrub<'_>) -> Value {
        if self.path == ["body"] && self.operation.ends_with("/top") {
            special::top(&mut value);
        }
        self.shape(&mut value, scrub);
        self.sort(&mut value, scrub);
        let key = self.path.pop().unwrap_or_default();
        replace(&mut value, &key, scrub);
        value
    }

    /// Applies the table of shapes, and finds times among numbers.
    fn shape(&mut self, value: &mut Value, scrub: &Scrub<'_>) {
        if self.rows.iter().find(|row| row.fits(&self.path)).is_some_and(|row| row.apply(value)) {
            return;
        }
        match value {
            Value::Number(number) => {
                let time = match number.as_i128() {
                    Some(whole) => scrub.index.time(whole).map(|unit| format!("<{unit}>")),
                    None => number
                        .as_f64()
                        .and_then(|float| scrub.index.time(float.trunc() as i128))
                        .map(|unit| format!("<{unit}-fraction>")),
                };
                if let Some(symbol) = time {
                    *value = Value::String(symbol);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.path.push(index.to_string());
                    self.shape(item, scrub);
                    self.path.pop();
                }
            }
            Value::Object(members) => {
                for (key, member) in members.iter_mut() {
                    self.path.push(key.clone());
                    self.shape(member, scrub);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    /// Sorts arrays that have no order, and members whose keys are volatile, by what is stable in them.
    fn sort(&mut self, value: &mut Value, scrub: &Scrub<'_>) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.path.push(index.to_string());
                    self.sort(item, scrub);
                    self.path.pop();
                }
                if let Some(row) = self.sorts.iter().find(|row| row.fits(&self.path)) {
                    let key = |item: &Value| {
                        let first = row.key.and_then(|key| item.get(key));
                        (first.map(|first| masked(first, scrub)), masked(item, scrub))
                    };
                    items.sort_by_cached_key(key);
                }
            }
            Value::Object(members) => {
                for (key, member) in members.iter_mut() {
                    self.path.push(key.clone());
                    self.sort(member, scrub);
                    self.path.pop();
                }
                let mut mask = Scrub { index: scrub.index, numbers: Numbers::Masked };
                if members.keys().any(|key| mask.text(key) != *key) {
                    let mut list: Vec<(String, Value)> = std::mem::take(members).into_iter().collect();
                    list.sort_by_cached_key(|(key, member)| (mask.text(key), masked(member, scrub)));
                    *members = list.into_iter().collect();
                }
            }
            _ => {}
        }
    }
}

/// A value as a text without anything that another run would have otherwise.
fn masked(value: &Value, scrub: &Scrub<'_>) -> String {
    let mut value = value.clone();
    replace(&mut value, "", &mut Scrub { index: scrub.index, numbers: Numbers::Masked });
    value.to_string()
}

/// Replaces by pattern in all texts, keys too.
fn replace(value: &mut Value, key: &str, scrub: &mut Scrub<'_>) {
    match value {
        Value::String(text) => {
            let port = if key == "HostPort" { scrub.port_text(text) } else { None };
            *text = port.unwrap_or_else(|| scrub.text(text));
        }
        Value::Number(number) if key == "PublicPort" => {
            let number = number.to_string();
            if scrub.port_text(&number).is_some() {
                *value = Value::String(format!("<{}>", scrub.numbers.name("port", &number)));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, key, scrub)),
        Value::Object(members) => {
            let mut list = Map::new();
            for (key, mut member) in std::mem::take(members) {
                let mut symbol = scrub.text(&key);
                replace(&mut member, &key, scrub);
                while list.contains_key(&symbol) {
                    symbol.push('#');
                }
                list.insert(symbol, member);
            }
            *members = list;
        }
        _ => {}
    }
}
