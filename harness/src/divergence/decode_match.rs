//! From one `[[match]]` table to a [`Match`].

use semver::{Comparator, Op, VersionReq};
use toml::Spanned;
use toml::de::DeValue;

use super::decode::{ENTRY, MATCH, requirement};
use super::entry::{Category, EngineRange, Match};
use super::error::Error;
use super::fields::Fields;
use super::parse::Place;
use super::pattern::{Glob, ValuePattern};
use crate::compare::{Aspect, Classification, Kind};

const ASPECTS: &[(&str, Aspect)] = &[
    ("status", Aspect::Status),
    ("header", Aspect::Header),
    ("body", Aspect::Body),
    ("stream", Aspect::Stream),
    ("observation", Aspect::Observation),
    ("event", Aspect::Event),
    ("latency", Aspect::Latency),
    ("cli", Aspect::Cli),
];

const KINDS: &[(&str, Kind)] = &[
    ("missing", Kind::Missing),
    ("extra", Kind::Extra),
    ("type", Kind::Type),
    ("value", Kind::Value),
    ("order", Kind::Order),
    ("not-reached", Kind::NotReached),
];

/// A match; `None` when something in it is wrong.
pub(super) fn one_match(
    value: &Spanned<DeValue<'_>>,
    place: &Place<'_>,
    (category, range): (Option<Category>, Option<&EngineRange>),
    errors: &mut Vec<Error>,
) -> Option<Match> {
    let at = place.at(value.span().start);
    let line = at.line;
    let mut fields = Fields::of(value.get_ref().as_table()?, MATCH, ENTRY, (place, at), errors);
    let before = fields.errors.len();
    let latency = category == Some(Category::Performance);
    let kinds = kinds(&mut fields);
    let free = latency || fields.raw("classification").is_some() || kinds == [Kind::NotReached];
    for required in ["scenario", "pointer", "kind"] {
        if fields.raw(required).is_none() && (required == "scenario" || !free) {
            fields.missing(required);
        }
    }
    let scenarios = fields.strings("scenario");
    let operations = fields.strings("operation");
    let pointers = fields.strings("pointer");
    for pointer in pointers.iter().filter(|pointer| !pointer.starts_with('/') && !pointer.starts_with('*')) {
        fields.bad("pointer", format!("\"{pointer}\""), "Begin with `/`");
    }
    let aspect = fields.word("aspect", ASPECTS).or(latency.then_some(Aspect::Latency));
    let (reference, candidate) = (fields.json("reference"), fields.json("candidate"));
    let reference_matches = pattern(&mut fields, "reference_matches");
    let candidate_matches = pattern(&mut fields, "candidate_matches");
    for (exact, pattern) in [("reference", "reference_matches"), ("candidate", "candidate_matches")] {
        if fields.raw(exact).is_some() && fields.raw(pattern).is_some() {
            fields.errors.push(Error::Conflict {
                at: fields.at(pattern),
                found: format!("both `{exact}` and `{pattern}`"),
                expected: "one of them".to_owned(),
                advice: "Remove the one that says less".to_owned(),
            });
        }
    }
    let classification = fields.word("classification", &[("missing-method", Classification::MissingMethod)]);
    let versions = versions(&mut fields, range);
    let optional = fields.boolean("optional").unwrap_or(false);
    if fields.errors.len() > before {
        return None;
    }
    Some(Match {
        line,
        scenarios: scenarios.iter().map(|text| Glob::segments(text)).collect(),
        operations: operations.iter().map(|text| Glob::operation(text)).collect(),
        aspect,
        pointers: pointers.iter().map(|text| Glob::segments(text)).collect(),
        kinds,
        reference,
        candidate,
        reference_matches,
        candidate_matches,
        classification,
        versions,
        optional,
    })
}

/// The versions that the match is for; one that no version of the entry's is in could never fit and never heal.
fn versions(fields: &mut Fields<'_, '_>, range: Option<&EngineRange>) -> Option<VersionReq> {
    let text = fields.string("versions")?;
    let versions = requirement(fields, "versions", &text)?;
    let of_entry = range.and_then(|range| range.versions.as_ref());
    let all = of_entry.into_iter().flat_map(|range| &range.comparators).chain(&versions.comparators);
    let bound =
        |comparator: &Comparator| (comparator.major, comparator.minor.unwrap_or(0), comparator.patch.unwrap_or(0));
    let least = all.clone().filter(|one| matches!(one.op, Op::Greater | Op::GreaterEq)).map(bound).max();
    let most = all.filter(|one| one.op == Op::Less).map(bound).min();
    if least.zip(most).is_some_and(|(least, most)| least >= most) {
        let range = of_entry.map(ToString::to_string).unwrap_or_default();
        fields.bad("versions", format!("\"{text}\", of which none is in the entry's `{range}`"), "Correct one of them");
    }
    Some(versions)
}

fn kinds(fields: &mut Fields<'_, '_>) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for word in fields.strings("kind") {
        match KINDS.iter().find(|(known, _)| *known == word) {
            Some((_, kind)) => kinds.push(*kind),
            None => fields.bad("kind", format!("\"{word}\""), "Use one of these words"),
        }
    }
    if kinds.len() > 1 && kinds.contains(&Kind::NotReached) {
        fields.bad("kind", "\"not-reached\" among others", "Give it a match of its own, with exact scenarios");
    }
    kinds
}

fn pattern(fields: &mut Fields<'_, '_>, field: &'static str) -> Option<ValuePattern> {
    let text = fields.string(field)?;
    match ValuePattern::new(&text) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let why = error.to_string().lines().last().unwrap_or_default().replace("error: ", "");
            fields.bad(field, format!("\"{text}\" ({why})"), "Correct it; a backslash takes a sign literally");
            None
        }
    }
}
