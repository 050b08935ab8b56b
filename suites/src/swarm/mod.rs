//! Swarm mode: what a node outside a swarm answers, and a swarm of one.

mod active;
mod inactive;
mod second;
mod services;
mod stored;
mod whole;

use active::node as node_of;
use lockstep_harness::scenario::{Catalogue, Outcome, Session, Stop};
use serde_json::json;

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("swarm");
    inactive::add(&mut area);
    active::add(&mut area);
    stored::add(&mut area);
    services::add(&mut area);
    whole::add(&mut area);
    second::add(&mut area);
}

/// Makes the engine a swarm of one.
async fn init(s: &mut Session) -> Result<(), Stop> {
    let body = json!({ "ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1" });
    let node = s.call("POST /swarm/init", &[]).json(body).expect(200).await?.text("")?;
    // One id in three thousand has no digit and looks like a word.
    s.know(&node, "node");
    Ok(())
}

/// Leaves the swarm however the steps within it ended, and takes away the network that Docker leaves behind.
async fn leave(s: &mut Session, outcome: Outcome) -> Outcome {
    let left = s.call("POST /swarm/leave", &[]).query("force", "true").expect(200).await;
    s.remember("network", "docker_gwbridge");
    outcome.and(left.map(drop))
}
