//! From transcript to text.

use std::fmt::Write as _;

use reqwest::StatusCode;
use serde_json::Value;

use super::text::{LONG, compact, inline, is_plain_block, is_stream_name, json_string, pretty};
use super::{INDENT, NO_NEWLINE, words};
use crate::transcript::{Answer, CliRun, End, Exchange, Observation, Payload, Request, Step, StepKind, Transcript};

/// The transcript as text. The text ends in one line feed, and [`parse`](super::parse) returns the same transcript from it.
pub fn write(transcript: &Transcript) -> String {
    let mut out = Writer(String::new());
    out.line("# ", &inline(&transcript.scenario, |_| false));
    for (index, step) in transcript.steps.iter().enumerate() {
        out.line("", "");
        out.step(index + 1, step);
    }
    if let End::Blocked { reason } = &transcript.end {
        out.line("", "");
        out.line("(blocked: ", &(inline(reason, |_| false) + ")"));
    }
    out.0
}

/// Collects lines. None of them ends in blanks, so that no editor changes what they say.
struct Writer(String);

impl Writer {
    fn line(&mut self, start: &str, rest: &str) {
        self.0.push_str(start);
        self.0.push_str(rest);
        self.0.truncate(self.0.trim_end_matches(' ').len());
        self.0.push('\n');
    }

    fn step(&mut self, number: usize, step: &Step) {
        let mut heading = inline(&step.operation, |text| text.ends_with(')') && text.contains(" (expects "));
        if let Some(exchange) = step.exchange()
            && exchange.expected != exchange.answer.status
        {
            let _ = write!(heading, " (expects {})", exchange.expected);
        }
        self.line(&format!("## {number}. "), &heading);
        match &step.kind {
            StepKind::Exchange(exchange) => self.exchange(exchange),
            StepKind::Observation(observation) => self.observation(observation),
            StepKind::Cli(run) => self.cli(run),
        }
    }

    fn exchange(&mut self, exchange: &Exchange) {
        let Request { method, target, headers, body } = &exchange.request;
        let method = inline(method, |text| text.contains(char::is_whitespace));
        self.line("> ", &format!("{method} {}", inline(target, |_| false)));
        self.headers("> ", headers);
        self.payload("> ", body);

        let Answer { status, headers, body } = &exchange.answer;
        match status {
            0 => self.line("< ", "no answer"),
            status => {
                let reason = StatusCode::from_u16(*status).ok().and_then(|code| code.canonical_reason());
                self.line("< ", &format!("{status} {}", reason.unwrap_or_default()));
            }
        }
        self.headers("< ", headers);
        self.payload("< ", body);
    }

    fn headers(&mut self, mark: &str, headers: &[(String, String)]) {
        for (name, value) in headers {
            let name = inline(name, |text| text.contains(|c: char| c == ':' || c.is_whitespace()));
            let value = if value.is_empty() { String::new() } else { inline(value, |_| false) };
            self.line(mark, &format!("{name}: {value}"));
        }
    }

    fn payload(&mut self, mark: &str, body: &Payload) {
        let heading = format!("{mark}{}", body.kind());
        match body {
            Payload::None => {}
            Payload::Text(text) | Payload::Raw(text) => self.text(&heading, text),
            Payload::Json(value) => {
                self.line(&heading, "");
                self.block(&pretty(value));
            }
            Payload::Bytes(value) => {
                self.line(&heading, "");
                self.block(&compact(value));
            }
            Payload::Tar(items) => {
                self.line(&heading, "");
                items.iter().for_each(|item| self.block(&compact(item)));
            }
            Payload::Progress(items) => {
                self.line(&heading, "");
                for item in items {
                    let line = compact(item);
                    self.block(&if line.chars().count() > LONG { pretty(item) } else { line });
                }
            }
            Payload::Frames(items) => {
                self.line(&heading, "");
                items.iter().for_each(|item| self.frame(item));
            }
        }
    }

    /// One stream: its name and text where it is nothing but these, else JSON.
    fn frame(&mut self, item: &Value) {
        let Some((stream, text)) = stream_and_text(item) else {
            return self.block(&compact(item));
        };
        let mut start = format!("{stream} ");
        for line in lines_or_one(text) {
            self.block(&format!("{start}{}", json_string(line)));
            start = " ".repeat(start.len());
        }
    }

    fn observation(&mut self, observation: &Observation) {
        let what = inline(&observation.what, |text| text.contains(':'));
        self.line("@ observe ", &format!("{what}: {}", words::join(&observation.command)));
        self.block(&pretty(&observation.value));
    }

    fn cli(&mut self, run: &CliRun) {
        self.line("$ ", &words::join(&run.command));
        self.line("exit status ", &run.exit_status.to_string());
        for (name, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
            if !text.is_empty() {
                self.text(name, text);
            }
        }
    }

    /// A heading, and the text below it in the way that suits it.
    fn text(&mut self, heading: &str, text: &str) {
        if is_plain_block(text) {
            self.line(heading, "");
            self.block(text.strip_suffix('\n').unwrap_or(text));
            if !text.ends_with('\n') {
                self.line(NO_NEWLINE, "");
            }
        } else {
            self.line(heading, " escaped");
            lines_or_one(text).for_each(|line| self.block(&json_string(line)));
        }
    }

    fn block(&mut self, text: &str) {
        text.split('\n').for_each(|line| self.line(INDENT, line));
    }
}

/// The lines of a text with their line feeds; the empty text is one empty line.
fn lines_or_one(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').chain(text.is_empty().then_some(""))
}

/// The stream's name and text, where the item has these two members in this order and no others, and the name is a plain word.
fn stream_and_text(item: &Value) -> Option<(&str, &str)> {
    let object = item.as_object().filter(|object| object.len() == 2)?;
    let mut members = object.iter();
    let (Some((first, stream)), Some((second, text))) = (members.next(), members.next()) else {
        return None;
    };
    let stream = stream.as_str().filter(|_| first == "stream" && second == "text")?;
    text.as_str().filter(|_| is_stream_name(stream)).map(|text| (stream, text))
}
