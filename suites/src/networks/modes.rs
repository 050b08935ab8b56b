//! Containers without a network of their own kind: `none`, `host`, another container's.

use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("mode/none", |s| Box::pin(none(s)));
    area.add("mode/host", |s| Box::pin(host(s)));
    area.add("mode/container", |s| Box::pin(container(s)));
    area.add("mode/container-not-running", |s| Box::pin(container_not_running(s)));
    for (case, host, status) in [
        ("unknown-container", json!({ "NetworkMode": "container:nosuch" }), 404),
        ("unknown-network", json!({ "NetworkMode": "lockstep-never" }), 404),
    ] {
        area.add(&format!("mode/bad/{case}"), move |s| Box::pin(fails_to_start(s, host.clone(), status)));
    }
    for (case, body) in [
        ("hostname-with-container", json!({ "Hostname": "box", "HostConfig": { "NetworkMode": "container:nosuch" } })),
        (
            "ports-with-container",
            json!({ "ExposedPorts": { "80/tcp": {} }, "HostConfig": { "NetworkMode": "container:nosuch" } }),
        ),
        ("dns-with-container", json!({ "HostConfig": { "NetworkMode": "container:nosuch", "Dns": ["10.9.9.9"] } })),
    ] {
        area.add(&format!("mode/bad/{case}"), move |s| Box::pin(refused(s, body.clone())));
    }
}

async fn none(s: &mut Session) -> Outcome {
    let container =
        s.start(json!({ "Cmd": ["probe", "sleep", "60"], "HostConfig": { "NetworkMode": "none" } })).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    s.observe_exec(&container, "interfaces", &[]).await?;
    Ok(())
}

async fn host(s: &mut Session) -> Outcome {
    let container =
        s.start(json!({ "Cmd": ["probe", "sleep", "60"], "HostConfig": { "NetworkMode": "host" } })).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    Ok(())
}

async fn container(s: &mut Session) -> Outcome {
    let owner = s.start_probe(&["sleep", "60"]).await?;
    let mode = format!("container:{owner}");
    let guest = s.start(json!({ "Cmd": ["probe", "sleep", "60"], "HostConfig": { "NetworkMode": mode } })).await?;
    s.call("GET /containers/{id}/json", &[&guest]).expect(200).await?;
    s.observe_exec(&owner, "interfaces,hostname", &[]).await?;
    s.observe_exec(&guest, "interfaces,hostname", &[]).await?;
    Ok(())
}

/// Podman starts the other container first, which then has to stay.
async fn container_not_running(s: &mut Session) -> Outcome {
    let owner = s.create(json!({ "Cmd": ["probe", "sleep", "60"] })).await?;
    let mode = format!("container:{owner}");
    let guest = s.create(json!({ "Cmd": ["probe", "exit", "0"], "HostConfig": { "NetworkMode": mode } })).await?;
    s.call("POST /containers/{id}/start", &[&guest]).expect(409).await?;
    Ok(())
}

async fn fails_to_start(s: &mut Session, host: Value, status: u16) -> Outcome {
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"], "HostConfig": host })).await?;
    s.call("POST /containers/{id}/start", &[&container]).expect(status).await?;
    Ok(())
}

async fn refused(s: &mut Session, mut body: Value) -> Outcome {
    body["Image"] = json!(s.image());
    body["Cmd"] = json!(["probe", "exit", "0"]);
    s.call("POST /containers/create", &[]).json(body).expect(400).await?;
    Ok(())
}
