//! Ping, version, info, disk usage, login, and what is no route of the API.

use lockstep_harness::scenario::{Catalogue, Need, Outcome, Session};
use serde_json::json;

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("system");
    area.add("ping", |s| Box::pin(ping(s)));
    area.add("version", |s| Box::pin(version(s)));
    area.add("info", |s| Box::pin(info(s)));
    area.add("disk-usage/nothing-created", |s| Box::pin(disk_usage(s))).needs(Need::Disposable);
    area.add("disk-usage/container-and-volume", |s| Box::pin(disk_usage_of_container_and_volume(s)))
        .needs(Need::Disposable);
    area.add("unknown-route", |s| Box::pin(unknown_route(s)));
    area.add("wrong-method", |s| Box::pin(wrong_method(s)));
    for (case, path, status) in [
        ("none", "/version", 200),
        ("minimum", "/v1.12/version", 200),
        ("older-than-triton-speaks", "/v1.17/version", 200),
        ("oldest-that-triton-speaks", "/v1.18/version", 200),
        ("newer-as-a-text", "/v1.9/version", 400),
        ("too-new", "/v1.99/version", 400),
        ("too-old", "/v0.1/version", 400),
        ("malformed", "/vabc/version", 404),
        ("ping-too-new", "/v1.99/_ping", 400),
    ] {
        area.add(&format!("version-in-path/{case}"), move |s| Box::pin(version_in_path(s, path, status)));
    }
    area.add("auth/registry-refuses", |s| Box::pin(auth_refused(s)));
    area.add("auth/malformed-body", |s| Box::pin(auth_malformed(s)));
    area.add("session/without-upgrade", |s| Box::pin(session_without_upgrade(s)));
    area.add("session/opened", |s| Box::pin(session_opened(s)));
    area.add("session/unknown-protocol", |s| Box::pin(session_unknown_protocol(s)));
}

async fn ping(s: &mut Session) -> Outcome {
    s.call("GET /_ping", &[]).expect(200).await?;
    s.call("HEAD /_ping", &[]).any_age().expect(200).await?;
    Ok(())
}

async fn version(s: &mut Session) -> Outcome {
    s.call("GET /version", &[]).expect(200).await?;
    Ok(())
}

async fn info(s: &mut Session) -> Outcome {
    s.call("GET /info", &[]).expect(200).await?;
    Ok(())
}

async fn disk_usage(s: &mut Session) -> Outcome {
    crate::images::sweep(s).await?;
    s.call("GET /system/df", &[]).any_age().expect(200).await?;
    Ok(())
}

async fn disk_usage_of_container_and_volume(s: &mut Session) -> Outcome {
    let volume = s.name("data");
    s.create(json!({
        "Cmd": ["probe", "exit", "0"],
        "HostConfig": { "Binds": [format!("{volume}:/data")] },
    }))
    .await?;
    s.remember("volume", &volume);
    crate::images::sweep(s).await?;
    s.call("GET /system/df", &[]).any_age().expect(200).await?;
    Ok(())
}

async fn unknown_route(s: &mut Session) -> Outcome {
    s.call("GET /nosuch", &[]).path("/nosuch").expect(404).await?;
    s.call("POST /containers/{id}/nosuch", &["x"]).expect(404).await?;
    Ok(())
}

async fn wrong_method(s: &mut Session) -> Outcome {
    s.call("POST /version", &[]).expect(404).await?;
    s.call("PUT /containers/json", &[]).expect(404).await?;
    s.call("DELETE /images/json", &[]).expect(404).await?;
    Ok(())
}

async fn version_in_path(s: &mut Session, path: &str, status: u16) -> Outcome {
    let operation = if path.ends_with("_ping") { "GET /_ping" } else { "GET /version" };
    s.call(operation, &[]).path(path).unversioned().expect(status).await?;
    Ok(())
}

async fn auth_refused(s: &mut Session) -> Outcome {
    let login = json!({ "username": "nobody", "password": "none", "serveraddress": "127.0.0.1:1" });
    s.call("POST /auth", &[]).json(login).expect(500).await?;
    Ok(())
}

async fn auth_malformed(s: &mut Session) -> Outcome {
    s.call("POST /auth", &[]).body("application/json", "{bad").expect(500).await?;
    Ok(())
}

async fn session_without_upgrade(s: &mut Session) -> Outcome {
    s.call("POST /session", &[]).any_age().expect(400).await?;
    Ok(())
}

/// The engine begins to speak HTTP/2 over the connection, as its client.
async fn session_opened(s: &mut Session) -> Outcome {
    let call = s.call("POST /session", &[]).raw().header("connection", "Upgrade").header("upgrade", "h2c");
    let call = call.header("x-docker-expose-session-uuid", "lockstepsession0000000000");
    let mut stream = call.header("x-docker-expose-session-name", "lockstep").open(101).await?;
    // The client's preface and its SETTINGS frame, which may come apart: it is empty with Docker 20.10.
    stream.wait_for("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    stream.wait_for("\0\0\0\u{4}\0\0\0\0\0").await;
    s.hang_up(stream).await?;
    Ok(())
}

async fn session_unknown_protocol(s: &mut Session) -> Outcome {
    s.call("POST /session", &[])
        .any_age()
        .header("connection", "Upgrade")
        .header("upgrade", "nosuch")
        .expect(400)
        .await?;
    Ok(())
}
