//! Swarm mode: what a node outside a swarm answers, and a swarm of one.

mod active;
mod inactive;
mod second;
mod services;
mod specifications;
mod stored;
mod whole;

use active::node as node_of;
use lockstep_harness::scenario::{Catalogue, Outcome, Reply, Session, Stop};
use serde_json::{Value, json};

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("swarm");
    inactive::add(&mut area);
    active::add(&mut area);
    stored::add(&mut area);
    services::add(&mut area);
    specifications::add(&mut area);
    whole::add(&mut area);
    second::add(&mut area);
}

/// Makes the engine a swarm of one for these steps.
async fn in_swarm(s: &mut Session, steps: impl AsyncFnOnce(&mut Session) -> Outcome) -> Outcome {
    init_with(s, place("127.0.0.1")).await?;
    let outcome = steps(s).await;
    leave(s, outcome).await
}

/// What init and join say of the node: this address of the loopback, and the usual port.
pub fn place(address: &str) -> Value {
    json!({ "ListenAddr": format!("{address}:2377"), "AdvertiseAddr": address })
}

/// Makes the engine a swarm with this body; the node's id.
async fn init_with(s: &mut Session, body: Value) -> Result<String, Stop> {
    let node = s.call("POST /swarm/init", &[]).json(body).expect(200).await?.text("")?;
    // One id in three thousand has no digit and looks like a word.
    s.know(&node, "node");
    Ok(node)
}

/// Where no node is: the task waits, and nothing of it runs.
fn nowhere() -> Value {
    json!({ "Constraints": ["node.labels.colour==nosuch"] })
}

/// The scheduler has looked at the task and found no node.
async fn until_pending(s: &mut Session) -> Outcome {
    s.until_at("/tasks", "/0/Status/Err", |found| found.is_some()).await
}

/// Updates a service from what inspect says of it, changed so.
async fn update_service(s: &mut Session, id: &str, seen: &Reply, change: impl FnOnce(&mut Value)) -> Outcome {
    let mut spec = seen.at("/Spec")?;
    change(&mut spec);
    let version = seen.at("/Version/Index")?;
    s.call("POST /services/{id}/update", &[id]).query("version", version).json(spec).expect(200).await?;
    Ok(())
}

/// Leaves the swarm however the steps within it ended.
async fn leave(s: &mut Session, outcome: Outcome) -> Outcome {
    let left = s.call("POST /swarm/leave", &[]).query("force", "true").expect(200).await;
    outcome.and(left.map(drop))
}
