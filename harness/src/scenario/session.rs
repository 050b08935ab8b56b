//! All that a scenario may do on one engine.

use super::call::Call;
use super::{Need, Scenario, Stop};
use crate::engine::Engine;
use crate::normalise::Known;
use crate::transcript::{End, Step, StepKind, Transcript};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The label that everything carries which Lockstep makes; its value is the run's name.
pub const LABEL: &str = "io.lockstep.run";

/// Which side of the comparison an engine is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Expected statuses are held against it: it is the oracle.
    Reference,
    /// Nothing is asserted about it: it is recorded.
    Candidate,
}

/// One scenario on one engine, while it runs.
///
/// Everything that reaches the engine through [`Session::call`] becomes a step; what only sets the stage
/// (waiting for a state, cleaning up) does not.
pub struct Session {
    pub(super) engine: Arc<Engine>,
    pub(super) role: Role,
    pub(super) unique: String,
    pub(super) image: String,
    pub(super) transcript: Transcript,
    pub(super) known: Known,
    pub(super) created: Vec<(&'static str, String)>,
    /// Only on an engine that holds nothing of worth does the scenario run.
    pub(super) disposable: bool,
    counters: std::collections::BTreeMap<&'static str, usize>,
}

/// A finished session: what was really said, and how to normalise it.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The raw transcript, secrets and all: never written as it is.
    pub raw: Transcript,
    /// What the session knows by name.
    pub known: Known,
    /// Why the scenario ended early, where it did.
    pub stop: Option<Stop>,
    /// From the first step to the last.
    pub duration: Duration,
}

impl Session {
    /// A session for a scenario. `unique` makes its names; it is the same on both engines, so that their requests are the same.
    pub fn new(
        engine: Arc<Engine>,
        role: Role,
        scenario: &Scenario,
        unique: &str,
        image: &str,
        image_id: &str,
    ) -> Session {
        let mut known =
            Known { started: now(), ended: now(), newest_api: Some(engine.range.max.to_string()), ..Known::default() };
        let bare_id = image_id.trim_start_matches("sha256:");
        for (text, symbol) in [(image, "image"), (bare_id, "image-id"), (unique, "run")] {
            known.symbols.push((text.to_owned(), symbol.to_owned()));
        }
        // Podman writes short names in full; the name is one and the same.
        for (text, symbol) in [(&engine.facts.data_root, "data-root"), (&engine.facts.folder, "engine-dir")] {
            if let Some(text) = text {
                known.symbols.push((text.clone(), symbol.to_owned()));
            }
        }
        if let Some(group) = &engine.facts.group {
            known.symbols.push((group.clone(), "engine-group".to_owned()));
        }
        Session {
            engine,
            role,
            unique: unique.to_owned(),
            image: image.to_owned(),
            transcript: Transcript { scenario: scenario.name.clone(), steps: Vec::new(), end: End::Completed },
            known,
            created: Vec::new(),
            disposable: scenario.needs.contains(&Need::Disposable),
            counters: Default::default(),
        }
    }

    /// The probe image's name.
    pub fn image(&self) -> &str {
        &self.image
    }

    /// The API version of this run, for instance `1.41`.
    pub fn api(&self) -> &str {
        &self.engine.identity.api
    }

    /// A name of this scenario's own, the same on both engines: `<name:web>` in transcripts.
    pub fn name(&mut self, word: &str) -> String {
        let name = format!("{}-{word}", self.unique);
        self.know(&name, &format!("name:{word}"));
        name
    }

    /// An image name of this scenario's own (`repository:tag`), removed at the end.
    pub fn image_name(&mut self, word: &str) -> String {
        let repository = format!("{}-{word}", self.unique);
        self.know(&repository, &format!("repository:{word}"));
        let name = format!("{repository}:t");
        self.created.push(("image", name.clone()));
        name
    }

    /// The filter value that finds only this scenario's things: `{"label": ["io.lockstep.run=…"]}`.
    pub fn own(&self) -> Value {
        json!({ "label": [self.label()] })
    }

    /// This scenario's label as `key=value`.
    pub fn label(&self) -> String {
        format!("{LABEL}={}", self.unique)
    }

