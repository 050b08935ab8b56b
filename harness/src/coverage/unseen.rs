//! What an engine documents and cannot be made to show: a list with reasons, held against the transcripts.

use super::Row;
use crate::divergence::Glob;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The list of one API version, for the engine that speaks it first.
#[derive(Debug, Default)]
pub struct Unseen {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    operations: Vec<Glob>,
    statuses: Vec<u16>,
    /// Empty for the status itself.
    places: Vec<Glob>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    unseen: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    operation: OneOrMore,
    statuses: Vec<u16>,
    #[serde(default)]
    places: Vec<String>,
    #[allow(dead_code, reason = "for the reader of the list")]
    #[serde(default)]
    tried: String,
    #[allow(dead_code, reason = "for the reader of the list")]
    reason: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Unseen {
    /// The list of an API version; an empty one where there is none.
    pub fn of(version: &str) -> Unseen {
        match version {
            "1.41" => Unseen::read(include_str!("../../api/unseen-v1.41.toml")).unwrap_or_default(),
            _ => Unseen::default(),
        }
    }

    fn read(text: &str) -> Result<Unseen, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        let entry = |item: Item| Entry {
            operations: match &item.operation {
                OneOrMore::One(one) => vec![Glob::operation(one)],
                OneOrMore::More(list) => list.iter().map(|one| Glob::operation(one)).collect(),
            },
            statuses: item.statuses,
            places: item.places.iter().map(|place| Glob::segments(place)).collect(),
        };
        Ok(Unseen { entries: file.unseen.into_iter().map(entry).collect() })
    }

    /// Moves what is listed out of what is missing, and says what is listed and was seen.
    pub(super) fn apply(&self, rows: &mut [Row]) -> Vec<String> {
        let mut contradicted = Vec::new();
        for row in rows {
            let entries: Vec<&Entry> = self
                .entries
                .iter()
                .filter(|entry| entry.operations.iter().any(|glob| glob.fits(&row.operation)))
                .collect();
            for status in &mut row.statuses {
                let of_status: Vec<&&Entry> =
                    entries.iter().filter(|entry| entry.statuses.contains(&status.status)).collect();
                let listed = |place: &str| of_status.iter().any(|entry| entry.places.iter().any(|one| one.fits(place)));
                let never = of_status.iter().any(|entry| entry.places.is_empty());
                let name = format!("{} {}", row.operation, status.status);
                if never && !status.scenarios.is_empty() {
                    contradicted.push(name.clone());
                }
                status.impossible = never;
                let seen = status.pointers.seen.iter().filter(|place| listed(place));
                contradicted.extend(seen.map(|place| format!("{name} {place}")));
                let missing = std::mem::take(&mut status.pointers.missing);
                let (impossible, missing): (BTreeSet<String>, BTreeSet<String>) =
                    missing.into_iter().partition(|place| never || listed(place));
                status.pointers.impossible = impossible;
                status.pointers.missing = missing;
            }
        }
        contradicted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Api;

    #[test]
    fn the_list_can_be_read_and_each_of_its_lines_means_something() {
        let list = Unseen::read(include_str!("../../api/unseen-v1.41.toml")).unwrap_or_else(|error| panic!("{error}"));
        let api = Api::nearest("1.41");
        for entry in &list.entries {
            let documented =
                api.operations.iter().filter(|one| entry.operations.iter().any(|glob| glob.fits(&one.operation)));
            let places: Vec<&str> = documented
                .flat_map(|one| &one.statuses)
                .filter(|(status, _)| entry.statuses.contains(status))
                .flat_map(|(_, body)| body.shape().places().map(|(place, _)| place))
                .collect();
            for glob in &entry.places {
                assert!(places.iter().any(|place| glob.fits(place)), "{} fits no documented place", glob.as_str());
            }
        }
    }

    #[test]
    fn what_is_listed_and_seen_is_told() {
        let list = "[[unseen]]\noperation = 'GET /version'\nstatuses = [200]\nplaces = ['/Os', '/Arch']\nreason = 'x'\n\
                    [[unseen]]\noperation = 'GET /version'\nstatuses = [500]\nreason = 'x'\n";
        let list = Unseen::read(list).unwrap_or_default();
        let api = Api::nearest("1.41");
        let mut rows: Vec<Row> = api.operation("GET /version").map(Row::of).into_iter().collect();
        let seen = rows[0].statuses[0].pointers.missing.take("/Os").unwrap_or_default();
        rows[0].statuses[0].pointers.seen.insert(seen);
        assert_eq!(list.apply(&mut rows), ["GET /version 200 /Os"]);
        assert!(rows[0].statuses[0].pointers.impossible.contains("/Arch"));
        assert!(rows[0].statuses[1].impossible && rows[0].statuses[1].pointers.missing.is_empty());
    }
}
