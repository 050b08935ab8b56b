//! A small HTTP client that shows what is on the wire.
#![allow(dead_code, missing_docs)]

use lockstep_interposer::{Endpoint, Interposer, Options, Profile, Running};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}\n{}", self.head, self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// A connection that can be used again.
pub struct Wire {
    pub stream: UnixStream,
    buffer: Vec<u8>,
}

impl Wire {
    pub async fn open(path: &Path) -> Wire {
        Wire { stream: UnixStream::connect(path).await.unwrap(), buffer: Vec::new() }
    }

    pub async fn send(&mut self, method: &str, target: &str, headers: &[&str], body: &[u8]) {
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n");
        for header in headers {
            head += &format!("{header}\r\n");
        }
        if !body.is_empty() {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        self.stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
        self.stream.write_all(body).await.unwrap();
    }

    /// Reads some more; `false` at the end.
    pub async fn more(&mut self) -> bool {
        let mut piece = vec![0; 65536];
        let length = self.stream.read(&mut piece).await.unwrap();
        self.buffer.extend(&piece[..length]);
        length > 0
    }

    pub async fn head(&mut self) -> Reply {
        loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                let head = String::from_utf8(self.buffer.drain(..at + 4).collect()).unwrap();
                let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                return Reply { status, head, body: Vec::new() };
            }
            assert!(self.more().await, "no head: {:?}", String::from_utf8_lossy(&self.buffer));
        }
    }

    /// `length` bytes of what follows.
    pub async fn exactly(&mut self, length: usize) -> Vec<u8> {
        while self.buffer.len() < length {
            assert!(self.more().await, "ended after {:?}", String::from_utf8_lossy(&self.buffer));
        }
        self.buffer.drain(..length).collect()
    }

    pub async fn rest(&mut self) -> Vec<u8> {
        while self.more().await {}
        std::mem::take(&mut self.buffer)
    }

    pub async fn line(&mut self) -> String {
        loop {
            if let Some(at) = find(&self.buffer, b"\n") {
                return String::from_utf8(self.buffer.drain(..=at).collect()).unwrap();
            }
            assert!(self.more().await);
        }
    }

    pub async fn chunk(&mut self) -> Vec<u8> {
        let length = usize::from_str_radix(self.line().await.trim(), 16).unwrap();
        let data = self.exactly(length).await;
        self.exactly(2).await;
        data
    }

    pub async fn reply(&mut self, method: &str) -> Reply {
        let mut reply = self.head().await;
        if method == "HEAD" || matches!(reply.status, 204 | 304) {
            return reply;
        }
        if reply.header("transfer-encoding") == Some("chunked") {
            loop {
                let chunk = self.chunk().await;
                if chunk.is_empty() {
                    return reply;
                }
                reply.body.extend(chunk);
            }
        }
        reply.body = match reply.header("content-length") {
            Some(length) => self.exactly(length.parse().unwrap()).await,
            None => self.rest().await,
        };
        reply
    }

    pub async fn ask(&mut self, method: &str, target: &str, body: Option<&Value>) -> Reply {
        let body = body.map(Value::to_string).unwrap_or_default();
        let headers: &[&str] = if body.is_empty() { &[] } else { &["Content-Type: application/json"] };
        self.send(method, target, headers, body.as_bytes()).await;
        self.reply(method).await
    }
}

pub fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// One request on a connection of its own.
pub async fn ask(path: &Path, method: &str, target: &str, body: Option<&Value>) -> Reply {
    Wire::open(path).await.ask(method, target, body).await
}

pub async fn interpose(folder: &Path, upstream: &Path, profile: Profile) -> (Running, PathBuf) {
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let listen = folder.join(format!("i{number}.sock"));
    let upstream = Endpoint::Unix(upstream.to_owned());
    let running =
        Interposer::start(Endpoint::Unix(listen.clone()), upstream, profile, Options::default()).await.unwrap();
    (running, listen)
}

pub fn pass_through() -> Profile {
    Profile::by_name("pass-through").unwrap()
}

/// The frames of a multiplexed stream.
pub fn frames(mut bytes: &[u8]) -> Vec<(u8, String)> {
    let mut list = Vec::new();
    while let [stream, _, _, _, a, b, c, d, rest @ ..] = bytes {
        let (payload, left) = rest.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
        list.push((*stream, String::from_utf8_lossy(payload).into_owned()));
        bytes = left;
    }
    assert!(bytes.is_empty(), "{bytes:?}");
    list
}

/// The most memory that this process had since it was made: in KiB above what it had then.
pub struct Peak(u64);

impl Peak {
    pub fn start() -> Peak {
        // "5" forgets the highest value so far (proc(5), clear_refs).
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        Peak(status("VmRSS"))
    }

    pub fn grown(&self) -> u64 {
        status("VmHWM").saturating_sub(self.0)
    }
}

/// A value of `/proc/self/status` in KiB.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
