//! "How CANDIDATE differs from Docker": a document for the users of an engine, to be put into its own documentation.

use super::command::command_of;
use super::comparison::Comparison;
use super::finding::short;
use super::mask::{self, Mask};
use super::place::places;
use super::text::count;
use crate::compare::{Classification, Difference, Kind};
use crate::divergence::{Category, Entry, EntryVerdict, Status};
use crate::transcript::{Payload, StepKind};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The longest request body that an example shows, in lines.
const BODY: usize = 30;

/// The parts of the document, each with the categories that belong there.
const PARTS: &[(&str, &[Category])] = &[
    ("Extra processes", &[Category::ExtraProcess]),
    ("Extra files", &[Category::ExtraFile]),
    ("Extra filesystems", &[Category::ExtraFilesystem]),
    ("Exit statuses", &[Category::ExitStatus]),
    ("Performance", &[Category::Performance]),
    ("Missing methods", &[Category::MissingMethod]),
    ("Parameters that are refused or ignored", &[Category::UnsupportedParameter]),
    ("Images", &[Category::ImageIdentity]),
    ("Logging and streams", &[Category::Logging, Category::Stream]),
    ("Events", &[Category::Event]),
    ("Versions of the API", &[Category::VersionNegotiation]),
    ("Statuses and error messages", &[Category::StatusCode, Category::ErrorMessage]),
    ("Answers", &[Category::BodyField, Category::Ordering]),
    ("Headers", &[Category::Header]),
];

/// The document of each candidate, one after the other.
pub fn markdown(comparisons: &[Comparison<'_>]) -> String {
    comparisons.iter().map(document).collect::<Vec<_>>().join("\n")
}

/// A declared entry with what it accounts for.
struct Declared<'a> {
    entry: &'a Entry,
    verdict: &'a EntryVerdict,
    differences: Vec<&'a Difference>,
}

fn document(comparison: &Comparison<'_>) -> String {
    let result = &comparison.verdict.result;
    let mut own: BTreeMap<&str, Vec<&Difference>> = BTreeMap::new();
    for difference in &result.differences {
        if let Some(id) = &difference.divergence {
            own.entry(id).or_default().push(difference);
        }
    }
    let entries = comparison.verdict.accounting.entries.iter();
    let all: Vec<Declared<'_>> = entries
        .filter_map(|verdict| {
            let entry = comparison.list.get(&verdict.id)?;
            Some(Declared { entry, verdict, differences: own.get(verdict.id.as_str()).cloned().unwrap_or_default() })
        })
        .collect();
    let mut out = String::new();
    heading(&mut out, comparison, all.len());
    roadmap(&mut out, &all);
    missing(&mut out, &result.differences);
    commands(&mut out, &all);
    for (title, categories) in PARTS {
        let mut part: Vec<&Declared<'_>> = all.iter().filter(|one| categories.contains(&one.entry.category)).collect();
        part.sort_by_key(|one| (one.entry.status, std::cmp::Reverse(one.differences.len())));
        if !part.is_empty() {
            let _ = write!(out, "\n## {title}\n");
            part.iter().for_each(|one| section(&mut out, comparison, one));
        }
    }
    out
}

fn heading(out: &mut String, comparison: &Comparison<'_>, divergences: usize) {
    let result = &comparison.verdict.result;
    let (candidate, reference) = (text(&comparison.candidate()), text(&comparison.reference()));
    let _ = writeln!(
        out,
        "# How {} differs from Docker\n\n{candidate} was driven with the same {} as {reference}, at API {}. It differs in {}; \
         each is described below with the versions it holds for. Written by `lockstep report --markdown`.",
        text(&result.candidate.engine),
        count(result.scenarios.len(), "scenario"),
        text(&result.api_version),
        count(divergences, "way"),
    );
    let open = comparison.verdict.accounting.undeclared.len();
    if open > 0 {
        let _ = writeln!(out, "\n**{} are not described yet.**", count(open, "more difference"));
    }
}

