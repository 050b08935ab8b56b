//! What a rule is: a small named divergence.

use crate::body::{Body, Content, whole};
use crate::proxy::Engine;
use crate::route::Route;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, TRANSFER_ENCODING};
use hyper::http::{request, response};
use hyper::{Method, StatusCode};
use serde_json::{Map, Value};
use std::future::{Future, ready};
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

/// A future in a box: rules are kept as objects.
pub type Soon<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Changes one document that Lockstep's probe prints inside a container.
pub type ObservationEdit = Arc<dyn Fn(&mut Map<String, Value>) + Send + Sync>;

/// What becomes of a request.
pub enum Decision {
    /// The next rule, and in the end the engine, has its turn.
    Pass,
    /// This is the answer; the engine is not asked. Rules still see it on its way back.
    Answer(Box<Answer>),
}

/// One divergence. A rule that does nothing to a request or an answer leaves its body unread: it streams.
pub trait Rule: Send + Sync {
    /// Before the engine is asked.
    fn on_request<'a>(&'a self, _asked: &'a mut Asked, _engine: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(ready(Decision::Pass))
    }

    /// Before the client is answered.
    fn on_response<'a>(&'a self, _asked: &'a mut Asked, _answer: &'a mut Answer, _engine: &'a Engine) -> Soon<'a, ()> {
        Box::pin(ready(()))
    }
}

/// A request on its way to the engine. Rules see its method, route and body; after it was sent, the body is empty.
pub struct Asked {
    /// Method, headers and the rest of the head.
    pub parts: request::Parts,
    /// The target; what rules change in it goes to the engine.
    pub route: Route,
    /// The target as the client wrote it, without the query.
    pub path: String,
    /// The body.
    pub content: Content,
    /// A UUID of this request's own.
    pub id: String,
    /// When it came.
    pub started: Instant,
    /// The image that a create names: kept for its error.
    pub(crate) image: Option<String>,
    /// The container that it is about, as the engine's inspect has it, once a rule has asked.
    container: Option<Option<Value>>,
}

impl Asked {
    pub(crate) fn new(parts: request::Parts, body: Body) -> Asked {
        Asked {
            route: Route::new(&parts.uri),
            path: parts.uri.path().to_owned(),
            content: Content::new(body),
            id: uuid(),
            started: Instant::now(),
            image: None,
            container: None,
            parts,
        }
    }

    /// What the star stands for when method and pattern fit.
    pub fn is(&self, method: Method, pattern: &str) -> Option<String> {
        if self.parts.method == method { self.route.matches(pattern) } else { None }
    }

    /// The container `name` as the engine's inspect has it; `None` when it has none. The engine is asked once a request.
    pub async fn container(&mut self, name: &str, engine: &Engine) -> Option<&Value> {
        if self.container.is_none() {
            let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
            self.container = Some(engine.get_json(&format!("/containers/{name}/json")).await);
        }
        self.container.as_ref().and_then(Option::as_ref)
    }

    /// The container that [`Asked::container`] found.
    pub fn found(&self) -> Option<&Value> {
        self.container.as_ref().and_then(Option::as_ref)
    }
}

/// An answer on its way to the client.
pub struct Answer {
    /// Status, headers and the rest of the head.
    pub parts: response::Parts,
    /// The body.
    pub content: Content,
    /// Changes to what the probe prints, in a body or a tunnel of a container's output.
    pub observations: Vec<ObservationEdit>,
    /// The output is that of a terminal: raw, not in frames.
    pub tty: bool,
    /// It is a rule's own, not the engine's.
    pub own: bool,
    /// It comes from a router that found no route: headers that belong to routed answers are not added.
    pub unrouted: bool,
}

impl Answer {
    pub(crate) fn new(parts: response::Parts, body: Body) -> Answer {
        Answer { parts, content: Content::new(body), observations: Vec::new(), tty: false, own: false, unrouted: false }
    }

    /// An answer of a rule's own.
    pub fn own(status: StatusCode, content_type: &'static str, body: impl Into<bytes::Bytes>) -> Answer {
        let (mut parts, ()) = hyper::Response::new(()).into_parts();
        let body = body.into();
        parts.status = status;
        parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        Answer { own: true, ..Answer::new(parts, whole(body)) }
    }

    /// An answer of a rule's own with a JSON body.
    pub fn json(status: StatusCode, value: &Value) -> Answer {
        Answer::own(status, "application/json", value.to_string())
    }

    /// Another status, with that status's own reason.
    pub fn set_status(&mut self, status: StatusCode) {
        self.parts.status = status;
        self.parts.extensions.remove::<hyper::ext::ReasonPhrase>();
    }

    /// Puts an answer of a rule's own in this one's place.
    pub fn replace(&mut self, other: Answer) {
        *self = other;
    }

    /// Sets a header whose value is made here.
    pub fn set_header(&mut self, name: &'static str, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.parts.headers.insert(HeaderName::from_static(name), value);
        }
    }

    /// Head and body, the length corrected.
    pub(crate) fn finish(self) -> (response::Parts, Body) {
        let mut parts = self.parts;
        let (body, length) = self.content.finish();
        if let Some(length) = length {
            parts.headers.remove(CONTENT_LENGTH);
            parts.headers.remove(TRANSFER_ENCODING);
            if let Some(length) = length {
                parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            }
        }
        (parts, body)
    }
}

/// A UUID of version 4, as restify gives each request.
pub(crate) fn uuid() -> String {
    let random = || RandomState::new().hash_one(Instant::now());
    let (one, two) = (random(), random());
    let (a, b, c) = (one >> 32, (one >> 16) & 0xffff, one & 0x0fff);
    let (d, e) = (0x8000 | (two >> 48) & 0x3fff, two & 0xffff_ffff_ffff);
    format!("{a:08x}-{b:04x}-4{c:03x}-{d:04x}-{e:012x}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn uuids() {
        let (one, other) = (super::uuid(), super::uuid());
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "4");
        assert!("89ab".contains(&one[19..20]), "{one}");
    }
}
