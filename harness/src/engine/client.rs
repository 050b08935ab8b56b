//! HTTP to one engine: bounded in time and size.

use super::ssh::Bridge;
use super::{Endpoint, EngineError, TlsFiles, refusal};
use bytes::Bytes;
use futures_util::StreamExt;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Bounds of one exchange.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The longest that one exchange may take.
    pub deadline: Duration,
    /// The largest body or stream, in bytes.
    pub body: usize,
}

impl Default for Limits {
    /// 30 seconds and 64 MiB.
    fn default() -> Self {
        Limits { deadline: Duration::from_secs(30), body: 64 << 20 }
    }
}

/// A request as it goes over the wire, the version prefix left out.
#[derive(Debug, Clone)]
pub struct WireRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// Encoded path and query, for instance `/containers/json?all=true`.
    pub target: String,
    /// Headers besides those that HTTP itself needs.
    pub headers: Vec<(String, String)>,
    /// The body; empty sends none.
    pub body: Bytes,
}

/// An answer as it came over the wire.
#[derive(Debug, Clone)]
pub struct WireAnswer {
    /// The HTTP status.
    pub status: u16,
    /// All headers as sent, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Bytes,
    /// From the first byte sent to the last received.
    pub duration: Duration,
}

/// A connection pool to one engine.
pub struct Client {
    http: reqwest::Client,
    base: String,
    endpoint: Endpoint,
    name: Mutex<String>,
    prefix: Mutex<String>,
    limits: Limits,
    answered: AtomicBool,
    log: Option<PathBuf>,
    /// Certificates, for an endpoint over TLS.
    tls: Option<TlsFiles>,
    /// The way to an endpoint over ssh.
    bridge: Option<Bridge>,
}

impl Client {
    /// A client for the endpoint; nothing is sent yet. `name` is what messages call the engine until it has named itself.
    pub fn new(endpoint: Endpoint, tls: Option<&TlsFiles>, name: &str, limits: Limits) -> Result<Client, EngineError> {
        let unusable = |problem: String| EngineError::Unusable {
            engine: name.to_owned(),
            endpoint: endpoint.to_string(),
            problem,
        };
        // A second installation is refused and harmless: the provider is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(Duration::from_secs(20));
        let mut bridge = None;
        let base = match &endpoint {
            Endpoint::Unix(path) => {
                builder = builder.unix_socket(path.clone());
                "http://localhost".to_owned()
            }
            Endpoint::Tcp(host) | Endpoint::Http(host) => format!("http://{host}"),
            Endpoint::Ssh(place) => {
                let opened = Bridge::open(place, name, limits)?;
                builder = builder.unix_socket(opened.socket());
                bridge = Some(opened);
                "http://localhost".to_owned()
            }
            Endpoint::Tls(host) => {
                if let Some(files) = tls {
                    builder = files.apply(builder)?;
                }
                format!("https://{host}")
            }
        };
        let http = builder.build().map_err(|error| unusable(chain(&error)))?;
        let tls = matches!(endpoint, Endpoint::Tls(_)).then(|| tls.cloned().unwrap_or_default());
        Ok(Client {
            http,
            base,
            endpoint,
            tls,
            bridge,
            name: Mutex::new(name.to_owned()),
            prefix: Mutex::new(String::new()),
            limits,
            answered: AtomicBool::new(false),
            log: None,
        })
    }

    /// The same client, whose messages about a lost engine name this log.
    pub fn with_log(mut self, log: Option<PathBuf>) -> Client {
        self.log = log;
        self
    }

    /// The endpoint it talks to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The engine's name in messages.
    pub fn name(&self) -> String {
        lock(&self.name).clone()
    }

    /// The bounds of each exchange.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The path that goes before every request: `/v1.41`.
    pub fn prefix(&self) -> String {
        lock(&self.prefix).clone()
    }

