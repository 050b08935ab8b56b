use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::transcript::{Answer, CliRun, Exchange, Observation, Payload, Request};

fn step(operation: &str, status: u16, body: Payload) -> Step {
    let request = Request { method: "GET".into(), target: "/".into(), headers: Vec::new(), body: Payload::None };
    let answer = Answer { status, headers: Vec::new(), body };
    let exchange = Exchange { request, expected: status, answer };
    Step { operation: operation.into(), kind: StepKind::Exchange(Box::new(exchange)), duration: Duration::ZERO }
}

fn transcript(steps: Vec<Step>) -> Transcript {
    Transcript { scenario: "test".into(), steps, end: End::Completed }
}

fn json_step(operation: &str, body: Value) -> Transcript {
    transcript(vec![step(operation, 200, Payload::Json(body))])
}

/// `pointer kind reference candidate` of each difference.
fn lines(differences: &[Difference]) -> Vec<String> {
    let line = |d: &Difference| format!("{} {} {} {}", d.pointer, d.kind, d.reference, d.candidate);
    differences.iter().map(line).collect()
}

fn diff_at(operation: &str, reference: Value, candidate: Value) -> Vec<String> {
    lines(&compare(&json_step(operation, reference), &json_step(operation, candidate)))
}

fn diff(reference: Value, candidate: Value) -> Vec<String> {
    diff_at("GET /any", reference, candidate)
}

#[rstest]
#[case::equal(json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}), &[])]
#[case::value(json!({"a": 7}), json!({"a": 0}), &["/body/a value 7 0"])]
#[case::kind(json!({"a": 7}), json!({"a": "7"}), &[r#"/body/a type 7 "7""#])]
#[case::null(json!({"a": []}), json!({"a": null}), &["/body/a type [] null"])]
#[case::missing_as_a_whole(json!({"a": {"b": 1, "c": 2}}), json!({}), &[r#"/body/a missing {"b":1,"c":2} null"#])]
#[case::extra(json!({}), json!({"80/tcp": 1, "~": 2}), &["/body/80~1tcp extra null 1", "/body/~0 extra null 2"])]
#[case::shape(json!(["<rfc3339nano>"]), json!(["<rfc3339>"]), &[r#"/body/0 missing "<rfc3339nano>" null"#, r#"/body/0 extra null "<rfc3339>""#])]
#[case::member_shape(json!({"t": "<rfc3339nano>"}), json!({"t": "<rfc3339>"}), &[r#"/body/t type "<rfc3339nano>" "<rfc3339>""#])]
#[case::symbol_or_text(json!({"t": "<bytes>"}), json!({"t": "x"}), &[r#"/body/t type "<bytes>" "x""#])]
#[case::symbol_or_zero(json!({"t": "<pid>"}), json!({"t": 0}), &[r#"/body/t type "<pid>" 0"#])]
#[case::named(json!({"t": "<container:1>"}), json!({"t": "<container:2>"}), &[r#"/body/t value "<container:1>" "<container:2>""#])]
#[case::docker_brackets(json!({"t": "<none>"}), json!({"t": "x"}), &[r#"/body/t value "<none>" "x""#])]
#[case::sets(json!(["b", "a", "c"]), json!(["a", "b", "d"]), &[r#"/body/2 missing "c" null"#, r#"/body/2 extra null "d""#])]
#[case::order(json!({"Cmd": ["a", "b"]}), json!({"Cmd": ["b", "a"]}), &[r#"/body/Cmd order ["a","b"] ["b","a"]"#])]
#[case::sequence(json!({"Env": ["A=1", "B=2"]}), json!({"Env": ["X=1", "A=1", "B=3"]}),
    &[r#"/body/Env/0 extra null "X=1""#, r#"/body/Env/1 value "B=2" "B=3""#])]
#[case::no_order(json!({"CapAdd": ["a", "b"]}), json!({"CapAdd": ["b", "a"]}), &[])]
#[case::by_key(json!([{"Name": "a", "v": 1}, {"Name": "b", "v": 2}]), json!([{"Name": "c"}, {"Name": "b", "v": 3}]),
    &[r#"/body/0 missing {"Name":"a","v":1} null"#, "/body/1/v value 2 3", r#"/body/0 extra null {"Name":"c"}"#])]
#[case::by_two_keys(json!([{"PrivatePort": 80, "Type": "tcp"}, {"PrivatePort": 80, "Type": "udp", "x": 1}]),
    json!([{"PrivatePort": 80, "Type": "udp", "x": 2}, {"PrivatePort": 80, "Type": "tcp"}]), &["/body/1/x value 1 2"])]
#[case::by_nothing(json!([{"v": 1}, {"v": 1}, {"v": 2}]), json!([{"v": 2}, {"v": 1}, {"v": 3}]), &["/body/1/v value 1 3"])]
fn documents(#[case] reference: Value, #[case] candidate: Value, #[case] expected: &[&str]) {
    assert_eq!(diff(reference, candidate), expected);
}

