//! From text to transcript.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::error::SnapshotError;
use super::reader::{Block, Reader, Result};
use super::text::{is_stream_name, read_inline, read_inline_until};
use super::{NO_NEWLINE, split_front_matter, words};
use crate::transcript::{Answer, CliRun, End, Exchange, Observation, Payload, Request, Step, StepKind, Transcript};

const KINDS: [&str; 7] = ["json", "progress", "text", "frames", "raw", "tar", "bytes"];

/// Reads what [`write`](super::write()) wrote; insta's front matter before it is skipped. Durations are zero. `path` is only
/// named in errors.
pub fn parse(path: &Path, text: &str) -> Result<Transcript, SnapshotError> {
    let (skipped, contents) = split_front_matter(text);
    let lines = contents.lines().collect();
    Reader { path, lines, at: 0, skipped }.transcript()
}

impl<'a> Reader<'a> {
    fn transcript(mut self) -> Result<Transcript> {
        let title = self.after("# ").and_then(read_inline);
        let Some(scenario) = title else {
            return Err(self.error_at(0, "a title `# SCENARIO`"));
        };
        let mut steps = Vec::new();
        loop {
            self.skip_blank();
            let Some(line) = self.peek() else {
                return Ok(Transcript { scenario, steps, end: End::Completed });
            };
            if line.starts_with("(blocked: ") {
                let end = self.blocked()?;
                return Ok(Transcript { scenario, steps, end });
            }
            steps.push(self.step(steps.len() + 1)?);
        }
    }

    /// The last line of a scenario that could not go on.
    fn blocked(&mut self) -> Result<End> {
        let reason =
            self.peek().and_then(|line| line.strip_prefix("(blocked: ")?.strip_suffix(')')).and_then(read_inline);
        let Some(reason) = reason else {
            return Err(self.error("`(blocked: REASON)`"));
        };
        self.at += 1;
        self.skip_blank();
        match self.peek() {
            Some(_) => Err(self.error("nothing behind `(blocked: …)`")),
            None => Ok(End::Blocked { reason }),
        }
    }

