//! Recognising that a method is missing, however an engine says so.

use std::sync::LazyLock;

use regex::Regex;

use super::Classification;
use crate::transcript::{Exchange, Payload};

/// What an answer says about its method as a whole; `None` for an ordinary answer or error.
pub fn classify(status: u16, content_type: Option<&str>, body: &Payload) -> Option<Classification> {
    let text = message(body);
    let missing = match status {
        405 | 501 => true,
        404 => no_route(&text, content_type),
        400 => not_implemented(&text),
        500 | 503 => not_implemented(&text) || not_supported(&text),
        _ => false,
    };
    missing.then_some(Classification::MissingMethod)
}

/// What the answer of an exchange is recognised as.
pub fn classification_of(exchange: &Exchange) -> Option<Classification> {
    let answer = &exchange.answer;
    classify(answer.status, answer.header("content-type"), &answer.body)
}

/// The message in lower case: of a JSON error its `message`, else the text.
fn message(body: &Payload) -> String {
    let text = match body {
        Payload::Json(value) => ["message", "error", "Error"]
            .iter()
            .find_map(|name| value.get(name)?.as_str())
            .or(value.as_str())
            .map(str::to_owned)
            .unwrap_or_default(),
        Payload::Text(text) | Payload::Raw(text) => text.clone(),
        _ => String::new(),
    };
    text.trim().to_lowercase()
}

/// A router's own 404, as opposed to that of a handler which looked for something. A handler names what it did not find.
fn no_route(text: &str, content_type: Option<&str>) -> bool {
    /// Docker, gorilla's mux, Go's own mux, Express, restify, Podman; a page of an HTTP front end by its title.
    const WORDS: &str = concat!(
        r"^(?:404[ :-]*)?(?:page )?not found[.!]?$|^cannot (?:get|head|post|put|delete) /\S*$",
        r"|^\(resourcenotfound\) /\S* does not exist|^path /\S* is not supported$"
    );
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| pattern(WORDS));
    let page = content_type.is_some_and(|kind| kind.starts_with("text/html")) && text.contains("not found");
    PATTERN.is_match(text) || page
}

fn not_implemented(text: &str) -> bool {
    static PATTERN: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\bnot (?:yet )?implemented\b|\bnotimplemented\b|\bunimplemented\b"));
    PATTERN.is_match(text)
}

/// One word that is not supported is a part of the API (`Volumes are not supported`); what has more words in front is an
/// option (`host volumes are not supported`).
fn not_supported(text: &str) -> bool {
    const WORDS: &str = concat!(
        r"^(?:\([a-z]+\) )?[a-z]+ (?:operations? )?(?:is|are) not supported\b",
        r"|^(?:\([a-z]+\) )?(?:operation |method |command |endpoint )?(?:is )?not supported\b",
        r"|does not support service\b"
    );
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| pattern(WORDS));
    PATTERN.is_match(text)
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| unreachable!("the pattern is constant: {error}"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn of(status: u16, text: &str) -> bool {
        let body = match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value) if value.is_object() => Payload::Json(value),
            _ if text.is_empty() => Payload::None,
            _ => Payload::Text(text.to_owned()),
        };
        classify(status, Some("text/plain"), &body).is_some()
    }

    /// What Docker 20.10, Podman 4.3 and SDC Docker really answer, and what Go's, gorilla's and Express's routers do.
    #[rstest]
    #[case::docker(404, r#"{"message":"page not found"}"#)]
    #[case::docker_text(404, "404 page not found\n")]
    #[case::podman_mux(404, "Not Found\n")]
    #[case::podman_json(404, r#"{"cause":"","message":"Not Found","response":404}"#)]
    #[case::podman_plugins(404, r#"{"cause":"","message":"Path /v1.41/plugins is not supported","response":0}"#)]
    #[case::podman_distribution(
        404,
        r#"{"cause":"","message":"Path /v1.41/distribution/x/json is not supported","response":0}"#
    )]
    #[case::podman_method(405, "Method Not Allowed\n")]
    #[case::podman_swarm(
        503,
        r#"{"cause":"x","message":"Podman does not support service: /v1.41/swarm/init","response":503}"#
    )]
    #[case::sdc_route(404, "(ResourceNotFound) /v1.21/swarm does not exist (0c6f02e0-91f5-11e6-b6b1-6f0e1a0c8a3f)")]
    #[case::sdc_changes(400, "(NotImplemented) changes is not implemented (0c6f02e0-91f5-11e6-b6b1-6f0e1a0c8a3f)")]
    #[case::sdc_import(400, "(NotImplemented) image create is not implemented (<uuid:1>)")]
    #[case::sdc_method(405, "POST is not allowed (<uuid:1>)")]
    #[case::sdc_head_ping(405, "")]
    #[case::sdc_volumes(500, "Volumes are not supported (<uuid:1>)")]
    #[case::express(404, "Cannot GET /v1.41/swarm")]
    #[case::not_implemented(501, "")]
    #[case::not_implemented_500(500, r#"{"message":"not implemented"}"#)]
    #[case::unimplemented_503(503, r#"{"message":"rpc error: code = Unimplemented desc = unknown"}"#)]
    fn missing(#[case] status: u16, #[case] text: &str) {
        assert!(of(status, text));
    }

    #[rstest]
    #[case::fine(200, "not implemented")]
    #[case::docker_container(404, r#"{"message":"No such container: nosuch"}"#)]
    #[case::docker_image(404, r#"{"message":"no such image: nosuch: No such image: nosuch:latest"}"#)]
    #[case::docker_network(404, r#"{"message":"network nosuch not found"}"#)]
    #[case::docker_volume(404, r#"{"message":"get nosuch: no such volume"}"#)]
    #[case::docker_swarm(503, r#"{"message":"This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again."}"#)]
    #[case::docker_upgrade(400, r#"{"message":"no upgrade proto in request"}"#)]
    #[case::docker_parameter(400, r#"{"message":"invalid ListenAddr \"\": invalid empty address"}"#)]
    #[case::docker_lookup(
        500,
        r#"{"message":"dial tcp: lookup registry-1.docker.io on 10.255.255.53:53: no such host"}"#
    )]
    #[case::podman_container(404, r#"{"cause":"no such container","message":"no container with name or ID \"nosuch\" found: no such container","response":404}"#)]
    #[case::podman_network(404, r#"{"cause":"network not found","message":"unable to find network with name or ID nosuch: network not found","response":404}"#)]
    #[case::podman_volume(
        404,
        r#"{"cause":"no such volume","message":"volume with name nosuch not found: no such volume","response":404}"#
    )]
    #[case::podman_crash(
        500,
        r#"{"message":"runtime error: invalid memory address or nil pointer dereference","response":500}"#
    )]
    #[case::sdc_container(404, "No such container: nosuch (<uuid:1>)")]
    #[case::sdc_image(404, "(ResourceNotFound) No such image: nosuch (<uuid:1>)")]
    #[case::sdc_host_volume(500, "host volumes are not supported (<uuid:1>)")]
    #[case::sdc_ports(500, "publish port: remapping of port numbers not allowed (<uuid:1>)")]
    #[case::head_without_a_body(404, "")]
    fn ordinary(#[case] status: u16, #[case] text: &str) {
        assert!(!of(status, text));
    }

    #[test]
    fn a_page_of_a_front_end_is_no_handler() {
        let page = Payload::Text("<html><title>404 Not Found</title></html>".into());
        assert!(classify(404, Some("text/html"), &page).is_some());
        assert!(classify(404, None, &Payload::Json(json!({"message": "x not found"}))).is_none());
    }
}
