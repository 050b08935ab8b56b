//! The docker CLI through the proxy.

use super::{Check, Docker};
use crate::common::pass_through;
use lockstep_harness::engine::{image::IMAGE, on_path};
use std::path::Path;
use std::process::Stdio;
use tokio::io::AsyncWriteExt;

pub const CHECKS: &[(&str, Check)] = &[
    ("pass-through/docker-cli", |docker| Box::pin(unchanged(docker))),
    ("sdc-docker/docker-cli", |docker| Box::pin(diverging(docker))),
];

/// Exit status, standard output and standard error.
async fn cli(socket: &Path, api: Option<&str>, arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = tokio::process::Command::new("docker")
        .args(["-H", &format!("unix://{}", socket.display())])
        .args(arguments)
        .env_remove("DOCKER_API_VERSION")
        .envs(api.map(|version| ("DOCKER_API_VERSION", version)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    let output = tokio::time::timeout(std::time::Duration::from_secs(30), child.wait_with_output());
    let output = output.await.expect("the CLI hangs").unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

async fn unchanged(docker: Docker) {
    if !on_path("docker") {
        return println!("not run: docker is not on PATH");
    }
    let (_running, socket) = docker.through(pass_through()).await;
    assert_eq!(cli(&socket, None, &["run", "--rm", IMAGE, "probe", "exit", "7"], "").await.0, 7);
    let cat = cli(&socket, None, &["run", "--rm", "-i", IMAGE, "probe", "cat"], "through and back").await;
    assert_eq!(cat, (0, "through and back".to_owned(), String::new()));
    let version = cli(&socket, None, &["version", "--format", "{{.Server.Version}}"], "").await;
    assert_eq!(version, cli(&docker.socket, None, &["version", "--format", "{{.Server.Version}}"], "").await);
}

async fn diverging(docker: Docker) {
    if !on_path("docker") {
        return println!("not run: docker is not on PATH");
    }
    let (_running, socket) = docker.sdc().await;
    let version = cli(&socket, None, &["version", "--format", "{{.Server.Version}} {{.Server.APIVersion}}"], "").await;
    assert_eq!(version.1, "1.9.0 1.21", "{version:?}");
    for (command, text) in [
        (&["events"][..], "(NotImplemented) events is not implemented ("),
        (&["diff", "nosuch"], "No such container: nosuch ("),
        (&["network", "ls"], "(ResourceNotFound) /v1.24/networks does not exist ("),
        (&["load"], "POST is not allowed ("),
    ] {
        let (status, _, errors) = cli(&socket, None, command, "").await;
        assert!(status == 1 && errors.contains(&format!("daemon: {text}")), "{status} {errors}");
    }
    // At 1.24, which today's CLI falls back to without a version in the ping, it waits for a container by watching events.
    let (status, output, errors) = cli(&socket, None, &["run", IMAGE, "probe", "echo", "here"], "").await;
    assert_eq!((status, output.as_str()), (125, "here"), "{errors}");
    let ran = cli(&socket, Some("1.30"), &["run", IMAGE, "probe", "exit", "7"], "").await;
    assert_eq!(ran, (0, String::new(), String::new()));
    let listed = cli(&socket, Some("1.30"), &["ps", "-a", "--format", "{{.Status}}", "--filter", "exited=7"], "").await;
    assert!(listed.1.lines().all(|status| status.starts_with("Exited (0)")) && !listed.1.is_empty(), "{listed:?}");
}
