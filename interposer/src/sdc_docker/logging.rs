//! Row "Container Logging": drivers and their options (lib/common.js, `LOG_DRIVERS`; lib/validate.js, `assertLogConfig`).
//!
//! Which drivers a data centre has is its operator's choice; played here is one that has all that SDC Docker knows, and `none`.

use super::refuse::Refusal;
use super::{Variant, entry};
use crate::profile::Entry;
use crate::proxy::Engine;
use crate::rule::{Asked, Decision, Rule, Soon};
use hyper::Method;
use serde_json::Value;

/// A driver's name, its options, and the one that must be there.
const DRIVERS: [(&str, &[&str], Option<&str>); 5] = [
    ("fluentd", &["fluentd-address", "fluentd-tag"], Some("fluentd-address")),
    ("gelf", &["gelf-address", "gelf-tag"], Some("gelf-address")),
    ("json-file", &["max-size", "max-file"], None),
    ("none", &[], None),
    ("syslog", &["syslog-address", "syslog-facility", "syslog-tag"], Some("syslog-address")),
];

type Judge = fn(&str, &Value) -> Option<Refusal>;

struct LogConfig(Judge, Variant);

impl Rule for LogConfig {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, _: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move {
            if asked.is(Method::POST, "/containers/create").is_none() {
                return Decision::Pass;
            }
            let body = asked.content.json().await;
            let Some(config) = body.and_then(|body| body.pointer("/HostConfig/LogConfig")) else {
                return Decision::Pass;
            };
            let driver = config["Type"].as_str().filter(|driver| !driver.is_empty()).unwrap_or("json-file");
            match (self.0)(driver, &config["Config"]) {
                Some(refusal) => refusal.decide(self.1, asked),
                None => Decision::Pass,
            }
        })
    }
}

fn driver(driver: &str, _: &Value) -> Option<Refusal> {
    let known = DRIVERS.iter().any(|(name, ..)| *name == driver);
    (!known).then(|| Refusal::invalid(format!("unsupported log driver: {driver}")))
}

fn options(driver: &str, config: &Value) -> Option<Refusal> {
    let (_, known, required) = DRIVERS.iter().find(|(name, ..)| *name == driver)?;
    let given: Vec<&String> = config.as_object().into_iter().flat_map(|options| options.keys()).collect();
    if let Some(required) = required.filter(|required| !given.iter().any(|given| given == required)) {
        return Some(Refusal::invalid(format!("missing required log opt '{required}' for log driver: {driver}")));
    }
    let unknown = given.into_iter().find(|option| !known.contains(&option.as_str()))?;
    Some(Refusal::invalid(match known.is_empty() {
        true => format!("log driver: {driver} does not support options"),
        false => format!("unknown log opt: '{unknown}' for {driver} driver"),
    }))
}

pub(super) fn rules() -> Vec<Entry> {
    let rule = |name, row, judge: Judge| {
        entry(name, row, "403 (NotAuthorized) instead", move |variant| LogConfig(judge, variant))
    };
    vec![
        rule("log-driver", "Container Logging: journald and other unknown drivers 422", driver),
        rule("log-options", "Container Logging: options of the drivers 422", options),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case("journald", json!({}), "unsupported log driver: journald")]
    #[case("awslogs", json!(null), "unsupported log driver: awslogs")]
    #[case("json-file", json!({"max-size": "1m"}), "")]
    #[case("json-file", json!({"labels": "a"}), "unknown log opt: 'labels' for json-file driver")]
    #[case("none", json!({"a": "b"}), "log driver: none does not support options")]
    #[case("syslog", json!({}), "missing required log opt 'syslog-address' for log driver: syslog")]
    #[case("none", json!(null), "")]
    fn judged(#[case] name: &str, #[case] config: Value, #[case] message: &str) {
        let refusal = driver(name, &config).or_else(|| options(name, &config));
        assert_eq!(refusal.map(|refusal| refusal.message).unwrap_or_default(), message);
    }
}
