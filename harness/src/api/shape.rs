//! A documented body: facts by place, and the walk that finds a document's parts in it.

use super::{Fact, JsonType};
use serde_json::Value;
use std::collections::BTreeMap;

/// A documented body. Places are JSON pointers with `[]` for each item of a list and `{key}` for each member of a map;
/// the document itself is `/`.
#[derive(Debug, Default)]
pub struct Shape {
    facts: BTreeMap<String, Fact>,
    /// By place, the members that have to be there.
    required: BTreeMap<String, Vec<String>>,
}

/// One part of a document, beside what is documented of it.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The documented place; for what is not documented, the place in the document.
    pub place: &'a str,
    /// What is documented; `None` where nothing is.
    pub fact: Option<&'a Fact>,
    /// What is there; `None` where something required is not.
    pub value: Option<&'a Value>,
    /// Where it is in this very document, unescaped parts.
    pub path: &'a [String],
}

impl Shape {
    pub(super) fn new(texts: &BTreeMap<String, String>) -> Self {
        let facts: BTreeMap<String, Fact> =
            texts.iter().map(|(place, text)| (place.clone(), Fact::parse(text))).collect();
        let mut required: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (place, _) in facts.iter().filter(|(_, fact)| fact.required) {
            if let Some((parent, member)) = place.rsplit_once('/').filter(|(_, member)| !member.is_empty()) {
                let parent = if parent.is_empty() { "/" } else { parent };
                required.entry(parent.to_owned()).or_default().push(member.to_owned());
            }
        }
        Shape { facts, required }
    }

    /// Whether nothing is documented.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// All places, in the order of their names.
    pub fn places(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.facts.iter().map(|(place, fact)| (place.as_str(), fact))
    }

    /// What is documented of the document as a whole.
    pub fn root(&self) -> Option<&Fact> {
        self.facts.get("/")
    }

    /// What is documented at a place.
    pub fn fact(&self, place: &str) -> Option<&Fact> {
        self.facts.get(place)
    }

    /// The place one part further inside, where it is documented. `part` is not escaped; an index finds the list's item.
    pub fn inside(&self, place: &str, part: &str) -> Option<&str> {
        let holder = self.facts.get(place)?;
        let key = |end: &str| self.facts.get_key_value(&join(place, end)).map(|(place, _)| place.as_str());
        let is_index = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_index && holder.types.contains(&JsonType::Array) {
            return key("[]");
        }
        key(&escape(part)).or_else(|| key("{key}"))
    }

    /// The documented place of a path of unescaped parts.
    pub fn locate<S: AsRef<str>>(&self, path: &[S]) -> Option<&str> {
        path.iter().try_fold("/", |place, part| self.inside(place, part.as_ref())).filter(|_| !self.is_empty())
    }

    /// Shows each part of a document to `see`, outer ones first, and what is required and not there. Below what is not
    /// documented nothing is shown.
    pub fn walk(&self, value: &Value, see: &mut dyn FnMut(Part<'_>)) {
        self.walk_from("/", value, see);
    }

    /// The same for what stands at a documented place.
    pub fn walk_from(&self, place: &str, value: &Value, see: &mut dyn FnMut(Part<'_>)) {
        self.part(place, value, &mut Vec::new(), see);
    }

    fn part(&self, place: &str, value: &Value, path: &mut Vec<String>, see: &mut dyn FnMut(Part<'_>)) {
        let Some(fact) = self.facts.get(place) else { return };
        see(Part { place, fact: Some(fact), value: Some(value), path });
        match value {
            Value::Object(members) if fact.types.contains(&JsonType::Object) => {
                for (key, member) in members {
                    self.step(place, key, member, path, see);
                }
                for member in self.required.get(place).into_iter().flatten() {
                    if !members.contains_key(&unescape(member)) && member != "{key}" {
                        let place = join(place, member);
                        see(Part { place: &place, fact: self.facts.get(&place), value: None, path });
                    }
                }
            }
            Value::Array(items) if fact.types.contains(&JsonType::Array) => {
                for (index, item) in items.iter().enumerate() {
                    self.step(place, &index.to_string(), item, path, see);
                }
            }
            _ => {}
        }
    }

    fn step(&self, place: &str, part: &str, value: &Value, path: &mut Vec<String>, see: &mut dyn FnMut(Part<'_>)) {
        path.push(part.to_owned());
        match self.inside(place, part) {
            Some(inside) => self.part(inside, value, path, see),
            // A map of anything, or a list of it, has nothing undocumented.
            None if self.is_open(place) => {}
            None => {
                let place = join(place, &escape(part));
                see(Part { place: &place, fact: None, value: Some(value), path });
            }
        }
        path.pop();
    }

    /// Whether nothing is documented below a place.
    fn is_open(&self, place: &str) -> bool {
        let start = join(place, "");
        self.facts
            .range(start.clone()..)
            .find(|(next, _)| *next != "/")
            .is_none_or(|(next, _)| !next.starts_with(&start))
    }
}

fn join(place: &str, part: &str) -> String {
    format!("{}/{part}", place.trim_end_matches('/'))
}

fn escape(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shape() -> Shape {
        let texts = [
            ("/", "object"),
            ("/Id", "!string"),
            ("/Ports", "array"),
            ("/Ports/[]", "object"),
            ("/Ports/[]/Type", "string=tcp|udp"),
            ("/Labels", "object"),
            ("/Labels/{key}", "string"),
            ("/Any", "object"),
        ];
        Shape::new(&texts.iter().map(|(place, text)| ((*place).to_owned(), (*text).to_owned())).collect())
    }

    fn seen(value: &Value) -> Vec<String> {
        let mut list = Vec::new();
        shape().walk(value, &mut |part| {
            let mark = match (part.fact, part.value) {
                (None, _) => "undocumented ",
                (_, None) => "lacks ",
                _ => "",
            };
            list.push(format!("{mark}{}", part.place));
        });
        list
    }

    #[test]
    fn parts_are_found_by_name_by_item_and_by_any_key() {
        let value = json!({ "Id": "a", "Ports": [{ "Type": "tcp" }], "Labels": { "a/b": "c" }, "Any": { "x": 1 } });
        let expected = ["/", "/Id", "/Ports", "/Ports/[]", "/Ports/[]/Type", "/Labels", "/Labels/{key}", "/Any"];
        assert_eq!(seen(&value), expected);
    }

    #[test]
    fn what_is_required_and_what_is_unknown_is_told() {
        assert_eq!(seen(&json!({ "New": {} })), ["/", "undocumented /New", "lacks /Id"]);
    }

    #[test]
    fn a_path_leads_to_its_place() {
        assert_eq!(shape().locate(&["Ports", "3", "Type"]), Some("/Ports/[]/Type"));
        assert_eq!(shape().locate(&["Labels", "0"]), Some("/Labels/{key}"));
        assert_eq!(shape().locate(&["Ports", "Type"]), None);
        assert_eq!(shape().locate::<&str>(&[]), Some("/"));
    }
}
