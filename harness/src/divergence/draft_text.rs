//! Writing drafted entries as Markdown.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::entry::Category;
use super::fit::short;
use super::pattern::Glob;
use crate::compare::{Aspect, Difference, Kind};
use crate::engine::EngineIdentity;

/// An entry to write.
pub(super) struct Section {
    /// What the id is made from.
    pub id: String,
    pub title: String,
    pub category: Category,
    pub slower: Option<f64>,
    pub sketches: Vec<Sketch>,
    pub example: Difference,
}

/// A match to write.
pub(super) struct Sketch {
    /// Globs.
    pub scenarios: BTreeSet<String>,
    /// Names, not yet globs.
    pub operations: BTreeSet<String>,
    pub classified: bool,
    /// The pointer's glob, kind and aspect.
    pub place: Option<(String, Kind, Aspect)>,
    /// The lines that pin values down.
    pub values: Vec<String>,
}

/// Lower-case letters, digits and single hyphens.
pub(super) fn slug(text: &str) -> String {
    let signs = text.to_ascii_lowercase();
    let parts = signs.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

/// All sections, each after a blank line.
pub(super) fn text(candidate: &EngineIdentity, sections: Vec<Section>, taken: &[&str]) -> String {
    let mut ids: BTreeSet<String> = taken.iter().map(|id| (*id).to_owned()).collect();
    let mut text = String::new();
    for section in sections {
        let id = unique(&mut ids, slug(&format!("{} {}", candidate.engine, section.id)));
        // Writing to a String does not fail.
        let _ = write_section(&mut text, candidate, &section, &id);
    }
    text
}

fn unique(ids: &mut BTreeSet<String>, wanted: String) -> String {
    let mut id = wanted.clone();
    let mut number = 2;
    while !ids.insert(id.clone()) {
        id = format!("{wanted}-{number}");
        number += 1;
    }
    id
}

fn write_section(text: &mut String, candidate: &EngineIdentity, section: &Section, id: &str) -> std::fmt::Result {
    let example = &section.example;
    writeln!(text, "\n### TODO: {}\n", section.title.replace(['\n', '\r'], " "))?;
    writeln!(text, "TODO: one plain sentence that says what a user of {} will notice.\n", candidate.engine)?;
    writeln!(
        text,
        "Seen in {} step {} at {}: the reference has {}, {} has {}.\n",
        code(&example.scenario),
        example.step,
        code(&example.pointer),
        code(&short(&example.reference)),
        candidate.engine,
        code(&short(&example.candidate)),
    )?;
    writeln!(text, "```toml")?;
    writeln!(text, "id = {}", quoted(id))?;
    writeln!(text, "candidate = {}", quoted(&range(candidate)))?;
    writeln!(text, "category = \"{}\"", section.category)?;
    writeln!(text, "status = \"deficiency\" # TODO: by-design, deficiency or roadmap")?;
    if let Some(bound) = section.slower {
        writeln!(text, "slower = \"<= {}x\"", bound.ceil().max(1.0))?;
    }
    for sketch in &section.sketches {
        write_match(text, sketch)?;
    }
    writeln!(text, "```")
}

fn write_match(text: &mut String, sketch: &Sketch) -> std::fmt::Result {
    writeln!(text, "\n[[match]]")?;
    writeln!(text, "scenario = {}", one_or_more(sketch.scenarios.iter().cloned()))?;
    writeln!(text, "operation = {}", one_or_more(sketch.operations.iter().map(|name| Glob::escape(name))))?;
    if sketch.classified {
        writeln!(text, "classification = \"missing-method\"")?;
    }
    if let Some((pointer, kind, aspect)) = &sketch.place {
        if implied(pointer) != Some(*aspect) {
            writeln!(text, "aspect = \"{aspect}\"")?;
        }
        writeln!(text, "pointer = {}", quoted(pointer))?;
        writeln!(text, "kind = \"{kind}\"")?;
    }
    for line in &sketch.values {
        writeln!(text, "{line}")?;
    }
    Ok(())
}

/// The versions for which a draft speaks: from the one seen up to the next major one.
fn range(engine: &EngineIdentity) -> String {
    match engine.semver() {
        Some(version) => {
            format!("{} >={}.{}, <{}", engine.engine, version.major, version.minor, version.major.saturating_add(1))
        }
        None => engine.engine.clone(),
    }
}

/// The aspect that a pointer's first segment says already.
fn implied(pointer: &str) -> Option<Aspect> {
    match pointer.split('/').nth(1)? {
        "status" => Some(Aspect::Status),
        "headers" => Some(Aspect::Header),
        "body" => Some(Aspect::Body),
        "frames" => Some(Aspect::Stream),
        "observation" => Some(Aspect::Observation),
        "cli" => Some(Aspect::Cli),
        _ => None,
    }
}

/// The line that pins a side's value down, where it is short enough. A missing part has no value: only a value in its place is null.
pub(super) fn pinned(side: &str, value: &Value, kind: Kind) -> Option<String> {
    match value {
        Value::Null => (kind == Kind::Type).then(|| format!("{side}_matches = \"null\"")),
        value => short_scalar(value).map(|value| format!("{side} = {value}")),
    }
}

/// A value that is worth pinning down, as TOML. TOML has no null and no numbers beyond 64 bits.
fn short_scalar(value: &Value) -> Option<String> {
    match value {
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) if number.is_i64() || number.is_f64() => Some(number.to_string()),
        Value::String(text) if text.chars().count() <= 60 && !text.contains(char::is_control) => Some(quoted(text)),
        _ => None,
    }
}

fn one_or_more(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.map(|text| quoted(&text)).collect();
    match texts.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

/// A TOML string on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            // `{:04x}` of a control character is all that TOML's \u wants.
            sign if sign.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(sign))),
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}

/// A Markdown code span.
pub(super) fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'").replace(['\n', '\r'], " "))
}
