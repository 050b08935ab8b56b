//! One whole document, so that the format can be seen.

use std::time::Duration;

use serde_json::json;

use super::round_trips;
use crate::transcript::snapshot::write;
use crate::transcript::{Answer, CliRun, End, Exchange, Observation, Payload, Request, Step, StepKind, Transcript};

#[test]
fn a_snapshot_reads_like_a_document() {
    let step = |operation: &str, kind| Step { operation: operation.into(), kind, duration: Duration::from_secs(1) };
    let http = |method: &str, target: &str, request, expected, status, headers: &[(&str, &str)], body| {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let request = Request { method: method.into(), target: target.into(), headers: vec![], body: request };
        StepKind::Exchange(Box::new(Exchange { request, expected, answer: Answer { status, headers, body } }))
    };
    let create = Payload::Json(json!({ "Image": "<image>", "Cmd": ["exit", "7"] }));
    let created = Payload::Json(json!({ "Id": "<container:1>", "Warnings": [] }));
    let json_type = ("content-type", "application/json");
    let logs = Payload::Frames(vec![
        json!({ "stream": "stdout", "text": "one\ntwo \"quoted\"\n" }),
        json!({ "stream": "stderr", "text": "no newline" }),
    ]);
    let pull = Payload::Progress(vec![
        json!({ "status": "Pulling fs layer", "id": "<layer:1>" }),
        json!({ "status": "Downloading", "progressDetail": { "current": "<bytes>", "total": "<bytes>" }, "progress": "<progress>", "id": "<layer:1>" }),
    ]);
    let tar = Payload::Tar(vec![
        json!({ "name": "etc/", "type": "directory" }),
        json!({ "name": "etc/hosts", "type": "file", "size": "<bytes>" }),
    ]);
    let processes = Observation {
        what: "processes".into(),
        command: ["probe", "observe", "processes", "--of", "it's me"].map(String::from).to_vec(),
        value: json!([{ "pid": 1, "argv": ["probe", "wait"] }]),
    };
    let run = CliRun {
        command: ["docker", "run", "--rm", "-e", "A=b c", "<image>", "exit", "7"].map(String::from).to_vec(),
        exit_status: 7,
        stdout: "hello\n\nworld\n".into(),
        stderr: "tty\r\n".into(),
    };
    let transcript = Transcript {
        scenario: "containers/create/duplicate-name".into(),
        steps: vec![
            step(
                "POST /containers/create",
                http("POST", "/containers/create?name=<name:1>", create, 201, 201, &[json_type], created),
            ),
            step(
                "POST /containers/{id}/start",
                http("POST", "/containers/<container:1>/start", Payload::None, 304, 204, &[], Payload::None),
            ),
            step(
                "GET /containers/{id}/logs",
                http("GET", "/containers/<container:1>/logs?stdout=1", Payload::None, 200, 200, &[], logs),
            ),
            step(
                "POST /images/create",
                http("POST", "/images/create?fromImage=<image>", Payload::None, 200, 200, &[json_type], pull),
            ),
            step(
                "GET /containers/{id}/archive",
                http("GET", "/containers/<container:1>/archive", Payload::None, 200, 200, &[], tar),
            ),
            step(
                "GET /_ping",
                http("GET", "/_ping", Payload::None, 200, 200, &[("server", " odd ")], Payload::Text("OK".into())),
            ),
            step("POST /containers/{id}/start", StepKind::Observation(processes)),
            step("docker run", StepKind::Cli(run)),
            step(
                "GET /info",
                http(
                    "GET",
                    "/info",
                    Payload::None,
                    200,
                    0,
                    &[],
                    Payload::Text("connection closed before an answer\n".into()),
                ),
            ),
        ],
        end: End::Blocked { reason: "GET /info had no answer".into() },
    };
    round_trips(&transcript);
    insta::assert_snapshot!(write(&transcript), @r#"
    # containers/create/duplicate-name

    ## 1. POST /containers/create
    > POST /containers/create?name=<name:1>
    > json
     {
       "Image": "<image>",
       "Cmd": ["exit", "7"]
     }
    < 201 Created
    < content-type: application/json
    < json
     {
       "Id": "<container:1>",
       "Warnings": []
     }

    ## 2. POST /containers/{id}/start (expects 304)
    > POST /containers/<container:1>/start
    < 204 No Content

    ## 3. GET /containers/{id}/logs
    > GET /containers/<container:1>/logs?stdout=1
    < 200 OK
    < frames
     stdout "one\n"
            "two \"quoted\"\n"
     stderr "no newline"

    ## 4. POST /images/create
    > POST /images/create?fromImage=<image>
    < 200 OK
    < content-type: application/json
    < progress
     {"status":"Pulling fs layer","id":"<layer:1>"}
     {
       "status": "Downloading",
       "progressDetail": {
         "current": "<bytes>",
         "total": "<bytes>"
       },
       "progress": "<progress>",
       "id": "<layer:1>"
     }

    ## 5. GET /containers/{id}/archive
    > GET /containers/<container:1>/archive
    < 200 OK
    < tar
     {"name":"etc/","type":"directory"}
     {"name":"etc/hosts","type":"file","size":"<bytes>"}

    ## 6. GET /_ping
    > GET /_ping
    < 200 OK
    < server: \" odd "
    < text
     OK
    \ no newline at end

    ## 7. POST /containers/{id}/start
    @ observe processes: probe observe processes --of 'it'\''s me'
     [
       {
         "pid": 1,
         "argv": ["probe", "wait"]
       }
     ]

    ## 8. docker run
    $ docker run --rm -e 'A=b c' <image> exit 7
    exit status 7
    stdout
     hello

     world
    stderr escaped
     "tty\r\n"

    ## 9. GET /info (expects 200)
    > GET /info
    < no answer
    < text
     connection closed before an answer

    (blocked: GET /info had no answer)
    "#);
}

#[test]
fn short_lists_of_plain_values_have_one_line() {
    let word = "a word of 28 characters here";
    let lists =
        json!({ "short": [1, null, "x, y"], "empty": [], "of lists": [[], [true]], "long": [word, word, word, word] });
    let shown = Transcript {
        scenario: "x".into(),
        steps: vec![Step {
            operation: "GET /info".into(),
            kind: StepKind::Observation(Observation { what: "lists".into(), command: vec![], value: lists }),
            duration: Duration::ZERO,
        }],
        end: End::Completed,
    };
    round_trips(&shown);
    insta::assert_snapshot!(write(&shown), @r#"
    # x

    ## 1. GET /info
    @ observe lists:
     {
       "short": [1, null, "x, y"],
       "empty": [],
       "of lists": [
         [],
         [true]
       ],
       "long": [
         "a word of 28 characters here",
         "a word of 28 characters here",
         "a word of 28 characters here",
         "a word of 28 characters here"
       ]
     }
    "#);
}
