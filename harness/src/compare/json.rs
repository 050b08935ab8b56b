//! Where two JSON documents differ.

use serde_json::{Map, Value};

use super::symbols::{Bindings, is_numbered, loose};
use super::{Kind, arrays};

/// A difference within a document.
#[derive(Debug)]
pub(super) struct Found {
    /// The pointer, with its root.
    pub(super) pointer: String,
    pub(super) kind: Kind,
    pub(super) reference: Value,
    pub(super) candidate: Value,
}

/// A comparison of two documents.
pub(super) struct Json<'a> {
    pub(super) operation: &'a str,
    pub(super) bindings: &'a mut Bindings,
    pub(super) found: Vec<Found>,
    /// Unescaped parts of the pointer so far.
    pub(super) path: Vec<String>,
}

impl<'a> Json<'a> {
    /// Compares two values at a place such as `body`.
    pub(super) fn at(
        operation: &'a str,
        path: &[&str],
        (reference, candidate): (&Value, &Value),
        bindings: &'a mut Bindings,
    ) -> Vec<Found> {
        let path = path.iter().map(|part| (*part).to_owned()).collect();
        let mut json = Self { operation, bindings, found: Vec::new(), path };
        json.values(reference, candidate);
        json.found
    }

    /// Compares two values at the current place.
    pub(super) fn values(&mut self, reference: &Value, candidate: &Value) {
        let kind = match (reference, candidate) {
            (Value::Object(left), Value::Object(right)) => return self.objects(left, right),
            (Value::Array(left), Value::Array(right)) => return arrays::compare(self, left, right),
            (Value::String(left), Value::String(right)) => self.bindings.texts(left, right),
            (left, right) if std::mem::discriminant(left) != std::mem::discriminant(right) => Some(Kind::Type),
            (left, right) => (left != right).then_some(Kind::Value),
        };
        if let Some(kind) = kind {
            self.report(kind, reference.clone(), candidate.clone());
        }
    }

    /// Whether two values differ in nothing, given who is who so far.
    pub(super) fn fits(&self, reference: &Value, candidate: &Value) -> bool {
        let mut bindings = self.bindings.clone();
        let mut path = self.path.clone();
        path.push("0".to_owned());
        let mut json = Json { operation: self.operation, bindings: &mut bindings, found: Vec::new(), path };
        json.values(reference, candidate);
        json.found.is_empty()
    }

    /// Compares two values one part further.
    pub(super) fn inside(&mut self, part: &str, reference: &Value, candidate: &Value) {
        self.path.push(part.to_owned());
        self.values(reference, candidate);
        self.path.pop();
    }

    /// Reports something that only the reference has.
    pub(super) fn missing(&mut self, part: &str, reference: &Value) {
        self.path.push(part.to_owned());
        self.report(Kind::Missing, reference.clone(), Value::Null);
        self.path.pop();
    }

    /// Reports something that only the candidate has.
    pub(super) fn extra(&mut self, part: &str, candidate: &Value) {
        self.path.push(part.to_owned());
        self.report(Kind::Extra, Value::Null, candidate.clone());
        self.path.pop();
    }

    /// Reports a difference at the current place.
    pub(super) fn report(&mut self, kind: Kind, reference: Value, candidate: Value) {
        let escaped = self.path.iter().map(|part| part.replace('~', "~0").replace('/', "~1"));
        let pointer = escaped.flat_map(|part| ["/".to_owned(), part]).collect();
        self.found.push(Found { pointer, kind, reference, candidate });
    }

    fn objects(&mut self, reference: &Map<String, Value>, candidate: &Map<String, Value>) {
        let mut taken: Vec<&str> = Vec::new();
        for (key, left) in reference {
            match self.member(key, left, candidate, &taken) {
                Some((other, right)) => {
                    taken.push(other);
                    self.inside(key, left, right);
                }
                None => self.missing(key, left),
            }
        }
        for (key, right) in candidate.iter().filter(|(key, _)| !taken.contains(&key.as_str())) {
            self.extra(key, right);
        }
    }

    /// The candidate's member of this key: the same, or one whose symbols may stand for the same.
    fn member<'c>(
        &mut self,
        key: &str,
        left: &Value,
        candidate: &'c Map<String, Value>,
        taken: &[&str],
    ) -> Option<(&'c str, &'c Value)> {
        if !is_numbered(key) {
            return candidate.get_key_value(key).map(|(key, value)| (key.as_str(), value));
        }
        let wanted = loose(key);
        let like = |other: &&String| !taken.contains(&other.as_str()) && loose(other) == wanted;
        let free: Vec<&String> = candidate.keys().filter(like).collect();
        let fits = |bindings: &Bindings, other: &str| bindings.clone().texts(key, other).is_none();
        let possible: Vec<&String> = free.into_iter().filter(|other| fits(self.bindings, other)).collect();
        let text = canonical(left);
        let alike = possible.iter().find(|other| candidate.get(other.as_str()).is_some_and(|v| canonical(v) == text));
        let other = *alike.or(possible.first())?;
        self.bindings.texts(key, other);
        candidate.get_key_value(other).map(|(key, value)| (key.as_str(), value))
    }
}

/// A value as a text that is equal for what may be equal: members in the order of their keys, symbols without the
/// numbers that depend on what came before.
pub(super) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::String(string) => text.push_str(&Value::String(loose(string)).to_string()),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut list: Vec<(String, &Value)> = members.iter().map(|(key, member)| (loose(key), member)).collect();
            list.sort_by(|a, b| a.0.cmp(&b.0));
            text.push('{');
            for (index, (key, member)) in list.into_iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                text.push_str(&Value::String(key).to_string());
                text.push(':');
                write(member, text);
            }
            text.push('}');
        }
        other => text.push_str(&other.to_string()),
    }
}
