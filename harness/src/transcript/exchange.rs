//! The three kinds of step, as data.

use serde_json::Value;

/// One request to the API and its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// The status that the reference has to answer for the scenario to be right about it.
    pub expected: u16,
    /// What came back.
    pub answer: Answer,
}

/// A request as it was sent, without the API version prefix.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query, for instance `/containers/<container:1>/wait?condition=next-exit`.
    pub target: String,
    /// Headers that the scenario set (not those that the HTTP client adds by itself), names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Payload,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status, or 0 when no answer came (the body then says why).
    pub status: u16,
    /// All headers, names in lower case, sorted by name.
    pub headers: Vec<(String, String)>,
    /// The body or stream.
    pub body: Payload,
}

impl Answer {
    /// The first value of a header (name in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A request's or an answer's body, decoded as far as its type allows.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// No bytes at all.
    None,
    /// One JSON document. Pointers into it start with `/body`.
    Json(Value),
    /// Several JSON documents, one after the other: progress of pull, build and load, events, streamed stats. `/body/N/…`
    Progress(Vec<Value>),
    /// Text of any other type. The pointer is `/body` itself.
    Text(String),
    /// The multiplexed stream of attach, exec and logs, one item a stream: `{"stream": "stdout", "text": "…"}`.
    /// Where one frame ends and how streams interleave depends on timing, so each stream's text is joined. `/frames/N/…`
    Frames(Vec<Value>),
    /// A hijacked or streamed connection without frames, as with a tty. `/body`
    Raw(String),
    /// A tar archive as the list of its entries: `{"name", "type", "mode", "uid", "gid", "size", "link", "mtime"}`. `/body/N/…`
    Tar(Vec<Value>),
    /// Bytes that are none of the above: `{"length": bytes}` with what else is known of them. `/body/…`
    Bytes(Value),
}

impl Payload {
    /// The JSON document, where the body is one.
    pub fn json(&self) -> Option<&Value> {
        match self {
            Payload::Json(value) => Some(value),
            _ => None,
        }
    }

    /// The word that names the kind in snapshots and messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Payload::None => "none",
            Payload::Json(_) => "json",
            Payload::Progress(_) => "progress",
            Payload::Text(_) => "text",
            Payload::Frames(_) => "frames",
            Payload::Raw(_) => "raw",
            Payload::Tar(_) => "tar",
            Payload::Bytes(_) => "bytes",
        }
    }

    /// The body as one JSON value with the pointer prefix (`/body` or `/frames`) under which reports name its parts.
    pub fn as_value(&self) -> (&'static str, Value) {
        match self {
            Payload::None => ("/body", Value::Null),
            Payload::Json(value) | Payload::Bytes(value) => ("/body", value.clone()),
            Payload::Progress(items) | Payload::Tar(items) => ("/body", Value::Array(items.clone())),
            Payload::Text(text) | Payload::Raw(text) => ("/body", Value::String(text.clone())),
            Payload::Frames(items) => ("/frames", Value::Array(items.clone())),
        }
    }
}

/// What the probe saw inside a container.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// What was looked at: `processes`, `mounts`, …
    pub what: String,
    /// The probe's arguments, as a person would repeat them.
    pub command: Vec<String>,
    /// The probe's JSON. Pointers into it start with `/observation`.
    pub value: Value,
}

/// One run of a command-line client (`docker`, `docker-compose`).
#[derive(Debug, Clone, PartialEq)]
pub struct CliRun {
    /// Program and arguments.
    pub command: Vec<String>,
    /// Exit status, or 128 + N when signal N ended it. Pointer `/cli/exit_status`.
    pub exit_status: i32,
    /// Pointer `/cli/stdout`.
    pub stdout: String,
    /// Pointer `/cli/stderr`.
    pub stderr: String,
}
