//! Removing what a scenario made, and what an earlier run left behind.

use super::session::{LABEL, Session};
use crate::engine::{Client, EngineError, WireRequest};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::time::Duration;

impl Session {
    /// Removes what carries this scenario's label, and what its answers said was made.
    pub(super) async fn clean_up(&mut self) -> Result<(), EngineError> {
        let client = &self.engine.client;
        let created = std::mem::take(&mut self.created);
        if created.is_empty() {
            return Ok(());
        }
        remove_labelled(client, &format!("{LABEL}={}", self.unique)).await?;
        for (kind, id) in created.iter().rev() {
            let target = match *kind {
                "container" => format!("/containers/{id}?force=true&v=true"),
                "network" => format!("/networks/{id}"),
                "volume" => format!("/volumes/{id}?force=true"),
                "image" => format!("/images/{id}?force=true"),
                "secret" => format!("/secrets/{id}"),
                "plugin" => format!("/plugins/{id}?force=true"),
                "config" => format!("/configs/{id}"),
                _ => continue,
            };
            request(client, "DELETE", &target).await?;
        }
        Ok(())
    }
}

/// Removes all containers, networks, volumes and images with this label (`key` or `key=value`); how many there were.
pub async fn remove_labelled(client: &Client, label: &str) -> Result<usize, EngineError> {
    let filters = utf8_percent_encode(&json!({ "label": [label] }).to_string(), NON_ALPHANUMERIC).to_string();
    let mut removed = 0;
    let containers = request(client, "GET", &format!("/containers/json?all=true&filters={filters}")).await?;
    for id in texts(&containers, "", "Id") {
        // A paused container cannot be removed by every engine.
        request(client, "DELETE", &format!("/containers/{id}?force=true&v=true")).await?;
        removed += 1;
    }
    let networks = request(client, "GET", &format!("/networks?filters={filters}")).await?;
    for id in texts(&networks, "", "Id") {
        request(client, "DELETE", &format!("/networks/{id}")).await?;
        removed += 1;
    }
    let volumes = request(client, "GET", &format!("/volumes?filters={filters}")).await?;
    for name in texts(&volumes, "/Volumes", "Name") {
        request(client, "DELETE", &format!("/volumes/{name}?force=true")).await?;
        removed += 1;
    }
    Ok(removed + remove_images(client, &filters).await?)
}

/// Removes the images that the filters find. Committed images carry their container's labels; built and imported ones are given
/// them, and so do the steps of a build: one cannot be removed before those that stand on it, nor (Podman 4.3) while another
/// build is looking at it, so what is left is asked for again.
async fn remove_images(client: &Client, filters: &str) -> Result<usize, EngineError> {
    const ROUNDS: usize = 6;
    const PAUSE: Duration = Duration::from_millis(100);
    let mut found = 0;
    for round in 0..ROUNDS {
        let images = request(client, "GET", &format!("/images/json?all=true&filters={filters}")).await?;
        let images = texts(&images, "", "Id");
        found = found.max(images.len());
        if images.is_empty() {
            break;
        }
        if round > 1 {
            tokio::time::sleep(PAUSE).await;
        }
        for id in images {
            request(client, "DELETE", &format!("/images/{id}?force=true")).await?;
        }
    }
    Ok(found)
}

/// One request whose failure matters only when the engine is gone.
async fn request(client: &Client, method: &str, target: &str) -> Result<Value, EngineError> {
    let wire = WireRequest {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: Vec::new(),
        body: Default::default(),
    };
    match client.send("cleaning up", &wire).await {
        Ok(answer) => Ok(serde_json::from_slice(&answer.body).unwrap_or(Value::Null)),
        Err(error) if error.is_local() => Ok(Value::Null),
        Err(error) => Err(error),
    }
}

fn texts(list: &Value, pointer: &str, key: &str) -> Vec<String> {
    let items = list.pointer(pointer).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(|item| item[key].as_str().map(str::to_owned)).collect()
}
