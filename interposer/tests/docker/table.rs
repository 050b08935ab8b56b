//! Every rule of the profile shows on the wire, and leaving it out or altering it shows too.

use super::{Check, Docker, create, observe, remove, run};
use crate::common::{Reply, ask};
use lockstep_harness::engine::image::IMAGE;
use lockstep_interposer::Profile;
use serde_json::{Value, json};
use std::path::Path;

pub const CHECKS: &[(&str, Check)] = &[("sdc-docker/every-rule-shows", |docker| Box::pin(every_rule_shows(docker)))];

/// What requests are about.
struct Things {
    running: String,
    stopped: String,
    image: String,
}

async fn every_rule_shows(docker: Docker) {
    let plain = &docker.socket;
    let things = Things {
        running: run(plain, &["probe", "sleep", "300"], json!({"Labels": {"docker:noipmgmtd": "false"}})).await,
        stopped: create(plain, &["probe", "sleep", "1"], json!({})).await,
        image: {
            let id = create(plain, &["probe"], json!({})).await;
            let made = ask(plain, "POST", &format!("/commit?container={id}&repo=table&tag=1"), None).await;
            remove(plain, &id).await;
            made.json()["Id"].as_str().unwrap().to_owned()
        },
    };
    ask(plain, "POST", "/images/table:1/tag?repo=127.0.0.1:5000/table&tag=1", None).await;
    let profile = || Profile::by_name("sdc-docker").unwrap();
    let mut silent = Vec::new();
    // Time is looked at elsewhere.
    for rule in profile().rules().into_iter().map(|rule| rule.name).filter(|rule| *rule != "latency") {
        let mut seen = Vec::new();
        for profile in [profile(), profile().without(rule).unwrap(), profile().altered(rule).unwrap()] {
            let (running, socket) = docker.through(profile).await;
            seen.push(shows(rule, &socket, &things).await);
            drop(running);
        }
        if seen[0] == seen[1] || seen[0] == seen[2] {
            silent.push((rule, seen));
        }
    }
    for name in ["table:1", "127.0.0.1:5000/table:1"] {
        ask(plain, "DELETE", &format!("/images/{name}"), None).await;
    }
    remove(plain, &things.running).await;
    remove(plain, &things.stopped).await;
    assert!(silent.is_empty(), "{silent:#?}");
}

/// What an answer says, without the id of its request.
fn said(reply: &Reply) -> String {
    let text = reply.text();
    let text = text.rsplit_once(" (").filter(|_| reply.status >= 400).map_or(text.as_str(), |(text, _)| text);
    format!("{} {}", reply.status, text)
}

