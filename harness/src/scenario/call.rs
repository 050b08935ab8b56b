//! One step: a request, the status it expects of the reference, and its answer.

use super::decode::{Reading, decode, decode_request};
use super::reply::remember;
use super::session::{LABEL, Role, Session};
use super::since::younger;
use super::wire::{Connection, Part};
use super::{Attached, Reply, Stop};
use crate::engine::{Client, EngineError, WireAnswer, WireRequest};
use crate::transcript::{Answer, Exchange, Payload, Request, StepKind};
use bytes::Bytes;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const IN_PATH: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'?').add(b'`').add(b'{').add(b'}').add(b'%');
const AMBIGUOUS: &AsciiSet = &CONTROLS.add(b'&').add(b'#').add(b' ').add(b'%');
const IN_QUERY: &AsciiSet =
    &IN_PATH.add(b'&').add(b'+').add(b'=').add(b'\'').add(b'[').add(b']').add(b'/').add(b':').add(b',');

/// A call being put together; [`Call::expect`] sends it.
pub struct Call<'s> {
    session: &'s mut Session,
    operation: String,
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Bytes,
    shown: Payload,
    reading: Reading,
    independent: bool,
    patience: Option<Duration>,
    unversioned: bool,
    any_age: bool,
    /// Another engine than the session's.
    pub(super) to: Option<&'s Client>,
}

