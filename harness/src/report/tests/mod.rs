//! Reports on a made-up verdict that has something for every section.

mod hostile;
mod masking;
mod pages;
mod texts;

use crate::compare::{Aspect, Classification, Difference, Kind};
use crate::divergence::{DivergenceList, Exercised, account};
use crate::engine::EngineIdentity;
use crate::gate::{Coverage, CoverageCount, Pair, ResultDocument, ScenarioResult, ScenarioVerdict, Source, Verdict};
use crate::runner::{ScenarioRun, Taken};
use crate::transcript::{Answer, End, Exchange, Observation, Payload, Request, Step, StepKind, Transcript};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

const WAIT: &str = "POST /containers/{id}/wait";
const INSPECT: &str = "GET /containers/{id}/json";
const CREATE: &str = "POST /containers/create";

fn engine(engine: &str, version: &str) -> EngineIdentity {
    EngineIdentity { engine: engine.to_owned(), version: version.to_owned(), api: "1.41".to_owned() }
}

/// Made-up evidence, from which a report is made.
struct Evidence {
    verdict: Verdict,
    list: DivergenceList,
    pairs: Vec<Pair>,
    raw: Vec<ScenarioRun>,
}

fn list() -> DivergenceList {
    let entry =
        |title: &str, summary: &str, block: &str| format!("### {title}\n\n{summary}\n\n```toml\n{block}\n```\n\n");
    let text = [
        entry(
            "The exit status of a removed container is lost",
            "Waiting for a container's removal says 0, whatever the container ended with.\nScripts that read it go on as if all were well.",
            &format!(
                "id = \"podman-removed-exit-status\"\ncandidate = \"podman >=4.3, <5\"\ncategory = \"exit-status\"\nstatus = \"deficiency\"\n\
                 tracker = \"https://example.org/issues/1\"\n[[match]]\nscenario = \"containers/exit-status/*\"\noperation = \"{WAIT}\"\n\
                 pointer = \"/body/StatusCode\"\nkind = \"value\"\ncandidate = 0"
            ),
        ),
        entry(
            "Checkpoints are not there",
            "All requests about checkpoints answer 404.",
            "id = \"podman-checkpoints\"\ncandidate = \"podman\"\ncategory = \"missing-method\"\nstatus = \"by-design\"\n[[match]]\n\
             scenario = \"checkpoints/*\"\nclassification = \"missing-method\"",
        ),
        entry(
            "The platform is called otherwise",
            "The platform of a container is empty.",
            &format!(
                "id = \"podman-platform\"\ncandidate = \"podman\"\ncategory = \"body-field\"\nstatus = \"roadmap\"\n[[match]]\n\
                 scenario = \"containers/*/*\"\noperation = \"{INSPECT}\"\npointer = \"/body/Platform\"\nkind = \"value\"\ncandidate = \"\""
            ),
        ),
        entry(
            "A name that was healed long ago and whose title is far too long to be shown on one line of any table",
            "Names have no slash.",
            &format!(
                "id = \"podman-names\"\ncandidate = \"podman\"\ncategory = \"body-field\"\nstatus = \"deficiency\"\n[[match]]\n\
                 scenario = \"containers/inspect/*\"\noperation = \"{INSPECT}\"\npointer = \"/body/Name\"\nkind = \"value\""
            ),
        ),
        entry(
            "Logs are elsewhere on the host",
            "The log files of containers are not below the data root.",
            "id = \"podman-log-files\"\ncandidate = \"podman\"\ncategory = \"logging\"\nstatus = \"by-design\"\nobservable = false\n\
             reason = \"the API shows no host path that could be read\"",
        ),
    ];
    match DivergenceList::parse("DIVERGENCE.md", &text.concat()) {
        Ok(list) => list,
        Err(errors) => panic!("{errors:#?}"),
    }
}

fn difference(
    scenario: &str,
    step: usize,
    operation: &str,
    pointer: &str,
    kind: Kind,
    values: (Value, Value),
) -> Difference {
    let aspect = match pointer.split('/').nth(1) {
        Some("status") => Aspect::Status,
        Some("headers") => Aspect::Header,
        Some("frames") => Aspect::Stream,
        Some("observation") => Aspect::Observation,
        _ => Aspect::Body,
    };
    Difference {
        scenario: scenario.to_owned(),
        step,
        operation: operation.to_owned(),
        aspect,
        pointer: pointer.to_owned(),
        kind,
        reference: values.0,
        candidate: values.1,
        classification: None,
        divergence: None,
    }
}

