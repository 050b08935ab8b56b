//! Log drivers: what create takes and what inspect then shows. Nothing is started, so nobody has to listen.

use lockstep_harness::scenario::{Catalogue, Outcome, Session};
use serde_json::{Value, json};

/// Adds the area's scenarios: each driver, its options, and what create answers.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("log-drivers");
    for (name, driver, options, status) in cases() {
        area.add(name, move |s| Box::pin(driver_of(s, driver, options.clone(), status)));
    }
    area.add("host-logs-inside", |s| Box::pin(host_logs(s)));
}

fn cases() -> Vec<(&'static str, &'static str, Value, u16)> {
    vec![
        ("default", "", json!({}), 201),
        ("json-file", "json-file", json!({ "max-size": "10m", "max-file": "3" }), 201),
        ("json-file/labels", "json-file", json!({ "labels": "colour" }), 201),
        ("json-file/unknown-option", "json-file", json!({ "nosuch": "x" }), 400),
        ("none", "none", json!({}), 201),
        ("syslog", "syslog", json!({ "syslog-address": "udp://127.0.0.1:1" }), 201),
        ("syslog/without-address", "syslog", json!({}), 201),
        ("syslog/unix-address", "syslog", json!({ "syslog-address": "unix:///nosuch" }), 400),
        ("gelf", "gelf", json!({ "gelf-address": "udp://127.0.0.1:1" }), 201),
        ("gelf/without-address", "gelf", json!({}), 400),
        ("fluentd", "fluentd", json!({ "fluentd-address": "127.0.0.1:1" }), 201),
        ("fluentd/without-address", "fluentd", json!({}), 201),
        ("journald", "journald", json!({}), 201),
        ("local", "local", json!({}), 201),
        ("awslogs", "awslogs", json!({ "awslogs-group": "x", "awslogs-region": "x" }), 201),
        ("splunk", "splunk", json!({ "splunk-token": "x", "splunk-url": "https://127.0.0.1:1" }), 201),
        ("unknown", "nosuch", json!({}), 400),
    ]
}

async fn driver_of(s: &mut Session, driver: &str, options: Value, status: u16) -> Outcome {
    let body = json!({
        "Image": s.image(),
        "Cmd": ["probe", "exit", "0"],
        "HostConfig": { "LogConfig": { "Type": driver, "Config": options } },
    });
    let made = s.call("POST /containers/create", &[]).json(body).expect(status).await?;
    if status < 400 {
        s.call("GET /containers/{id}/json", &[&made.id()?]).expect(200).await?;
    }
    Ok(())
}

/// Whatever the host keeps of a container's output, the container does not see it.
async fn host_logs(s: &mut Session) -> Outcome {
    let logged = json!({ "HostConfig": { "LogConfig": { "Type": "json-file", "Config": { "max-size": "10m" } } } });
    s.observe("files", &["/zones", "/logs"], logged).await?;
    Ok(())
}