    /// From now on transcripts show `text` as `<symbol>`.
    pub fn know(&mut self, text: &str, symbol: &str) {
        if !text.is_empty() && !self.known.symbols.iter().any(|(known, _)| known == text) {
            self.known.symbols.push((text.to_owned(), symbol.to_owned()));
        }
    }

    /// Marks a thing for removal at the end: `container`, `exec`, `network`, `volume`, `image`, `secret`, `config` or `plugin`, by id or name.
    pub fn remember(&mut self, kind: &'static str, id: &str) {
        let count = self.counters.entry(kind).or_default();
        *count += 1;
        let symbol = format!("{kind}:{count}");
        let bare = id.trim_start_matches("sha256:");
        if bare.len() == 64 {
            self.know(bare, &symbol);
        }
        self.created.push((kind, id.to_owned()));
    }

    /// Marks a thing for removal at the end that the transcript has no name for.
    pub(super) fn remove_later(&mut self, kind: &'static str, id: &str) {
        self.created.push((kind, id.to_owned()));
    }

    /// Learns the name that the engine made up for a container created without one.
    pub(super) async fn know_generated_name(&mut self, id: &str) -> Result<(), Stop> {
        let inspected = self.quiet("GET", &format!("/containers/{id}/json"), None).await?;
        if let Some(name) = inspected.as_ref().and_then(|body| body["Name"].as_str()) {
            let count = self.counters.entry("generated-name").or_default();
            *count += 1;
            let symbol = format!("generated-name:{count}");
            self.know(name.trim_start_matches('/'), &symbol);
        }
        Ok(())
    }

    /// The engine's clock in unix seconds (both engines run on this machine, or near enough for filters).
    pub fn clock(&self) -> i64 {
        now()
    }

