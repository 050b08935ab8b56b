//! The private Docker and what all checks need.

pub mod cli;
pub mod inside;
pub mod pass_through;
pub mod sdc;
pub mod table;

use crate::common::{Wire, ask, frames, interpose};
use lockstep_harness::engine::{Endpoint, Family, Limits, image, launch};
use lockstep_interposer::{Profile, Running};
use serde_json::{Value, json};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::OnceLock;
use tempfile::TempDir;

pub type Check = fn(Docker) -> Pin<Box<dyn Future<Output = ()>>>;

/// The engine's socket and a folder of one's own.
pub struct Docker {
    pub socket: PathBuf,
    pub folder: TempDir,
}

static SOCKET: OnceLock<PathBuf> = OnceLock::new();

pub fn with_docker(check: Check) {
    let socket = SOCKET.get_or_init(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (client, daemon) = launch(Family::Docker, Limits::default()).await.unwrap();
            image::provision(&client, None).await.unwrap();
            // It is ended at the end of the process, not here.
            std::mem::forget(daemon);
            match client.endpoint() {
                Endpoint::Unix(path) => path.clone(),
                other => panic!("{other}"),
            }
        })
    });
    let docker = Docker { socket: socket.clone(), folder: TempDir::new().unwrap() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(check(docker));
}

impl Docker {
    pub async fn through(&self, profile: Profile) -> (Running, PathBuf) {
        interpose(self.folder.path(), &self.socket, profile).await
    }

    pub async fn sdc(&self) -> (Running, PathBuf) {
        self.through(Profile::by_name("sdc-docker").unwrap()).await
    }
}

/// A new container that runs the probe; its id.
pub async fn create(socket: &Path, command: &[&str], more: Value) -> String {
    let mut body = json!({ "Image": image::IMAGE, "Cmd": command });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = ask(socket, "POST", "/v1.21/containers/create", Some(&body)).await;
    assert!(made.status < 300, "{}", made.text());
    made.json()["Id"].as_str().unwrap().to_owned()
}

pub async fn run(socket: &Path, command: &[&str], more: Value) -> String {
    let id = create(socket, command, more).await;
    let started = ask(socket, "POST", &format!("/v1.21/containers/{id}/start"), None).await;
    assert_eq!(started.status, 204, "{}", started.text());
    id
}

/// What a container wrote until it ended.
pub async fn output(socket: &Path, command: &[&str], more: Value) -> Vec<(u8, String)> {
    let id = run(socket, command, more).await;
    ask(socket, "POST", &format!("/v1.21/containers/{id}/wait"), None).await;
    frames(&ask(socket, "GET", &format!("/v1.21/containers/{id}/logs?stdout=1&stderr=1"), None).await.body)
}

/// The document that the probe prints.
pub async fn observe(socket: &Path, what: &[&str], more: Value) -> Value {
    let command = [&["probe", "observe"], what].concat();
    let output = output(socket, &command, more).await;
    assert_eq!(output.len(), 1, "{output:?}");
    serde_json::from_str(&output[0].1).unwrap()
}

pub async fn remove(socket: &Path, id: &str) {
    ask(socket, "DELETE", &format!("/v1.21/containers/{id}?force=1"), None).await;
}

/// Attaches or starts an exec with an upgrade; the head has been read.
pub async fn upgrade(socket: &Path, target: &str, body: &str) -> Wire {
    let mut wire = Wire::open(socket).await;
    let headers = ["Connection: Upgrade", "Upgrade: tcp", "Content-Type: application/json"];
    wire.send("POST", target, &headers, body.as_bytes()).await;
    let head = wire.head().await;
    assert_eq!(head.status, 101, "{}", head.head);
    wire
}
