//! Bodies: streamed as they come, held only when a rule asks for it.

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use serde_json::Value;
use std::time::Duration;

/// Any error of a body: only passed on.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a request or an answer on its way through.
pub type Body = UnsyncBoxBody<Bytes, BodyError>;

/// The largest body that is held in memory for a rule: 8 MiB. A larger one goes through as it is.
pub const HELD: usize = 8 << 20;

/// How long a client may be silent within a body that nobody wants.
const QUIET: Duration = Duration::from_secs(1);

/// A body of these bytes.
pub fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// Changes a JSON document.
pub type Edit = Box<dyn FnOnce(&mut Value) + Send>;

/// A body that rules may look into.
pub struct Content {
    body: Body,
    held: Option<Bytes>,
    json: Option<Value>,
    edited: bool,
    too_large: bool,
    later: Vec<Edit>,
}

impl Content {
    /// Around a body of which nothing is known yet.
    pub fn new(body: Body) -> Content {
        Content { body, held: None, json: None, edited: false, too_large: false, later: Vec::new() }
    }

    /// The whole body, when it is not larger than [`HELD`].
    pub async fn bytes(&mut self) -> Option<&Bytes> {
        if self.held.is_none() && !self.too_large {
            self.load().await;
        }
        self.held.as_ref()
    }

    /// The body as JSON, when it is.
    pub async fn json(&mut self) -> Option<&Value> {
        if self.json.is_none() {
            let bytes = self.bytes().await?;
            self.json = serde_json::from_slice(bytes).ok();
        }
        self.json.as_ref()
    }

    /// What an error says: `message` of a JSON body, or a whole text, as Docker's are below API 1.24.
    pub async fn message(&mut self) -> Option<String> {
        if let Some(body) = self.json().await {
            return body["message"].as_str().map(str::to_owned);
        }
        let text = std::str::from_utf8(self.bytes().await?).ok()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The body as JSON to change: it is written anew.
    pub async fn json_mut(&mut self) -> Option<&mut Value> {
        self.json().await?;
        self.edited = true;
        self.json.as_mut()
    }

    /// Puts other content in its place.
    pub fn set_json(&mut self, value: Value) {
        self.json = Some(value);
        self.edited = true;
    }

    /// Changes the JSON once it has come in whole, without holding up the head: for answers whose head comes long before the body.
    pub fn edit_later(&mut self, edit: Edit) {
        self.later.push(edit);
    }

    /// Reads and throws away what the client still sends, for a second at most without news of it, so that an answer of a rule's own
    /// reaches a client that writes its whole body first: the connection would else be reset under it.
    pub(crate) async fn drain(&mut self) {
        while let Ok(Some(Ok(_))) = tokio::time::timeout(QUIET, self.body.frame()).await {}
    }

    /// Reads up to the limit; a larger body is put together again.
    async fn load(&mut self) {
        let mut seen = BytesMut::new();
        let mut body = std::mem::replace(&mut self.body, whole(Bytes::new()));
        let mut last = None;
        while let Some(frame) = body.frame().await {
            match frame.map(Frame::into_data) {
                Ok(Ok(data)) => seen.extend_from_slice(&data),
                Ok(Err(trailers)) => last = Some(Ok(trailers)),
                Err(error) => last = Some(Err(error)),
            }
            if seen.len() > HELD || last.is_some() {
                break;
            }
        }
        let seen = seen.freeze();
        if last.is_none() && seen.len() <= HELD {
            self.held = Some(seen);
            return;
        }
        self.too_large = true;
        let first = stream::iter([Some(Ok(Frame::data(seen))), last].into_iter().flatten());
        let rest = futures_util::StreamExt::map(http_body_util::BodyStream::new(body), |frame| frame);
        self.body = BodyExt::boxed_unsync(StreamBody::new(first.chain(rest)));
    }

    /// The body to send, and whether its length changed: `Some(Some(n))` is a new length, `Some(None)` one that is not known yet.
    pub(crate) fn finish(self) -> (Body, Option<Option<usize>>) {
        let (body, length) = match (self.edited, self.json, self.held) {
            (true, Some(value), _) => {
                let bytes = Bytes::from(value.to_string());
                let length = bytes.len();
                (whole(bytes), Some(Some(length)))
            }
            (_, _, Some(held)) => (whole(held), None),
            _ => (self.body, None),
        };
        if self.later.is_empty() {
            return (body, length);
        }
        let edits = self.later;
        let late = stream::once(async move {
            let mut bytes = body.collect().await?.to_bytes();
            if let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) {
                edits.into_iter().for_each(|edit| edit(&mut value));
                bytes = value.to_string().into();
            }
            Ok::<_, BodyError>(Frame::data(bytes))
        });
        (BodyExt::boxed_unsync(StreamBody::new(late)), Some(None))
    }
}
