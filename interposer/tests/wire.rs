//! The proxy in front of an engine that is played here: what must reach the other side, to the byte.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Peak, Wire, ask, find, interpose, pass_through};
use lockstep_interposer::{Endpoint, Interposer, Options, Profile};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

/// A listener that stands for an engine.
fn engine() -> (TempDir, PathBuf, UnixListener) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("engine.sock");
    let listener = UnixListener::bind(&path).unwrap();
    (folder, path, listener)
}

async fn read_head(stream: &mut UnixStream) -> String {
    let mut seen = Vec::new();
    while find(&seen, b"\r\n\r\n").is_none() {
        let byte = stream.read_u8().await.unwrap();
        seen.push(byte);
    }
    String::from_utf8(seen).unwrap()
}

/// Plays the engine: answers each request of one connection in turn.
fn answers(listener: UnixListener, answers: &'static [&'static str]) -> tokio::task::JoinHandle<Vec<String>> {
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heads = Vec::new();
        for answer in answers {
            heads.push(read_head(&mut stream).await);
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        heads
    })
}

#[tokio::test]
async fn heads_go_through_as_they_are_on_one_connection() {
    let (folder, path, listener) = engine();
    let played = answers(
        listener,
        &[
            "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nX-oDD-case: a\r\nContent-Length: 2\r\n\r\nOK",
            "HTTP/1.1 200 OK\r\nContent-Length: 77\r\nDate: now\r\n\r\n",
            "HTTP/1.1 204 No Content\r\nApi-Version: 1.41\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nApi-Version: 1.41\r\n\r\n",
            "HTTP/1.1 299 Very Odd\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        ],
    );
    let (running, socket) = interpose(folder.path(), &path, pass_through()).await;
    let mut wire = Wire::open(&socket).await;
    wire.send("GET", "/v1.41/a%2Fb/../c?x=%20+&y", &["X-mIXed: 1", "Connection: X-Hop", "X-Hop: 1"], b"").await;
    let ok = wire.reply("GET").await;
    assert_eq!(ok.head, "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nX-oDD-case: a\r\nContent-Length: 2\r\n\r\n");
    assert_eq!(ok.text(), "OK");
    let head = wire.ask("HEAD", "/_ping", None).await;
    assert_eq!(head.head, "HTTP/1.1 200 OK\r\nContent-Length: 77\r\nDate: now\r\n\r\n");
    let none = wire.ask("POST", "/x", None).await;
    assert_eq!(none.head, "HTTP/1.1 204 No Content\r\nApi-Version: 1.41\r\n\r\n");
    let none = wire.ask("POST", "/x", None).await;
    assert_eq!(none.head, "HTTP/1.1 304 Not Modified\r\nApi-Version: 1.41\r\n\r\n");
    let odd = wire.ask("GET", "/x", None).await;
    assert_eq!(odd.head, "HTTP/1.1 299 Very Odd\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_eq!(odd.text(), "abc");
    assert_eq!(wire.ask("GET", "/x", None).await.body, b"");
    let heads = played.await.unwrap();
    assert_eq!(heads[0], "GET /v1.41/a%2Fb/../c?x=%20+&y HTTP/1.1\r\nHost: localhost\r\nX-mIXed: 1\r\n\r\n");
    assert!(heads[2].starts_with("POST /x HTTP/1.1\r\nHost: localhost\r\n"), "{}", heads[2]);
    drop(wire);
    running.stop().await;
    assert!(!socket.exists());
}

#[tokio::test]
async fn an_engine_that_is_not_there_is_named() {
    let folder = TempDir::new().unwrap();
    let gone = folder.path().join("gone.sock");
    let (_running, socket) = interpose(folder.path(), &gone, pass_through()).await;
    for (method, target) in [("GET", "/_ping"), ("POST", "/containers/x/attach")] {
        let reply = ask(&socket, method, target, None).await;
        assert_eq!(reply.status, 502);
        assert!(reply.text().contains(&format!("unix://{}", gone.display())), "{}", reply.text());
    }
}

#[tokio::test]
async fn a_client_that_writes_its_whole_body_first_reads_the_refusal() {
    let (folder, upstream, _) = engine();
    let (_running, socket) = interpose(folder.path(), &upstream, Profile::by_name("sdc-docker").unwrap()).await;
    let mut wire = Wire::open(&socket).await;
    wire.send("POST", "/v1.21/images/load", &["Content-Type: application/x-tar"], &vec![b'x'; 8 << 20]).await;
    assert_eq!(wire.reply("POST").await.status, 405);
}

#[tokio::test]
async fn an_engine_that_dies_within_an_answer_ends_it() {
    let (folder, path, listener) = engine();
    let _played = answers(listener, &["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"]);
    let (_running, socket) = interpose(folder.path(), &path, pass_through()).await;
    let mut wire = Wire::open(&socket).await;
    wire.send("GET", "/x", &[], b"").await;
    assert_eq!(wire.head().await.status, 200);
    assert_eq!(wire.rest().await, b"half");
}

#[tokio::test]
async fn a_client_that_hangs_up_ends_the_request_at_the_engine() {
    let (folder, path, listener) = engine();
    let (_running, socket) = interpose(folder.path(), &path, pass_through()).await;
    // While the answer is awaited, while it streams, and while the request's body streams.
    for answer in ["", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"] {
        let mut wire = Wire::open(&socket).await;
        wire.send("POST", "/containers/x/wait", &[], b"").await;
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        stream.write_all(answer.as_bytes()).await.unwrap();
        if !answer.is_empty() {
            wire.head().await;
        }
        drop(wire);
        let end = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut [0; 9])).await.unwrap();
        assert_eq!(end.unwrap_or(0), 0);
    }
    let mut wire = Wire::open(&socket).await;
    wire.stream.write_all(b"PUT /x HTTP/1.1\r\nHost: l\r\nContent-Length: 100\r\n\r\nsome").await.unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    read_head(&mut stream).await;
    drop(wire);
    let mut seen = Vec::new();
    // A reset is as good an end as any.
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut seen)).await.unwrap();
    assert_eq!(seen, b"some");
}

