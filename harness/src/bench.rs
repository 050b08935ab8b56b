//! Recorded requests sent again without any of the harness: the measure of what it costs.

use crate::engine::{Client, EngineError, WireRequest};
use crate::transcript::{Payload, Transcript};
use serde_json::Value;
use std::time::{Duration, Instant};

/// What a bare replay of one transcript was.
pub struct Bare {
    /// From the first request sent to the last answer read.
    pub duration: Duration,
    /// Whether each answer had the recorded status: only then was it the same work.
    pub same: bool,
}

/// Sends a raw transcript's requests again, ids replaced by those of the new answers.
/// What they create is removed afterwards, outside the measured time.
pub async fn replay_bare(client: &Client, raw: &Transcript) -> Result<Bare, EngineError> {
    let mut ids: Vec<(String, String)> = Vec::new();
    let exchanges: Vec<_> = raw.steps.iter().filter_map(|step| step.exchange()).collect();
    let mut same = true;
    let started = Instant::now();
    for exchange in &exchanges {
        let renew = |text: &str| ids.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
        let body = match &exchange.request.body {
            Payload::Json(value) => renew(&value.to_string()),
            _ => String::new(),
        };
        let request = WireRequest {
            method: exchange.request.method.clone(),
            target: renew(&exchange.request.target).replace('"', "%22").replace('{', "%7B").replace('}', "%7D"),
            headers: exchange.request.headers.clone(),
            body: body.into(),
        };
        let answer = client.send("bench", &request).await?;
        same &= answer.status == exchange.answer.status;
        let old = exchange.answer.body.json().and_then(|json| json["Id"].as_str());
        if let Some(old) = old.filter(|_| exchange.request.method == "POST") {
            let new: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
            if let Some(new) = new["Id"].as_str() {
                ids.push((old.to_owned(), new.to_owned()));
            }
        }
    }
    let duration = started.elapsed();
    for (_, id) in ids.iter().rev() {
        for target in [format!("/containers/{id}?force=true&v=true"), format!("/networks/{id}")] {
            let request =
                WireRequest { method: "DELETE".to_owned(), target, headers: Vec::new(), body: Default::default() };
            client.send("bench", &request).await?;
        }
    }
    Ok(Bare { duration, same })
}
