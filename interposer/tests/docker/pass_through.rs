//! The proxy alone is not noticed.

use super::{Check, Docker, create, remove, run, upgrade};
use crate::common::{Peak, Wire, ask, frames, pass_through};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;

pub const CHECKS: &[(&str, Check)] = &[
    ("pass-through/same-answers", |docker| Box::pin(same_answers(docker))),
    ("pass-through/attach-with-stdin", |docker| Box::pin(attach_with_stdin(docker))),
    ("pass-through/follow-logs", |docker| Box::pin(follow_logs(docker))),
    ("pass-through/exec-tty", |docker| Box::pin(exec_tty(docker))),
    ("pass-through/large-archive", |docker| Box::pin(large_archive(docker))),
    ("pass-through/hang-up", |docker| Box::pin(hang_up(docker))),
    ("pass-through/overhead", |docker| Box::pin(overhead(docker))),
];

async fn same_answers(docker: Docker) {
    let (_running, socket) = docker.through(pass_through()).await;
    let id = create(&docker.socket, &["probe", "sleep", "1"], json!({})).await;
    for (method, target) in [
        ("GET", "/_ping"),
        ("HEAD", "/_ping"),
        ("GET", "/v1.41/version"),
        ("GET", "/v1.41/containers/nosuch/json"),
        ("POST", "/v1.41/containers/nosuch/attach"),
        ("GET", "/nosuch"),
        ("GET", "/v1.41/images/json"),
        ("HEAD", "/v1.41/containers/ID/archive?path=/etc/passwd"),
        ("GET", "/v1.41/containers/ID/archive?path=/etc/passwd"),
        ("GET", "/v1.41/events?since=1&until=2"),
    ] {
        let target = target.replace("ID", &id);
        let plain = |head: &str| -> Vec<String> {
            let mut lines: Vec<String> =
                head.lines().filter(|line| !line.starts_with("Date:")).map(str::to_owned).collect();
            // Without an upgrade the connection belongs to this one request.
            lines.retain(|line| line != "Connection: close");
            lines.sort();
            lines
        };
        let direct = ask(&docker.socket, method, &target, None).await;
        let proxied = ask(&socket, method, &target, None).await;
        assert_eq!(plain(&direct.head), plain(&proxied.head), "{method} {target}");
        assert_eq!(direct.text(), proxied.text(), "{method} {target}");
    }
    remove(&docker.socket, &id).await;
}

async fn attach_with_stdin(docker: Docker) {
    let (_running, socket) = docker.through(pass_through()).await;
    let more = json!({"OpenStdin": true, "StdinOnce": true, "AttachStdin": true});
    let id = create(&socket, &["probe", "cat"], more).await;
    let target = format!("/v1.41/containers/{id}/attach?stream=1&stdin=1&stdout=1");
    let mut wire = upgrade(&socket, &target, "").await;
    ask(&socket, "POST", &format!("/containers/{id}/start"), None).await;
    wire.stream.write_all(b"one\ntwo").await.unwrap();
    wire.stream.shutdown().await.unwrap();
    let output: String = frames(&wire.rest().await).into_iter().map(|(_, text)| text).collect();
    assert_eq!(output, "one\ntwo");
    remove(&socket, &id).await;
}

async fn follow_logs(docker: Docker) {
    let (_running, socket) = docker.through(pass_through()).await;
    let id = run(&socket, &["probe", "lines", "3", "stdout", "700"], json!({})).await;
    let mut wire = Wire::open(&socket).await;
    wire.send("GET", &format!("/containers/{id}/logs?stdout=1&follow=1"), &[], b"").await;
    wire.head().await;
    let mut times = Vec::new();
    while !wire.chunk().await.is_empty() {
        times.push(Instant::now());
    }
    let (first, last) = (times[0], times[times.len() - 1]);
    assert!(last - first > Duration::from_millis(1000), "buffered: {:?}", last - first);
    remove(&socket, &id).await;
}

