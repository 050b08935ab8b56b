//! Requests on a plain connection, byte by byte as the scenario gives them.

use super::{Session, Stop};
use crate::engine::{self, Client, WireAnswer, WireRequest};
use bytes::Bytes;
use std::time::Duration;

/// How long an answer may take that the engine gives at once, or never.
const PATIENCE: Duration = Duration::from_secs(5);

/// What of a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Head and body; then the answer is read.
    Whole,
    /// The head, and what comes before the body is sent: `100 Continue`, or the answer of an engine that does not wait for a body.
    Head,
    /// The body that belongs to the head sent before; then the answer is read.
    Body,
    /// Head and body, after which nothing more will be written; then the answer is read.
    Last,
}

/// One plain connection to the engine; [`Session::connect`] opens it.
pub struct Connection(engine::Connection);

impl Session {
    /// Opens a connection on which [`expect_on`](super::Call::expect_on) sends. Over TLS there is none: the scenario is not run there.
    pub async fn connect(&mut self) -> Result<Connection, Stop> {
        match self.engine.client.connect("a plain connection").await? {
            Some(connection) => Ok(Connection(connection)),
            None => Err(Stop::NotRun("plain connections are not driven over TLS".to_owned())),
        }
    }
}

impl Connection {
    pub(super) async fn exchange(&mut self, client: &Client, request: &WireRequest, part: Part) -> WireAnswer {
        if part != Part::Body {
            self.0.write(head(client, request).as_bytes()).await;
        }
        if part != Part::Head {
            self.0.write(&request.body).await;
        }
        if part == Part::Last {
            self.0.end().await;
        }
        let answer = self.0.answer(&request.method, part == Part::Head, PATIENCE).await;
        answer.unwrap_or_else(|why| WireAnswer {
            status: 0,
            headers: Vec::new(),
            body: Bytes::from_static(why.as_bytes()),
            duration: Duration::ZERO,
        })
    }
}

/// The request line and headers. A header `:version` (`1.0`) is HTTP's own version; an empty `host` leaves that header out.
fn head(client: &Client, request: &WireRequest) -> String {
    let set = |name: &str| request.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let version = set(":version").unwrap_or("1.1");
    let mut head = format!("{} {}{} HTTP/{version}\r\n", request.method, client.prefix(), request.target);
    if set("host").is_none() {
        head.push_str("host: localhost\r\n");
    }
    for (name, value) in
        request.headers.iter().filter(|(name, value)| name != ":version" && !(name == "host" && value.is_empty()))
    {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head + "\r\n"
}
