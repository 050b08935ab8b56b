use super::*;
use crate::transcript::{Answer, End, Exchange, Payload, Request, Step, StepKind};
use serde_json::{Value, json};
use std::time::Duration;

fn api() -> &'static Api {
    Api::nearest("1.41")
}

fn transcript(operation: &str, target: &str, body: Option<Value>, status: u16, answer: Payload) -> Transcript {
    let method = operation.split(' ').next().unwrap_or_default().to_owned();
    let exchange = Exchange {
        request: Request {
            method,
            target: target.to_owned(),
            headers: vec![("x-registry-auth".to_owned(), "<secret>".to_owned())],
            body: body.map_or(Payload::None, Payload::Json),
        },
        expected: status,
        answer: Answer { status, headers: Vec::new(), body: answer },
    };
    let kind = StepKind::Exchange(Box::new(exchange));
    let step = Step { operation: operation.to_owned(), kind, duration: Duration::ZERO };
    Transcript { scenario: "area/name".to_owned(), steps: vec![step], end: End::Completed }
}

fn row(transcript: &Transcript) -> Row {
    let operation = &transcript.steps[0].operation;
    let table = Table::of(api(), std::iter::once(transcript), &Unseen::default());
    table.operations.into_iter().find(|row| row.operation == *operation).unwrap_or_else(|| panic!("no row"))
}

#[test]
fn nothing_driven_is_nothing_of_all() {
    let count = count(api(), std::iter::empty());
    assert_eq!((count.operations.of, count.parameters.of, count.statuses.of), (106, 153, 354));
    let totals = Table::of(api(), std::iter::empty(), &Unseen::default()).totals;
    assert_eq!((totals.pointers.driven, totals.pointers.of), (0, 2965));
    assert_eq!(
        (totals.operations, totals.parameters, totals.statuses),
        (count.operations, count.parameters, count.statuses)
    );
}

#[test]
fn the_table_counts_as_the_short_form_does() {
    let one = transcript("GET /containers/json", "/containers/json?all=1&nosuch=1", None, 200, Payload::None);
    let short = count(api(), std::iter::once(&one));
    let totals = Table::of(api(), std::iter::once(&one), &Unseen::default()).totals;
    assert_eq!((short.operations.driven, short.parameters.driven, short.statuses.driven), (1, 1, 1));
    assert_eq!(
        (totals.operations, totals.parameters, totals.statuses),
        (short.operations, short.parameters, short.statuses)
    );
}

#[test]
fn a_parts_of_an_answer_is_seen_where_it_is_not_null() {
    let answer = Payload::Json(json!([{ "Id": "a", "Names": null, "Ports": [{ "Type": "tcp" }] }]));
    let row = row(&transcript("GET /containers/json", "/containers/json", None, 200, answer));
    let seen: Vec<&str> = row.statuses[0].pointers.seen.iter().map(String::as_str).collect();
    assert_eq!(seen, ["/", "/[]", "/[]/Id", "/[]/Ports", "/[]/Ports/[]", "/[]/Ports/[]/Type"]);
}

#[test]
fn a_streams_documents_are_each_held_against_the_shape() {
    let answer = Payload::Progress(vec![json!({ "Type": "container" }), json!({ "time": "<unix>" })]);
    let row = row(&transcript("GET /events", "/events", None, 200, answer));
    assert!(["/Type", "/time"].iter().all(|place| row.statuses[0].pointers.seen.contains(*place)));
}

#[test]
fn bodies_and_headers_of_requests_count() {
    let body = json!({ "Name": "n", "TaskTemplate": { "ContainerSpec": { "Image": "i" } } });
    let row = row(&transcript("POST /services/create", "/services/create", Some(body), 201, Payload::None));
    let seen = row.body.map(|body| body.seen).unwrap_or_default();
    assert!(seen.contains("/TaskTemplate/ContainerSpec/Image") && !seen.contains("/Labels"));
    assert!(row.headers[0].sent.sent && row.headers[0].sent.non_default);
}

#[test]
fn an_undocumented_status_drives_its_operation_alone() {
    let row = row(&transcript("GET /containers/json", "/containers/json", None, 418, Payload::None));
    assert!(row.statuses.iter().all(|status| status.scenarios.is_empty()) && row.scenarios.len() == 1);
}
