//! Looking from inside a container, with the probe.

use super::session::{Role, Session};
use super::{Reading, Stop};
use crate::engine::{WireRequest, stream};
use crate::transcript::{Observation, StepKind};
use serde_json::{Value, json};
use std::time::Instant;

impl Session {
    /// Runs the probe as the command of a new container made with this body and records what it prints as an observation.
    ///
    /// `what` is the probe's own word (`processes`, `mounts,files`); `arguments` are the paths it takes. Setting up is not a step;
    /// when the candidate cannot do it, the observation says so and the scenario goes on.
    pub async fn observe(&mut self, what: &str, arguments: &[&str], body: Value) -> Result<Value, Stop> {
        let mut command = vec!["probe", "observe", what];
        command.extend(arguments);
        self.observe_command(what, &command, body).await
    }

    /// The same with any command of the probe that prints JSON or text.
    pub async fn observe_command(&mut self, what: &str, command: &[&str], mut body: Value) -> Result<Value, Stop> {
        let started = Instant::now();
        body["Cmd"] = json!(command);
        let seen = self.run_quietly(&mut body).await?;
        self.observed("POST /containers/{id}/start", what, command, seen, started)
    }

    /// Runs the probe through exec in a running container and records what it prints.
    pub async fn observe_exec(&mut self, container: &str, what: &str, arguments: &[&str]) -> Result<Value, Stop> {
        let started = Instant::now();
        let mut command = vec!["probe", "observe", what];
        command.extend(arguments);
        let body = json!({ "AttachStdout": true, "AttachStderr": true, "Cmd": command });
        let made = self.quiet("POST", &format!("/containers/{container}/exec"), Some(&body)).await?;
        let seen = match made.as_ref().and_then(|made| made["Id"].as_str()) {
            Some(id) => {
                let id = id.to_owned();
                let bytes = self.bytes("POST", &format!("/exec/{id}/start"), Some(&json!({ "Detach": false }))).await?;
                read_output(&bytes)
            }
            None => json!({ "error": "exec could not be created" }),
        };
        self.observed("POST /exec/{id}/start", what, &command, seen, started)
    }

    fn observed(
        &mut self,
        operation: &str,
        what: &str,
        command: &[&str],
        mut seen: Value,
        started: Instant,
    ) -> Result<Value, Stop> {
        if let Some(nice) = seen.pointer_mut("/self/nice").filter(|_| self.engine.is_own())
            && let (Some(seen), Ok(own)) = (nice.as_i64(), rustix::process::getpriority_process(None))
        {
            // An engine that Lockstep started has inherited Lockstep's own.
            *nice = json!(seen - i64::from(own));
        }
        if self.role == Role::Reference && seen.get("error").is_some() {
            return Err(self.unfit(format!("observing {what} failed: {seen}")));
        }
        let observation = Observation {
            what: what.to_owned(),
            command: command.iter().map(|word| (*word).to_owned()).collect(),
            value: seen.clone(),
        };
        self.push(operation, StepKind::Observation(observation), started.elapsed());
        Ok(seen)
    }

    async fn run_quietly(&mut self, body: &mut Value) -> Result<Value, Stop> {
        if body.get("Image").is_none() {
            body["Image"] = json!(self.image);
        }
        if !body["Labels"].is_object() {
            body["Labels"] = json!({});
        }
        body["Labels"][super::session::LABEL] = json!(self.unique);
        let created = self.quiet_answer("POST", "/containers/create", Some(body)).await?;
        let Some(id) = created.as_ref().ok().and_then(|made| made["Id"].as_str()).map(str::to_owned) else {
            return Ok(json!({ "error": format!("create: {}", said(&created)) }));
        };
        self.remember("container", &id);
        self.know_generated_name(&id).await?;
        let started = self.quiet_answer("POST", &format!("/containers/{id}/start"), None).await?;
        if started.is_err() {
            return Ok(json!({ "error": format!("start: {}", said(&started)) }));
        }
        self.quiet("POST", &format!("/containers/{id}/wait"), None).await?;
        let bytes = self.bytes("GET", &format!("/containers/{id}/logs?stdout=1&stderr=1"), None).await?;
        Ok(read_output(&bytes))
    }

    /// Like `quiet`, but an error's text is kept.
    async fn quiet_answer(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> Result<Result<Value, String>, Stop> {
        let answer = self.wire(method, target, body).await?;
        let text = String::from_utf8_lossy(&answer.1).into_owned();
        Ok(if answer.0 < 400 { Ok(serde_json::from_str(&text).unwrap_or(Value::Null)) } else { Err(text) })
    }

    async fn bytes(&self, method: &str, target: &str, body: Option<&Value>) -> Result<Vec<u8>, Stop> {
        Ok(self.wire(method, target, body).await?.1)
    }

    /// A request that is no step: its status and bytes; one that only went unanswered is a 500 with the reason.
    pub(super) async fn wire(&self, method: &str, target: &str, body: Option<&Value>) -> Result<(u16, Vec<u8>), Stop> {
        let request = WireRequest {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: body.map(|_| ("content-type".to_owned(), "application/json".to_owned())).into_iter().collect(),
            body: body.map(|body| body.to_string().into()).unwrap_or_default(),
        };
        match self.engine.client.send(&format!("{method} {target}"), &request).await {
            Ok(answer) => Ok((answer.status, answer.body.to_vec())),
            Err(error) if error.is_local() => Ok((500, error.to_string().into_bytes())),
            Err(error) => Err(error.into()),
        }
    }
}

fn said(answer: &Result<Value, String>) -> String {
    match answer {
        Ok(value) => value.to_string(),
        Err(text) => text.trim().to_owned(),
    }
}

/// The probe's output: its JSON, else its text; the error stream is an error.
fn read_output(bytes: &[u8]) -> Value {
    let frames = match super::decode::decode(Reading::Frames, &[], bytes.to_vec().into()) {
        crate::transcript::Payload::Frames(items) => items,
        _ => stream::frames(bytes).unwrap_or_default(),
    };
    let of = |name: &str| frames.iter().find(|item| item["stream"] == name).and_then(|item| item["text"].as_str());
    match (of("stdout"), of("stderr")) {
        (Some(text), _) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        (None, Some(text)) => json!({ "error": text }),
        (None, None) => json!({ "error": format!("no output ({} bytes)", bytes.len()) }),
    }
}