/// Asks for what the rule is about. Whatever succeeds where it should not is undone.
async fn shows(rule: &str, socket: &Path, things: &Things) -> String {
    let Things { running, stopped, image } = things;
    let of = |id: &str, what: &str| format!("/containers/{id}/{what}");
    let get = |target: String| async move { said(&ask(socket, "GET", &target, None).await) };
    let post = |target: String| async move { said(&ask(socket, "POST", &target, None).await) };
    match rule {
        "api-versions" => {
            get("/v1.17/containers/json?limit=1".to_owned()).await + &get("/v1.20/containers/json".to_owned()).await
        }
        "diff" => get(of(stopped, "changes")).await,
        "events" => get("/events?since=1&until=2".to_owned()).await,
        "export" => ask(socket, "GET", &of(stopped, "export"), None).await.status.to_string(),
        "import" => post("/images/create?fromSrc=nosuch".to_owned()).await,
        "load" => post("/images/load".to_owned()).await,
        "network" => get("/networks/nosuch".to_owned()).await,
        "node" => get("/nodes".to_owned()).await,
        "pause" => {
            let said = post(of(running, "pause")).await;
            post(of(running, "unpause")).await;
            said
        }
        "push" => post("/images/nosuch/push".to_owned()).await,
        "save" => get("/images/nosuch/get".to_owned()).await,
        "service" => get("/services".to_owned()).await,
        "swarm" => get("/swarm".to_owned()).await,
        "unpause" => post(of(running, "unpause")).await,
        "update" => post(of(running, "update")).await,
        "volume" => get("/volumes".to_owned()).await,
        "unrouted" => get("/system/df".to_owned()).await,
        "ambiguous-image-id" => ask(socket, "GET", &format!("/images/{image}/json"), None).await.status.to_string(),
        "pull-needs-tag" => post("/images/create?fromImage=127.0.0.1:1/x".to_owned()).await,
        "top-format" => get(of(running, "top?ps_args=-o%20pid")).await,
        "zsched" | "ipmgmtd" => get(of(running, "top")).await,
        "dockerinit-log" => get(of(stopped, "archive?path=/var/log/sdc-dockerinit.log")).await,
        "native" | "objfs" | "ctfs" => {
            let seen = observe(socket, &["mounts"], json!({})).await;
            let list = seen["mounts"].as_array().unwrap();
            let shown = |one: &Value| format!("{} {}", one["destination"].as_str().unwrap(), one["type"]);
            list.iter().map(shown).collect::<Vec<_>>().join(", ")
        }
        "exit-status" | "wait-shape" | "exit-status-signal" => {
            let command: &[&str] =
                if rule == "exit-status" { &["probe", "exit", "7"] } else { &["probe", "sleep", "60"] };
            let id = run(socket, command, json!({})).await;
            if rule != "exit-status" {
                post(of(&id, "kill")).await;
            }
            let said = post(of(&id, "wait")).await;
            // A killed container's answer is empty whatever its shape is: this one ended well.
            let well = run(socket, &["probe", "exit", "0"], json!({})).await;
            let said = said + &post(of(&well, "wait")).await;
            remove(socket, &id).await;
            remove(socket, &well).await;
            said
        }
        "create-status" => {
            let made = ask(socket, "POST", "/containers/create", Some(&json!({"Image": IMAGE}))).await;
            remove(socket, made.json()["Id"].as_str().unwrap()).await;
            made.status.to_string()
        }
        "exec-create-status" => {
            let exec = json!({"Cmd": ["probe"]});
            ask(socket, "POST", &of(running, "exec"), Some(&exec)).await.status.to_string()
        }
        "exec-inspect-shape" => {
            let exec = ask(socket, "POST", &of(running, "exec"), Some(&json!({"Cmd": ["probe"]}))).await.json();
            let seen = ask(socket, "GET", &format!("/exec/{}/json", exec["Id"].as_str().unwrap()), None).await.json();
            format!("{:?}", seen.as_object().unwrap().keys().collect::<Vec<_>>())
        }
        "rename-status" => {
            let id = create(socket, &["probe"], json!({})).await;
            let said = post(of(&id, "rename?name=renamed")).await;
            remove(socket, &id).await;
            said
        }
        "inspect-shape" => {
            let seen = ask(socket, "GET", &of(running, "json"), None).await.json();
            format!("{} {}", seen["ExecDriver"], seen["State"]["Status"])
        }
        "remove-running" => said(&ask(socket, "DELETE", &format!("/containers/{running}"), None).await),
        "exec-stopped" => said(&ask(socket, "POST", &of(stopped, "exec"), Some(&json!({"Cmd": ["probe"]}))).await),
        "version" => get("/version".to_owned()).await,
        "info" => ask(socket, "GET", "/info", None).await.json()["Driver"].to_string(),
        "error-text" => ask(socket, "GET", "/v1.30/images/nosuch/json", None).await.text().chars().take(12).collect(),
        "server-headers" => {
            let reply = ask(socket, "GET", "/_ping", None).await;
            format!("{:?} {:?}", reply.header("server"), reply.header("api-version"))
        }
        _ => at_create(rule, socket).await,
    }
}

async fn at_create(rule: &str, socket: &Path) -> String {
    let host = |value: Value| json!({"Image": IMAGE, "Cmd": ["probe"], "HostConfig": value}).to_string();
    let body = match rule {
        "image-must-be-text" => "{}".to_owned(),
        "network-mode" => host(json!({"NetworkMode": "host"})),
        "links" => host(json!({"NetworkMode": "nosuch", "Links": ["nosuch:a"]})),
        "host-volumes" => host(json!({"Binds": ["/etc:/x"]})),
        "port-remapping" => host(json!({"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}})),
        "package" => host(json!({"Memory": 1u64 << 40})),
        "log-driver" => host(json!({"LogConfig": {"Type": "local"}})),
        "log-options" => host(json!({"LogConfig": {"Type": "json-file", "Config": {"labels": "a"}}})),
        "invalid-json" => "{".to_owned(),
        "name-in-use" => host(json!({})),
        other => panic!("no request for the rule {other}"),
    };
    let name = if rule == "name-in-use" { "?name=table" } else { "" };
    let mut made = Vec::new();
    for _ in 0..1 + name.len().min(1) {
        let mut wire = crate::common::Wire::open(socket).await;
        let target = format!("/containers/create{name}");
        wire.send("POST", &target, &["Content-Type: application/json"], body.as_bytes()).await;
        made.push(wire.reply("POST").await);
    }
    for reply in made.iter().filter(|reply| reply.status < 300) {
        remove(socket, reply.json()["Id"].as_str().unwrap()).await;
    }
    let last = made.last().unwrap();
    if last.status < 300 { last.status.to_string() } else { said(last) }
}
