//! The engine behind the proxy.

use crate::Endpoint;
use crate::body::{Body, HELD, whole};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::time::Duration;
use tokio_util::task::AbortOnDropHandle;

/// The largest buffer of a connection.
pub(super) const BUFFER: usize = 64 << 10;

/// How rules ask the engine themselves.
#[derive(Debug)]
pub struct Engine {
    endpoint: Endpoint,
    versions: tokio::sync::OnceCell<(String, String)>,
}

/// A connection to the engine, ended when it is dropped.
pub(super) struct Connection {
    sender: SendRequest<Body>,
    _task: AbortOnDropHandle<()>,
}

impl Engine {
    pub(super) fn new(endpoint: Endpoint) -> Engine {
        Engine { endpoint, versions: tokio::sync::OnceCell::new() }
    }

    /// Where it is.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    async fn connect(&self) -> Result<Connection, String> {
        let socket = self.endpoint.connect().await.map_err(|error| error.to_string())?;
        let mut builder = http1::Builder::new();
        builder.preserve_header_case(true).max_buf_size(BUFFER);
        let (sender, connection) = builder.handshake(TokioIo::new(socket)).await.map_err(|error| told(&error))?;
        let task = tokio::spawn(async move {
            // Its errors reach whoever waits for the answer or its body.
            let _ = connection.with_upgrades().await;
        });
        Ok(Connection { sender, _task: AbortOnDropHandle::new(task) })
    }

    /// Sends a request on the connection in the slot if it can still be used, else on a new one, which is then in the slot.
    pub(super) async fn send(
        &self,
        slot: &mut Option<Connection>,
        mut request: Request<Body>,
    ) -> Result<Response<Incoming>, String> {
        loop {
            // A connection that is still busy with the last request's body is given up.
            let kept = match slot.take() {
                Some(mut kept) => {
                    let ready = tokio::time::timeout(Duration::from_millis(20), kept.sender.ready()).await;
                    matches!(ready, Ok(Ok(()))).then_some(kept)
                }
                None => None,
            };
            let reused = kept.is_some();
            let mut connection = match kept {
                Some(kept) => kept,
                None => self.connect().await?,
            };
            match connection.sender.try_send_request(request).await {
                Ok(response) => {
                    *slot = Some(connection);
                    return Ok(response);
                }
                Err(mut error) => match error.take_message() {
                    // The engine closed the idle connection before anything was sent.
                    Some(unsent) if reused => request = unsent,
                    _ => return Err(told(error.error())),
                },
            }
        }
    }

    /// Asks for a document; `None` unless the answer is 200 with JSON of at most [`HELD`] bytes within ten seconds.
    pub async fn get_json(&self, target: &str) -> Option<Value> {
        let request = Request::get(target).header("host", "localhost").body(whole(Bytes::new())).ok()?;
        let exchange = async {
            // The connection lives in a slot of its own until the body is there.
            let mut slot = None;
            let response = self.send(&mut slot, request).await.ok()?;
            if response.status() != 200 {
                return None;
            }
            let bytes = Limited::new(response.into_body(), HELD).collect().await.ok()?.to_bytes();
            serde_json::from_slice(&bytes).ok()
        };
        tokio::time::timeout(Duration::from_secs(10), exchange).await.ok().flatten()
    }

    /// The lowest and the highest API version that the engine speaks, asked once.
    pub async fn versions(&self) -> (String, String) {
        let asked = self.versions.get_or_try_init(|| async {
            let version = self.get_json("/version").await.ok_or(())?;
            let text = |name: &str, other: &str| version[name].as_str().unwrap_or(other).to_owned();
            Ok::<_, ()>((text("MinAPIVersion", "1.12"), text("ApiVersion", "1.41")))
        });
        asked.await.cloned().unwrap_or_else(|()| ("1.12".to_owned(), "1.41".to_owned()))
    }
}

/// An error with its causes in one line.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
