//! The wire of one step: what was sent and what came back, secrets masked.

use super::mask::{self, Mask};
use super::page::{Page, Tone, span};
use super::text::cut;
use crate::transcript::{Payload, Step, StepKind};
use std::time::Duration;

/// The most lines of one body.
const LINES: usize = 60;
/// The most columns of one line.
const COLUMNS: usize = 400;

/// Which way a line went.
#[derive(Debug, Clone, Copy)]
enum Way {
    Sent,
    Answered,
}

/// Writes the step line by line: `>` was sent, `<` came back.
pub(super) fn step(page: &mut Page, step: &Step, indent: usize) {
    let mask = Mask::of(&step.operation);
    match &step.kind {
        StepKind::Exchange(exchange) => {
            let (request, answer) = (&exchange.request, &exchange.answer);
            wire(page, indent, Way::Sent, &mask::text(&format!("{} {}", request.method, request.target)));
            message(page, indent, Way::Sent, &request.headers, &request.body, mask);
            let status = match answer.status {
                0 => "no answer".to_owned(),
                status => format!("{status}, expected of the reference: {}", exchange.expected),
            };
            wire(page, indent, Way::Answered, &format!("{status}{}", took(step.duration)));
            message(page, indent, Way::Answered, &answer.headers, &answer.body, mask);
        }
        StepKind::Observation(observation) => {
            wire(page, indent, Way::Sent, &mask::text(&observation.command.join(" ")));
            lines(page, indent, &format!("{:#}", mask.value(&observation.value)));
        }
        StepKind::Cli(run) => {
            wire(page, indent, Way::Sent, &format!("$ {}", mask::text(&run.command.join(" "))));
            wire(page, indent, Way::Answered, &format!("exit status {}{}", run.exit_status, took(step.duration)));
            for (name, text) in [("standard output", &run.stdout), ("standard error", &run.stderr)] {
                if !text.is_empty() {
                    wire(page, indent, Way::Answered, &format!("{name}:"));
                    lines(page, indent, &mask::text(text));
                }
            }
        }
    }
}

/// Snapshots know no durations.
fn took(duration: Duration) -> String {
    if duration.is_zero() { String::new() } else { format!(" ({:.1} ms)", duration.as_secs_f64() * 1000.0) }
}

/// Headers and body.
fn message(page: &mut Page, indent: usize, way: Way, headers: &[(String, String)], body: &Payload, mask: Mask) {
    for (name, value) in headers {
        wire(page, indent, way, &format!("{name}: {}", mask::header(name, value)));
    }
    if *body == Payload::None {
        return;
    }
    wire(page, indent, way, "");
    let text = match body {
        Payload::Text(text) | Payload::Raw(text) => mask::text(text),
        Payload::Progress(items) | Payload::Frames(items) | Payload::Tar(items) => {
            items.iter().map(|item| mask.value(item).to_string()).collect::<Vec<_>>().join("\n")
        }
        _ => format!("{:#}", mask.value(&body.as_value().1)),
    };
    for line in shown(&text) {
        wire(page, indent, way, &line);
    }
}

fn lines(page: &mut Page, indent: usize, text: &str) {
    for line in shown(text) {
        wire(page, indent, Way::Answered, &line);
    }
}

/// The lines of a text, as many as are shown.
fn shown(text: &str) -> Vec<String> {
    let mut all: Vec<String> = text.lines().take(LINES).map(str::to_owned).collect();
    let more = text.lines().count() - all.len();
    if more > 0 {
        all.push(format!("… {more} more lines"));
    }
    all
}

fn wire(page: &mut Page, indent: usize, way: Way, line: &str) {
    let sign = match way {
        Way::Sent => "> ",
        Way::Answered => "< ",
    };
    page.line(indent, &[span(Tone::Dim, sign), span(Tone::Plain, cut(line, COLUMNS))]);
}
