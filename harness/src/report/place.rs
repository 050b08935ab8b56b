//! Differences by place: one operation, one pointer (indexes left out), one kind.

use crate::compare::{Difference, Kind};
use std::collections::HashMap;

/// Differences of one operation at one place of one kind.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    /// The pointer with `*` for each index of an array.
    pub pattern: String,
    pub members: Vec<&'a Difference>,
}

impl<'a> Place<'a> {
    /// The first that was met, which stands for all.
    pub(super) fn example(&self) -> Option<&'a Difference> {
        self.members.first().copied()
    }
}

/// The places, those with most differences first.
pub(super) fn places<'a>(differences: impl IntoIterator<Item = &'a Difference>) -> Vec<Place<'a>> {
    let mut places: Vec<Place<'a>> = Vec::new();
    let mut known: HashMap<(&str, String, Kind), usize> = HashMap::new();
    for difference in differences {
        let pattern = pattern(&difference.pointer);
        let at = *known.entry((&difference.operation, pattern.clone(), difference.kind)).or_insert_with(|| {
            places.push(Place { pattern, members: Vec::new() });
            places.len() - 1
        });
        places[at].members.push(difference);
    }
    places.sort_by_key(|place| std::cmp::Reverse(place.members.len()));
    places
}

/// A pointer with `*` for each index of an array.
pub(super) fn pattern(pointer: &str) -> String {
    let is_index = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    pointer.split('/').map(|part| if is_index(part) { "*" } else { part }).collect::<Vec<_>>().join("/")
}
