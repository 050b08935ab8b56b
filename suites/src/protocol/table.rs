//! For every operation of the API: a method it does not have, an id that nothing has, a query that cannot be read.

use lockstep_harness::api::{Api, JsonType, Operation};
use lockstep_harness::scenario::{Area, Call, Outcome, Session};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What no engine has a thing of.
const NOSUCH: &str = "lockstep-nosuch";

/// Operations that a bad call of does no harm and no good: they end only when the client hangs up, or act on the whole engine.
const LEFT_OUT: &[(&str, &str)] = &[
    ("GET /events", "streams for ever"),
    ("POST /containers/prune", "acts on the whole engine"),
    ("POST /images/prune", "acts on the whole engine"),
    ("POST /volumes/prune", "acts on the whole engine"),
    ("POST /networks/prune", "acts on the whole engine"),
    ("POST /build/prune", "acts on the whole engine"),
    ("POST /swarm/init", "acts on the whole engine"),
    ("POST /swarm/leave", "acts on the whole engine"),
    ("GET /system/df", "sees the whole engine"),
    ("GET /info", "reads no query"),
    ("GET /version", "reads no query"),
    ("GET /_ping", "reads no query"),
    ("HEAD /_ping", "reads no query"),
];

/// The cases are those of the API that the reference speaks.
fn api() -> &'static Api {
    Api::nearest("1.41")
}

pub(super) fn add(area: &mut Area<'_>) {
    for group in groups() {
        area.add(&format!("wrong-method/{group}"), move |s| Box::pin(wrong_method(s, group)));
        area.add(&format!("unreadable-query/{group}"), move |s| Box::pin(unreadable_query(s, group)));
        if operations(group).any(has_name) {
            area.add(&format!("unknown-name/{group}"), move |s| Box::pin(unknown_name(s, group)));
        }
    }
}

/// The groups of operations: the first part of their paths, or `other` where a path has no more of it.
pub(super) fn groups() -> BTreeSet<&'static str> {
    api().operations.iter().map(group).collect()
}

fn group(facts: &'static Operation) -> &'static str {
    let mut parts = facts.operation.split('/').skip(1);
    let first = parts.next().unwrap_or("other");
    let has_more = api().operations.iter().any(|other| other.operation.contains(&format!("/{first}/")));
    if has_more { first } else { "other" }
}

/// The operations of a group that may be called with bad input anywhere.
pub(super) fn operations(wanted: &str) -> impl Iterator<Item = &'static Operation> {
    let left_out = |facts: &&Operation| LEFT_OUT.iter().any(|(operation, _)| *operation == facts.operation);
    api().operations.iter().filter(move |facts| group(facts) == wanted && !left_out(facts))
}

/// The names of the parameters of a kind: `boolean`, `integer`.
pub(super) fn parameters(facts: &'static Operation, kind: &str) -> impl Iterator<Item = &'static str> {
    facts
        .query
        .iter()
        .filter(move |(_, found)| found.text.trim_start_matches('!').starts_with(kind))
        .map(|(name, _)| name.as_str())
}

/// Whether the operation takes a JSON document.
pub(super) fn takes_json(facts: &Operation) -> bool {
    let root = facts.body.as_ref().and_then(|body| body.shape().root());
    root.is_some_and(|fact| !fact.types.contains(&JsonType::String))
}

pub(super) fn has_name(facts: &Operation) -> bool {
    facts.operation.contains('{')
}

/// A call of the operation on nothing that exists, with what it cannot do without.
pub(super) fn call<'s>(s: &'s mut Session, facts: &Operation, without: &str) -> Call<'s> {
    let own = s.own();
    let mut call = s.call(&facts.operation, &[NOSUCH]);
    for (operation, name, value) in NEEDED {
        if facts.operation == *operation && *name != without {
            call = call.query(name, value);
        }
    }
    // Only its own things: what else is on the engine is no part of the answer.
    if is_list(facts) {
        call = call.filters(own);
    }
    if facts.operation.ends_with("/push") {
        call = call.header("x-registry-auth", "e30=");
    }
    if takes_json(facts) { call.json(json!({})) } else { call }
}

