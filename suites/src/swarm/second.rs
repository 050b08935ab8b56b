//! A swarm of two: a second Docker on the same loopback.

use super::{in_swarm, init_with, leave, place};
use lockstep_harness::scenario::{Area, Need, Outcome, Second, Session, Stop};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("second-engine", |s| Box::pin(second_engine(s)))
        .needs(Need::Disposable)
        .needs(Need::Program("dockerd".to_owned()));
    area.add("second-engine-lost", |s| Box::pin(second_engine_lost(s)))
        .needs(Need::Disposable)
        .needs(Need::Program("dockerd".to_owned()));
}

/// A worker that is gone without a word: its node is down after three heartbeats, and says why.
async fn second_engine_lost(s: &mut Session) -> Outcome {
    let mut body = place("127.0.0.1");
    body["Spec"] = json!({ "Dispatcher": { "HeartbeatPeriod": 1_000_000_000 } });
    init_with(s, body).await?;
    let outcome = lost(s).await;
    leave(s, outcome).await
}

async fn lost(s: &mut Session) -> Outcome {
    let second = s.second_docker().await?;
    let node = joined(s, &second).await?;
    drop(second);
    s.until_at(&format!("/nodes/{node}"), "/Status/State", |found| found == Some(&json!("down"))).await?;
    s.call("GET /nodes", &[]).filters(json!({ "role": ["worker"] })).expect(200).await?;
    s.call("GET /nodes/{id}", &[&node]).expect(200).await?;
    Ok(())
}

/// First the engine joins the other's swarm, then the other joins the engine's.
async fn second_engine(s: &mut Session) -> Outcome {
    let second = s.second_docker().await?;
    joins_it(s, &second).await?;
    second.ask("POST", "/swarm/leave?force=true", None).await?;
    in_swarm(s, async |s| it_joins(s, &second).await).await
}

/// The token of a worker, as the manager's answer to `GET /swarm` has it.
fn token(swarm: &Value) -> String {
    swarm["JoinTokens"]["Worker"].as_str().unwrap_or_default().to_owned()
}

/// The other engine as a worker of this one's swarm, once its node is ready: the node's id.
async fn joined(s: &mut Session, second: &Second) -> Result<String, Stop> {
    let swarm = s.quiet("GET", "/swarm", None).await?.unwrap_or_default();
    let mut body = place("127.0.0.2");
    body["RemoteAddrs"] = json!(["127.0.0.1:2377"]);
    body["JoinToken"] = json!(token(&swarm));
    second.ask("POST", "/swarm/join", Some(body)).await?;
    let node = second.ask("GET", "/info", None).await?["Swarm"]["NodeID"].as_str().unwrap_or_default().to_owned();
    s.know(&node, "worker");
    let ready = format!("/nodes/{node}");
    s.until_at(&ready, "/Status/State", |found| found == Some(&json!("ready"))).await?;
    s.until_at(&ready, "/Description/TLSInfo/TrustRoot", |found| found.is_some()).await?;
    Ok(node)
}

/// A worker cannot be removed while it is there, but with force.
async fn it_joins(s: &mut Session, second: &Second) -> Outcome {
    let node = joined(s, second).await?;
    s.call("GET /nodes", &[]).filters(json!({ "role": ["worker"] })).expect(200).await?;
    let seen = s.call("GET /nodes/{id}", &[&node]).expect(200).await?;
    let mut spec = seen.at("/Spec")?;
    spec["Availability"] = json!("drain");
    let call = s.call("POST /nodes/{id}/update", &[&node]).query("version", seen.at("/Version/Index")?);
    call.json(spec).expect(200).await?;
    s.call("DELETE /nodes/{id}", &[&node]).expect(400).await?;
    s.call("DELETE /nodes/{id}", &[&node]).query("force", "true").expect(200).await?;
    s.call("GET /nodes/{id}", &[&node]).expect(404).await?;
    Ok(())
}

/// The engine as a worker of the second one's swarm, which it cannot look at.
async fn joins_it(s: &mut Session, second: &Second) -> Outcome {
    second.ask("POST", "/swarm/init", Some(place("127.0.0.2"))).await?;
    let token = token(&second.ask("GET", "/swarm", None).await?);
    s.know(&token, "swarm-token:worker");
    let mut body = place("127.0.0.1");
    body["RemoteAddrs"] = json!(["127.0.0.2:2377"]);
    body["JoinToken"] = json!("SWMTKN-1-nosuch");
    s.call("POST /swarm/join", &[]).json(body.clone()).independent().expect(500).await?;
    body["JoinToken"] = json!(token);
    s.call("POST /swarm/join", &[]).json(body.clone()).expect(200).await?;
    let outcome = as_worker(s, &body).await;
    let left = s.call("POST /swarm/leave", &[]).expect(200).await;
    outcome.and(left.map(drop))
}

async fn as_worker(s: &mut Session, body: &Value) -> Result<(), Stop> {
    s.call("POST /swarm/join", &[]).json(body.clone()).expect(503).await?;
    for operation in ["GET /swarm", "GET /nodes", "GET /services", "GET /tasks", "GET /secrets"] {
        s.call(operation, &[]).expect(503).await?;
    }
    Ok(())
}