    /// A step: a call of the operation, its `{…}` filled with the arguments in order.
    ///
    /// The operation is written as the API's own path template, without a version: `POST /containers/{id}/start`.
    pub fn call(&mut self, operation: &str, arguments: &[&str]) -> Call<'_> {
        Call::new(self, operation, arguments)
    }

    /// Creates a container and gives its id. The image (unless the body names one) is the probe's; the label is added by every create call.
    pub async fn create(&mut self, mut body: Value) -> Result<String, Stop> {
        if let Some(object) = body.as_object_mut() {
            object.entry("Image").or_insert_with(|| json!(self.image));
        }
        self.call("POST /containers/create", &[]).json(body).expect(201).await?.id()
    }

    /// Creates and starts a container that runs the probe with these arguments.
    pub async fn start_probe(&mut self, arguments: &[&str]) -> Result<String, Stop> {
        let mut command = vec!["probe"];
        command.extend(arguments);
        self.start(json!({ "Cmd": command })).await
    }

    /// Creates and starts a container.
    pub async fn start(&mut self, body: Value) -> Result<String, Stop> {
        let container = self.create(body).await?;
        self.call("POST /containers/{id}/start", &[&container]).expect(204).await?;
        Ok(container)
    }

    /// Waits, without a step, until a container's inspect has this value at the pointer (`/State/Running`, say).
    pub async fn until(&mut self, container: &str, pointer: &str, wanted: &Value) -> Result<(), Stop> {
        self.until_at(&format!("/containers/{container}/json"), pointer, |found| found == Some(wanted)).await
    }

    /// Waits, without a step, until a container has ended, in its inspect and in the list. Docker (20.10.24 and 26.1.5 seen) lets a wait
    /// return before it has written the end into the copy that lists read: for some milliseconds a list still says `Up`. Podman's says
    /// `stopped` until it has tidied up.
    pub async fn until_exited(&mut self, container: &str) -> Result<(), Stop> {
        self.until(container, "/State/Status", &json!("exited")).await?;
        let filters = utf8_percent_encode(&self.own().to_string(), NON_ALPHANUMERIC).to_string();
        let runs = |item: &Value| {
            let is = |key: &str, start: &str| {
                item.get(key).and_then(Value::as_str).is_some_and(|text| text.starts_with(start))
            };
            is("Id", container) && (is("Status", "Up") || is("State", "stopped"))
        };
        let ended = |list: Option<&Value>| !list.and_then(Value::as_array).is_some_and(|list| list.iter().any(runs));
        match self.until_at(&format!("/containers/json?all=true&filters={filters}"), "", ended).await {
            // A candidate's list that never tells is for a step to show.
            Err(Stop::Blocked(_)) => Ok(()),
            other => other,
        }
    }

    /// Waits, without a step, until a GET of the path answers a JSON body with a value at the pointer that satisfies `done`.
    pub async fn until_at(
        &mut self,
        path: &str,
        pointer: &str,
        done: impl Fn(Option<&Value>) -> bool,
    ) -> Result<(), Stop> {
        // A candidate that never gets there costs time in every run; the reference gets there, however slow the machine. (5 s were too few for
        // the update of a service on two busy processors, once in 24 runs.)
        let limit = Duration::from_secs(if self.role == Role::Reference { 30 } else { 15 });
        let started = Instant::now();
        let mut seen = None;
        while started.elapsed() < limit {
            let answer = self.quiet("GET", path, None).await?.map(name_state);
            seen = answer.and_then(|body| body.pointer(pointer).cloned());
            if done(seen.as_ref()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let seen = seen.map_or_else(|| "nothing".to_owned(), |value| value.to_string());
        Err(self.unfit(format!("{path} had {seen} at {pointer} for {} s", limit.as_secs())))
    }

    /// Lets time pass, where an engine finishes something in the background and nothing tells when.
    pub async fn settle(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    /// A request that is no step; its JSON answer where it succeeded.
    pub async fn quiet(&self, method: &str, target: &str, body: Option<&Value>) -> Result<Option<Value>, Stop> {
        let (status, bytes) = self.wire(method, target, body).await?;
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        Ok((status < 400).then(|| serde_json::from_slice(&bytes).unwrap_or_else(|_| text())))
    }

    /// The stop for an answer that the next step cannot work with: the scenario's mistake on the reference, a blocked scenario on the candidate.
    pub(super) fn unfit(&self, problem: String) -> Stop {
        match self.role {
            Role::Reference => {
                Stop::Wrong(format!("{}, step {}: {problem}", self.transcript.scenario, self.transcript.steps.len()))
            }
            Role::Candidate => Stop::Blocked(problem),
        }
    }

    /// Adds a step and gives its index.
    pub(super) fn push(&mut self, operation: &str, kind: StepKind, duration: Duration) -> usize {
        self.transcript.steps.push(Step { operation: operation.to_owned(), kind, duration });
        self.transcript.steps.len() - 1
    }

    /// Ends the session: cleans up and hands out what was recorded.
    pub async fn finish(mut self, outcome: super::Outcome, started: Instant) -> Recording {
        let duration = started.elapsed();
        let mut stop = outcome.err();
        if let Some(Stop::Blocked(reason)) = &stop {
            self.transcript.end = End::Blocked { reason: reason.clone() };
        }
        if !matches!(stop, Some(Stop::Engine(_)))
            && let Err(error) = self.clean_up().await
        {
            stop.get_or_insert(error.into());
        }
        self.known.ended = now();
        Recording { raw: self.transcript, known: self.known, stop, duration }
    }
}

/// An inspection with the word for its state, where the engine only has the truth values that were there before that word (SDC Docker).
fn name_state(mut inspected: Value) -> Value {
    let Some(state) = inspected.get_mut("State").and_then(Value::as_object_mut) else { return inspected };
    let is = |name: &str| state.get(name) == Some(&Value::Bool(true));
    let started = state.get("StartedAt").and_then(Value::as_str).is_some_and(|time| !time.starts_with("0001-"));
    let word = match () {
        () if is("Paused") => "paused",
        () if is("Restarting") => "restarting",
        () if is("Running") => "running",
        () if is("Dead") => "dead",
        () if started => "exited",
        () => "created",
    };
    if state.contains_key("Running") && !state.contains_key("Status") {
        state.insert("Status".to_owned(), json!(word));
    }
    inspected
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|passed| passed.as_secs() as i64).unwrap_or(0)
}

impl Session {
    /// The stop for a scenario that took too long on this engine.
    pub(crate) fn out_of_time(&self, deadline: Duration) -> Stop {
        self.unfit(format!("the scenario did not end within {} s", deadline.as_secs()))
    }
}