async fn exec_tty(docker: Docker) {
    let (_running, socket) = docker.through(pass_through()).await;
    let id = run(&socket, &["probe", "sleep", "60"], json!({})).await;
    let body = json!({"Tty": true, "AttachStdin": true, "AttachStdout": true, "Cmd": ["probe", "cat"]});
    let made = ask(&socket, "POST", &format!("/containers/{id}/exec"), Some(&body)).await;
    let exec = made.json()["Id"].as_str().unwrap().to_owned();
    let mut wire = upgrade(&socket, &format!("/exec/{exec}/start"), "{\"Tty\":true}").await;
    wire.stream.write_all(b"hello\n\x04").await.unwrap();
    let seen = String::from_utf8(wire.rest().await).unwrap();
    assert_eq!(seen.matches("hello\r\n").count(), 2, "{seen:?}");
    remove(&socket, &id).await;
}

/// A tar of one file of this many bytes, as head and tail around the content.
fn tar_of(size: u64) -> (Vec<u8>, Vec<u8>) {
    let mut header = tar_header(size);
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    (header, vec![0; 1024])
}

fn tar_header(size: u64) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..3].copy_from_slice(b"big");
    header[100..107].copy_from_slice(b"0000644");
    header[108..115].copy_from_slice(b"0000000");
    header[116..123].copy_from_slice(b"0000000");
    header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    header[136..147].copy_from_slice(b"00000000000");
    header[148..156].copy_from_slice(b"        ");
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    header
}

async fn large_archive(docker: Docker) {
    const SIZE: u64 = 256 << 20;
    let (_running, socket) = docker.through(pass_through()).await;
    let id = create(&socket, &["probe", "sleep", "1"], json!({})).await;
    let peak = Peak::start();
    let (head, tail) = tar_of(SIZE);
    let mut wire = Wire::open(&socket).await;
    let length = SIZE + 1536;
    let request =
        format!("PUT /containers/{id}/archive?path=/tmp HTTP/1.1\r\nHost: l\r\nContent-Length: {length}\r\n\r\n");
    wire.stream.write_all(request.as_bytes()).await.unwrap();
    wire.stream.write_all(&head).await.unwrap();
    let piece = vec![7; 1 << 16];
    for _ in 0..SIZE >> 16 {
        wire.stream.write_all(&piece).await.unwrap();
    }
    wire.stream.write_all(&tail).await.unwrap();
    let reply = wire.reply("PUT").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    wire.send("GET", &format!("/containers/{id}/archive?path=/tmp/big"), &[], b"").await;
    assert_eq!(wire.head().await.status, 200);
    let mut seen = 0;
    loop {
        let chunk = wire.chunk().await;
        if chunk.is_empty() {
            break;
        }
        seen += chunk.len() as u64;
    }
    assert!(seen >= SIZE, "{seen}");
    let grown = peak.grown();
    println!("memory grew by {grown} KiB over 256 MiB up and down");
    assert!(grown < 64 << 10, "{grown} KiB");
    remove(&socket, &id).await;
}

/// Docker ends the process that an upgrade's client leaves when its output has nowhere to go; a build or pull ends at once. What can
/// be seen from outside is the container of an attach that goes on unharmed.
async fn hang_up(docker: Docker) {
    let (_running, socket) = docker.through(pass_through()).await;
    let id = run(&socket, &["probe", "lines", "20", "stdout", "50"], json!({})).await;
    let mut wire = upgrade(&socket, &format!("/containers/{id}/attach?stream=1&stdout=1"), "").await;
    wire.exactly(8).await;
    drop(wire);
    let mut follow = Wire::open(&socket).await;
    follow.send("GET", &format!("/containers/{id}/logs?stdout=1&follow=1"), &[], b"").await;
    follow.head().await;
    drop(follow);
    let waited = ask(&socket, "POST", &format!("/containers/{id}/wait"), None).await;
    assert_eq!(waited.json()["StatusCode"], 0);
    remove(&socket, &id).await;
}

async fn overhead(docker: Docker) {
    let (_running, socket) = docker.through(pass_through()).await;
    let mut medians = Vec::new();
    for path in [&docker.socket, &socket] {
        let mut wire = Wire::open(path).await;
        let mut times = Vec::new();
        for _ in 0..200 {
            let started = Instant::now();
            let reply = wire.ask("GET", "/_ping", None).await;
            assert_eq!(reply.status, 200);
            times.push(started.elapsed());
        }
        times.sort();
        medians.push(times[100]);
    }
    println!("GET /_ping, median of 200: {:?} direct, {:?} through the proxy", medians[0], medians[1]);
}
