//! What `lockstep accept` writes: entries for differences that nobody declared, grouped by their likely cause.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::check::takes_a_whole_answer;
use super::draft_text::{Section, Sketch, code, pinned, slug, text};
use super::entry::Category;
use super::fit::ratio;
use super::pattern::Glob;
use crate::compare::{Aspect, Difference, Kind};
use crate::engine::EngineIdentity;

/// Markdown sections to append to DIVERGENCE.md, for a person to edit: they parse as they are and account for all of the
/// given differences.
///
/// One entry stands for one likely cause: the missing operations of one area of the API; one operation's other status with
/// what else differs in those answers; one place that differs in the same way in all scenarios and, where the values agree,
/// in all operations. What was not reached is accounted with what blocked it, so it needs no entry.
pub fn draft(candidate: &EngineIdentity, differences: &[&Difference]) -> String {
    draft_beside(candidate, differences, &[])
}

/// [`draft`] for a file that has entries already: their ids are not used again.
pub fn draft_beside(candidate: &EngineIdentity, differences: &[&Difference], taken: &[&str]) -> String {
    let (missing, rest): (Vec<&Difference>, Vec<&Difference>) = differences
        .iter()
        .copied()
        .filter(|difference| difference.kind != Kind::NotReached)
        .partition(|difference| difference.classification.is_some());
    let mut sections = missing_methods(&missing);
    let (statuses, rest) = other_statuses(&rest);
    sections.extend(statuses);
    sections.extend(places(&rest));
    text(candidate, sections, taken)
}

/// What tells the places of differences apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    operation: String,
    pointer: String,
    kind: Kind,
    aspect: Aspect,
}

impl Key {
    fn of(difference: &Difference) -> Key {
        Key {
            operation: difference.operation.clone(),
            pointer: without_indexes(&difference.pointer),
            kind: difference.kind,
            aspect: difference.aspect,
        }
    }
}