fn roadmap(out: &mut String, all: &[Declared<'_>]) {
    let kinds = [
        ("Planned", Status::Roadmap),
        ("Deficiencies, to be mended", Status::Deficiency),
        ("By design, not going to change", Status::ByDesign),
    ];
    out.push_str("\n## Roadmap\n");
    for (title, status) in kinds {
        let own: Vec<&Declared<'_>> = all.iter().filter(|one| one.entry.status == status).collect();
        if own.is_empty() {
            continue;
        }
        let _ = write!(out, "\n### {title}\n\n");
        for one in own {
            let _ = write!(out, "- [{}](#{})", text(&one.entry.title), one.entry.id);
            out.extend(one.entry.tracker.iter().map(|url| format!(" ({})", link(url))));
            out.push('\n');
        }
    }
}

/// The operations that the candidate says it has not.
fn missing(out: &mut String, differences: &[Difference]) {
    let own = differences.iter().filter(|one| one.classification == Some(Classification::MissingMethod));
    let operations: BTreeSet<&str> = own.map(|one| one.operation.as_str()).collect();
    if operations.is_empty() {
        return;
    }
    out.push_str("\n## API methods that are missing\n\n| method | command |\n|---|---|\n");
    for operation in operations {
        let command = command_of(operation).map(code).unwrap_or_default();
        let _ = writeln!(out, "| {} | {command} |", code(operation));
    }
}

fn commands(out: &mut String, all: &[Declared<'_>]) {
    let mut by_command: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    // Headers differ in nearly every answer: they would fill every line and tell nobody anything.
    for one in all.iter().filter(|one| one.entry.category != Category::Header) {
        for difference in &one.differences {
            for command in command_of(&difference.operation).unwrap_or("no command of docker").split(", ") {
                by_command.entry(command).or_default().insert(&one.entry.id);
            }
        }
    }
    if by_command.is_empty() {
        return;
    }
    out.push_str("\n## By command\n\n| command | what differs |\n|---|---|\n");
    for (command, ids) in by_command {
        let ids: Vec<String> = ids.iter().map(|id| format!("[{id}](#{id})")).collect();
        let _ = writeln!(out, "| {} | {} |", code(command), ids.join(", "));
    }
}

fn section(out: &mut String, comparison: &Comparison<'_>, one: &Declared<'_>) {
    let entry = one.entry;
    let _ = write!(out, "\n<a id=\"{}\"></a>\n\n### {}\n\n", entry.id, text(&entry.title));
    // Markdown of DIVERGENCE.md, written by the makers of the list, for a document of the same kind.
    let _ = writeln!(out, "{}\n", entry.prose.trim());
    let _ = write!(out, "*{}*, {} in {}", entry.status, entry.category, text(&entry.candidate.to_string()));
    out.extend(entry.tracker.iter().map(|url| format!(", {}", link(url))));
    if let Some(source) = &entry.source {
        let _ = write!(out, ", documented: {}", link(source));
    }
    out.push_str(".\n");
    if let Some(reason) = &entry.unobservable {
        let _ = writeln!(out, "\nNot seen by any API call: {}", text(reason));
    }
    if one.verdict.verdict == crate::divergence::Verdict::NotExercised {
        out.push_str("\nNot looked for in this run.\n");
    }
    let places = places(one.differences.iter().copied());
    if let Some(example) = places.first().and_then(super::place::Place::example) {
        self::example(out, comparison, example);
        if places.len() > 1 {
            let operations: BTreeSet<&str> = one.differences.iter().map(|one| one.operation.as_str()).collect();
            let list: Vec<String> = operations.iter().take(8).map(|operation| code(operation)).collect();
            let more = operations.len().saturating_sub(8);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let _ = writeln!(out, "\nSeen in {} of {}{more}.", count(places.len(), "place"), list.join(", "));
        }
    }
}

/// A request and what differs in the two answers.
fn example(out: &mut String, comparison: &Comparison<'_>, difference: &Difference) {
    let mask = Mask::of(&difference.operation);
    let mut lines = Vec::new();
    match comparison.step(difference).map(|step| &step.kind) {
        Some(StepKind::Exchange(exchange)) => {
            let request = &exchange.request;
            lines.push(format!("{} {}", request.method, mask::text(&request.target)));
            if request.body != Payload::None {
                let body = format!("{:#}", mask.value(&request.body.as_value().1));
                lines.extend(body.lines().take(BODY).map(str::to_owned));
            }
        }
        Some(StepKind::Cli(run)) => lines.push(format!("$ {}", mask::text(&run.command.join(" ")))),
        Some(StepKind::Observation(seen)) => {
            lines.push(format!("in a container: {}", mask::text(&seen.command.join(" "))))
        }
        None => {}
    }
    let values =
        [&difference.reference, &difference.candidate].map(|value| short(&mask.at(&difference.pointer, value)));
    let [reference, candidate] = match difference.kind {
        Kind::Missing => [values[0].clone(), "(not there)".to_owned()],
        Kind::Extra => ["(not there)".to_owned(), values[1].clone()],
        Kind::NotReached => ["(reached)".to_owned(), "(not reached)".to_owned()],
        _ => values,
    };
    let result = &comparison.verdict.result;
    let width = result.reference.engine.len().max(result.candidate.engine.len());
    lines.push(String::new());
    lines.push(format!("{} of the answer:", difference.pointer));
    lines.push(format!("  {:width$}  {reference}", result.reference.engine));
    lines.push(format!("  {:width$}  {candidate}", result.candidate.engine));
    let _ = write!(out, "\n{}", fenced("text", &lines.join("\n")));
}

/// Plain text within a paragraph or a table.
pub(super) fn text(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    for c in plain.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '#' | '~' => out.extend(['\\', c]),
            // Within words they mean nothing, and a name reads better without.
            '_' if !out.ends_with(char::is_alphanumeric) => out.push_str("\\_"),
            c => out.push(c),
        }
    }
    out
}

/// Text within a piece of HTML in Markdown.
pub(super) fn html(plain: &str) -> String {
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace(['\n', '\r'], " ")
}

/// Text as code within a line or a table's cell.
fn code(plain: &str) -> String {
    let plain = plain.replace(['\n', '\r'], " ").replace('|', "\\|");
    match plain.contains('`') {
        true => format!("`` {plain} ``"),
        false => format!("`{plain}`"),
    }
}

/// A URL as a link, anything else as text.
fn link(url: &str) -> String {
    let plain = url.starts_with("https://") && !url.contains([' ', '<', '>', '(', ')', '\n']);
    if plain { format!("<{url}>") } else { text(url) }
}

/// A block of code; no text ends it before its end.
pub(super) fn fenced(language: &str, plain: &str) -> String {
    let longest = plain.lines().map(|line| line.trim_start().bytes().take_while(|byte| *byte == b'`').count()).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", plain.trim_end_matches('\n'))
}