impl<'s> Call<'s> {
    pub(super) fn new(session: &'s mut Session, operation: &str, arguments: &[&str]) -> Call<'s> {
        let (method, template) = operation.split_once(' ').unwrap_or(("GET", operation));
        let mut arguments = arguments.iter();
        let path = template
            .split('/')
            .map(|part| match part.starts_with('{') {
                true => arguments
                    .next()
                    .map_or_else(|| part.to_owned(), |value| utf8_percent_encode(value, IN_PATH).to_string()),
                false => part.to_owned(),
            })
            .collect::<Vec<_>>()
            .join("/");
        Call {
            operation: operation.to_owned(),
            method: method.to_owned(),
            path,
            session,
            query: Vec::new(),
            headers: Vec::new(),
            body: Bytes::new(),
            shown: Payload::None,
            reading: Reading::Auto,
            independent: false,
            patience: None,
            unversioned: false,
            any_age: false,
            to: None,
        }
    }

    /// The path as it is sent, where it is not the operation's template: unknown routes, odd spellings. Starts with `/`, no version.
    pub fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Sends the path as it stands, without the `/v…` that goes before every other: for what clients of other versions ask.
    pub fn unversioned(mut self) -> Self {
        self.unversioned = true;
        self
    }

    /// Sends the call even where the run's API version is older than the operation: for what shows that an engine has no such
    /// route. Otherwise the scenario is not run there.
    pub fn any_age(mut self) -> Self {
        self.any_age = true;
        self
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds `filters` as the JSON map that the API takes.
    pub fn filters(self, filters: Value) -> Self {
        self.query("filters", filters)
    }

    /// Adds a request header (name in lower case).
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends a JSON body. Create calls get Lockstep's label into their `Labels`.
    pub fn json(mut self, mut body: Value) -> Self {
        let labelled = ["POST /containers/create", "POST /networks/create", "POST /volumes/create"];
        if labelled.contains(&self.operation.as_str()) {
            label(&mut body, &self.session.unique);
        }
        self.body = Bytes::from(body.to_string());
        self.shown = Payload::Json(body);
        self.header("content-type", "application/json")
    }

    /// Sends these bytes as they are, with this content type.
    pub fn body(mut self, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        self.body = bytes.into();
        self.shown = decode_request(content_type, &self.body);
        self.header("content-type", content_type)
    }

    /// Sends a tar archive.
    pub fn tar(self, archive: Vec<u8>) -> Self {
        self.body("application/x-tar", archive)
    }

    /// Reads the answer as several JSON documents (progress, events), also when only one came.
    pub fn progress(mut self) -> Self {
        self.reading = Reading::Progress;
        self
    }

    /// Reads the answer as a multiplexed stream.
    pub fn frames(mut self) -> Self {
        self.reading = Reading::Frames;
        self
    }

    /// Reads the answer as raw text, as with a tty.
    pub fn raw(mut self) -> Self {
        self.reading = Reading::Raw;
        self
    }

    /// Reads the answer as a tar archive.
    pub fn archive(mut self) -> Self {
        self.reading = Reading::Tar;
        self
    }

    /// The steps after this one do not need it: a failure of the candidate here ends nothing.
    pub fn independent(mut self) -> Self {
        self.independent = true;
        self
    }

    /// The reference answers at once: a candidate that has not answered after this time never does. The reference has its full deadline.
    pub fn within(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Asks for the connection itself, as attach and exec do.
    pub fn hijack(self) -> Self {
        self.header("connection", "Upgrade").header("upgrade", "tcp")
    }

    /// Sends the call and records the step, whatever the reference answers: for cases that a table derives from the API's facts,
    /// where no person has said what is right. It ends nothing.
    pub async fn answered(self) -> Result<Reply, Stop> {
        self.send(None).await
    }

    /// Sends the call and records the step. The reference has to answer with this status; a candidate that fails
    /// where success is expected ends the scenario there, unless the step is [`independent`](Call::independent).
    pub async fn expect(self, status: u16) -> Result<Reply, Stop> {
        self.send(Some(status)).await
    }

    async fn send(self, status: Option<u16>) -> Result<Reply, Stop> {
        self.check_age()?;
        let started = Instant::now();
        let client = self.to.unwrap_or(&self.session.engine.client);
        let patience = self.patience.filter(|_| self.session.role == Role::Candidate);
        let result = match (self.unversioned, patience) {
            (true, _) => client.send_bare(&self.operation, &self.wire()).await,
            (false, Some(patience)) => client.send_within(&self.operation, &self.wire(), patience).await,
            (false, None) => client.send(&self.operation, &self.wire()).await,
        };
        let answer = match result {
            Ok(answer) => answer,
            Err(error) if error.is_local() => no_answer(&error, started.elapsed()),
            Err(error) => return Err(error.into()),
        };
        let body = decode(self.reading, &answer.headers, answer.body.clone());
        let duration = answer.duration;
        if self.operation == "POST /containers/create"
            && !self.query.iter().any(|(name, value)| name == "name" && !value.is_empty())
            && let Some(id) = body.json().and_then(|body| body["Id"].as_str())
        {
            self.session.know_generated_name(id).await?;
        }
        self.record(status.unwrap_or(answer.status), answer, body, duration)
    }

    /// Sends the call and keeps the answer's stream open; the step is recorded when [`Session::finish_stream`] takes it back.
    /// A hijacked call expects 101, a followed one 200.
    pub async fn open(self, status: u16) -> Result<Attached, Stop> {
        self.check_age()?;
        let started = Instant::now();
        match self.session.engine.client.open(&self.operation, &self.wire()).await {
            Ok((answered, headers, opened)) if answered < 400 => {
                let limit = self.session.engine.client.limits().body;
                let reading = self.reading;
                let answer = WireAnswer { status: answered, headers, body: Bytes::new(), duration: started.elapsed() };
                let session = self.record_open(status, answer)?;
                Ok(Attached::new(session.transcript.steps.len() - 1, reading, opened, limit, started))
            }
            Ok((answered, headers, opened)) => {
                let body =
                    Attached::new(0, Reading::Raw, opened, 1 << 20, started).bytes(Duration::from_secs(5)).await.0;
                let answer = WireAnswer { status: answered, headers, body: body.into(), duration: started.elapsed() };
                let body = decode(Reading::Auto, &answer.headers, answer.body.clone());
                let session_error = |reply: Reply| Stop::Blocked(format!("answered {}", reply.status));
                self.record(status, answer, body, started.elapsed()).and_then(|reply| Err(session_error(reply)))
            }
            Err(error) if error.is_local() => {
                let answer = no_answer(&error, started.elapsed());
                let body = Payload::Text(String::from_utf8_lossy(&answer.body).into_owned());
                self.record(status, answer, body, started.elapsed())
                    .and_then(|_| Err(Stop::Blocked("no answer".to_owned())))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The same on a plain connection, where the head goes as it is given here (with `host: localhost` and nothing else that the
    /// scenario did not set): a whole request, or a part of one. Without an answer the status is 0.
    pub async fn expect_on(self, connection: &mut Connection, part: Part, status: u16) -> Result<Reply, Stop> {
        self.send_on(connection, part, Some(status)).await
    }

    /// [`expect_on`](Call::expect_on), whatever the reference answers.
    pub async fn answered_on(self, connection: &mut Connection, part: Part) -> Result<Reply, Stop> {
        self.send_on(connection, part, None).await
    }

    async fn send_on(self, connection: &mut Connection, part: Part, status: Option<u16>) -> Result<Reply, Stop> {
        self.check_age()?;
        let started = Instant::now();
        let answer = connection.exchange(&self.session.engine.client, &self.wire(), part).await;
        let body = decode(self.reading, &answer.headers, answer.body.clone());
        // The body as it goes over the wire: with the sizes of its chunks, say.
        let shown = match part {
            _ if self.body.is_empty() => Payload::None,
            Part::Head => Payload::None,
            _ => Payload::Text(String::from_utf8_lossy(&self.body).into_owned()),
        };
        Call { shown, ..self }.record(status.unwrap_or(answer.status), answer, body, started.elapsed())
    }

    fn check_age(&self) -> Result<(), Stop> {
        let api = self.session.api().parse()?;
        let body = match &self.shown {
            Payload::Json(body) => Some(body),
            _ => None,
        };
        let free = self.any_age || self.unversioned;
        match younger(api, &self.operation, &self.query, body).filter(|_| !free) {
            Some((needed, part)) => Err(Stop::NotRun(format!("API {needed} needed ({part}), the run is at {api}"))),
            None => Ok(()),
        }
    }

    fn record_open(self, status: u16, answer: WireAnswer) -> Result<&'s mut Session, Stop> {
        let exchange = self.exchange(status, &answer, Payload::None);
        let problem = self.problem(status, &answer);
        self.session.push(&self.operation, StepKind::Exchange(Box::new(exchange)), answer.duration);
        match problem {
            Some(problem) if self.session.role == Role::Reference => Err(self.session.unfit(problem)),
            _ => Ok(self.session),
        }
    }

    fn record(self, status: u16, answer: WireAnswer, body: Payload, duration: Duration) -> Result<Reply, Stop> {
        let exchange = self.exchange(status, &answer, body.clone());
        let problem = self.problem(status, &answer);
        let blocks = (status < 400) != (1..400).contains(&answer.status) && status < 400 && !self.independent;
        let (session, operation) = (self.session, self.operation);
        session.push(&operation, StepKind::Exchange(Box::new(exchange)), duration);
        if self.to.is_none() {
            remember(session, &operation, &answer, &body);
        }
        match problem {
            Some(problem) if session.role == Role::Reference => Err(session.unfit(problem)),
            // What it answered stands in the step.
            Some(_) if blocks => Err(session.unfit(format!(
                "{operation} expects {status}, {} answered {}",
                session.engine.client.name(),
                answer.status
            ))),
            _ => Ok(Reply {
                status: answer.status,
                headers: answer.headers,
                body,
                bytes: answer.body,
                role: session.role,
            }),
        }
    }

    fn problem(&self, status: u16, answer: &WireAnswer) -> Option<String> {
        let text = String::from_utf8_lossy(&answer.body);
        let said = shortened(text.trim());
        (status != answer.status).then(|| {
            format!(
                "{} expects {status}, {} answered {}: {said}",
                self.operation,
                self.session.engine.client.name(),
                answer.status
            )
        })
    }

    fn exchange(&self, expected: u16, answer: &WireAnswer, body: Payload) -> Exchange {
        let mut headers = answer.headers.clone();
        headers.sort();
        Exchange {
            request: Request {
                method: self.method.clone(),
                target: readable(&self.path, &self.query),
                headers: self.headers.clone(),
                body: self.shown.clone(),
            },
            expected,
            answer: Answer { status: answer.status, headers, body },
        }
    }

    fn wire(&self) -> WireRequest {
        let encode = |text: &str| utf8_percent_encode(text, IN_QUERY).to_string();
        let query: Vec<String> =
            self.query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let target = if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) };
        WireRequest { method: self.method.clone(), target, headers: self.headers.clone(), body: self.body.clone() }
    }
}

/// The target as people read it: only what would make the line ambiguous stays encoded.
fn readable(path: &str, query: &[(String, String)]) -> String {
    let escape = |text: &str| utf8_percent_encode(text, AMBIGUOUS).to_string();
    let pairs: Vec<String> = query.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

fn label(body: &mut Value, unique: &str) {
    if let Some(object) = body.as_object_mut() {
        let labels = object.entry("Labels").or_insert_with(|| json!({}));
        if let Some(labels) = labels.as_object_mut() {
            labels.insert(LABEL.to_owned(), json!(unique));
        }
    }
}

/// At most 300 characters, cut between words: a part of an id would not be known as one.
fn shortened(text: &str) -> &str {
    let Some((cut, _)) = text.char_indices().nth(300) else { return text };
    text[..cut].trim_end_matches(|letter: char| letter.is_ascii_alphanumeric())
}

fn no_answer(error: &EngineError, duration: Duration) -> WireAnswer {
    let text = match error {
        // How long was waited is no matter of the engine's.
        EngineError::Deadline { .. } => "no answer in time".to_owned(),
        other => other.to_string(),
    };
    WireAnswer { status: 0, headers: Vec::new(), body: Bytes::from(text), duration }
}
