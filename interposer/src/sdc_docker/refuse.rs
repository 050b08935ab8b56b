//! Errors as SDC Docker writes them, and what it refuses at create, pull and so on.
//!
//! `text/plain` without a charset: `(<RestCode>) <message> (<request id>)`, where plain DockerErrors and MethodNotAllowed leave the
//! code off (lib/errors.js, `formatErrOrText`).

use super::{Variant, entry};
use crate::profile::Entry;
use crate::proxy::Engine;
use crate::rule::{Answer, Asked, Decision, Rule, Soon};
use hyper::{Method, StatusCode};
use serde_json::Value;

/// An error of SDC Docker's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// The code in parentheses; empty when there is none.
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, code, message: message.into() }
    }

    /// 400 `(NotImplemented) … is not implemented`.
    pub(super) fn not_implemented(feature: impl std::fmt::Display) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "NotImplemented", format!("{feature} is not implemented"))
    }

    /// 422 `(Validation) …`.
    pub(super) fn invalid(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "Validation", message)
    }

    /// 500 without a code.
    fn docker(message: &str) -> Refusal {
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "", message)
    }

    pub(super) fn text(&self, id: &str) -> String {
        let code = if self.code.is_empty() { String::new() } else { format!("({}) ", self.code) };
        format!("{code}{} ({id})", self.message)
    }

    pub(super) fn answer(&self, asked: &Asked) -> Answer {
        Answer::own(self.status, "text/plain", self.text(&asked.id))
    }

    /// What an altered rule answers in its place: still an error, but none that says that something is missing.
    pub(super) fn altered(self) -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, "NotAuthorized", "altered by the interposer")
    }

    pub(super) fn decide(self, variant: Variant, asked: &Asked) -> Decision {
        let refusal = variant.pick(self.clone(), self.altered());
        Decision::Answer(Box::new(refusal.answer(asked)))
    }
}

/// Looks at a create's body and says what is wrong with it.
type Judge = fn(&Value) -> Option<Refusal>;

/// Refuses some bodies of `POST /containers/create`.
struct AtCreate(Judge, Variant);

impl Rule for AtCreate {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, _: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move {
            if asked.is(Method::POST, "/containers/create").is_none() {
                return Decision::Pass;
            }
            match asked.content.json().await.and_then(self.0) {
                Some(refusal) => refusal.decide(self.1, asked),
                None => Decision::Pass,
            }
        })
    }
}

/// Without a tag, and by digest: both 400 (lib/endpoints/images.js, `imageCreate`).
struct Pull(Variant);

impl Rule for Pull {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, _: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move {
            let image = asked.route.parameter("fromImage").filter(|image| !image.is_empty());
            let (Some(image), Some(_)) = (image, asked.is(Method::POST, "/images/create")) else {
                return Decision::Pass;
            };
            let tag = asked.route.parameter("tag").unwrap_or_default();
            let named = image.rsplit('/').next().unwrap_or_default();
            if image.contains('@') || tag.contains(':') {
                return Refusal::not_implemented("\"docker pull\" by @DIGEST").decide(self.0, asked);
            }
            if tag.is_empty() && !named.contains(':') {
                return Refusal::not_implemented("docker pull -a").decide(self.0, asked);
            }
            Decision::Pass
        })
    }
}

/// lib/validate.js, `assertNetworkMode`; the doubled "is not" is its own.
fn network_mode(body: &Value) -> Option<Refusal> {
    match body.pointer("/HostConfig/NetworkMode")?.as_str()? {
        mode @ ("host" | "none") => Some(Refusal::not_implemented(format!("NetworkMode {mode} is not supported"))),
        mode if mode.starts_with("container:") => {
            Some(Refusal::not_implemented("Container networking is not supported"))
        }
        _ => None,
    }
}

/// lib/validate.js, `assertNetworkingParams`.
fn links(body: &Value) -> Option<Refusal> {
    let host = body.get("HostConfig")?;
    let mode = host["NetworkMode"].as_str().unwrap_or_default();
    let linked = host["Links"].as_array().is_some_and(|links| !links.is_empty());
    let own = !matches!(mode, "" | "bridge" | "default");
    (linked && own).then(|| Refusal::not_implemented("user-defined networking links"))
}

