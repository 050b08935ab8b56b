//! Small differences of statuses and bodies, as far as the wire facts list them.

use super::refuse::Refusal;
use super::{Variant, entry};
use crate::profile::Entry;
use crate::proxy::Engine;
use crate::rule::{Answer, Asked, Rule, Soon};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

/// Another status for success, and another body if one is given.
struct Status {
    method: Method,
    pattern: &'static str,
    from: u16,
    to: StatusCode,
    body: Option<Value>,
}

impl Rule for Status {
    fn on_response<'a>(&'a self, asked: &'a mut Asked, answer: &'a mut Answer, _: &'a Engine) -> Soon<'a, ()> {
        Box::pin(async move {
            if asked.is(self.method.clone(), self.pattern).is_none() || answer.parts.status != self.from {
                return;
            }
            match &self.body {
                Some(body) => answer.replace(Answer::json(self.to, body)),
                None => answer.set_status(self.to),
            }
        })
    }
}

/// Another error for one of the engine's.
struct Error {
    method: Method,
    pattern: &'static str,
    status: u16,
    /// A part of the engine's message.
    saying: &'static str,
    /// From the container's name and the engine's message.
    refusal: fn(&str, &str) -> Refusal,
    variant: Variant,
}

impl Rule for Error {
    fn on_response<'a>(&'a self, asked: &'a mut Asked, answer: &'a mut Answer, _: &'a Engine) -> Soon<'a, ()> {
        Box::pin(async move {
            let Some(name) = asked.is(self.method.clone(), self.pattern) else { return };
            if answer.own || answer.parts.status != self.status {
                return;
            }
            let message = answer.content.message().await.unwrap_or_default();
            if message.contains(self.saying) {
                let refusal = (self.refusal)(&name, &message);
                let refusal = self.variant.pick(refusal.clone(), refusal.altered());
                answer.replace(refusal.answer(asked));
            }
        })
    }
}

type Change = fn(&mut Value, Variant);

/// Another shape of a document.
struct Shape {
    method: Method,
    pattern: &'static str,
    /// The answer's head comes before its body.
    late: bool,
    change: Change,
    variant: Variant,
}

impl Rule for Shape {
    fn on_response<'a>(&'a self, asked: &'a mut Asked, answer: &'a mut Answer, _: &'a Engine) -> Soon<'a, ()> {
        Box::pin(async move {
            if asked.is(self.method.clone(), self.pattern).is_none() || answer.parts.status != 200 {
                return;
            }
            if self.late {
                let (change, variant) = (self.change, self.variant);
                answer.content.edit_later(Box::new(move |body| change(body, variant)));
            } else if let Some(body) = answer.content.json_mut().await {
                (self.change)(body, self.variant);
            }
        })
    }
}

/// lib/endpoints/containers.js, `containerWait`: one member only.
fn wait(body: &mut Value, variant: Variant) {
    if let Some(members) = body.as_object_mut() {
        members.shift_remove("Error");
        if variant == Variant::Altered {
            members.insert("Error".to_owned(), json!("none"));
        }
    }
}

/// API 1.2x's early days (lib/backends/sdc/utils.js).
fn inspect(body: &mut Value, variant: Variant) {
    body["ExecDriver"] = json!(variant.pick("sdc-0.1", "native-0.2"));
    if let Some(state) = body["State"].as_object_mut() {
        state.shift_remove("Status");
    }
    let more =
        json!({ "CpuShares": 0, "Cpuset": "", "Memory": 0, "MemorySwap": 0, "PortSpecs": null, "SecurityOpt": null });
    if let (Some(config), Value::Object(more)) = (body["Config"].as_object_mut(), more) {
        config.extend(more);
    }
    if let Some(host) = body["HostConfig"].as_object_mut() {
        host.insert("LxcConf".to_owned(), json!([]));
    }
}

/// lib/endpoints/exec.js, `execInspect`: two members.
fn exec_inspect(body: &mut Value, variant: Variant) {
    *body = match variant {
        Variant::Documented => json!({ "Running": body["Running"], "ExitCode": body["ExitCode"] }),
        Variant::Altered => json!({ "Running": body["Running"] }),
    };
}

const NO_CONTENT: &str = "202 instead";

pub(super) fn rules() -> Vec<Entry> {
    let status = |name, row, method: Method, pattern, from, body: Option<Value>| {
        entry(name, row, NO_CONTENT, move |variant: Variant| Status {
            method: method.clone(),
            pattern,
            from,
            to: variant.pick(StatusCode::OK, StatusCode::ACCEPTED),
            body: body.clone(),
        })
    };
    let shape = |name, row, alteration, method: Method, pattern, late, change: Change| {
        entry(name, row, alteration, move |variant| Shape { method: method.clone(), pattern, late, change, variant })
    };
    let error = |name, row, method: Method, pattern, saying, refusal: fn(&str, &str) -> Refusal| {
        entry(name, row, "403 (NotAuthorized) instead", move |variant| Error {
            method: method.clone(),
            pattern,
            status: 409,
            saying,
            refusal,
            variant,
        })
    };
    let (create, exec) = ("/containers/create", "/containers/*/exec");
    vec![
        status("create-status", "wire facts: create answers 200", Method::POST, create, 201, None),
        status("exec-create-status", "wire facts: create answers 200", Method::POST, exec, 201, None),
        status(
            "rename-status",
            "wire facts: rename 200 {}",
            Method::POST,
            "/containers/*/rename",
            204,
            Some(json!({})),
        ),
        shape(
            "wait-shape",
            "wire facts: wait answers StatusCode alone",
            "Error is a text",
            Method::POST,
            "/containers/*/wait",
            true,
            wait,
        ),
        shape(
            "inspect-shape",
            "wire facts: inspect has the shape of API 1.2x's early days",
            "ExecDriver is native-0.2",
            Method::GET,
            "/containers/*/json",
            false,
            inspect,
        ),
        shape(
            "exec-inspect-shape",
            "source code: exec inspect answers Running and ExitCode",
            "ExitCode is missing",
            Method::GET,
            "/exec/*/json",
            false,
            exec_inspect,
        ),
        error(
            "remove-running",
            "wire facts: removing a running container 500",
            Method::DELETE,
            "/containers/*",
            "running container",
            |_, message| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "", message),
        ),
        error(
            "exec-stopped",
            "wire facts: exec on a stopped container 400",
            Method::POST,
            exec,
            "is not running",
            |name, _| {
                let message = format!("Container {name} is not running");
                Refusal::new(StatusCode::BAD_REQUEST, "DockerContainerNotRunning", message)
            },
        ),
        error(
            "name-in-use",
            "wire facts: name in use 409 (ValidationFailed)",
            Method::POST,
            create,
            "already in use",
            |_, _| {
                let message = "problem creating container: Invalid VM parameters: \"alias\" (Duplicate) Already exists for this owner_uuid";
                Refusal::new(StatusCode::CONFLICT, "ValidationFailed", message)
            },
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_inspect() {
        let mut body =
            json!({"State": {"Status": "running", "Running": true}, "Config": {"Image": "x"}, "HostConfig": {}});
        inspect(&mut body, Variant::Documented);
        assert_eq!(body["State"], json!({"Running": true}));
        assert_eq!(body["Config"]["Cpuset"], "");
        assert_eq!(body["ExecDriver"], "sdc-0.1");
        assert_eq!(body["HostConfig"]["LxcConf"], json!([]));
    }
}
