#![allow(clippy::unwrap_used)]

use super::*;
use crate::api::Api;
use crate::compare::{Aspect, Difference, Kind};
use crate::transcript::{Answer, End, Exchange, Payload, Request, Step, StepKind, Transcript};
use rstest::rstest;
use serde_json::{Value, json};
use std::time::Duration;

const INSPECT: &str = "GET /containers/{id}/json";
const LIST: &str = "GET /containers/json";

fn api() -> &'static Api {
    Api::nearest("1.41")
}

fn answer(status: u16, body: Payload) -> Answer {
    Answer { status, headers: Vec::new(), body }
}

fn found(operation: &str, status: u16, body: Payload) -> Vec<(String, Breach)> {
    let facts = api().operation(operation).unwrap();
    in_answer(facts, &answer(status, body)).into_iter().map(|one| (one.place, one.breach)).collect()
}

#[rstest]
#[case::as_documented(json!({ "State": { "Status": "running", "Pid": "<pid>" } }), None)]
#[case::number_as_text(json!({ "State": { "Pid": "<pid-text>" } }), Some(("/State/Pid", Breach::Type)))]
#[case::text_for_a_list(json!({ "Args": "a" }), Some(("/Args", Breach::Type)))]
#[case::null(json!({ "Args": null }), Some(("/Args", Breach::Null)))]
#[case::null_as_documented(json!({ "ExecIDs": null }), None)]
#[case::unlisted_value(json!({ "State": { "Status": "stopped" } }), Some(("/State/Status", Breach::Value)))]
#[case::a_time(json!({ "State": { "Health": { "Log": [{ "Start": "<rfc3339nano>" }] } } }), None)]
#[case::no_time(json!({ "State": { "Health": { "Log": [{ "Start": "now" }] } } }), Some(("/State/Health/Log/[]/Start", Breach::Time)))]
#[case::undocumented(json!({ "Extra": 1 }), Some(("/Extra", Breach::Undocumented)))]
fn a_body_departs_or_not(#[case] body: Value, #[case] expected: Option<(&str, Breach)>) {
    let expected: Vec<_> = expected.into_iter().map(|(place, breach)| (place.to_owned(), breach)).collect();
    assert_eq!(found(INSPECT, 200, Payload::Json(body)), expected);
}

#[test]
fn required_members_are_missed() {
    assert_eq!(found(INSPECT, 404, Payload::Json(json!({}))), [("/message".to_owned(), Breach::Absent)]);
}

#[test]
fn a_plain_text_is_no_document() {
    let body = Payload::Text("404 page not found\n".to_owned());
    assert_eq!(found(INSPECT, 404, body), [("/".to_owned(), Breach::Body)]);
}

#[test]
fn a_head_has_no_body_to_miss() {
    assert_eq!(found("HEAD /containers/{id}/archive", 404, Payload::None), []);
}

#[test]
fn an_undocumented_status_is_the_only_departure() {
    assert_eq!(found(INSPECT, 409, Payload::None), [(String::new(), Breach::Status)]);
}

#[test]
fn what_stands_for_a_whole_list_is_not_judged() {
    let body = json!({ "blkio_stats": { "io_service_bytes_recursive": ["<number>"] } });
    let departing = found("GET /containers/{id}/stats", 200, Payload::Json(body));
    assert!(departing.iter().all(|(place, _)| !place.contains("io_service")), "{departing:?}");
}

fn difference(operation: &str, pointer: &str, kind: Kind, reference: Value, candidate: Value) -> Difference {
    Difference {
        scenario: "area/name".to_owned(),
        step: 1,
        operation: operation.to_owned(),
        aspect: Aspect::Body,
        pointer: pointer.to_owned(),
        kind,
        reference,
        candidate,
        classification: None,
        divergence: None,
    }
}

fn view_of(difference: &Difference, statuses: (u16, u16)) -> Fit {
    let (reference, candidate) = (answer(statuses.0, Payload::None), answer(statuses.1, Payload::None));
    view(api(), difference, Sides { reference: &reference, candidate: &candidate })
}