fn differences() -> Vec<Difference> {
    let missing = |pointer: &str, values| Difference {
        classification: Some(Classification::MissingMethod),
        ..difference("checkpoints/list", 2, "GET /containers/{id}/checkpoints", pointer, Kind::Value, values)
    };
    let mounts: Vec<Value> =
        (0..9).map(|n| json!({ "Destination": format!("/data/{n}"), "Mode": "", "RW": n % 2 == 0 })).collect();
    let long = "invalid reference format: repository name (library/Hello_World) must be lowercase, see the documentation of docker pull";
    let ours = "invalid reference format: repository name must be lowercase\u{1b}]0;owned\u{7}, see the documentation of docker pull";
    let config = |cmd: &str, shell: Value| json!({ "Cmd": [cmd], "Env": ["PATH=/bin"], "Image": "<image>", "Labels": {}, "Shell": shell, "WorkingDir": "" });
    let mut all = vec![
        difference("containers/exit-status/7", 3, WAIT, "/body/StatusCode", Kind::Value, (json!(7), json!(0))),
        difference("containers/exit-status/9", 3, WAIT, "/body/StatusCode", Kind::Value, (json!(9), json!(137))),
        missing("/status", (json!(200), json!(404))),
        missing("/body", (json!([]), json!("Not Found"))),
        difference("checkpoints/list", 3, INSPECT, "", Kind::NotReached, (Value::Null, Value::Null)),
        difference(
            "containers/inspect/created",
            2,
            INSPECT,
            "/body/Platform",
            Kind::Value,
            (json!("linux"), json!("")),
        ),
        difference("containers/create/bad-name", 1, CREATE, "/body/message", Kind::Value, (json!(long), json!(ours))),
        difference("containers/create/no-image", 1, CREATE, "/status", Kind::Value, (json!(404), json!(500))),
        difference("containers/create/no-image", 2, INSPECT, "", Kind::NotReached, (Value::Null, Value::Null)),
        difference("containers/create/no-image", 3, WAIT, "", Kind::NotReached, (Value::Null, Value::Null)),
        difference(
            "containers/inspect/mounts",
            2,
            INSPECT,
            "/body/Mounts",
            Kind::Missing,
            (Value::Array(mounts), Value::Null),
        ),
        difference(
            "containers/inspect/created",
            2,
            INSPECT,
            "/body/Config",
            Kind::Value,
            (config("true", Value::Null), config("false", json!(["sh"]))),
        ),
        difference(
            "containers/inspect/created",
            2,
            INSPECT,
            "/headers/x-secret-sauce",
            Kind::Extra,
            (Value::Null, json!("hunter2")),
        ),
        difference(
            "in-container/processes",
            2,
            CREATE,
            "/observation/processes/1",
            Kind::Extra,
            (Value::Null, json!({ "name": "catatonit" })),
        ),
    ];
    for n in 0..9 {
        let name = format!("containers/inspect/port-{n}");
        let pointer = format!("/body/Ports/{n}/Type");
        let values = if n < 7 { (json!("1"), json!(1)) } else { (json!(n), json!("tcp")) };
        all.push(difference(&name, 2, INSPECT, &pointer, Kind::Type, values));
    }
    all
}

fn step(operation: &str, target: &str, body: Payload, status: u16, answer: Payload) -> Step {
    let (method, _) = operation.split_once(' ').unwrap_or_default();
    let headers =
        |more: &[(&str, &str)]| more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let request = Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: headers(&[("content-type", "application/json"), ("x-registry-auth", "c2VjcmV0")]),
        body,
    };
    let answer = Answer { status, headers: headers(&[("api-version", "1.41"), ("server", "Docker")]), body: answer };
    let exchange = Exchange { request, expected: 201, answer };
    Step {
        operation: operation.to_owned(),
        kind: StepKind::Exchange(Box::new(exchange)),
        duration: Duration::from_micros(1500),
    }
}

fn transcript(scenario: &str, id: &str, status: u16) -> Transcript {
    let body = json!({ "Image": "<image>", "Cmd": ["exit", "7"], "Env": ["DB_PASSWORD=hunter2"], "HostConfig": { "AutoRemove": true, "Memory": 64 << 20, "Binds": ["/a:/b", "/c:/d"] } });
    let told = json!({ "Id": id, "IdentityToken": "hunter2", "Warnings": [] });
    let seen = Observation {
        what: "processes".to_owned(),
        command: vec!["probe".to_owned(), "processes".to_owned()],
        value: json!({ "processes": [] }),
    };
    let second = match scenario.starts_with("in-container") {
        true => Step { operation: CREATE.to_owned(), kind: StepKind::Observation(seen), duration: Duration::ZERO },
        false => step(
            INSPECT,
            &format!("/containers/{id}/json?size=1"),
            Payload::None,
            200,
            Payload::Json(json!({ "Id": id })),
        ),
    };
    let steps = vec![
        step(CREATE, "/containers/create?name=<name:web>", Payload::Json(body), status, Payload::Json(told)),
        second,
        step(
            WAIT,
            &format!("/containers/{id}/wait?condition=removed"),
            Payload::None,
            200,
            Payload::Json(json!({ "StatusCode": 7 })),
        ),
    ];
    Transcript { scenario: scenario.to_owned(), steps, end: End::Completed }
}