#[test]
fn a_promised_order_of_named_items_is_one_difference() {
    let (one, two) = (json!({"Names": ["/a"], "State": "x"}), json!({"Names": ["/b"], "State": "y"}));
    let found = diff_at("GET /containers/json", json!([one, two]), json!([two, one]));
    assert_eq!(found, [r#"/body order [["/a"],["/b"]] [["/b"],["/a"]]"#]);
    assert_eq!(diff_at("GET /networks", json!([one, two]), json!([two, one])), [""; 0]);
}

#[test]
fn cells_stay_in_their_columns() {
    let rows = |cell: &str| json!({"Processes": [["root", cell, "root"], ["root", "x", "y"]]});
    let found = diff_at("GET /containers/{id}/top", rows("root"), rows("0"));
    assert_eq!(found, [r#"/body/Processes/0/1 value "root" "0""#]);
}

#[test]
fn progress_is_a_sequence() {
    let step_of = |items: &[Value]| transcript(vec![step("POST /build", 200, Payload::Progress(items.to_vec()))]);
    let (one, two, three) = (json!({"stream": "1"}), json!({"stream": "2"}), json!({"stream": "3"}));
    let found = compare(&step_of(&[one.clone(), two.clone()]), &step_of(&[one.clone(), three, two.clone()]));
    assert_eq!(lines(&found), [r#"/body/1 extra null {"stream":"3"}"#]);
    assert_eq!(compare(&step_of(&[one.clone(), two.clone()]), &step_of(&[two, one]))[0].kind, Kind::Order);
}

#[test]
fn numbered_symbols_are_compared_one_to_one() {
    assert_eq!(diff(json!({"a": "<id:1>", "b": "<id:1>"}), json!({"a": "<id:3>", "b": "<id:3>"})), [""; 0]);
    assert_eq!(
        diff(json!({"a": "<id:1>", "b": "<id:1>"}), json!({"a": "<id:1>", "b": "<id:2>"})),
        [r#"/body/b value "<id:1>" "<id:2>""#]
    );
    assert_eq!(
        diff(json!({"a": "<id:1>", "b": "x <id:2>"}), json!({"a": "<id:1>", "b": "x <id:1>"})),
        [r#"/body/b value "x <id:2>" "x <id:1>""#]
    );
    assert_eq!(diff(json!({"a": "<id:1>"}), json!({"a": "<ipv4:1>"})), [r#"/body/a type "<id:1>" "<ipv4:1>""#]);
    assert_eq!(diff(json!({"a": "<id:1>"}), json!({"a": "<id:1:short>"})), [r#"/body/a type "<id:1>" "<id:1:short>""#]);
    assert_eq!(
        diff(json!({"a": "<port:1>", "b": "<port:1:text>"}), json!({"a": "<port:2>", "b": "<port:2:text>"})),
        [""; 0]
    );
}

#[test]
fn keys_and_arrays_with_symbols_go_by_what_they_stand_for() {
    let side = |one: &str, two: &str| json!({"first": one, "map": {one: {"Name": "a"}, two: {"Name": "b"}}, "ids": [one, two]});
    assert_eq!(diff(side("<id:1>", "<id:2>"), side("<id:2>", "<id:1>")), [""; 0]);
    let turned = json!({"first": "<id:1>", "ids": ["<id:2>", "<id:1>"]});
    assert_eq!(diff(json!({"first": "<id:1>", "ids": ["<id:1>", "<id:2>"]}), turned), [""; 0]);
    assert_eq!(diff(json!({"<id:1>": 1}), json!({"<ipv4:1>": 1})).len(), 2);
}

#[test]
fn requests_say_who_is_who() {
    let with = |target: &str, body: &str| {
        let mut transcript = json_step("GET /any", json!({ "Id": body }));
        if let StepKind::Exchange(exchange) = &mut transcript.steps[0].kind {
            exchange.request.target = target.into();
        }
        transcript
    };
    assert!(compare(&with("/x/<id:1>", "<id:1>"), &with("/x/<id:4>", "<id:4>")).is_empty());
    assert_eq!(compare(&with("/x/<id:1>", "<id:1>"), &with("/x/<id:4>", "<id:5>")).len(), 1);
}

#[test]
fn statuses_headers_and_bodies_are_all_compared_and_classified() {
    let mut reference = transcript(vec![step("GET /containers/{id}/changes", 200, Payload::Json(json!([])))]);
    let mut candidate = transcript(vec![step(
        "GET /containers/{id}/changes",
        400,
        Payload::Text("(NotImplemented) changes is not implemented (<uuid:1>)".into()),
    )]);
    for (side, name) in [(&mut reference, "api-version"), (&mut candidate, "x-request-id")] {
        if let StepKind::Exchange(exchange) = &mut side.steps[0].kind {
            exchange.answer.headers = vec![(name.into(), "1".into()), ("server".into(), name.into())];
        }
    }
    let found = compare(&reference, &candidate);
    assert_eq!(
        lines(&found),
        [
            "/status value 200 400",
            r#"/headers/api-version missing "1" null"#,
            r#"/headers/server value "api-version" "x-request-id""#,
            r#"/headers/x-request-id extra null "1""#,
            r#"/body type [] "(NotImplemented) changes is not implemented (<uuid:1>)""#,
        ]
    );
    assert!(found.iter().all(|d| d.classification == Some(Classification::MissingMethod)));
    let aspects: Vec<Aspect> = found.iter().map(|d| d.aspect).collect();
    assert_eq!(aspects, [Aspect::Status, Aspect::Header, Aspect::Header, Aspect::Header, Aspect::Body]);
    assert!(compare(&candidate, &candidate).is_empty());
}

#[test]
fn streams_events_observations_and_runs_have_their_aspects() {
    let frames = |text: &str| Payload::Frames(vec![json!({"stream": "stdout", "text": text})]);
    let observed = |pid: u32| {
        StepKind::Observation(Observation {
            what: "processes".into(),
            command: Vec::new(),
            value: json!({"processes": [{"pid": pid}]}),
        })
    };
    let ran = |status| {
        StepKind::Cli(CliRun { command: Vec::new(), exit_status: status, stdout: String::new(), stderr: String::new() })
    };
    let side = |text: &str, number: i32| {
        let plain = |kind| Step { operation: "POST /x".into(), kind, duration: Duration::ZERO };
        transcript(vec![
            step("POST /containers/{id}/attach", 200, frames(text)),
            step("GET /events", 200, Payload::Progress(vec![json!({"Type": text})])),
            plain(observed(number.unsigned_abs())),
            plain(ran(number)),
        ])
    };
    let found = compare(&side("a", 7), &side("b", 0));
    let list: Vec<String> = found.iter().map(|d| format!("{} {} {}", d.step, d.aspect, d.pointer)).collect();
    assert_eq!(
        list,
        [
            "1 stream /frames/0/text",
            "2 event /body/0",
            "2 event /body/0",
            "3 observation /observation/processes/0",
            "3 observation /observation/processes/0",
            "4 cli /cli/exit_status"
        ]
    );
}

#[test]
fn a_blocked_candidate_is_one_difference_more() {
    let full = transcript((0..4).map(|n| step(&format!("GET /{n}"), 200 + n, Payload::None)).collect());
    let mut blocked = transcript(full.steps[..2].to_vec());
    blocked.end = End::Blocked { reason: "no Id".into() };
    let found = compare(&full, &blocked);
    assert_eq!(lines(&found), ["/status not-reached 202 null"]);
    assert_eq!(found[0].step, 3);
    blocked.steps = full.steps.clone();
    assert_eq!(lines(&compare(&full, &blocked)), ["/status not-reached 203 null"]);
    let extra = compare(&transcript(full.steps[..3].to_vec()), &full);
    assert_eq!(lines(&extra), ["/status extra null 203"]);
    assert_eq!(extra[0].step, 4);
}

#[test]
fn steps_in_another_order_are_paired_by_operation() {
    let named = |names: &[&str]| transcript(names.iter().map(|name| step(name, 200, Payload::None)).collect());
    let found = compare(&named(&["a", "b", "c"]), &named(&["a", "x", "c"]));
    assert_eq!(lines(&found), ["/status missing 200 null", "/status extra null 200"]);
}

#[test]
fn a_transcript_differs_in_nothing_from_itself_however_it_is_numbered() {
    let body = |n: [u32; 4]| {
        json!({
            "Id": "<container:1>", "Image": format!("sha256:<id:{}>", n[0]), "Layers": [format!("<id:{}>", n[1]), format!("<id:{}>", n[2])],
            "Networks": {format!("<id:{}>", n[3]): {"IPAddress": format!("<ipv4:{}>", n[0]), "Gateway": format!("<ipv4:{}>", n[1])}},
            "Text": format!("<id:{}:short> from <ipv4:{}> to <mac:{}>", n[2], n[1], n[3]),
            "Set": [format!("<uuid:{}>", n[0]), format!("<uuid:{}>", n[1])], "Created": "<rfc3339nano>",
        })
    };
    let side = |n: [u32; 4]| {
        transcript(vec![
            step("GET /containers/{id}/json", 200, Payload::Json(body(n))),
            step("GET /any", 200, Payload::Text(format!("<id:{}> <uuid:{}>", n[3], n[1]))),
        ])
    };
    let numbers = [1, 2, 3, 4];
    assert_eq!(compare(&side(numbers), &side(numbers)), []);
    for a in numbers {
        for b in numbers.into_iter().filter(|b| *b != a) {
            for c in numbers.into_iter().filter(|c| ![a, b].contains(c)) {
                let permuted = [a, b, c, 10 - a - b - c];
                assert_eq!(compare(&side(numbers), &side(permuted)), [], "{permuted:?}");
            }
        }
    }
    assert_ne!(compare(&side(numbers), &side([1, 2, 3, 3])), []);
}
