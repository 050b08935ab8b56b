//! Places whose meaning a table row cannot say: targets, headers, `top`, archives, progress, and text in columns.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::places::Walk;
use super::symbols::Index;
use super::text::Scrub;

/// A target with its percent-encoded values readable, on one line and with one meaning only: what separates parts of a
/// target, blanks, control characters and all but ASCII stay encoded.
pub(super) fn readable_target(target: &str) -> String {
    let mut result = String::with_capacity(target.len());
    let mut rest = target;
    while let Some(at) = rest.find('%') {
        result.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3);
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        match byte.filter(|byte| byte.is_ascii_graphic() && !b"&#%+=?<>".contains(byte)) {
            Some(byte) => {
                result.push(char::from(byte));
                rest = &rest[at + 3..];
            }
            None => {
                result.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    result.push_str(rest);
    result
}

/// The target of an update of a swarm's object, the object's version as a symbol: it counts what the swarm has written down until then,
/// which depends on timing. The first version is never one of an object that was looked at, and stays.
pub(super) fn object_version(operation: &str, target: &str) -> String {
    let Some((before, rest)) = target.split_once("version=").filter(|_| operation.ends_with("/update")) else {
        return target.to_owned();
    };
    let end = rest.find('&').unwrap_or(rest.len());
    let counted = rest[..end].parse::<u32>().is_ok_and(|version| (2..100_000).contains(&version));
    if counted { format!("{before}version=<version>{}", &rest[end..]) } else { target.to_owned() }
}

/// An observation without the size of the file that holds an address: `10.88.0.9` is shorter than `10.88.0.10`.
pub(super) fn observation(mut value: Value) -> Value {
    let files = value.get_mut("files").and_then(Value::as_array_mut).into_iter().flatten();
    let hosts = files.filter(|file| file.get("path").is_some_and(|path| path == "/etc/hosts"));
    for size in hosts.filter_map(|file| file.get_mut("size")).filter(|size| size.as_u64().is_some_and(|size| size > 0))
    {
        *size = json!("<bytes>");
    }
    value
}

/// Whether a request header carries a secret.
pub(super) fn is_secret(header: &str) -> bool {
    matches!(header, "authorization" | "x-registry-auth" | "x-registry-config" | "cookie")
}

/// An answer's headers.
pub(super) fn headers(operation: &str, raw: &[(String, String)], scrub: &mut Scrub<'_>) -> Vec<(String, String)> {
    let mut framed = false;
    let mut result: Vec<(String, String)> = Vec::with_capacity(raw.len());
    for (name, value) in raw {
        let value = match name.as_str() {
            // Go counts a body of up to 2048 bytes and sends a longer one in chunks. With ids and times in it, the
            // length is as volatile as they are, and which of the two it is may be.
            "content-length" | "transfer-encoding" => {
                framed = true;
                continue;
            }
            // The product is the engine's, the version is the release's.
            "server" | "libpod-api-version" => versions(value),
            // What the engine says of itself in each answer; its `/version` tells the number. Another number is none of its own.
            "api-version" if Some(value) == scrub.index.newest_api.as_ref() => "<newest-api>".to_owned(),
            "x-response-time" => "<number>".to_owned(),
            "x-docker-container-path-stat" => path_stat(operation, name, value, scrub),
            _ => scrub.text(value),
        };
        result.push((name.clone(), value));
    }
    if framed {
        result.push(("framing".to_owned(), "<counted-or-chunked>".to_owned()));
        result.sort();
    }
    result
}

/// `Docker/20.10.24 (linux)` with the versions as symbols.
fn versions(value: &str) -> String {
    let words = value.split(' ').map(|word| match word.split_once('/') {
        Some((product, version)) if version.starts_with(|letter: char| letter.is_ascii_digit()) => {
            format!("{product}/<version>")
        }
        None if word.starts_with(|letter: char| letter.is_ascii_digit()) => "<version>".to_owned(),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The base64 of a JSON document, as that document.
fn path_stat(operation: &str, name: &str, value: &str, scrub: &mut Scrub<'_>) -> String {
    let document = STANDARD.decode(value).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    match document {
        Some(mut document) => {
            without_probe_size(&mut document);
            Walk::new(operation, "headers").at(name).value(document, scrub).to_string()
        }
        None => scrub.text(value),
    }
}

/// The probe is as large as its build made it: another compiler, another size.
fn without_probe_size(file: &mut Value) {
    let is_probe =
        file.get("name").and_then(Value::as_str).is_some_and(|name| name == "probe" || name.ends_with("bin/probe"));
    if let Some(size) = file.get_mut("size").filter(|size| is_probe && size.as_u64().is_some_and(|size| size > 0)) {
        *size = json!("<bytes>");
    }
}

/// The table of `top`: what a column holds, its title says.
pub(super) fn top(body: &mut Value) {
    let symbols: Vec<Option<&str>> = match body.get("Titles").and_then(Value::as_array) {
        Some(titles) => titles.iter().map(|title| title.as_str().and_then(column)).collect(),
        None => return,
    };
    let Some(rows) = body.get_mut("Processes").and_then(Value::as_array_mut) else {
        return;
    };
    for row in rows.iter_mut().filter_map(Value::as_array_mut) {
        for (cell, symbol) in row.iter_mut().zip(&symbols) {
            // Process 0 is no process of the host: SDC Docker's zsched shows by it.
            match symbol {
                // Processes inherit the priority from whoever started the engine; an observation tells theirs.
                Some("state") => *cell = json!(cell.as_str().unwrap_or_default().replace(['<', 'N'], "")),
                Some(symbol) if *symbol != "pid" || *cell != "0" => *cell = json!(format!("<{symbol}>")),
                _ => {}
            }
        }
    }
}

fn column(title: &str) -> Option<&'static str> {
    match title {
        "PID" | "PPID" | "PGID" | "SID" | "HPID" => Some("pid"),
        "STIME" | "START" | "STARTED" | "LSTART" => Some("time"),
        "TIME" => Some("cpu-time"),
        "STAT" => Some("state"),
        "C" | "%CPU" => Some("percent"),
        "ELAPSED" => Some("duration"),
        "RSS" | "VSZ" | "%MEM" | "SZ" => Some("number"),
        _ => None,
    }
}

/// An entry of an archive: its time says something only when it is not a time of this run.
pub(super) fn tar_entry(mut entry: Value, index: &Index) -> Value {
    without_probe_size(&mut entry);
    if let Some(mtime) = entry.get_mut("mtime")
        && mtime.as_i64().is_some_and(|seconds| index.time(i128::from(seconds)) == Some("unix"))
    {
        *mtime = json!("<mtime>");
    }
    entry
}

/// Runs of one progress report as a single one: how often it is repeated depends on timing.
pub(super) fn collapse_progress(operation: &str, mut items: Vec<Value>) -> Vec<Value> {
    if operation.starts_with("POST ") {
        items.dedup_by(|next, first| next == first && next.get("progressDetail").is_some());
        let settled: Vec<Value> = items.iter().filter(|item| is_one_of(item, SETTLED)).map(layer).collect();
        items.retain(|item| !(is_one_of(item, PASSING) && settled.contains(&layer(item))));
    }
    items
}

/// What is said of a layer on its way. Docker drops what it has no time to say, so that any of it may be missing; how the
/// layer begins and ends is always said.
const PASSING: &[&str] =
    &["Waiting", "Downloading", "Verifying Checksum", "Download complete", "Extracting", "Pushing"];
const SETTLED: &[&str] = &["Pull complete", "Pushed"];

fn is_one_of(item: &Value, words: &[&str]) -> bool {
    item.get("status").and_then(Value::as_str).is_some_and(|status| words.contains(&status))
}

/// Which layer a report is about.
fn layer(item: &Value) -> Value {
    item.get("id").cloned().unwrap_or_default()
}

/// Lines that a race within a program adds or not, each by its beginning and a part of it.
const RACING: &[(&str, &str)] = &[
    // After a failed start, `docker run` (20.10.24) gives up its wait, and whether it still gets to say so is open (1 run of 5 seen).
    ("time=", "msg=\"error waiting for container: context canceled\""),
    // Podman (4.3.1 and 5.4.2) reads an exec's output from conmon, which ends at once when the command cannot be run: the read then ends well or
    // is reset, as conmon had read all that it was sent or not. The reason is said before, by another thread (1 exec of 8 seen without).
    ("Error: read unixpacket ", "/attach: read: connection reset by peer"),
];

/// The text without the lines that come or not as a race ends within the program that said them.
pub(super) fn without_races(text: &str) -> String {
    let races = |line: &str| RACING.iter().any(|(start, part)| line.starts_with(start) && line.contains(part));
    text.split_inclusive('\n').filter(|line| !races(line)).collect()
}

/// A frame of a stream [`without_races`]; none when nothing is left of it.
pub(super) fn frame(mut frame: Value) -> Option<Value> {
    if let Some(Value::String(text)) = frame.get_mut("text") {
        let kept = without_races(text);
        if kept.is_empty() && !text.is_empty() {
            return None;
        }
        *text = kept;
    }
    Some(frame)
}

/// Text in columns as wide as the longest cell, with three blanks between columns: how long a cell was that is now a
/// symbol (`2 seconds`, `Less than a second`) must not show in its neighbours.
pub(super) fn even_columns(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut blanks = 0;
    for letter in text.chars() {
        if letter == ' ' {
            blanks += 1;
            if blanks > 3 {
                continue;
            }
        } else {
            blanks = 0;
        }
        result.push(letter);
    }
    result
}