#[rstest]
#[case::null_for_a_list("/body/Args", Kind::Type, json!(["a"]), json!(null), Fit::Reference)]
#[case::the_other_way_round("/body/Args", Kind::Type, json!(null), json!(["a"]), Fit::Candidate)]
#[case::two_listed_values("/body/State/Status", Kind::Value, json!("created"), json!("exited"), Fit::Both)]
#[case::unlisted_twice("/body/State/Status", Kind::Value, json!("up"), json!("down"), Fit::Neither)]
#[case::undocumented("/body/Extra", Kind::Extra, json!(null), json!(1), Fit::Unsaid)]
#[case::optional("/body/Platform", Kind::Missing, json!("linux"), json!(null), Fit::Both)]
#[case::a_whole_part("/body/State", Kind::Missing, json!({ "Pid": "one" }), json!(null), Fit::Candidate)]
#[case::order("/body/Args", Kind::Order, json!([]), json!([]), Fit::Unsaid)]
#[case::header("/headers/server", Kind::Value, json!("a"), json!("b"), Fit::Unsaid)]
fn a_difference_is_seen_three_ways(
    #[case] pointer: &str,
    #[case] kind: Kind,
    #[case] reference: Value,
    #[case] candidate: Value,
    #[case] fit: Fit,
) {
    assert_eq!(view_of(&difference(INSPECT, pointer, kind, reference, candidate), (200, 200)), fit);
}

#[rstest]
#[case::both_documented(404, 500, Fit::Both)]
#[case::candidate_undocumented(404, 409, Fit::Reference)]
#[case::reference_undocumented(409, 404, Fit::Candidate)]
#[case::none_documented(409, 501, Fit::Neither)]
fn statuses_are_documented_or_not(#[case] reference: u16, #[case] candidate: u16, #[case] fit: Fit) {
    let difference = difference(INSPECT, "/status", Kind::Value, json!(reference), json!(candidate));
    assert_eq!(view_of(&difference, (reference, candidate)), fit);
}

#[test]
fn a_required_member_has_to_be_there() {
    let difference = difference(INSPECT, "/body/message", Kind::Missing, json!("no"), json!(null));
    assert_eq!(view_of(&difference, (404, 404)), Fit::Reference);
    // The candidate's own status documents no message.
    assert_eq!(view_of(&difference, (404, 200)), Fit::Both);
}

#[test]
fn a_list_items_place_is_found() {
    let difference = difference(LIST, "/body/3/Names", Kind::Type, json!(["a"]), json!(null));
    assert_eq!(view_of(&difference, (200, 200)), Fit::Reference);
}

#[test]
fn a_streams_item_is_a_whole_document() {
    let difference = difference("GET /events", "/body/0/Type", Kind::Value, json!("container"), json!(7));
    let events = answer(200, Payload::Progress(vec![json!({})]));
    assert_eq!(view(api(), &difference, Sides { reference: &events, candidate: &events }), Fit::Reference);
}

#[test]
fn a_whole_body_is_taken_from_the_answer() {
    let difference = difference(INSPECT, "/body", Kind::Type, json!({}), json!("404 page not found"));
    let reference = answer(404, Payload::Json(json!({ "message": "no" })));
    let candidate = answer(404, Payload::Text("404 page not found".to_owned()));
    assert_eq!(view(api(), &difference, Sides { reference: &reference, candidate: &candidate }), Fit::Reference);
}

fn transcript(answers: Vec<Answer>) -> Transcript {
    let step = |answer| {
        let request =
            Request { method: "GET".to_owned(), target: "/x".to_owned(), headers: Vec::new(), body: Payload::None };
        let exchange = Box::new(Exchange { request, expected: 200, answer });
        Step { operation: INSPECT.to_owned(), kind: StepKind::Exchange(exchange), duration: Duration::ZERO }
    };
    let steps = answers.into_iter().map(step).collect();
    Transcript { scenario: "area/name".to_owned(), steps, end: End::Completed }
}

#[test]
fn departures_are_counted_once_and_beside_the_references() {
    let null = || answer(200, Payload::Json(json!({ "Args": null })));
    let (docker, podman) = (transcript(vec![null(), null()]), transcript(vec![null(), answer(409, Payload::None)]));
    let reference = departures(api(), std::iter::once(&docker), None);
    assert_eq!((reference.answers, reference.departing, reference.departures.len()), (2, 2, 1));
    assert_eq!((reference.departures[0].answers, reference.departures[0].scenarios.len()), (2, 1));
    let candidate = departures(api(), std::iter::once(&podman), Some(&reference));
    let too: Vec<_> = candidate.departures.iter().map(|one| (one.breach, one.reference_too)).collect();
    assert_eq!(too, [(Breach::Null, Some(true)), (Breach::Status, Some(false))]);
}
