//! Attach and exec without `Upgrade`: the engine takes the connection away from HTTP after the request, and so does the proxy.

use super::engine::Engine;
use super::tunnel;
use crate::endpoint::Socket;
use crate::rule::Asked;
use bytes::Bytes;
use hyper::Method;
use hyper::header::{CONNECTION, UPGRADE};
use std::io;
use tokio::io::AsyncWriteExt;

/// A request that takes its connection with it, as it goes over the wire.
pub(super) struct Hijack(Vec<u8>);

impl Hijack {
    /// The request, if it is one that an engine answers with a raw stream although it asks for no upgrade.
    pub(super) async fn of(asked: &mut Asked) -> Option<Hijack> {
        let attach = asked.is(Method::POST, "/containers/*/attach").is_some();
        let exec = asked.is(Method::POST, "/exec/*/start").is_some();
        if !(attach || exec) || asked.parts.headers.contains_key(UPGRADE) {
            return None;
        }
        let body: Bytes = asked.content.bytes().await?.clone();
        if exec && asked.content.json().await.is_some_and(|body| body["Detach"] == true) {
            return None;
        }
        let mut wire = format!("{} {} HTTP/1.1\r\n", asked.parts.method, asked.route.target()).into_bytes();
        for (name, value) in &asked.parts.headers {
            if name != CONNECTION && name != "transfer-encoding" && name != "content-length" && name != "expect" {
                wire.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
            }
        }
        // An error, which is no raw stream, ends the connection too.
        wire.extend(format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len()).into_bytes());
        wire.extend(&body);
        Some(Hijack(wire))
    }
}

/// Sends the request and joins the two connections; `early` is what the client sent after it.
pub(super) async fn run(engine: &Engine, hijack: Hijack, mut client: Box<dyn Socket>, early: Bytes) -> io::Result<()> {
    let mut upstream = match engine.endpoint().connect().await {
        Ok(upstream) => upstream,
        Err(error) => {
            let text = format!("lockstep interposer: no answer from {}: {error}\n", engine.endpoint());
            let head = "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n";
            let answer = format!("{head}content-length: {}\r\n\r\n{text}", text.len());
            client.write_all(answer.as_bytes()).await?;
            return client.shutdown().await;
        }
    };
    upstream.write_all(&hijack.0).await?;
    upstream.write_all(&early).await?;
    tunnel::join(client, upstream, None).await
}