    /// The socket on which the way through ssh begins.
    pub(super) fn bridge_socket(&self) -> Option<PathBuf> {
        self.bridge.as_ref().map(|bridge| bridge.socket())
    }

    /// From now on messages call the engine so, and requests carry `/v{api}`.
    pub fn set_identity(&self, name: &str, api: Option<&str>) {
        *lock(&self.name) = name.to_owned();
        *lock(&self.prefix) = api.map(|api| format!("/v{api}")).unwrap_or_default();
    }

    /// Sends a request at the negotiated version and reads the whole answer.
    pub async fn send(&self, during: &str, request: &WireRequest) -> Result<WireAnswer, EngineError> {
        let prefix = lock(&self.prefix).clone();
        self.exchange(during, &prefix, request, self.limits.deadline).await
    }

    /// The same with a deadline of its own, which is never longer than that of the limits.
    pub async fn send_within(
        &self,
        during: &str,
        request: &WireRequest,
        deadline: Duration,
    ) -> Result<WireAnswer, EngineError> {
        let prefix = lock(&self.prefix).clone();
        self.exchange(during, &prefix, request, deadline.min(self.limits.deadline)).await
    }

    /// Sends a request with a path as it stands, without any version.
    pub async fn send_bare(&self, during: &str, request: &WireRequest) -> Result<WireAnswer, EngineError> {
        self.exchange(during, "", request, self.limits.deadline).await
    }

    /// The first request to an engine, with a deadline of its own: whether anybody is there. A silent listener counts as unreachable.
    pub async fn send_first(
        &self,
        during: &str,
        request: &WireRequest,
        deadline: Duration,
    ) -> Result<WireAnswer, EngineError> {
        let unreachable = |problem: String| EngineError::Unreachable {
            engine: self.name(),
            endpoint: self.endpoint.to_string(),
            problem,
        };
        match self.exchange(during, "", request, deadline).await {
            Err(error) if error.is_local() => Err(unreachable(error.to_string())),
            other => other,
        }
    }

    /// Whether the engine answers a ping within a second.
    pub async fn ping(&self) -> bool {
        let ping = self.http.get(format!("{}/_ping", self.base)).send();
        matches!(tokio::time::timeout(Duration::from_secs(1), ping).await, Ok(Ok(answer)) if answer.status().is_success())
    }

    /// Sends a request and hands out the answer's stream: an upgraded connection when the engine switches protocols, else the body as it comes.
    pub async fn open(&self, during: &str, request: &WireRequest) -> Result<(u16, Headers, Opened), EngineError> {
        let prefix = lock(&self.prefix).clone();
        let work = async {
            let response = self.request(&prefix, request).send().await?;
            let status = response.status().as_u16();
            let headers = headers_of(&response);
            let opened = if status == 101 {
                Opened::Upgraded(Box::new(response.upgrade().await?))
            } else {
                Opened::Body(Box::new(response))
            };
            Ok::<_, reqwest::Error>((status, headers, opened))
        };
        match tokio::time::timeout(self.limits.deadline, work).await {
            Ok(Ok(opened)) => {
                self.answered.store(true, Ordering::Relaxed);
                Ok(opened)
            }
            Ok(Err(error)) => Err(self.failed(during, &error).await),
            Err(_) => Err(self.deadline(during, self.limits.deadline)),
        }
    }

    async fn exchange(
        &self,
        during: &str,
        prefix: &str,
        request: &WireRequest,
        deadline: Duration,
    ) -> Result<WireAnswer, EngineError> {
        let started = Instant::now();
        let work = async {
            let response = self.request(prefix, request).send().await.map_err(Trouble::Wire)?;
            let status = response.status().as_u16();
            let headers = headers_of(&response);
            let mut body = Vec::new();
            let mut stream = response.bytes_stream();
            while let Some(chunk) = stream.next().await {
                body.extend_from_slice(&chunk.map_err(Trouble::Wire)?);
                if body.len() > self.limits.body {
                    return Err(Trouble::TooLarge);
                }
            }
            Ok(WireAnswer { status, headers, body: body.into(), duration: started.elapsed() })
        };
        match tokio::time::timeout(deadline, work).await {
            Ok(Ok(answer)) => {
                self.answered.store(true, Ordering::Relaxed);
                Ok(answer)
            }
            Ok(Err(Trouble::Wire(error))) => Err(self.failed(during, &error).await),
            Ok(Err(Trouble::TooLarge)) => Err(self.too_large(during)),
            Err(_) => Err(self.deadline(during, deadline)),
        }
    }

