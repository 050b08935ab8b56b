//! From a section's toml block to an [`Entry`].

use semver::VersionReq;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::decode_match::one_match;
use super::entry::{Category, EngineRange, Entry, Match, Status};
use super::error::{At, Error};
use super::fields::{Fields, Known, article};
use super::parse::{Place, Section};

const CATEGORIES: &str = "one of exit-status, extra-process, extra-file, extra-filesystem, missing-method, \
    unsupported-parameter, status-code, error-message, body-field, header, stream, event, ordering, performance, \
    image-identity, logging, version-negotiation";

pub(super) const ENTRY: (&str, Known) = (
    "the entry",
    &[
        ("id", "a name in kebab-case, unique in the file, such as \"podman-wait-exit-status\""),
        (
            "candidate",
            "an engine and, when not all of its versions are meant, a semver range, such as \"podman >=4.3, <5\"",
        ),
        (
            "reference",
            "an engine and, when not all of its versions are meant, a semver range, such as \"docker >=20.10\"",
        ),
        ("category", CATEGORIES),
        ("status", "one of by-design, deficiency, roadmap"),
        ("tracker", "an https URL or an array of them"),
        ("source", "a text that says where the divergence is documented"),
        ("observable", "true or false"),
        ("reason", "a text that says why no API call can show the divergence"),
        ("slower", "the greatest ratio of latencies, such as \"<= 20x\""),
        ("match", "at least one [[match]] table that says which differences the entry accounts for"),
    ],
);

pub(super) const MATCH: (&str, Known) = (
    "a [[match]]",
    &[
        ("scenario", "a glob over scenario names or an array of them, such as \"containers/exit-status/*\""),
        ("operation", "a glob over operations or an array of them, such as \"POST /containers/{id}/wait\""),
        ("aspect", "one of status, header, body, stream, observation, event, latency, cli"),
        ("pointer", "a glob over JSON pointers or an array of them, such as \"/body/StatusCode\""),
        ("kind", "one of missing, extra, type, value, order, not-reached, or an array of them"),
        ("reference", "the reference's value"),
        ("candidate", "the candidate's value"),
        ("reference_matches", "a regular expression that fits all of the reference's value"),
        ("candidate_matches", "a regular expression that fits all of the candidate's value"),
        ("classification", "\"missing-method\""),
        ("versions", "a semver range within the entry's own, such as \">=5\""),
        ("optional", "true or false"),
    ],
);

/// The entry of a section and the place of its id; `None` when a field that it needs is wrong or missing.
pub(super) fn entry(section: &Section, place: &Place<'_>, errors: &mut Vec<Error>) -> Option<(Entry, At)> {
    let table = match DeTable::parse(&place.block.toml) {
        Ok(table) => table,
        Err(error) => {
            let at = error.span().map_or_else(|| place.block_at(), |span| place.at(span.start));
            let start = error.span().map_or(0, |span| span.start);
            let line = line_of(&place.block.toml, start);
            let message = format!("`{line}`: {}", error.message().trim().replace('\n', "; "));
            errors.push(Error::Syntax { at, message });
            return None;
        }
    };
    let mut fields = Fields::of(table.get_ref(), ENTRY, MATCH, (place, place.block_at()), errors);
    for required in ["id", "candidate", "category", "status"] {
        if fields.raw(required).is_none() {
            fields.missing(required);
        }
    }
    let id = id(&mut fields);
    let candidate = range(&mut fields, "candidate");
    let reference = range(&mut fields, "reference");
    let categories: Vec<_> = Category::ALL.iter().map(|category| (category.as_str(), *category)).collect();
    let category = fields.word("category", &categories);
    let statuses: Vec<_> = Status::ALL.iter().map(|status| (status.as_str(), *status)).collect();
    let status = fields.word("status", &statuses);
    let tracker = fields.strings("tracker");
    for url in tracker.iter().filter(|url| !is_https(url)) {
        fields.bad("tracker", format!("\"{url}\""), "Give the whole URL");
    }
    let source = fields.string("source");
    let unobservable = unobservable(&mut fields);
    let slower = slower(&mut fields, category);
    let id_at = fields.at("id");
    let matches = matches(&mut fields, place, (category, candidate.as_ref()));
    let entry = Entry {
        line: section.line,
        title: section.title.trim().to_owned(),
        prose: section.prose.clone(),
        summary: section.summary.clone().unwrap_or_default(),
        id: id?,
        candidate: candidate?,
        reference,
        category: category?,
        status: status?,
        tracker,
        source,
        unobservable,
        slower,
        matches,
    };
    Some((entry, id_at))
}

fn id(fields: &mut Fields<'_, '_>) -> Option<String> {
    let id = fields.string("id")?;
    let kebab = id
        .split('-')
        .all(|part| !part.is_empty() && part.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit()));
    if !kebab {
        fields.bad("id", format!("\"{id}\""), "Use lower-case letters, digits and single hyphens");
    }
    kebab.then_some(id)
}

