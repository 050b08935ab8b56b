//! Row "Exit Statuses": "the exit status as returned by sdc-docker will currently be different" (DOCKER-41).
//!
//! The API shows the status that the zone left, or 0 when it left none. What a zone leaves is not documented further; played here is:
//! a process that ends by itself with another status than 0 is seen as 0 in wait, inspect and list; one that stop, kill or a forced
//! removal ended by a signal leaves nothing, so that wait lacks `StatusCode` (`res.send({StatusCode: undefined})`), inspect says 0
//! and list says `Exited` without a number. A process that ends by itself after a signal has a status of its own.

use super::{Variant, entry};
use crate::profile::Entry;
use crate::proxy::Engine;
use crate::rule::{Answer, Asked, Decision, Rule, Soon};
use hyper::Method;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Ids of containers that a client had ended.
#[derive(Debug, Default, Clone)]
struct Ended(Arc<Mutex<HashSet<String>>>);

impl Ended {
    fn set(&self, id: &str, ended: bool) {
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ended {
            ids.insert(id.to_owned())
        } else {
            ids.remove(id)
        };
    }

    /// Whether this status came from the signal of a client's request.
    fn by_signal(&self, id: &str, status: i64) -> bool {
        let ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (129..=192).contains(&status) && ids.contains(id)
    }
}

/// What becomes of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Status(i64),
    Nothing,
}

#[derive(Clone)]
struct ExitStatus {
    ended: Ended,
    /// The statuses that it is about: those of signals from outside, or all others.
    signals: bool,
    shown: Shown,
}

impl ExitStatus {
    fn concerns(&self, id: &str, status: i64) -> bool {
        status != 0 && self.ended.by_signal(id, status) == self.signals
    }

    fn wait(&self, id: &str, body: &mut Value) {
        let Some(status) = body["StatusCode"].as_i64() else { return };
        if self.concerns(id, status) {
            match self.shown {
                Shown::Status(status) => body["StatusCode"] = json!(status),
                Shown::Nothing => *body = json!({}),
            }
        }
    }

    fn inspect(&self, body: &mut Value) {
        let id = body["Id"].as_str().unwrap_or_default().to_owned();
        if let Some(code) = body.pointer_mut("/State/ExitCode")
            && code.as_i64().is_some_and(|status| self.concerns(&id, status))
        {
            *code = json!(self.number());
        }
    }

    fn list(&self, body: &mut Value) {
        for container in body.as_array_mut().into_iter().flatten() {
            let Some((number, ago)) = container["Status"].as_str().and_then(exited) else { continue };
            if self.concerns(container["Id"].as_str().unwrap_or_default(), number) {
                container["Status"] = match self.shown {
                    Shown::Status(status) => json!(format!("Exited ({status}){ago}")),
                    Shown::Nothing => json!("Exited"),
                };
            }
        }
    }

    fn number(&self) -> i64 {
        match self.shown {
            Shown::Status(status) => status,
            Shown::Nothing => 0,
        }
    }
}

/// The number and the rest of `Exited (137) 2 seconds ago`.
fn exited(status: &str) -> Option<(i64, &str)> {
    let (number, ago) = status.strip_prefix("Exited (")?.split_once(')')?;
    Some((number.parse().ok()?, ago))
}

/// What a request means for a container.
#[derive(Debug, Clone, Copy)]
enum Means {
    End,
    Start,
    Wait,
}

/// A restart ends the container too, but nobody sees that status.
fn meaning(asked: &Asked) -> Option<(String, Means)> {
    let operations = [
        (Method::POST, "/containers/*/stop", Means::End),
        (Method::POST, "/containers/*/kill", Means::End),
        (Method::DELETE, "/containers/*", Means::End),
        (Method::POST, "/containers/*/start", Means::Start),
        (Method::POST, "/containers/*/restart", Means::Start),
        (Method::POST, "/containers/*/wait", Means::Wait),
    ];
    operations.into_iter().find_map(|(method, pattern, means)| Some((asked.is(method, pattern)?, means)))
}

impl Rule for ExitStatus {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, engine: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move {
            let Some((name, means)) = meaning(asked) else { return Decision::Pass };
            let Some(container) = asked.container(&name, engine).await else { return Decision::Pass };
            let running = container.pointer("/State/Running") == Some(&Value::Bool(true));
            let id = container["Id"].as_str().unwrap_or_default();
            match means {
                Means::End if running => self.ended.set(id, true),
                Means::Start => self.ended.set(id, false),
                Means::End | Means::Wait => {}
            }
            Decision::Pass
        })
    }

    fn on_response<'a>(&'a self, asked: &'a mut Asked, answer: &'a mut Answer, _: &'a Engine) -> Soon<'a, ()> {
        Box::pin(async move {
            if answer.parts.status != 200 {
                return;
            }
            if asked.is(Method::POST, "/containers/*/wait").is_some() {
                // The head of a wait comes at once, and clients rely on that before they start the container.
                let id = asked.found().and_then(|container| container["Id"].as_str()).unwrap_or_default().to_owned();
                let rule = self.clone();
                answer.content.edit_later(Box::new(move |body| rule.wait(&id, body)));
            } else if asked.is(Method::GET, "/containers/*/json").is_some() {
                if let Some(body) = answer.content.json_mut().await {
                    self.inspect(body);
                }
            } else if asked.is(Method::GET, "/containers/json").is_some()
                && let Some(body) = answer.content.json_mut().await
            {
                self.list(body);
            }
        })
    }
}

pub(super) fn rules() -> Vec<Entry> {
    let ended = Ended::default();
    let make = |signals, shown: Shown| {
        let ended = ended.clone();
        move |variant: Variant| {
            let ended = ended.clone();
            ExitStatus { ended, signals, shown: variant.pick(shown, Shown::Status(99)) }
        }
    };
    let row = "Exit Statuses: a process that ends by itself";
    let signal = "Exit Statuses: a process that stop or kill ended; wait without StatusCode";
    vec![
        entry("exit-status", row, "every status is 99", make(false, Shown::Status(0))),
        entry("exit-status-signal", signal, "every status is 99", make(true, Shown::Nothing)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_kinds_of_end() {
        let ended = Ended::default();
        ended.set("a", true);
        let own = ExitStatus { ended: ended.clone(), signals: false, shown: Shown::Status(0) };
        let signal = ExitStatus { ended, signals: true, shown: Shown::Nothing };
        let wait = |rule: &ExitStatus, id: &str, status: i64| {
            let mut body = json!({ "StatusCode": status });
            rule.wait(id, &mut body);
            body
        };
        assert_eq!(wait(&signal, "a", 137), json!({}));
        assert_eq!(wait(&own, "a", 137), json!({"StatusCode": 137}));
        assert_eq!(wait(&own, "b", 137), json!({"StatusCode": 0}));
        assert_eq!(wait(&own, "a", 42), json!({"StatusCode": 0}));
        assert_eq!(wait(&signal, "a", 0), json!({"StatusCode": 0}));
        let mut list = json!([{"Id": "a", "Status": "Exited (143) 2 seconds ago"}, {"Id": "b", "Status": "Exited (7) 1 second ago"}]);
        signal.list(&mut list);
        own.list(&mut list);
        assert_eq!(list[0]["Status"], "Exited");
        assert_eq!(list[1]["Status"], "Exited (0) 1 second ago");
        let mut inspected = json!({"Id": "a", "State": {"ExitCode": 143}});
        signal.inspect(&mut inspected);
        assert_eq!(inspected["State"]["ExitCode"], 0);
    }
}
