//! `lockstep coverage` and `lockstep spec` on this repository's snapshots.

#![allow(clippy::unwrap_used)]

mod common;

use common::{assert_status, lockstep, repository};
use serde_json::Value;

fn json(arguments: &[&str]) -> Value {
    let output = lockstep(&repository(), arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn driven(totals: &Value, part: &str) -> f64 {
    totals[part]["driven"].as_f64().unwrap() / totals[part]["of"].as_f64().unwrap()
}

#[test]
fn every_operation_and_most_that_can_be_shown_is_driven() {
    let all = json(&["coverage", "--api", "1.41", "--format", "json"]);
    let docker = all.as_array().unwrap().iter().find(|one| one["reference"] == "docker-20.10").unwrap();
    let totals = &docker["coverage"]["totals"];
    for part in ["operations", "parameters", "non_default", "invalid", "headers", "properties"] {
        assert_eq!(driven(totals, part), 1.0, "{part}");
    }
    let pointers = &totals["pointers"];
    let possible = pointers["of"].as_u64().unwrap() - totals["impossible"]["pointers"].as_u64().unwrap();
    assert!(pointers["driven"].as_u64().unwrap() * 100 >= possible * 85, "{totals:#}");
    assert_eq!(docker["coverage"]["contradicted"], Value::Array(Vec::new()));
}

#[test]
fn one_operation_is_shown_with_its_scenarios() {
    let output = lockstep(&repository(), &["coverage", "--operation", "GET /containers/{id}/top"]);
    assert_status(&output, 0, "top/ps-args");
}

#[test]
fn what_is_missing_is_listed_by_operation() {
    let arguments = ["coverage", "--api", "1.51", "--missing"];
    assert_status(&lockstep(&repository(), &arguments), 0, "/Healthcheck/StartInterval");
}

#[test]
fn an_unknown_version_or_operation_is_a_usage_error() {
    assert_status(&lockstep(&repository(), &["coverage", "--api", "1.40"]), 2, "known are 1.25, 1.41");
    assert_status(&lockstep(&repository(), &["coverage", "--operation", "GET /nosuch"]), 2, "none of API");
    assert_status(&lockstep(&repository(), &["spec", "--operation", "GET /nosuch"]), 2, "none of API");
    assert_status(&lockstep(&repository(), &["spec", "--candidate", "nosuch"]), 2, "nosuch");
}

#[test]
fn docker_departs_from_its_document_and_a_candidate_is_told_apart() {
    let arguments = ["spec", "--operation", "GET /containers/{id}/json", "--format", "json"];
    let docker = json(&arguments);
    let all = docker.as_array().unwrap();
    let mut departures = all.iter().flat_map(|one| one["spec"]["departures"].as_array().unwrap());
    assert!(departures.any(|one| one["place"] == "/HostConfig/Binds" && one["breach"] == "null"));
    let podman = json(&["spec", "--candidate", "podman-4.3", "--format", "json"]);
    let departures = podman[0]["spec"]["departures"].as_array().unwrap();
    assert!(departures.iter().any(|one| one["reference_too"] == true));
    assert!(departures.iter().any(|one| one["reference_too"] == false));
}