/// A pointer as a glob: array indexes are `*`, all else stands for itself.
fn without_indexes(pointer: &str) -> String {
    let is_index = |segment: &str| !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    let segments = pointer.split('/').map(|segment| match is_index(segment) {
        true => "*".to_owned(),
        false => Glob::escape(segment),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// One entry an area of the API, one match an operation.
fn missing_methods(differences: &[&Difference]) -> Vec<Section> {
    let mut areas: BTreeMap<String, BTreeMap<&str, &Difference>> = BTreeMap::new();
    for difference in differences {
        let path = difference.operation.split_whitespace().last().unwrap_or_default();
        let area = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let operations = areas.entry(slug(area)).or_default();
        let example = operations.entry(&difference.operation).or_insert(difference);
        // The status says most.
        if example.aspect != Aspect::Status && difference.aspect == Aspect::Status {
            *example = difference;
        }
    }
    let section = |(area, operations): (String, BTreeMap<&str, &Difference>)| {
        let example = *operations.values().next()?;
        let names = operations.keys().map(|operation| code(operation)).collect::<Vec<_>>().join(", ");
        let sketches = operations.keys().map(|operation| Sketch {
            scenarios: BTreeSet::from(["**".to_owned()]),
            operations: BTreeSet::from([(*operation).to_owned()]),
            classified: true,
            place: None,
            values: Vec::new(),
        });
        Some(Section {
            id: format!("missing-{area}"),
            title: format!("missing operations: {names}"),
            category: Category::MissingMethod,
            slower: None,
            sketches: sketches.collect(),
            example: example.clone(),
        })
    };
    areas.into_iter().filter_map(section).collect()
}

/// One entry an operation that answers another status and whose answers differ otherwise because of it.
/// Returns what belongs to none of these entries, too.
fn other_statuses<'a>(differences: &[&'a Difference]) -> (Vec<Section>, Vec<&'a Difference>) {
    let is_status = |difference: &Difference| difference.aspect == Aspect::Status;
    let step = |difference: &'a Difference| (difference.scenario.as_str(), difference.step);
    let failed: BTreeSet<_> = differences.iter().filter(|one| is_status(one)).map(|one| step(one)).collect();
    let comes_along = |difference: &Difference| {
        matches!(difference.aspect, Aspect::Body | Aspect::Header | Aspect::Stream)
            && ["/body", "/headers", "/frames"]
                .iter()
                .any(|root| Glob::segments(&Key::of(difference).pointer).is_under(root))
    };
    // What also differs where the status is the same has another cause.
    let elsewhere: BTreeSet<Key> =
        differences.iter().filter(|one| !failed.contains(&step(one))).map(|one| Key::of(one)).collect();
    let (along, mut rest): (Vec<&Difference>, Vec<&Difference>) = differences.iter().copied().partition(|one| {
        !is_status(one) && failed.contains(&step(one)) && comes_along(one) && !elsewhere.contains(&Key::of(one))
    });
    let mut operations: BTreeMap<&str, Vec<&Difference>> = BTreeMap::new();
    for difference in along {
        operations.entry(&difference.operation).or_default().push(difference);
    }
    let mut sections = Vec::new();
    for (operation, along) in operations {
        let (own, others) = rest.into_iter().partition(|one| is_status(one) && one.operation == operation);
        rest = others;
        let own: Vec<&Difference> = own;
        let Some(example) = own.first().copied() else {
            rest.extend(along);
            continue;
        };
        let mut places: BTreeMap<(bool, Key), Vec<&Difference>> = BTreeMap::new();
        for difference in own.iter().chain(&along) {
            places.entry((!is_status(difference), Key::of(difference))).or_default().push(difference);
        }
        let sketches = places.values().flat_map(|all| sketches(all)).collect();
        sections.push(Section {
            id: format!("{operation}-status"),
            title: format!("{} answers another status", code(operation)),
            category: Category::StatusCode,
            slower: None,
            sketches,
            example: example.clone(),
        });
    }
    (sections, rest)
}

/// A pointer's glob, kind, aspect, and the gist of all pairs of values seen there.
type Cause = (String, Kind, Aspect, BTreeSet<(String, String)>);

/// One entry a place and way of differing.
fn places(differences: &[&Difference]) -> Vec<Section> {
    let mut by_key: BTreeMap<Key, Vec<&Difference>> = BTreeMap::new();
    for difference in differences {
        by_key.entry(Key::of(difference)).or_default().push(difference);
    }
    // The same place with the same values in several operations is one cause.
    let mut merged: BTreeMap<Cause, Vec<&Difference>> = BTreeMap::new();
    for (key, all) in by_key {
        let values = all.iter().map(|one| (gist(one, &one.reference), gist(one, &one.candidate))).collect();
        merged.entry((key.pointer, key.kind, key.aspect, values)).or_default().extend(all);
    }
    let section = |((pointer, kind, ..), all): (Cause, Vec<&Difference>)| {
        let sketches = sketches(&all);
        let operations: BTreeSet<&str> = all.iter().map(|one| one.operation.as_str()).collect();
        let example = *all.first()?;
        let category = category(example);
        let tail = pointer.split('/').skip(2).filter(|segment| *segment != "*").collect::<Vec<_>>().join("-");
        let tail = if tail.is_empty() { pointer.clone() } else { tail };
        let (id, subject) = match operations.len() {
            1 => (format!("{}-{tail}", example.operation), format!("{} differs", code(&example.operation))),
            several => (pointer.clone(), format!("{several} operations differ")),
        };
        let ratios = all.iter().filter_map(|one| ratio(one));
        Some(Section {
            id,
            title: format!("{subject} at {} ({kind})", code(&pointer)),
            category,
            slower: (category == Category::Performance).then(|| ratios.fold(None, greatest)).flatten(),
            sketches,
            example: example.clone(),
        })
    };
    merged.into_iter().filter_map(section).collect()
}

fn greatest(so_far: Option<f64>, next: f64) -> Option<f64> {
    Some(so_far.map_or(next, |so_far| so_far.max(next)))
}

/// The matches over differences of one place: of statuses one for each pair of them, since each has a cause of its own.
fn sketches(all: &[&Difference]) -> Vec<Sketch> {
    let mut pairs: BTreeMap<String, Vec<&Difference>> = BTreeMap::new();
    for one in all {
        let pair = match one.aspect {
            Aspect::Status => format!("{} {}", one.reference, one.candidate),
            _ => String::new(),
        };
        pairs.entry(pair).or_default().push(one);
    }
    pairs.values().filter_map(|all| sketch(all)).collect()
}

/// One match over differences of one place, with the values that they agree in.
fn sketch(all: &[&Difference]) -> Option<Sketch> {
    let first = *all.first()?;
    let key = Key::of(first);
    let mut values = Vec::new();
    if first.aspect != Aspect::Latency {
        values.extend(agreed("reference", all.iter().map(|one| &one.reference), first.kind));
        values.extend(agreed("candidate", all.iter().map(|one| &one.candidate), first.kind));
    }
    let exact = values.is_empty() && takes_a_whole_answer(&Glob::segments(&key.pointer));
    Some(Sketch {
        scenarios: scenarios(all.iter().map(|one| one.scenario.as_str()).collect(), exact),
        operations: all.iter().map(|one| one.operation.clone()).collect(),
        classified: false,
        place: Some((key.pointer, key.kind, key.aspect)),
        values,
    })
}

/// The line that pins a side down where all have the same value.
fn agreed<'d>(side: &str, mut values: impl Iterator<Item = &'d Value>, kind: Kind) -> Option<String> {
    let first = values.next()?;
    values.all(|value| value == first).then(|| pinned(side, first, kind)).flatten()
}