#[tokio::test]
async fn a_tunnel_keeps_one_direction_open_when_the_other_ends() {
    let (folder, path, listener) = engine();
    let (_running, socket) = interpose(folder.path(), &path, pass_through()).await;
    for upgrade in [true, false] {
        let mut wire = Wire::open(&socket).await;
        let headers: &[&str] = if upgrade { &["Connection: Upgrade", "Upgrade: tcp"] } else { &[] };
        wire.send("POST", "/v1.41/containers/x/attach?stdin=1&stream=1", headers, b"").await;
        let (mut stream, _) = listener.accept().await.unwrap();
        let head = read_head(&mut stream).await;
        assert_eq!(head.contains("Upgrade: tcp"), upgrade, "{head}");
        let answer = if upgrade {
            "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
        } else {
            "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
        };
        stream.write_all([answer.as_bytes(), b"early"].concat().as_slice()).await.unwrap();
        assert_eq!(wire.head().await.head, answer);
        assert_eq!(wire.exactly(5).await, b"early");
        wire.stream.write_all(b"in\0\xff").await.unwrap();
        wire.stream.shutdown().await.unwrap();
        let mut input = Vec::new();
        stream.read_to_end(&mut input).await.unwrap();
        assert_eq!(input, b"in\0\xff");
        stream.write_all(b"late").await.unwrap();
        drop(stream);
        assert_eq!(wire.rest().await, b"late");
    }
}

#[tokio::test]
async fn a_gibibyte_each_way_stays_in_bounds() {
    const SIZE: usize = 1 << 30;
    let (folder, path, listener) = engine();
    let (_running, socket) = interpose(folder.path(), &path, pass_through()).await;
    let played = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = vec![0; 1 << 16];
        read_head(&mut stream).await;
        let mut left = SIZE;
        while left > 0 {
            left -= stream.read(&mut buffer).await.unwrap();
        }
        // A reader that is slow at first: nothing may pile up meanwhile.
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        read_head(&mut stream).await;
        stream.write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n").as_bytes()).await.unwrap();
        for _ in 0..SIZE / buffer.len() {
            stream.write_all(&buffer).await.unwrap();
        }
    });
    let peak = Peak::start();
    let mut wire = Wire::open(&socket).await;
    let head = format!("PUT /containers/x/archive?path=/ HTTP/1.1\r\nHost: l\r\nContent-Length: {SIZE}\r\n\r\n");
    wire.stream.write_all(head.as_bytes()).await.unwrap();
    let piece = vec![7; 1 << 16];
    for _ in 0..SIZE / piece.len() {
        wire.stream.write_all(&piece).await.unwrap();
    }
    assert_eq!(wire.reply("PUT").await.status, 200);
    wire.send("GET", "/containers/x/archive?path=/", &[], b"").await;
    assert_eq!(wire.head().await.status, 200);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut left = SIZE - wire.exactly(1).await.len();
    left -= wire.exactly(0).await.len();
    while left > 0 {
        let piece = wire.exactly(left.min(1 << 16)).await;
        left -= piece.len();
    }
    played.await.unwrap();
    let grown = peak.grown();
    println!("memory grew by {grown} KiB over 1 GiB up and down");
    assert!(grown < 64 << 10, "{grown} KiB");
}

#[tokio::test]
async fn only_its_owner_and_this_machine_may_use_it() {
    let (folder, path, _listener) = engine();
    let (running, socket) = interpose(folder.path(), &path, pass_through()).await;
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    let again = |endpoint: Endpoint, options| {
        Interposer::start(endpoint, Endpoint::Unix(path.clone()), pass_through(), options)
    };
    let taken = again(Endpoint::Unix(socket.clone()), Options::default()).await.unwrap_err();
    assert!(taken.to_string().contains("in use"), "{taken}");
    let open: Endpoint = "tcp://0.0.0.0:0".parse().unwrap();
    let refused = again(open.clone(), Options::default()).await.unwrap_err();
    assert!(refused.to_string().contains("everybody"), "{refused}");
    let allowed = again(open, Options { allow_any: true, ..Options::default() }).await.unwrap();
    assert!(allowed.exposed());
    let local = again("tcp://127.0.0.1:0".parse().unwrap(), Options::default()).await.unwrap();
    assert!(!local.exposed());
    assert!(!local.endpoint().to_string().ends_with(":0"));
    // What a process that was killed leaves behind is no obstacle.
    running.stop().await;
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    again(Endpoint::Unix(socket), Options::default()).await.unwrap();
}
