//! Sets of differences to draft entries from.

use serde_json::{Value, json};

use super::{WAIT, difference};
use crate::compare::{Aspect, Classification, Difference, Kind};

const LIST: &str = "GET /containers/json";

pub(super) fn wait() -> Difference {
    difference("containers/exit/7:3", WAIT, "/body/StatusCode", Kind::Value, (json!(7), json!(0)))
}

fn missing(at: &str, operation: &str, pointer: &str) -> Difference {
    let values = (json!(200), json!(501));
    Difference {
        classification: Some(Classification::MissingMethod),
        ..difference(at, operation, pointer, Kind::Value, values)
    }
}

fn message(at: &str, operation: &str, candidate: &str) -> Difference {
    difference(at, operation, "/body/message", Kind::Value, (json!("No such container: <name:1>"), json!(candidate)))
}

fn with_aspect(aspect: Aspect, difference: Difference) -> Difference {
    Difference { aspect, ..difference }
}

pub(super) fn missing_methods() -> Vec<Difference> {
    vec![
        missing("swarm/init:1", "POST /swarm/init", "/headers/content-type"),
        missing("swarm/init:1", "POST /swarm/init", "/status"),
        missing("swarm/inspect:1", "GET /swarm", "/status"),
        missing("swarm/inspect:1", "GET /swarm", "/body"),
        missing("nodes/list:1", "GET /nodes", "/status"),
        difference("swarm/init:2", "GET /swarm", "/body", Kind::NotReached, (json!({}), Value::Null)),
    ]
}

pub(super) fn other_statuses() -> Vec<Difference> {
    let status = |at: &str, operation: &str, values| difference(at, operation, "/status", Kind::Value, values);
    vec![
        status("containers/create/bad:1", "POST /containers/create", (json!(400), json!(500))),
        message("containers/create/bad:1", "POST /containers/create", "boom"),
        difference(
            "containers/create/bad:1",
            "POST /containers/create",
            "/body/cause",
            Kind::Extra,
            (Value::Null, json!("x")),
        ),
        difference(
            "containers/create/bad:1",
            "POST /containers/create",
            "/headers/server",
            Kind::Value,
            (json!("D"), json!("L")),
        ),
        difference(
            "containers/create/good:1",
            "POST /containers/create",
            "/headers/server",
            Kind::Value,
            (json!("D"), json!("L")),
        ),
        status("containers/create/worse:1", "POST /containers/create", (json!(404), json!(500))),
        status("networks/rm:1", "DELETE /networks/{id}", (json!(404), json!(500))),
        status("volumes/rm:1", "DELETE /volumes/{name}", (json!(404), json!(500))),
    ]
}

pub(super) fn same_place_everywhere() -> Vec<Difference> {
    let mut all = Vec::new();
    for area in ["containers", "exec", "images", "networks", "volumes", "system"] {
        for (number, operation) in [LIST, WAIT].into_iter().enumerate() {
            all.push(difference(
                &format!("{area}/{number}:1"),
                operation,
                "/headers/server",
                Kind::Value,
                (json!("D"), json!("L")),
            ));
            all.push(difference(
                &format!("{area}/{number}:1"),
                operation,
                &format!("/body/{number}/Names/0"),
                Kind::Type,
                (json!("a"), json!(1)),
            ));
        }
    }
    all
}

/// Two causes of another status, each in many places, and whole bodies that have no value in common.
pub(super) fn whole_answers_everywhere() -> Vec<Difference> {
    let mut all = Vec::new();
    for (number, area) in ["containers", "exec", "images", "networks", "volumes", "system"].into_iter().enumerate() {
        for status in [400, 404] {
            let at = format!("{area}/{status}:1");
            all.push(difference(&at, WAIT, "/status", Kind::Value, (json!(status), json!(500))));
            all.push(difference(&at, WAIT, "/body", Kind::Value, (json!([number]), json!([number, status]))));
        }
        let at = format!("{area}/list:1");
        all.push(difference(&at, LIST, "/body", Kind::Type, (json!([number]), Value::Null)));
    }
    all
}

pub(super) fn texts() -> Vec<Difference> {
    vec![
        message("containers/wait/none:1", WAIT, "no container with name <name:1> found"),
        message("containers/wait/other:1", WAIT, "no container with name \"x\" found"),
        message("containers/list/none:1", LIST, "no container with name 12 found"),
        message("exec/none:1", "POST /containers/{id}/exec", "another \"text\"\n``` with\\signs"),
        difference("cli/run:1", "docker run", "/cli/stderr", Kind::Value, (json!("a"), json!("b"))),
        difference("cli/run:1", "docker run", "/cli/exit_status", Kind::Value, (json!(125), json!(1))),
        difference(
            "containers/logs:2",
            "GET /containers/{id}/logs",
            "/body",
            Kind::Value,
            (json!("a\n```\n"), json!("b\u{7f}`")),
        ),
    ]
}

pub(super) fn all_sorts() -> Vec<Difference> {
    let values = || (json!("a"), json!({ "b": [1] }));
    vec![
        wait(),
        with_aspect(Aspect::Stream, difference("exec/tty:4", "POST /exec/{id}/start", "/body", Kind::Value, values())),
        difference("exec/tty:4", "POST /exec/{id}/start", "/body", Kind::Value, values()),
        difference("exec/attach:4", "POST /exec/{id}/start", "/frames/0/text", Kind::Value, values()),
        with_aspect(Aspect::Event, difference("events/a:1", "GET /events", "/body/0/Action", Kind::Missing, values())),
        difference("events/a:1", "GET /events", "/body/0/Action", Kind::Missing, values()),
        with_aspect(Aspect::Event, difference("events/b:1", "GET /events", "/event/exitCode", Kind::Missing, values())),
        difference("in/ps:1", "POST /containers/{id}/start", "/observation/processes/1", Kind::Extra, values()),
        difference("in/df:1", "POST /containers/{id}/start", "/observation/mounts/1", Kind::Extra, values()),
        difference("in/ls:1", "POST /containers/{id}/start", "/observation/files/~1etc~1*x\\", Kind::Extra, values()),
        difference("in/env:1", "POST /containers/{id}/start", "/observation/environment/HOME", Kind::Missing, values()),
        difference("in/top:1", "GET /containers/{id}/top", "/body/Processes/0/7", Kind::Value, values()),
        difference("list/a:1", LIST, "/body", Kind::Order, values()),
        difference("list/a:1", LIST, "/body/0/Ports", Kind::Order, values()),
        difference("list/a:1", LIST, "/body/0/ExitCode", Kind::Extra, (Value::Null, json!(18446744073709551615_u64))),
        difference("list/b:1", LIST, "/body/0/SizeRw", Kind::Value, (json!(1.5), json!(-2))),
        difference("list/a:1", LIST, "/body/eth0/Id", Kind::Missing, values()),
        difference("list/a:1", LIST, "/body/3/Id", Kind::Missing, values()),
        difference("list/a", LIST, "/latency", Kind::Value, (json!(2.0), json!(25.0))),
        difference("a*b", "docker compose up", "/cli/stdout", Kind::Value, values()),
    ]
}