/// A few scenarios by name, more by their areas, unless it has to be exact.
fn scenarios(names: BTreeSet<&str>, exact: bool) -> BTreeSet<String> {
    const FEW: usize = 4;
    if exact || names.len() <= FEW {
        return names.into_iter().map(Glob::escape).collect();
    }
    let areas: BTreeSet<String> = names
        .into_iter()
        .map(|name| match name.split_once('/') {
            Some((area, _)) => format!("{}/**", Glob::escape(area)),
            None => Glob::escape(name),
        })
        .collect();
    if areas.len() <= FEW { areas } else { BTreeSet::from(["**".to_owned()]) }
}

/// A value as far as it tells causes apart: of a text for people, its words without names and numbers.
fn gist(difference: &Difference, value: &Value) -> String {
    match value {
        Value::String(text) if category(difference) == Category::ErrorMessage => {
            let is_name = |word: &str| word.contains(|sign: char| sign.is_ascii_digit() || "<\"'/`".contains(sign));
            let words = text.split_whitespace().map(|word| if is_name(word) { "…" } else { word });
            words.collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

/// The category that a difference most likely belongs to. Each allows its pointer: see [`rule`](super::rule).
fn category(difference: &Difference) -> Category {
    let pointer = difference.pointer.as_str();
    let below = |root: &str| Glob::segments(&Key::of(difference).pointer).is_under(root);
    let last = pointer.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    match difference.aspect {
        Aspect::Latency => Category::Performance,
        _ if difference.kind == Kind::Order => Category::Ordering,
        Aspect::Status if below("/status") => Category::StatusCode,
        Aspect::Header if below("/headers") => Category::Header,
        Aspect::Stream if below("/frames") || below("/body") => Category::Stream,
        Aspect::Event => Category::Event,
        Aspect::Observation if below("/observation/processes") => Category::ExtraProcess,
        Aspect::Observation if below("/observation/mounts") => Category::ExtraFilesystem,
        Aspect::Observation if below("/observation/files") => Category::ExtraFile,
        Aspect::Cli if below("/cli/exit_status") => Category::ExitStatus,
        Aspect::Cli if below("/cli/stdout") || below("/cli/stderr") => Category::ErrorMessage,
        Aspect::Body if below("/body/Processes") || below("/body/Titles") => Category::ExtraProcess,
        Aspect::Body if below("/body") => {
            let exit = ["statuscode", "exitcode"].contains(&last.as_str()) && difference.kind != Kind::Extra;
            let plain = pointer == "/body" && (difference.reference.is_string() || difference.candidate.is_string());
            let message = plain || ["message", "error", "errordetail", "cause", "response"].contains(&last.as_str());
            match (exit, message) {
                (true, _) => Category::ExitStatus,
                (false, true) => Category::ErrorMessage,
                (false, false) => Category::BodyField,
            }
        }
        // An environment or a limit that a parameter should have set, or a place that no other category knows.
        _ => Category::UnsupportedParameter,
    }
}
