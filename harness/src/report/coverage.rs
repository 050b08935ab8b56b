//! What the scenarios drive, for people.

use super::View;
use super::page::{Page, Tone, span};
use crate::coverage::{BodyRow, ParameterRow, Row, Sent, Table, Totals};
use crate::gate::CoverageCount;

/// The sums, and with `missing` what is not driven, operation by operation.
pub fn coverage(title: &str, table: &Table, missing: bool, view: &View) -> String {
    let mut page = Page::new(view);
    page.say(0, Tone::Title, &format!("{title}, held against API {}", table.api));
    totals(&mut page, &table.totals);
    for place in &table.contradicted {
        page.say(2, Tone::Bad, &format!("listed as impossible, and seen: {place}"));
    }
    if missing {
        for row in &table.operations {
            lacks(&mut page, row);
        }
    }
    page.finish()
}

fn totals(page: &mut Page, totals: &Totals) {
    for (name, CoverageCount { driven, of }, meaning) in [
        ("operations", totals.operations, "called"),
        ("parameters", totals.parameters, "of queries, sent"),
        ("", totals.non_default, "with another value than the default"),
        ("", totals.invalid, "with an invalid value, where there can be one"),
        ("headers", totals.headers, "of requests, sent"),
        ("properties", totals.properties, "of request bodies, sent"),
        ("statuses", totals.statuses, "documented, answered"),
        ("pointers", totals.pointers, "documented parts of answers, seen"),
    ] {
        let percent = (driven * 100).checked_div(of).unwrap_or(100);
        let numbers = format!("{name:<11}{driven:>5} of {of:>4} {percent:>4} %");
        let impossible = match name {
            "statuses" => totals.impossible.statuses,
            "pointers" => totals.impossible.pointers,
            _ => 0,
        };
        let apart = match impossible {
            0 => String::new(),
            many => format!(
                "; {many} cannot be shown, {} % of the others",
                (driven * 100).checked_div(of - many).unwrap_or(100)
            ),
        };
        page.line(2, &[span(Tone::Plain, numbers), span(Tone::Dim, format!("  {meaning}{apart}"))]);
    }
}

/// What of an operation is not driven.
fn lacks(page: &mut Page, row: &Row) {
    let called = !row.scenarios.is_empty();
    let named = |rows: &[ParameterRow], lacking: &dyn Fn(&Sent) -> bool| -> Vec<String> {
        rows.iter().filter(|one| lacking(&one.sent)).map(|one| one.name.clone()).collect()
    };
    let statuses = row.statuses.iter().filter(|one| one.scenarios.is_empty() && !one.impossible);
    let mut lists = vec![
        ("parameters".to_owned(), named(&row.query, &|sent| !sent.sent)),
        ("only by default".to_owned(), named(&row.query, &|sent| sent.sent && !sent.non_default)),
        ("never invalid".to_owned(), named(&row.query, &|sent| sent.sent && sent.invalid == Some(false))),
        ("headers".to_owned(), named(&row.headers, &|sent| !sent.sent)),
        ("properties".to_owned(), row.body.iter().flat_map(|body| body.missing.iter().cloned()).collect()),
        ("statuses".to_owned(), statuses.map(|one| one.status.to_string()).collect()),
    ];
    // The parts of an answer that never came are no news.
    for status in row.statuses.iter().filter(|one| !one.scenarios.is_empty()) {
        lists.push((format!("in {}", status.status), status.pointers.missing.iter().cloned().collect()));
    }
    if called && lists.iter().all(|(_, list)| list.is_empty()) {
        return;
    }
    page.blank();
    page.say(0, Tone::Name, &row.operation);
    if !called {
        page.say(2, Tone::Bad, "not called");
        return;
    }
    for (name, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
        page.say(2, Tone::Dim, name);
        page.list(4, Tone::Plain, list, "  ");
    }
}

/// One operation: its scenarios, parameters and statuses.
pub fn operation(row: &Row, view: &View) -> String {
    let mut page = Page::new(view);
    page.say(0, Tone::Name, &row.operation);
    for (title, rows) in [("parameters", &row.query), ("headers", &row.headers)] {
        if !rows.is_empty() {
            page.section(Tone::Title, title);
        }
        for one in rows {
            parameter(&mut page, one);
        }
    }
    if let Some(body) = &row.body {
        properties(&mut page, "request body", body);
    }
    page.section(Tone::Title, "statuses");
    for status in &row.statuses {
        let (tone, seen) = match status.scenarios.len() {
            0 => (Tone::Warning, "never answered".to_owned()),
            1 => (Tone::Plain, "1 scenario".to_owned()),
            many => (Tone::Plain, format!("{many} scenarios")),
        };
        page.line(2, &[span(Tone::Plain, status.status.to_string()), span(tone, format!("  {seen}"))]);
    }
    for status in row.statuses.iter().filter(|status| !status.scenarios.is_empty()) {
        properties(&mut page, &format!("answer {}", status.status), &status.pointers);
    }
    page.section(Tone::Title, &format!("scenarios: {}", row.scenarios.len()));
    page.list(2, Tone::Plain, &row.scenarios.iter().cloned().collect::<Vec<_>>(), "  ");
    page.finish()
}

fn parameter(page: &mut Page, row: &ParameterRow) {
    let sent = match (row.sent.sent, row.sent.non_default) {
        (false, _) => span(Tone::Warning, "never sent"),
        (true, false) => span(Tone::Warning, "only by its default"),
        (true, true) => span(Tone::Good, "sent"),
    };
    let invalid = match row.sent.invalid {
        None => span(Tone::Dim, ""),
        Some(false) => span(Tone::Warning, ", never invalid"),
        Some(true) => span(Tone::Good, ", also invalid"),
    };
    page.line(
        2,
        &[span(Tone::Plain, format!("{} ", row.name)), span(Tone::Dim, format!("{}  ", row.fact)), sent, invalid],
    );
}

fn properties(page: &mut Page, title: &str, body: &BodyRow) {
    let of = body.of_all();
    if of == 0 {
        return;
    }
    page.section(Tone::Title, &format!("{title}: {} of {of} parts seen", body.seen.len()));
    if !body.missing.is_empty() {
        page.say(2, Tone::Dim, "not seen");
        page.list(4, Tone::Plain, &body.missing.iter().cloned().collect::<Vec<_>>(), "  ");
    }
    if !body.impossible.is_empty() {
        page.say(2, Tone::Dim, "cannot be shown");
        page.list(4, Tone::Dim, &body.impossible.iter().cloned().collect::<Vec<_>>(), "  ");
    }
}
