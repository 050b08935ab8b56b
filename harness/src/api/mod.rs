//! The facts of the API's versions, taken from the Engine's OpenAPI documents.
//!
//! `harness/api/vX.json` holds for each operation its query parameters, headers, body and statuses. Bodies are numbers in
//! its list of shapes; a shape is a map from places to what [`Fact`] reads.

mod fact;
mod shape;

pub use fact::{Fact, JsonType};
pub use shape::{Part, Shape};

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// The facts of one API version.
#[derive(Debug)]
pub struct Api {
    /// `1.41`.
    pub version: String,
    /// Every operation, in the document's order.
    pub operations: Vec<Operation>,
    index: BTreeMap<String, usize>,
}

/// One operation of the API.
#[derive(Debug)]
pub struct Operation {
    /// The path template with its method: `POST /containers/{id}/wait`.
    pub operation: String,
    /// Query parameters.
    pub query: BTreeMap<String, Fact>,
    /// Request headers, as the document writes their names.
    pub headers: BTreeMap<String, Fact>,
    /// The request's body, where there is one.
    pub body: Option<Body>,
    /// Documented statuses and their bodies.
    pub statuses: BTreeMap<u16, Body>,
}

/// A documented body. It is read into a [`Shape`] when that is asked for: a gate needs none.
#[derive(Debug, Clone)]
pub struct Body(Arc<LazyLock<Shape, Box<dyn FnOnce() -> Shape + Send + Sync>>>);

impl Body {
    fn new(texts: BTreeMap<String, String>) -> Self {
        Body(Arc::new(LazyLock::new(Box::new(move || Shape::new(&texts)))))
    }

    /// What is documented.
    pub fn shape(&self) -> &Shape {
        &self.0
    }
}

#[derive(Deserialize)]
struct File {
    version: String,
    shapes: Vec<BTreeMap<String, String>>,
    operations: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    operation: String,
    query: BTreeMap<String, String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<usize>,
    statuses: BTreeMap<u16, usize>,
}

type Version = (&'static str, LazyLock<Api>);

/// The known versions, oldest first.
static VERSIONS: [Version; 4] = [
    ("1.25", LazyLock::new(|| Api::read("1.25", include_str!("../../api/v1.25.json")))),
    ("1.41", LazyLock::new(|| Api::read("1.41", include_str!("../../api/v1.41.json")))),
    ("1.45", LazyLock::new(|| Api::read("1.45", include_str!("../../api/v1.45.json")))),
    ("1.51", LazyLock::new(|| Api::read("1.51", include_str!("../../api/v1.51.json")))),
];

impl Api {
    /// The versions whose facts are known, oldest first.
    pub fn versions() -> impl Iterator<Item = &'static str> {
        VERSIONS.iter().map(|(version, _)| *version)
    }

    /// The facts of exactly this version.
    pub fn of(version: &str) -> Option<&'static Api> {
        VERSIONS.iter().find(|(known, _)| *known == version).map(|(_, api)| &**api)
    }

    /// The facts that come nearest to a version: its own, else those of the next older known one, else the oldest.
    pub fn nearest(version: &str) -> &'static Api {
        let number = |text: &str| -> Option<(u32, u32)> {
            let (major, minor) = text.split_once('.')?;
            Some((major.parse().ok()?, minor.parse().ok()?))
        };
        let wanted = number(version);
        let older = VERSIONS.iter().rev().find(|(known, _)| number(known) <= wanted);
        let (_, api) = older.unwrap_or(&VERSIONS[0]);
        api
    }

    /// The facts of an operation.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(self.position(name)?)
    }

    /// Where an operation stands among all.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    // A file of this repository, checked by a test: it cannot fail at a user's.
    fn read(version: &str, text: &str) -> Api {
        let file: File = serde_json::from_str(text).unwrap_or(File {
            version: version.to_owned(),
            shapes: Vec::new(),
            operations: Vec::new(),
        });
        let bodies: Vec<Body> = file.shapes.into_iter().map(Body::new).collect();
        let body = |number: usize| bodies.get(number).cloned().unwrap_or_else(|| Body::new(BTreeMap::new()));
        let facts = |texts: BTreeMap<String, String>| {
            texts.into_iter().map(|(name, text)| (name, Fact::parse(&text))).collect()
        };
        let operations: Vec<Operation> = file
            .operations
            .into_iter()
            .map(|entry| Operation {
                operation: entry.operation,
                query: facts(entry.query),
                headers: facts(entry.headers),
                body: entry.body.map(body),
                statuses: entry.statuses.into_iter().map(|(status, number)| (status, body(number))).collect(),
            })
            .collect();
        let index = operations.iter().enumerate().map(|(index, one)| (one.operation.clone(), index)).collect();
        Api { version: file.version, operations, index }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("1.25", 94, 118, 7, 629, 285)]
    #[case("1.41", 106, 153, 8, 960, 354)]
    #[case("1.45", 107, 161, 8, 1043, 360)]
    #[case("1.51", 107, 173, 8, 1062, 360)]
    fn the_facts_are_whole(
        #[case] version: &str,
        #[case] operations: usize,
        #[case] parameters: usize,
        #[case] headers: usize,
        #[case] properties: usize,
        #[case] statuses: usize,
    ) {
        let all = Api::of(version).map_or(&[][..], |api| &api.operations);
        let sum = |count: fn(&Operation) -> usize| all.iter().map(count).sum::<usize>();
        let found = (
            all.len(),
            sum(|one| one.query.len()),
            sum(|one| one.headers.len()),
            sum(|one| one.body.as_ref().map_or(0, |body| body.shape().places().count())),
            sum(|one| one.statuses.len()),
        );
        assert_eq!(found, (operations, parameters, headers, properties, statuses));
    }

    #[rstest]
    #[case("1.41", "1.41")]
    #[case("1.44", "1.41")]
    #[case("1.60", "1.51")]
    #[case("1.12", "1.25")]
    #[case("what", "1.25")]
    fn a_version_without_facts_has_those_of_the_next_older_one(#[case] version: &str, #[case] facts: &str) {
        assert_eq!(Api::nearest(version).version, facts);
    }

    #[test]
    fn a_body_is_found_by_its_number() {
        let operation = Api::of("1.41").and_then(|api| api.operation("GET /containers/{id}/json"));
        let fact = operation.and_then(|one| one.statuses.get(&200)?.shape().fact("/State/Status").cloned());
        assert!(fact.is_some_and(|fact| fact.allowed.is_some_and(|list| list.contains(&"paused".to_owned()))));
    }
}
