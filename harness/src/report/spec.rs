//! Where an engine departs from the API's document, for people.

use super::View;
use super::page::{Page, Tone, span};
use super::text::count;
use crate::spec::{Breach, Departure, Departures};

/// The departures, operation by operation.
pub fn spec(title: &str, all: &Departures, view: &View) -> String {
    let mut page = Page::new(view);
    page.say(0, Tone::Title, &format!("{title}, held against the document of API {}", all.api));
    let members = all.departures.iter().filter(|one| one.breach == Breach::Undocumented).count();
    let text = format!(
        "{} of {} answers depart, in {}; {} that the document does not mention",
        all.departing,
        all.answers,
        count(all.departures.len() - members, "way"),
        count(members, "member"),
    );
    page.say(2, Tone::Plain, &text);
    let mut operation = "";
    for departure in &all.departures {
        if departure.operation != operation {
            operation = &departure.operation;
            page.blank();
            page.say(0, Tone::Name, operation);
        }
        line(&mut page, departure);
    }
    page.finish()
}

fn line(page: &mut Page, one: &Departure) {
    let (place, documented) = (one.place.as_str(), one.documented.trim_start_matches('!'));
    let said = match one.breach {
        Breach::Status => format!("not among {documented}"),
        Breach::Undocumented => "not documented".to_owned(),
        breach => format!("{}; documented {documented}", breach.words()),
    };
    let tone = if one.breach == Breach::Undocumented { Tone::Dim } else { Tone::Warning };
    let values = one.seen.iter().filter(|_| one.breach != Breach::Undocumented);
    let values: Vec<String> = values.map(|value| short(&value.to_string())).collect();
    let mut spans = vec![
        span(Tone::Plain, format!("{} {place}{}", one.status, if place.is_empty() { "" } else { "  " })),
        span(tone, said),
    ];
    if !values.is_empty() {
        spans.push(span(Tone::Plain, format!(": {}", values.join(", "))));
    }
    let example = one.scenarios.first().map_or("", String::as_str);
    spans.push(span(Tone::Dim, format!("  ({}, as in {example})", count(one.answers, "answer"))));
    if one.reference_too == Some(true) {
        spans.push(span(Tone::Dim, "  as the reference"));
    }
    page.line(2, &spans);
}

fn short(text: &str) -> String {
    match text.chars().nth(60) {
        None => text.to_owned(),
        Some(_) => text.chars().take(59).chain(['…']).collect(),
    }
}