fn verdict_of(name: &str) -> (ScenarioVerdict, Option<&'static str>, bool) {
    match name {
        "containers/exit-status/9" => (ScenarioVerdict::Changed, None, false),
        "containers/exit-status/7" => (ScenarioVerdict::Declared, None, false),
        "checkpoints/list" => (ScenarioVerdict::Blocked, Some("ended at step 2: the answer is no JSON array"), false),
        "images/pull" | "images/push" => {
            (ScenarioVerdict::NotRun, Some("the registry on 127.0.0.1:5000 refused the connection"), true)
        }
        "swarm/init" | "swarm/leave" => {
            (ScenarioVerdict::NotRun, Some("it acts on the whole engine, and docker is not disposable"), false)
        }
        "system/ping" => (ScenarioVerdict::Conforms, None, false),
        _ => (ScenarioVerdict::Undeclared, None, false),
    }
}

fn evidence(source: Source) -> Evidence {
    let list = list();
    let (reference, candidate) = (engine("docker", "20.10.24"), engine("podman", "4.3.1"));
    let mut differences = differences();
    let mut names: BTreeSet<String> = differences.iter().map(|one| one.scenario.clone()).collect();
    names.extend(["images/pull", "images/push", "swarm/init", "swarm/leave", "system/ping"].map(str::to_owned));
    let catalogue: Vec<String> = names.iter().cloned().collect();
    let compared = |name: &&String| verdict_of(name).0 != ScenarioVerdict::NotRun;
    let operations = BTreeSet::from([CREATE, INSPECT, WAIT, "GET /containers/{id}/checkpoints"].map(str::to_owned));
    let ran: BTreeMap<_, _> = names.iter().filter(compared).map(|name| (name.clone(), operations.clone())).collect();
    let exercised = Exercised { catalogue: &catalogue, ran: &ran, latency: true };
    let accounting = account(&list, &reference, &candidate, &exercised, &mut differences);
    let live = source == Source::Live;
    let scenario = |name: &String| {
        let (verdict, reason, trouble) = verdict_of(name);
        let ms = |ms: f64| (live && verdict != ScenarioVerdict::NotRun).then_some(ms);
        ScenarioResult {
            name: name.clone(),
            verdict,
            reason: reason.map(str::to_owned),
            reference_ms: ms(101.0),
            candidate_ms: ms(43.5),
            trouble,
        }
    };
    let pairs = names.iter().filter(compared).map(|name| Pair {
        name: name.clone(),
        transcripts: Some((
            Arc::new(transcript(name, "<container:1>", 201)),
            Arc::new(transcript(name, "<container:1>", 500)),
        )),
        not_run: None,
        reference_ms: None,
        candidate_ms: None,
        edited: None,
    });
    let taken = |name: &str, id: &str, status| Taken {
        raw: transcript(name, id, status),
        transcript: transcript(name, "<container:1>", status),
        duration: Duration::from_millis(100),
        whole: true,
    };
    let raw = names.iter().filter(compared).map(|name| ScenarioRun {
        name: name.clone(),
        reference: Some(taken(name, "4f1c", 201)),
        candidate: Some(taken(name, "b0b0", 500)),
        not_run: None,
    });
    let result = ResultDocument {
        schema: 1,
        api_version: "1.41".to_owned(),
        source,
        scenarios: names.iter().map(scenario).collect(),
        divergences: accounting.entries.iter().map(Into::into).collect(),
        differences,
        coverage: Coverage {
            operations: CoverageCount { driven: 88, of: 106 },
            parameters: CoverageCount { driven: 70, of: 153 },
            statuses: CoverageCount { driven: 190, of: 354 },
        },
        shard: None,
        reference,
        candidate,
    };
    let changed =
        vec!["system/info, step 1, /body/JoinTokens/Worker: not as in the snapshot (\"SWMTKN-1-abc\")".to_owned()];
    let (pairs, raw) = (pairs.collect(), raw.collect());
    Evidence { verdict: Verdict { result, accounting, changed }, list, pairs, raw }
}
