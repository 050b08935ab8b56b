//! What a step's answer gives to the steps after it.

use super::Stop;
use super::session::{Role, Session};
use crate::engine::WireAnswer;
use crate::transcript::Payload;
use bytes::Bytes;
use serde_json::Value;

/// What an answer says was made, so that it is removed at the end and keeps its name in the transcript.
pub(super) fn remember(session: &mut Session, operation: &str, answer: &WireAnswer, body: &Payload) {
    if operation == "POST /build" {
        for id in build_containers(&String::from_utf8_lossy(&answer.body)) {
            session.remove_later("container", id);
        }
        return;
    }
    // Docker 20.10 refuses some settings of a swarm and has the swarm all the same.
    if matches!(operation, "POST /swarm/init" | "POST /swarm/join") && session.disposable {
        session.remove_later("swarm", "");
        return;
    }
    let kind = match operation {
        "POST /containers/create" => "container",
        "POST /networks/create" => "network",
        "POST /volumes/create" => "volume",
        "POST /containers/{id}/exec" => "exec",
        "POST /commit" => "image",
        _ => return,
    };
    if answer.status >= 400 {
        return;
    }
    let json = body.json();
    let id = json.and_then(|json| json.get("Id").or_else(|| json.get("Name"))).and_then(Value::as_str);
    if let Some(id) = id {
        let id = id.to_owned();
        session.remember(kind, &id);
    }
}

/// The containers of a build's steps, by their short ids: `---> Running in 5ac4c4bdb4e2` (Docker 20.10's progress). One whose step failed stays, and
/// carries no label of the run.
fn build_containers(progress: &str) -> impl Iterator<Item = &str> {
    let is_id = |id: &&str| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    progress.split(" Running in ").skip(1).filter_map(|rest| rest.get(..12)).filter(is_id)
}

/// An answer, for the steps that follow.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Header names (lower case) and values.
    pub headers: Vec<(String, String)>,
    /// The decoded body.
    pub body: Payload,
    /// The body's bytes.
    pub bytes: Bytes,
    pub(super) role: Role,
}

impl Reply {
    /// The `Id` of what was created.
    pub fn id(&self) -> Result<String, Stop> {
        self.text("/Id")
    }

    /// The text at a pointer of the JSON body.
    pub fn text(&self, pointer: &str) -> Result<String, Stop> {
        self.at(pointer)?.as_str().map(str::to_owned).ok_or_else(|| self.lacks(pointer))
    }

    /// The value at a pointer of the JSON body.
    pub fn at(&self, pointer: &str) -> Result<Value, Stop> {
        self.body.json().and_then(|json| json.pointer(pointer)).cloned().ok_or_else(|| self.lacks(pointer))
    }

    fn lacks(&self, pointer: &str) -> Stop {
        let problem = format!("the answer (status {}) has nothing fit at {pointer}", self.status);
        match self.role {
            Role::Reference => Stop::Wrong(problem),
            Role::Candidate => Stop::Blocked(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_containers_of_a_builds_steps_are_found() {
        let progress = concat!(
            "{\"stream\":\" ---\\u003e Running in 5ac4c4bdb4e2\\n\"}\n",
            "{\"stream\":\" ---\\u003e Running in a circle\\n\"}\n",
            "{\"stream\":\" ---\\u003e Running in 0123456789ab\"}",
        );
        let found: Vec<&str> = super::build_containers(progress).collect();
        assert_eq!(found, ["5ac4c4bdb4e2", "0123456789ab"]);
    }
}