fn range(fields: &mut Fields<'_, '_>, field: &'static str) -> Option<EngineRange> {
    let text = fields.string(field)?;
    let (engine, versions) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
    let named = engine.starts_with(|sign: char| sign.is_ascii_lowercase())
        && engine.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || "-_.".contains(sign));
    if !named {
        fields.bad(field, format!("\"{text}\""), "Begin with the engine's name in lower case");
        return None;
    }
    if versions.trim().is_empty() {
        return Some(EngineRange { engine: engine.to_owned(), versions: None });
    }
    let versions = requirement(fields, field, versions)?;
    Some(EngineRange { engine: engine.to_owned(), versions: Some(versions) })
}

/// A semver range, with Docker's padded numbers allowed.
pub(super) fn requirement(fields: &mut Fields<'_, '_>, field: &'static str, versions: &str) -> Option<VersionReq> {
    let requirement = VersionReq::parse(&without_padding(versions));
    if let Err(error) = &requirement {
        let text = fields.string(field).unwrap_or_default();
        fields.bad(field, format!("\"{text}\" ({error})"), "Correct the range, or leave it out for all versions");
    }
    requirement.ok()
}

/// Docker writes `18.09`, which semver refuses: takes the zeros before a number away.
fn without_padding(versions: &str) -> String {
    let mut text = String::new();
    let mut signs = versions.trim().chars().peekable();
    while let Some(sign) = signs.next() {
        let starts = !text.ends_with(|before: char| before.is_ascii_digit());
        let padding = sign == '0' && starts && signs.peek().is_some_and(char::is_ascii_digit);
        if !padding {
            text.push(sign);
        }
    }
    text
}

fn is_https(url: &str) -> bool {
    url.strip_prefix("https://").is_some_and(|rest| {
        rest.starts_with(|sign: char| sign.is_ascii_alphanumeric()) && !rest.contains(char::is_whitespace)
    })
}

fn unobservable(fields: &mut Fields<'_, '_>) -> Option<String> {
    let observable = fields.boolean("observable").unwrap_or(true);
    let reason = fields.string("reason");
    if observable {
        if reason.is_some() {
            fields.errors.push(Error::Conflict {
                at: fields.at("reason"),
                found: "`reason` in an entry that is observable".to_owned(),
                expected: "it only beside `observable = false`".to_owned(),
                advice: "Add that, or write the reason into the prose".to_owned(),
            });
        }
        return None;
    }
    if fields.raw("reason").is_none() {
        fields.missing("reason");
    }
    Some(reason.unwrap_or_default())
}

fn slower(fields: &mut Fields<'_, '_>, category: Option<Category>) -> Option<f64> {
    let text = fields.string("slower")?;
    if category.is_some_and(|category| category != Category::Performance) {
        fields.errors.push(Error::Conflict {
            at: fields.at("slower"),
            found: "`slower` in an entry of another category".to_owned(),
            expected: "it only with `category = \"performance\"`".to_owned(),
            advice: "Remove it, or change the category".to_owned(),
        });
    }
    let number = text.trim().strip_prefix("<=").and_then(|rest| rest.trim().strip_suffix('x'));
    let bound =
        number.and_then(|number| number.trim().parse::<f64>().ok()).filter(|bound| bound.is_finite() && *bound > 0.0);
    if bound.is_none() {
        fields.bad("slower", format!("\"{text}\""), "Write `<=`, a number and `x`");
    }
    bound
}

fn matches(
    fields: &mut Fields<'_, '_>,
    place: &Place<'_>,
    within: (Option<Category>, Option<&EngineRange>),
) -> Vec<Match> {
    let observable = fields.raw("observable").and_then(|value| value.get_ref().as_bool()).unwrap_or(true);
    let Some(value) = fields.raw("match") else {
        if observable {
            fields.missing("match");
        }
        return Vec::new();
    };
    if !observable {
        fields.errors.push(Error::Conflict {
            at: fields.at_value(value),
            found: "a [[match]] in an entry with `observable = false`".to_owned(),
            expected: "no match, since no API call can show it".to_owned(),
            advice: "Remove the matches, or remove `observable` and `reason`".to_owned(),
        });
    }
    let tables: Option<Vec<&Spanned<DeValue<'_>>>> = value.get_ref().as_array().map(|items| items.iter().collect());
    match tables {
        Some(tables) if !tables.is_empty() && tables.iter().all(|table| table.get_ref().is_table()) => {
            let read = |table| one_match(table, place, within, fields.errors);
            tables.into_iter().filter_map(read).collect()
        }
        _ => {
            let kind = value.get_ref().type_str();
            fields.bad(
                "match",
                format!("{} {kind} without tables", article(kind)),
                "Write `[[match]]` in double brackets",
            );
            Vec::new()
        }
    }
}

/// The line of the block that holds a byte.
fn line_of(toml: &str, offset: usize) -> &str {
    let before = toml.get(..offset).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    toml[start..].lines().next().unwrap_or_default().trim()
}
