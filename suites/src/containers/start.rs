//! Start: once, again, after the end, and the starts that fail.

use super::{NOSUCH, created, exited, forever, inspect, named, post, running};
use lockstep_harness::scenario::{Area, Need, Outcome, Session};
use serde_json::{Value, json};

const START: &str = "POST /containers/{id}/start";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("start/created", |s| Box::pin(start_created(s)));
    area.add("start/by-name", |s| Box::pin(by_name(s)));
    area.add("start/running", |s| Box::pin(start_running(s)));
    area.add("start/exited", |s| Box::pin(start_exited(s)));
    area.add("start/missing", |s| Box::pin(post(s, START, NOSUCH, 404)));
    // Before, the body was the host configuration.
    area.add("start/with-body", |s| Box::pin(with_body(s))).needs(Need::Api("1.24".to_owned()));
    area.add("start/detach-keys-nonsense", |s| Box::pin(detach_keys(s)));
    area.add("start/in-working-dir-that-is-made", |s| Box::pin(made_working_dir(s)));
    area.add("start/auto-removed-at-the-end", |s| Box::pin(auto_removed(s)));
    area.add("start/again-after-failure", |s| Box::pin(again_after_failure(s)));
    for (name, status, fields) in failures() {
        area.add(&format!("start/fails/{name}"), move |s| Box::pin(fails(s, status, fields.clone())));
    }
}

async fn start_created(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    inspect(s, &c).await
}

async fn by_name(s: &mut Session) -> Outcome {
    let name = s.name("web");
    named(s, &name).await?;
    s.call(START, &[&name]).expect(204).await?;
    inspect(s, &name).await
}

async fn start_running(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    post(s, START, &c, 304).await
}

/// The end before is forgotten: status, error and finish time.
async fn start_exited(s: &mut Session) -> Outcome {
    let c = exited(s, 3).await?;
    inspect(s, &c).await?;
    s.call(START, &[&c]).expect(204).await?;
    s.until_exited(&c).await?;
    inspect(s, &c).await
}

/// A host config at start was dropped with API 1.24.
async fn with_body(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    s.call(START, &[&c]).json(json!({ "Binds": ["/etc:/x"] })).expect(400).await?;
    inspect(s, &c).await
}

async fn detach_keys(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    s.call(START, &[&c]).query("detachKeys", "bogus").expect(204).await?;
    Ok(())
}

async fn made_working_dir(s: &mut Session) -> Outcome {
    s.start(json!({ "Cmd": forever(), "WorkingDir": "/made/up" })).await?;
    Ok(())
}

async fn auto_removed(s: &mut Session) -> Outcome {
    let c = s.start(json!({ "Cmd": ["probe", "exit", "0"], "HostConfig": { "AutoRemove": true } })).await?;
    super::until_gone(s, &c).await?;
    s.call("GET /containers/{id}/json", &[&c]).expect(404).await?;
    Ok(())
}

/// A failed start leaves the container as it was, so that a second one fails the same way.
async fn again_after_failure(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": ["/nosuch"] })).await?;
    s.call(START, &[&c]).independent().expect(400).await?;
    s.call(START, &[&c]).independent().expect(400).await?;
    s.call("DELETE /containers/{id}", &[&c]).expect(204).await?;
    Ok(())
}

fn failures() -> Vec<(&'static str, u16, Value)> {
    let host = |config: Value| json!({ "HostConfig": config });
    let endpoint = |config: Value| json!({ "NetworkingConfig": { "EndpointsConfig": { "bridge": config } } });
    vec![
        ("command-not-found", 400, json!({ "Cmd": ["/nosuch"] })),
        ("command-not-on-path", 400, json!({ "Cmd": ["nosuch"] })),
        ("command-not-executable", 400, json!({ "Cmd": ["/etc/plain.txt"] })),
        ("command-is-a-directory", 400, json!({ "Cmd": ["/tmp"] })),
        ("unknown-user", 500, json!({ "User": "nobodyhere" })),
        ("unknown-group", 500, json!({ "User": "root:nosuch" })),
        ("unknown-extra-group", 500, host(json!({ "GroupAdd": ["nosuch"] }))),
        ("unknown-network", 404, host(json!({ "NetworkMode": "lockstep-nosuch" }))),
        ("network-of-unknown-container", 404, host(json!({ "NetworkMode": "container:lockstep-nosuch" }))),
        (
            "missing-device",
            500,
            host(
                json!({ "Devices": [{ "PathOnHost": "/dev/nosuch", "PathInContainer": "/dev/x", "CgroupPermissions": "r" }] }),
            ),
        ),
        ("unknown-limit", 500, host(json!({ "Ulimits": [{ "Name": "nosuch", "Soft": 1, "Hard": 1 }] }))),
        ("soft-limit-above-hard", 500, host(json!({ "Ulimits": [{ "Name": "nofile", "Soft": 100, "Hard": 10 }] }))),
        ("unknown-sysctl", 500, host(json!({ "Sysctls": { "nosuch": "1" } }))),
        ("address-on-default-bridge", 400, endpoint(json!({ "IPAMConfig": { "IPv4Address": "172.29.0.9" } }))),
        ("alias-on-default-bridge", 400, endpoint(json!({ "Aliases": ["x"] }))),
        ("hostname-too-long", 500, json!({ "Hostname": "h".repeat(70) })),
        ("mac-address-nonsense", 500, json!({ "MacAddress": "zz" })),
        ("device-rule-nonsense", 500, host(json!({ "DeviceCgroupRules": ["bogus"] }))),
        ("tmpfs-option-nonsense", 500, host(json!({ "Tmpfs": { "/x": "bogus=1" } }))),
        ("ipc-mode-nonsense", 500, host(json!({ "IpcMode": "bogus" }))),
        ("unknown-device-driver", 500, host(json!({ "DeviceRequests": [{ "Driver": "nosuch", "Count": 1 }] }))),
    ]
}

/// Inspect then tells why: `State.Error` and the exit code.
async fn fails(s: &mut Session, status: u16, fields: Value) -> Outcome {
    let mut body = json!({ "Cmd": forever() });
    if let (Some(body), Some(fields)) = (body.as_object_mut(), fields.as_object()) {
        body.extend(fields.clone());
    }
    let c = s.create(body).await?;
    s.call(START, &[&c]).independent().expect(status).await?;
    inspect(s, &c).await
}