    fn step(&mut self, number: usize) -> Result<Step> {
        let heading_at = self.at;
        let Some(heading) = self.after(&format!("## {number}. ")) else {
            return Err(self.error(format!("a step `## {number}. OPERATION` or `(blocked: REASON)`")));
        };
        let (operation, expected) = split_expected(heading);
        let Some(operation) = read_inline(operation) else {
            return Err(self.error_at(heading_at, r#"the operation, or \"…" with it as a JSON string"#));
        };
        let kind = match self.peek() {
            Some(line) if line.starts_with("> ") => StepKind::Exchange(Box::new(self.exchange(expected)?)),
            _ if expected.is_some() => {
                return Err(self.error("`> METHOD TARGET`, as the step expects a status"));
            }
            Some(line) if line.starts_with("@ ") => StepKind::Observation(self.observation()?),
            Some(line) if line == "$" || line.starts_with("$ ") => StepKind::Cli(self.cli()?),
            _ => {
                return Err(self.error("`> METHOD TARGET`, `@ observe WHAT: COMMAND` or `$ COMMAND`"));
            }
        };
        Ok(Step { operation, kind, duration: Duration::ZERO })
    }

    fn exchange(&mut self, expected: Option<u16>) -> Result<Exchange> {
        let first = self.peek().and_then(|line| read_inline_until(line.strip_prefix("> ")?, " "));
        let parts = first.and_then(|(method, target)| Some((method, read_inline(target)?)));
        let Some((method, target)) = parts else {
            return Err(self.error("`> METHOD TARGET`"));
        };
        self.at += 1;
        let (headers, body) = self.message("> ")?;
        let request = Request { method, target, headers, body };

        let status = match self.peek().and_then(|line| line.strip_prefix("< ")) {
            Some("no answer") => Some(0),
            Some(line) => line.split(' ').next().and_then(|code| code.parse().ok()),
            None => None,
        };
        let Some(status) = status else {
            return Err(self.error("`< STATUS REASON` or `< no answer`"));
        };
        self.at += 1;
        let (headers, body) = self.message("< ")?;
        let answer = Answer { status, headers, body };
        Ok(Exchange { request, expected: expected.unwrap_or(answer.status), answer })
    }

    /// Headers, then the body with its kind.
    fn message(&mut self, mark: &str) -> Result<(Vec<(String, String)>, Payload)> {
        let mut headers = Vec::new();
        while let Some(line) = self.peek().and_then(|line| line.strip_prefix(mark)) {
            let (kind, escaped) = split_escaped(line);
            if KINDS.contains(&kind) {
                let body = self.payload(kind, escaped)?;
                return Ok((headers, body));
            }
            let header = read_inline_until(line, ":").and_then(|(name, value)| match value {
                "" => Some((name, String::new())),
                value => Some((name, read_inline(value.strip_prefix(' ')?)?)),
            });
            let Some(header) = header else {
                return Err(self.error(format!("`{mark}NAME: VALUE` or a body's kind ({})", KINDS.join(", "))));
            };
            headers.push(header);
            self.at += 1;
        }
        Ok((headers, Payload::None))
    }

    fn payload(&mut self, kind: &str, escaped: bool) -> Result<Payload> {
        if escaped && !matches!(kind, "text" | "raw") {
            return Err(self.error(format!("`{kind}` alone: only text can be escaped")));
        }
        Ok(match kind {
            "text" => Payload::Text(self.text(escaped)?),
            "raw" => Payload::Raw(self.text(escaped)?),
            kind => {
                self.at += 1;
                let block = self.block();
                match kind {
                    "json" => Payload::Json(self.json(&block)?),
                    "bytes" => Payload::Bytes(self.json(&block)?),
                    "progress" => Payload::Progress(self.stream(&block)?),
                    "tar" => Payload::Tar(self.stream(&block)?),
                    _ => Payload::Frames(self.frames(&block)?),
                }
            }
        })
    }

    fn observation(&mut self) -> Result<Observation> {
        let parts = self.peek().and_then(|line| read_inline_until(line.strip_prefix("@ observe ")?, ":"));
        let Some((what, command)) = parts else {
            return Err(self.error("`@ observe WHAT: COMMAND`"));
        };
        let command = words::split(command).map_err(|expected| self.error(expected))?;
        self.at += 1;
        let block = self.block();
        Ok(Observation { what, command, value: self.json(&block)? })
    }

    fn cli(&mut self) -> Result<CliRun> {
        let line = self.peek().unwrap_or_default().trim_start_matches('$');
        let command = words::split(line).map_err(|expected| self.error(expected))?;
        self.at += 1;
        let status_at = self.at;
        let Some(exit_status) = self.after("exit status ").and_then(|status| status.parse().ok()) else {
            return Err(self.error_at(status_at, "`exit status N`"));
        };
        let mut texts = [String::new(), String::new()];
        for (name, text) in ["stdout", "stderr"].into_iter().zip(&mut texts) {
            if let Some((heading, escaped)) = self.peek().map(split_escaped)
                && heading == name
            {
                *text = self.text(escaped)?;
            }
        }
        let [stdout, stderr] = texts;
        Ok(CliRun { command, exit_status, stdout, stderr })
    }

    /// The text below a heading line, which is still to be read.
    fn text(&mut self, escaped: bool) -> Result<String> {
        self.at += 1;
        let block = self.block();
        if escaped {
            let mut text = String::new();
            for (index, line) in block.lines.iter().enumerate() {
                text += &self.json_at::<String>(block.start + index, line)?;
            }
            return Ok(text);
        }
        if block.lines.is_empty() {
            return Err(self.error("lines of text, indented by a space"));
        }
        let mut text = block.lines.join("\n");
        if self.peek() == Some(NO_NEWLINE) {
            self.at += 1;
        } else {
            text.push('\n');
        }
        Ok(text)
    }

    fn frames(&self, block: &Block<'_>) -> Result<Vec<Value>> {
        let mut items: Vec<Value> = Vec::new();
        let mut open: Option<(&str, String)> = None;
        let close = |open: Option<(&str, String)>| open.map(|(stream, text)| json!({ "stream": stream, "text": text }));
        for (index, line) in block.lines.iter().enumerate() {
            let at = block.start + index;
            if line.starts_with(' ') {
                let Some((_, text)) = &mut open else {
                    return Err(self.error_at(at, "a stream's name before its text"));
                };
                *text += &self.json_at::<String>(at, line)?;
                continue;
            }
            items.extend(close(open.take()));
            match line.split_once(' ') {
                Some((stream, text)) if text.starts_with('"') && is_stream_name(stream) => {
                    open = Some((stream, self.json_at(at, text)?));
                }
                _ => items.push(self.json_at(at, line)?),
            }
        }
        items.extend(close(open));
        Ok(items)
    }
}

/// A heading without ` (expects S)`, and S.
fn split_expected(heading: &str) -> (&str, Option<u16>) {
    let found = heading.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (expects "));
    match found.and_then(|(operation, status)| Some((operation, status.parse().ok()?))) {
        Some((operation, status)) => (operation, Some(status)),
        None => (heading, None),
    }
}

/// A kind or stream name without ` escaped`, and whether that word was there.
fn split_escaped(line: &str) -> (&str, bool) {
    match line.strip_suffix(" escaped") {
        Some(name) => (name, true),
        None => (line, false),
    }
}