/// Whether it lists what is on the engine, and can be told to list less.
fn is_list(facts: &Operation) -> bool {
    ["GET /containers/json", "GET /images/json", "GET /networks", "GET /volumes"].contains(&facts.operation.as_str())
}

/// Without these an operation says only that they are missing.
const NEEDED: &[(&str, &str, &str)] = &[
    ("GET /containers/{id}/logs", "stdout", "1"),
    ("POST /containers/{id}/resize", "h", "24"),
    ("POST /containers/{id}/resize", "w", "80"),
    ("POST /containers/{id}/rename", "name", "lockstep-other"),
    ("POST /containers/{id}/attach", "stdout", "1"),
    ("GET /containers/{id}/archive", "path", "/"),
    ("HEAD /containers/{id}/archive", "path", "/"),
    ("PUT /containers/{id}/archive", "path", "/"),
    ("POST /exec/{id}/resize", "h", "24"),
    ("POST /exec/{id}/resize", "w", "80"),
    ("GET /images/get", "names", "lockstep-nosuch"),
    ("GET /images/search", "term", "127.0.0.1:1/nosuch"),
    ("POST /images/create", "fromImage", "127.0.0.1:1/nosuch"),
    ("POST /images/{name}/tag", "repo", "lockstep-other"),
    ("POST /commit", "container", "lockstep-nosuch"),
    ("POST /build", "remote", "127.0.0.1:1/nosuch"),
    ("POST /plugins/{name}/enable", "timeout", "1"),
    ("POST /plugins/{name}/upgrade", "remote", "127.0.0.1:1/nosuch"),
    ("POST /plugins/pull", "remote", "127.0.0.1:1/nosuch"),
    ("GET /plugins/privileges", "remote", "127.0.0.1:1/nosuch"),
    ("POST /nodes/{id}/update", "version", "1"),
    ("POST /swarm/update", "version", "1"),
    ("POST /services/{id}/update", "version", "1"),
    ("POST /secrets/{id}/update", "version", "1"),
    ("POST /configs/{id}/update", "version", "1"),
    ("GET /services/{id}/logs", "stdout", "1"),
    ("GET /tasks/{id}/logs", "stdout", "1"),
];

/// PATCH, which no operation has; and of GET and POST the one that this path does not have.
async fn wrong_method(s: &mut Session, wanted: &str) -> Outcome {
    let mut methods: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for facts in api().operations.iter().filter(|facts| group(facts) == wanted) {
        if let Some((method, path)) = facts.operation.split_once(' ') {
            methods.entry(path).or_default().push(method);
        }
    }
    for (path, has) in methods {
        let others = ["PATCH", "GET", "POST"].into_iter().filter(|method| !has.contains(method));
        for method in others {
            s.call(&format!("{method} {path}"), &[NOSUCH]).answered().await?;
        }
    }
    Ok(())
}

async fn unknown_name(s: &mut Session, group: &str) -> Outcome {
    for facts in operations(group).filter(|facts| has_name(facts)) {
        call(s, facts, "").answered().await?;
    }
    Ok(())
}

/// A query whose percent-encoding is broken.
async fn unreadable_query(s: &mut Session, group: &str) -> Outcome {
    for facts in operations(group) {
        let name = facts.query.keys().next().map_or("x", String::as_str);
        let path = facts.operation.split_once(' ').map_or("", |(_, path)| path);
        let path = path.replace("{id}", NOSUCH).replace("{name}", NOSUCH);
        let own = match is_list(facts) {
            true => format!("&filters={{%22label%22:[%22{}%22]}}", s.label()),
            false => String::new(),
        };
        let call = s.call(&facts.operation, &[]).path(&format!("{path}?{name}=%zz{own}"));
        let call = if takes_json(facts) { call.json(json!({})) } else { call };
        call.answered().await?;
    }
    Ok(())
}
