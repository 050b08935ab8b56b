//! Outside a swarm. These routes are asked for at any API version: an engine that has none of them shows it here.

use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    for (case, operation) in [
        ("swarm", "GET /swarm"),
        ("nodes", "GET /nodes"),
        ("services", "GET /services"),
        ("tasks", "GET /tasks"),
        ("secrets", "GET /secrets"),
        ("configs", "GET /configs"),
        ("unlock-key", "GET /swarm/unlockkey"),
    ] {
        area.add(&format!("inactive/{case}"), move |s| Box::pin(refused(s, operation, None)));
    }
    for (case, operation) in [
        ("node", "GET /nodes/{id}"),
        ("service", "GET /services/{id}"),
        ("task", "GET /tasks/{id}"),
        ("secret", "GET /secrets/{id}"),
        ("config", "GET /configs/{id}"),
        ("remove-node", "DELETE /nodes/{id}"),
        ("remove-service", "DELETE /services/{id}"),
        ("remove-secret", "DELETE /secrets/{id}"),
        ("remove-config", "DELETE /configs/{id}"),
    ] {
        area.add(&format!("inactive/{case}"), move |s| Box::pin(refused(s, operation, None)));
    }
    for (case, operation, body) in [
        ("create-service", "POST /services/create", json!({ "Name": "lockstep-never" })),
        ("unlock", "POST /swarm/unlock", json!({ "UnlockKey": "x" })),
        ("leave", "POST /swarm/leave", json!({})),
    ] {
        area.add(&format!("inactive/{case}"), move |s| Box::pin(refused(s, operation, Some(body.clone()))));
    }
    area.add("inactive/create-secret", |s| Box::pin(create(s, "POST /secrets/create", "secret")));
    area.add("inactive/create-config", |s| Box::pin(create(s, "POST /configs/create", "config")));
    for (case, operation) in [
        ("update-swarm", "POST /swarm/update"),
        ("update-node", "POST /nodes/{id}/update"),
        ("update-service", "POST /services/{id}/update"),
        ("update-secret", "POST /secrets/{id}/update"),
        ("update-config", "POST /configs/{id}/update"),
    ] {
        area.add(&format!("inactive/{case}"), move |s| Box::pin(update(s, operation)));
    }
    for (case, operation) in [("service-logs", "GET /services/{id}/logs"), ("task-logs", "GET /tasks/{id}/logs")] {
        area.add(&format!("inactive/{case}"), move |s| Box::pin(logs(s, operation)));
    }
    area.add("inactive/malformed-filters", |s| Box::pin(malformed_filters(s)));
    // An engine that took these would be in a swarm.
    area.add("inactive/join-with-bad-token", |s| Box::pin(join(s))).alone();
    area.add("inactive/init-with-bad-address", |s| Box::pin(init_bad(s))).alone();
    area.add("inactive/join-with-data-path", |s| Box::pin(join_data_path(s))).alone();
    area.add("inactive/leave-with-malformed-force", |s| Box::pin(leave_malformed(s))).alone();
}

async fn refused(s: &mut Session, operation: &str, body: Option<Value>) -> Outcome {
    let call = s.call(operation, &["nosuch"]).any_age();
    match body {
        Some(body) => call.json(body),
        None => call,
    }
    .expect(503)
    .await?;
    Ok(())
}

/// Some engines keep secrets without a swarm: what they made has to go.
async fn create(s: &mut Session, operation: &str, kind: &'static str) -> Outcome {
    let name = s.name(kind);
    s.remember(kind, &name);
    s.call(operation, &[]).any_age().json(json!({ "Name": name, "Data": "eA==" })).expect(503).await?;
    Ok(())
}

async fn update(s: &mut Session, operation: &str) -> Outcome {
    s.call(operation, &["nosuch"]).any_age().query("version", 1).json(json!({})).expect(503).await?;
    Ok(())
}

async fn logs(s: &mut Session, operation: &str) -> Outcome {
    s.call(operation, &["nosuch"]).any_age().query("stdout", 1).expect(503).await?;
    s.call(operation, &["nosuch"]).any_age().expect(500).await?;
    Ok(())
}

async fn malformed_filters(s: &mut Session) -> Outcome {
    for (operation, status) in
        [("GET /nodes", 500), ("GET /services", 400), ("GET /tasks", 500), ("GET /secrets", 500), ("GET /configs", 500)]
    {
        s.call(operation, &[]).any_age().query("filters", "{bad").expect(status).await?;
    }
    Ok(())
}

async fn join(s: &mut Session) -> Outcome {
    let body = json!({ "RemoteAddrs": ["127.0.0.1:1"], "JoinToken": "bad", "AdvertiseAddr": "127.0.0.1", "ListenAddr": "127.0.0.1:0" });
    s.call("POST /swarm/join", &[]).any_age().json(body).expect(500).await?;
    s.call("POST /swarm/join", &[]).any_age().json(json!({})).expect(400).await?;
    Ok(())
}

async fn init_bad(s: &mut Session) -> Outcome {
    s.call("POST /swarm/init", &[]).any_age().json(json!({ "ListenAddr": "bad" })).expect(400).await?;
    s.call("POST /swarm/init", &[]).any_age().json(json!({ "ListenAddr": "bad:x:y" })).expect(500).await?;
    Ok(())
}

async fn join_data_path(s: &mut Session) -> Outcome {
    let body = json!({ "RemoteAddrs": ["127.0.0.1:1"], "JoinToken": "bad", "ListenAddr": "127.0.0.1:0", "AdvertiseAddr": "127.0.0.1" });
    for path in ["127.0.0.1", "lockstep-nosuch"] {
        let mut body = body.clone();
        body["DataPathAddr"] = json!(path);
        s.call("POST /swarm/join", &[]).json(body).answered().await?;
    }
    Ok(())
}

async fn leave_malformed(s: &mut Session) -> Outcome {
    s.call("POST /swarm/leave", &[]).any_age().query("force", "maybe").answered().await?;
    Ok(())
}