fn host_volumes(body: &Value) -> Option<Refusal> {
    let binds = body.pointer("/HostConfig/Binds")?.as_array()?;
    let host = binds.iter().filter_map(Value::as_str).any(|bind| bind.starts_with('/') && bind.contains(':'));
    host.then(|| Refusal::docker("host volumes are not supported"))
}

/// Each container has an IP stack of its own, so host ports equal container ports.
fn port_remapping(body: &Value) -> Option<Refusal> {
    let bindings = body.pointer("/HostConfig/PortBindings")?.as_object()?;
    let remapped = bindings.iter().any(|(port, hosts)| {
        let own = port.split('/').next().unwrap_or_default();
        let mut hosts = hosts.as_array().into_iter().flatten().filter_map(|host| host["HostPort"].as_str());
        hosts.any(|host| !host.is_empty() && host != own)
    });
    remapped.then(|| Refusal::docker("publish port: remapping of port numbers not allowed"))
}

/// The largest package of the data centre that is played here.
const LARGEST: u64 = 64 << 30;

fn package(body: &Value) -> Option<Refusal> {
    let memory = body.pointer("/HostConfig/Memory").or(body.get("Memory"))?.as_u64()?;
    let message = format!("no package supports the given container constraints: memory={memory}");
    let refusal = Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "NoSufficientPackage", message);
    (memory > LARGEST).then_some(refusal)
}

fn image(body: &Value) -> Option<Refusal> {
    let refusal = Refusal::invalid("\"Image\" must be a string");
    (!body["Image"].is_string()).then_some(refusal)
}

const FORBIDDEN: &str = "403 (NotAuthorized) instead";

pub(super) fn rules() -> Vec<Entry> {
    let create = |name, row, judge: Judge| entry(name, row, FORBIDDEN, move |variant| AtCreate(judge, variant));
    vec![
        entry("pull-needs-tag", "wire facts: pull without a tag or by digest 400", FORBIDDEN, Pull),
        create("image-must-be-text", "wire facts: validation 422 \"Image\" must be a string", image),
        create("network-mode", "wire facts: NetworkMode host, none and container: 400", network_mode),
        create("links", "wire facts: user-defined links 400", links),
        create("host-volumes", "wire facts: host volumes 500", host_volumes),
        create("port-remapping", "wire facts: another host port 500", port_remapping),
        create("package", "wire facts: more memory than any package 422", package),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[test]
    fn texts() {
        let coded = Refusal::not_implemented("changes");
        assert_eq!(coded.text("u"), "(NotImplemented) changes is not implemented (u)");
        assert_eq!(Refusal::docker("no").text("u"), "no (u)");
    }

    #[rstest]
    #[case(network_mode, json!({"HostConfig": {"NetworkMode": "host"}}), "NetworkMode host is not supported is not implemented")]
    #[case(network_mode, json!({"HostConfig": {"NetworkMode": "bridge"}}), "")]
    #[case(links, json!({"HostConfig": {"NetworkMode": "n", "Links": ["a:b"]}}), "user-defined networking links is not implemented")]
    #[case(links, json!({"HostConfig": {"Links": ["a:b"]}}), "")]
    #[case(host_volumes, json!({"HostConfig": {"Binds": ["/a:/b"]}}), "host volumes are not supported")]
    #[case(host_volumes, json!({"HostConfig": {"Binds": ["/b"]}}), "")]
    #[case(port_remapping, json!({"HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "81"}]}}}), "publish port: remapping of port numbers not allowed")]
    #[case(port_remapping, json!({"HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "80"}, {"HostPort": ""}]}}}), "")]
    #[case(package, json!({"HostConfig": {"Memory": 1u64 << 40}}), "no package supports the given container constraints: memory=1099511627776")]
    #[case(image, json!({}), "\"Image\" must be a string")]
    fn judges(#[case] judge: Judge, #[case] body: Value, #[case] message: &str) {
        assert_eq!(judge(&body).map(|refusal| refusal.message).unwrap_or_default(), message);
    }
}
