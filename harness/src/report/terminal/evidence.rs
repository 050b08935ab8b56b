//! What caused a difference: the request, and on demand the wire.

use super::{Report, diff, step};
use crate::compare::Difference;
use crate::gate::Source;
use crate::report::mask::{self, Mask};
use crate::report::page::{Page, Tone, span};
use crate::report::text::cut;
use crate::report::trace;
use crate::transcript::{Payload, Step, StepKind, Transcript};
use std::collections::BTreeSet;

/// The steps whose wire was shown already.
pub(super) type Traced = BTreeSet<(String, usize)>;

/// The request (or observation, or command) that a difference answers.
pub(super) fn cause(page: &mut Page, report: &Report<'_>, difference: &Difference, indent: usize) {
    let Some(step) = report.step(difference) else { return };
    let room = page.room(indent);
    match &step.kind {
        StepKind::Exchange(exchange) => {
            let request = &exchange.request;
            let line = format!("{} {}", request.method, mask::text(&request.target));
            page.say(indent, Tone::Dim, &cut(&line, room * 2));
            body(page, report, step, &request.body, indent + 2);
        }
        StepKind::Observation(observation) => {
            let command = mask::text(&observation.command.join(" "));
            page.say(indent, Tone::Dim, &cut(&format!("in the container: {command}"), room));
        }
        StepKind::Cli(run) => {
            page.say(indent, Tone::Dim, &cut(&format!("$ {}", mask::text(&run.command.join(" "))), room))
        }
    }
}

/// The request's body in one line; indented when there is room for all.
fn body(page: &mut Page, report: &Report<'_>, step: &Step, payload: &Payload, indent: usize) {
    if *payload == Payload::None {
        return;
    }
    let (_, value) = payload.as_value();
    let value = Mask::of(&step.operation).value(&value);
    match report.view.verbose {
        true => {
            for line in diff::pretty(&value).lines() {
                page.say(indent, Tone::Dim, &cut(line, page.room(indent)));
            }
        }
        false => page.say(indent, Tone::Dim, &cut(&value.to_string(), page.room(indent))),
    }
}

/// With `--trace`, both engines' wire of the step: as it was said, or what is recorded of it.
pub(super) fn wire(page: &mut Page, report: &Report<'_>, difference: &Difference, traced: &mut Traced) {
    if !report.view.trace {
        return;
    }
    if !traced.insert((difference.scenario.clone(), difference.step)) {
        let text = format!("(the wire of {}, step {} is above)", difference.scenario, difference.step);
        page.say(4, Tone::Dim, &text);
        return;
    }
    let name = difference.scenario.as_str();
    let raw = report.raw.get(name);
    let pair = report.pairs.get(name).and_then(|pair| pair.transcripts.as_ref());
    let result = &report.verdict.result;
    let sides = [
        (&result.reference, raw.and_then(|run| run.reference.as_ref()), pair.map(|(reference, _)| reference)),
        (&result.candidate, raw.and_then(|run| run.candidate.as_ref()), pair.map(|(_, candidate)| candidate)),
    ];
    for (identity, taken, compared) in sides {
        let (transcript, how): (Option<&Transcript>, &str) = match (taken, result.source) {
            (Some(taken), _) => (Some(&taken.raw), "as said"),
            (None, Source::Live) => (compared.map(|transcript| &**transcript), "normalised"),
            (None, Source::Recorded) => (compared.map(|transcript| &**transcript), "as recorded"),
        };
        let title = format!("{} {}, step {}, {how}", identity.engine, identity.version, difference.step);
        page.line(4, &[span(Tone::Name, title)]);
        match transcript.and_then(|transcript| step(transcript, difference.step)) {
            Some(step) => trace::step(page, step, 6),
            None => page.say(6, Tone::Dim, "(there is no such step)"),
        }
    }
    page.blank();
}
