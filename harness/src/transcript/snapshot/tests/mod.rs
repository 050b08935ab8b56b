//! Nothing is lost on the way to a file and back, and the file can be read.

mod document;
mod errors;

use std::path::Path;
use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::transcript::{Answer, CliRun, End, Exchange, Observation, Payload, Request, Step, StepKind, Transcript};

/// Strings that are hard to lay out in lines.
const NASTY: &[&str] = &[
    "",
    " ",
    "\n",
    "\n\n",
    "plain",
    "plain\n",
    "two\nlines",
    "two\nlines\n",
    "\nblank first",
    "blank\n\nbetween\n",
    "blank at the end\n\n",
    "blank at the end, open\n\n ",
    "trailing blank \n",
    "trailing tab\t\n",
    "\tleading tab\n",
    "    indented\n  less\n",
    "in\tside\n",
    "\r\n",
    "dos\r\nlines\r\n",
    "progress 1\rprogress 2\r",
    "bell\u{7} escape \u{1b}[31m nul \0 del \u{7f} nel \u{85}",
    "zero\u{200b}width \u{202e}turned\u{2028}line",
    "nbsp at the end\u{a0}\n",
    "\u{feff}bom",
    "ünï©ødé 漢字 🐳\n",
    "\"quoted\"",
    "'single' \"double\" `back` $HOME $'x' \\n \\",
    "\\\"looks escaped\"",
    "\\ no newline at end",
    "\\ no newline at end\n",
    "## 2. GET /info\n> GET /info\n< 200 OK\n",
    "(blocked: no)",
    "---\nfront: matter\n---\n",
    "GET /x (expects 200)",
    " (expects 200)",
    "escaped",
    "text escaped",
    "json",
    "a: b:c:",
    "#comment ~ * ? [a] {b,c} ; | & ! (x)",
    "stdout \"text\"",
    "{\"json\": [1, 2]}",
    "null",
];

fn exchange(request: Payload, answer: Payload) -> Transcript {
    let headers = |name: &str| {
        vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned()), (name.to_owned(), String::new())]
    };
    let exchange = Exchange {
        request: Request {
            method: "POST".into(),
            target: "/containers/<container:1>/wait".into(),
            headers: headers("x-a"),
            body: request,
        },
        expected: 200,
        answer: Answer { status: 200, headers: headers("x-b"), body: answer },
    };
    one("POST /containers/{id}/wait", StepKind::Exchange(Box::new(exchange)))
}

fn one(operation: &str, kind: StepKind) -> Transcript {
    let step = Step { operation: operation.into(), kind, duration: Duration::from_millis(3) };
    // A step behind it shows that nothing runs over its end.
    let after = Observation { what: "mounts".into(), command: vec![], value: Value::Null };
    let after = Step { operation: "GET /_ping".into(), kind: StepKind::Observation(after), duration: Duration::ZERO };
    Transcript { scenario: "containers/x".into(), steps: vec![step, after], end: End::Completed }
}

#[track_caller]
fn round_trips(transcript: &Transcript) {
    let text = write(transcript);
    let read = |text: &str| match parse(Path::new("x.snap"), text) {
        Ok(read) => read,
        Err(error) => panic!("{error}\n{text}"),
    };
    assert_eq!(&read(&text), transcript, "\n{text}");
    assert_eq!(write(&read(&text)), text);
    assert_eq!(normal_form(&text), text, "insta would store this otherwise");
    assert!(text.lines().all(|line| line.trim_end() == line), "blanks at a line's end:\n{text}");
    assert!(!text.chars().any(|c| c != '\n' && c != '\t' && text::is_hidden(c)), "{text:?}");
    assert_eq!(&read(&format!("---\nsource: suites\n---\n{text}")), transcript);
    assert_eq!(&read(&text.replace('\n', "\r\n")), transcript, "checked out with other line endings");
}