    fn request(&self, prefix: &str, request: &WireRequest) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap_or(reqwest::Method::GET);
        let mut builder = self.http.request(method, format!("{}{prefix}{}", self.base, request.target));
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if request.body.is_empty() { builder } else { builder.body(request.body.clone()) }
    }

    /// An exchange that failed on the wire: a refused handshake says so itself, everything else is looked into.
    async fn failed(&self, during: &str, error: &reqwest::Error) -> EngineError {
        let first = !self.answered.load(Ordering::Relaxed);
        match self.tls.as_ref().and_then(|files| refusal::explain(error, files, first)) {
            Some(problem) => self.unusable(problem),
            None => self.diagnose(during, &chain(error)).await,
        }
    }

    /// An engine that is there and cannot be worked with.
    pub(super) fn unusable(&self, problem: String) -> EngineError {
        EngineError::Unusable { engine: self.name(), endpoint: self.endpoint.to_string(), problem }
    }

    /// Tells an engine that is gone from one that only left this exchange unanswered: the former does not answer a ping either.
    pub(super) async fn diagnose(&self, during: &str, problem: &str) -> EngineError {
        let engine = self.name();
        let during = during.to_owned();
        let refused = self.bridge.as_ref().and_then(Bridge::trouble);
        if let Some(problem) = refused.clone().filter(|_| !self.answered.load(Ordering::Relaxed)) {
            return self.unusable(problem);
        }
        // A new ssh connection may take its time.
        let patience = Duration::from_secs(if self.bridge.is_some() { 10 } else { 2 });
        let problem = refused.unwrap_or_else(|| problem.to_owned());
        let ping = self.http.get(format!("{}/_ping", self.base)).send();
        if let Ok(Ok(_)) = tokio::time::timeout(patience, ping).await {
            return EngineError::NoAnswer { engine, during, problem };
        }
        let endpoint = self.endpoint.to_string();
        if self.answered.load(Ordering::Relaxed) {
            EngineError::Lost { engine, endpoint, during, problem, log: self.log.clone() }
        } else {
            EngineError::Unreachable { engine, endpoint, problem }
        }
    }

    pub(super) fn too_large(&self, during: &str) -> EngineError {
        EngineError::TooLarge { engine: self.name(), during: during.to_owned(), limit: self.limits.body }
    }

    pub(super) fn deadline(&self, during: &str, limit: Duration) -> EngineError {
        EngineError::Deadline { engine: self.name(), during: during.to_owned(), limit_ms: limit.as_millis() }
    }
}

/// Header names (lower case) and values in the order they came.
pub type Headers = Vec<(String, String)>;

/// The open end of an exchange.
pub enum Opened {
    /// The engine switched protocols: both directions are open.
    Upgraded(Box<reqwest::Upgraded>),
    /// A body that is still coming.
    Body(Box<reqwest::Response>),
}

enum Trouble {
    Wire(reqwest::Error),
    TooLarge,
}

fn headers_of(response: &reqwest::Response) -> Headers {
    let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// An error with its causes in one line, the URL left out: the endpoint is named beside it.
fn chain(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if parts.last() != Some(&text) {
            parts.push(text);
        }
        cause = error.source();
    }
    if parts.is_empty() { error.to_string() } else { parts.join(": ") }
}

/// A poisoned lock still holds a whole value here: the guarded values are replaced in one go.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
