//! Who answers: `/version`, `/info`, and the headers of all routed answers.

use super::{Variant, entry};
use crate::profile::Entry;
use crate::proxy::Engine;
use crate::rule::{Answer, Asked, Decision, Rule, Soon};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

/// lib/endpoints/version.js; it has no MinAPIVersion.
struct Version(Variant);

impl Rule for Version {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, _: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move {
            if asked.is(Method::GET, "/version").is_none() {
                return Decision::Pass;
            }
            // The commit and time of the build are of the code that was read, the rest as that code has it on SmartOS.
            let version = json!({
                "ApiVersion": "1.21", "Arch": "i386", "BuildTime": "2016-11-01T00:00:00Z", "GitCommit": "a7aed3c",
                "GoVersion": "node0.10.48", "Os": self.0.pick("solaris", "plan9"), "Version": "1.9.0",
            });
            Decision::Answer(Box::new(Answer::json(StatusCode::OK, &version)))
        })
    }
}

/// lib/backends/sdc/sysinfo.js: the engine's own counts of containers and images, everything else is the data centre's.
struct Info(Variant);

impl Rule for Info {
    fn on_response<'a>(&'a self, asked: &'a mut Asked, answer: &'a mut Answer, _: &'a Engine) -> Soon<'a, ()> {
        Box::pin(async move {
            if asked.is(Method::GET, "/info").is_none() || answer.parts.status != 200 {
                return;
            }
            if let Some(info) = answer.content.json_mut().await {
                *info = triton(info, self.0);
            }
        })
    }
}

fn triton(docker: &Value, variant: Variant) -> Value {
    json!({
        "Architecture": "x86_64",
        "Driver": variant.pick("sdc", "lxzone"),
        "DriverStatus": [["SDCAccount", "lockstep"]],
        "ExecutionDriver": "sdc-0.4.0",
        "KernelVersion": "3.12.0-1-amd64",
        "LoggingDriver": "json-file",
        "OperatingSystem": "SmartDataCenter",
        "OSType": "linux",
        "Name": "lockstep-1",
        "IndexServerAddress": "https://index.docker.io/v1/",
        "MemoryLimit": true,
        "SwapLimit": true,
        "IPv4Forwarding": true,
        "Containers": docker["Containers"],
        "Images": docker["Images"],
        "ID": "9f1c5a4e-0000-4000-8000-000000000001",
    })
}

/// lib/docker.js: `Server`, `x-request-id`, `x-response-time`; none of Docker's own. What the router itself answers has neither.
struct Headers(Variant);

const DOCKERS: [&str; 7] =
    ["api-version", "docker-experimental", "ostype", "builder-version", "swarm", "cache-control", "pragma"];

impl Rule for Headers {
    fn on_response<'a>(&'a self, asked: &'a mut Asked, answer: &'a mut Answer, _: &'a Engine) -> Soon<'a, ()> {
        Box::pin(async move {
            for name in DOCKERS {
                answer.parts.headers.remove(name);
            }
            answer.parts.headers.remove("server");
            // Attach and exec write their head by hand.
            if answer.unrouted || answer.parts.status == 101 || is_raw(answer) {
                return;
            }
            answer.set_header("x-request-id", &asked.id);
            answer.set_header("x-response-time", &asked.started.elapsed().as_millis().to_string());
            answer.set_header("server", self.0.pick("Triton/1.9.0 (linux)", "Altered/1.9.0 (linux)"));
        })
    }
}

fn is_raw(answer: &Answer) -> bool {
    let kind = answer.parts.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.ends_with("raw-stream") && !answer.parts.headers.contains_key("date")
}

pub(super) fn rules() -> Vec<Entry> {
    vec![
        entry("version", "wire facts: /version 1.9.0, API 1.21, no MinAPIVersion", "the system is plan9", Version),
        entry("info", "wire facts: /info of SmartDataCenter", "the driver is lxzone", Info),
    ]
}

/// To be the last rule: it is about every answer.
pub(super) fn headers() -> Vec<Entry> {
    let row = "wire facts: Server, x-request-id and x-response-time, no Api-Version";
    vec![entry("server-headers", row, "the server is Altered", Headers)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_the_engines() {
        let info = triton(&json!({"Containers": 3, "Images": 2, "Swarm": {}}), Variant::Documented);
        assert_eq!(info["Containers"], 3);
        assert_eq!(info["Driver"], "sdc");
        assert!(info.get("Swarm").is_none());
    }
}
