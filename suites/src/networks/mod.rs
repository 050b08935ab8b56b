//! Networks: create, look at, list, connect, reach, remove, prune.

mod connect;
mod create;
mod list;
mod modes;
mod reach;
mod remove;

use lockstep_harness::scenario::{Catalogue, Session, Stop};
use serde_json::json;

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("networks");
    create::add(&mut area);
    list::add(&mut area);
    connect::add(&mut area);
    reach::add(&mut area);
    modes::add(&mut area);
    remove::add(&mut area);
}

/// A bridge network of the scenario's own, `10.221.{third}.0/24`. The third byte is the scenario's own too, so that parallel ones do not overlap.
async fn bridge(s: &mut Session, word: &str, third: u8) -> Result<String, Stop> {
    let name = s.name(word);
    let body = json!({ "Name": name, "Driver": "bridge", "IPAM": { "Config": [{ "Subnet": format!("10.221.{third}.0/24") }] } });
    s.call("POST /networks/create", &[]).json(body).expect(201).await?.id()
}
