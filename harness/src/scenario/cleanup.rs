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
                "container" => {
                    remove_container(client, id).await?;
                    continue;
                }
                "swarm" => {
                    leave_swarm(client).await?;
                    continue;
                }
                "network" => format!("/networks/{id}"),
                "volume" => format!("/volumes/{id}?force=true"),
                "image" => {
                    remove_image(client, id).await?;
                    continue;
                }
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
        remove_container(client, &id).await?;
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

/// Leaves the swarm that the engine may still be in, so that the scenarios after this one find none, and takes away the network
/// that Docker (20.10 to 28.5) leaves behind.
async fn leave_swarm(client: &Client) -> Result<(), EngineError> {
    request(client, "POST", "/swarm/leave?force=true").await?;
    request(client, "DELETE", "/networks/docker_gwbridge").await?;
    Ok(())
}

/// Removes a container, whatever it does. Podman 5 gives one that runs its ten seconds before a forced removal kills it
/// (5.4 and 5.8; 4.3 and Docker do not), so it is killed first; one that does not run refuses that.
async fn remove_container(client: &Client, id: &str) -> Result<(), EngineError> {
    request(client, "POST", &format!("/containers/{id}/kill")).await?;
    request(client, "DELETE", &format!("/containers/{id}?force=true&v=true")).await?;
    Ok(())
}

/// How often what cannot be removed yet is tried again, and how long after.
const ROUNDS: usize = 6;
const PAUSE: Duration = Duration::from_millis(100);

/// Removes an image by its name. While another build looks at it, Podman (4.3 and 5.4) takes its name away and then fails; what is left
/// has no name and no label, so it is removed by its id.
async fn remove_image(client: &Client, name: &str) -> Result<(), EngineError> {
    let image = request(client, "GET", &format!("/images/{name}/json")).await?;
    let Some(id) = image["Id"].as_str() else { return Ok(()) };
    let mut target = format!("/images/{name}?force=true");
    for _ in 0..ROUNDS {
        if let Some(200..300 | 404) = attempt(client, "DELETE", &target).await?.map(|(status, _)| status) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        let left = request(client, "GET", &format!("/images/{id}/json")).await?;
        // With a name it may be somebody else's too.
        if left["RepoTags"].as_array().is_none_or(Vec::is_empty) {
            target = format!("/images/{id}?force=true");
        }
    }
    Ok(())
}

/// Removes the images that the filters find. Committed images carry their container's labels; built and imported ones are given
/// them, and so do the steps of a build: one cannot be removed before those that stand on it, nor (Podman 4.3) while another
/// build is looking at it, so what is left is asked for again.
async fn remove_images(client: &Client, filters: &str) -> Result<usize, EngineError> {
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

/// One request whose failure matters only when the engine is gone: the answer's JSON, null where there is none.
async fn request(client: &Client, method: &str, target: &str) -> Result<Value, EngineError> {
    Ok(attempt(client, method, target).await?.map_or(Value::Null, |(_, body)| body))
}

/// The same with the status; `None` without an answer.
async fn attempt(client: &Client, method: &str, target: &str) -> Result<Option<(u16, Value)>, EngineError> {
    let wire = WireRequest {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: Vec::new(),
        body: Default::default(),
    };
    match client.send("cleaning up", &wire).await {
        Ok(answer) => Ok(Some((answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null)))),
        Err(error) if error.is_local() => Ok(None),
        Err(error) => Err(error),
    }
}

fn texts(list: &Value, pointer: &str, key: &str) -> Vec<String> {
    let items = list.pointer(pointer).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(|item| item[key].as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::engine::image::{How, Provisioned};
    use crate::engine::{Engine, Limits};
    use crate::runner::{Side, take};
    use crate::scenario::{Catalogue, Need, Role};
    use rstest::rstest;
    use std::io::{Read, Write};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    /// An engine on loopback that refuses to begin a swarm, and what it was asked, one `METHOD /target` an item.
    fn refusing() -> (String, Arc<Mutex<Vec<String>>>) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("tcp://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = [0; 4096];
                let count = stream.read(&mut head).unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..count]).into_owned();
                let status = if head.contains("/swarm/init") { "500 Internal Server Error" } else { "200 OK" };
                log.lock()
                    .unwrap()
                    .extend(head.lines().next().and_then(|line| line.rsplit_once(' ')).map(|it| it.0.to_owned()));
                let body = r#"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"}"#;
                let length = body.len();
                let _ =
                    write!(stream, "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
            }
        });
        (endpoint, asked)
    }

    #[rstest]
    #[case::where_nothing_is_of_worth(true)]
    #[case::never_where_it_may_be_somebody_s(false)]
    #[tokio::test]
    async fn a_swarm_is_left_also_when_the_engine_refused_to_begin_it(#[case] disposable: bool) {
        let (endpoint, asked) = refusing();
        let engine = Engine::start(&endpoint.parse().unwrap(), "reference", None, Limits::default()).await.unwrap();
        let image = Provisioned { image: "probe".to_owned(), id: "sha256:0".to_owned(), how: How::Present };
        let side = Side { engine: Arc::new(engine), role: Role::Reference, image, spare: None };
        let mut catalogue = Catalogue::default();
        let mut area = catalogue.area("swarm");
        let begin = area.add("init", |s| {
            Box::pin(async {
                s.call("POST /swarm/init", &[]).expect(500).await?;
                Ok(())
            })
        });
        if disposable {
            begin.needs(Need::Disposable);
        }
        let taken = take(&side, &catalogue.scenarios()[0], "lockstep-test", Duration::from_secs(5)).await;
        assert_eq!(taken.stop.map(|stop| stop.to_string()), None);
        let left = asked.lock().unwrap().iter().any(|line| line == "POST /swarm/leave?force=true");
        assert_eq!(left, disposable, "{:?}", asked.lock().unwrap());
    }
}