#[test]
fn every_string_survives_in_every_place() {
    for nasty in NASTY {
        let text = || (*nasty).to_owned();
        for body in [
            Payload::Text(text()),
            Payload::Raw(text()),
            Payload::Json(json!({ *nasty: [nasty, { "x": nasty }] })),
            Payload::Bytes(json!({ "length": "<bytes>", "start": nasty })),
            Payload::Progress(vec![json!({ "status": nasty }), json!(nasty), json!(nasty.repeat(60))]),
            Payload::Tar(vec![json!({ "name": nasty, "size": 3 })]),
            Payload::Frames(vec![
                json!({ "stream": "stdout", "text": nasty }),
                json!({ "stream": "stderr", "text": nasty }),
                json!({ "stream": nasty, "text": "x" }),
                json!({ "stream": "stdout", "text": "x", "more": nasty }),
                json!(nasty),
            ]),
        ] {
            round_trips(&exchange(body.clone(), Payload::None));
            round_trips(&exchange(Payload::None, body.clone()));
            round_trips(&exchange(body.clone(), body));
        }

        let mut lines = exchange(Payload::None, Payload::Text("x".into()));
        lines.scenario = text();
        lines.end = End::Blocked { reason: text() };
        lines.steps[0].operation = text();
        lines.steps[1].operation = text();
        if let StepKind::Exchange(exchange) = &mut lines.steps[0].kind {
            exchange.request.method = text();
            exchange.request.target = text();
            exchange.request.headers = vec![(text(), text()), (text(), text()), ("x".into(), text())];
            exchange.answer.headers = vec![(text(), text()), ("a".into(), String::new()), ("a".into(), text())];
        }
        round_trips(&lines);
        if let StepKind::Exchange(exchange) = &mut lines.steps[0].kind {
            exchange.expected = 304;
        }
        round_trips(&lines);

        let command = vec![text(), "<image>".into(), text()];
        round_trips(&one(
            "POST /x",
            StepKind::Observation(Observation { what: text(), command: command.clone(), value: json!([nasty]) }),
        ));
        round_trips(&one(
            "docker run",
            StepKind::Cli(CliRun { command, exit_status: -1, stdout: text(), stderr: text() }),
        ));
        round_trips(&one(
            "docker",
            StepKind::Cli(CliRun { command: vec![], exit_status: 0, stdout: String::new(), stderr: text() }),
        ));
    }
}

#[rstest]
#[case(Payload::None)]
#[case(Payload::Json(Value::Null))]
#[case(Payload::Json(json!({ "b": {}, "a": [], "n": [0, -1, 18446744073709551615u64, 1.5, -0.25, 1e300] })))]
#[case(Payload::Json(json!("text")))]
#[case(Payload::Progress(vec![]))]
#[case(Payload::Progress(vec![json!(1), json!(2), json!(null), json!(true), json!([])]))]
#[case(Payload::Tar(vec![]))]
#[case(Payload::Frames(vec![]))]
#[case(Payload::Frames(vec![json!({}), json!(null), json!(12), json!({ "stream": "stdout" }), json!({ "stream": "stdout", "text": 3 })]))]
#[case(Payload::Frames(vec![json!({ "text": "order", "stream": "stdout" })]))]
fn payloads_survive(#[case] body: Payload) {
    round_trips(&exchange(body.clone(), body));
}

#[rstest]
#[case(0)]
#[case(99)]
#[case(100)]
#[case(299)]
#[case(404)]
#[case(65535)]
fn statuses_survive(#[case] status: u16) {
    let mut transcript = exchange(Payload::None, Payload::None);
    for expected in [0, 200, status] {
        if let StepKind::Exchange(exchange) = &mut transcript.steps[0].kind {
            exchange.answer.status = status;
            exchange.expected = expected;
        }
        round_trips(&transcript);
    }
}

#[test]
fn key_order_survives() {
    let transcript = exchange(Payload::None, Payload::Json(json!({ "z": 1, "a": { "y": 1, "b": 2 } })));
    let text = write(&transcript);
    assert!(text.find("\"z\"") < text.find("\"a\"") && text.find("\"y\"") < text.find("\"b\""), "{text}");
}

#[test]
fn a_transcript_without_steps_survives() {
    let mut transcript = Transcript { scenario: "system/ping".into(), steps: vec![], end: End::Completed };
    round_trips(&transcript);
    transcript.end = End::Blocked { reason: "no image (yet)".into() };
    round_trips(&transcript);
}

#[test]
fn front_matter_is_split_off() {
    assert_eq!(split_front_matter("---\nsource: suites\n---\n# x\n"), (3, "# x\n"));
    assert_eq!(split_front_matter("---\r\nsource: suites\r\n---\r\n# x\r\n"), (3, "# x\r\n"));
    assert_eq!(split_front_matter("# x\n---\n"), (0, "# x\n---\n"));
    assert_eq!(split_front_matter("---\nnever closed\n"), (0, "---\nnever closed\n"));
    assert_eq!(split_front_matter(""), (0, ""));
}

#[test]
fn the_digest_is_that_of_the_shell() {
    // printf '# x\n' | sha256sum
    assert_eq!(digest("# x\n"), "253b610bd786f254");
    assert_eq!(digest("# x"), digest("# x\r\n\n"));
}
