//! Since which API version there is what a call asks for.
//!
//! From the Engine API's version history. Docker itself takes most of it at any version, but an engine that speaks an older API need
//! not know it: below its version a scenario is not run, and no difference comes of it.

use crate::engine::ApiVersion;
use serde_json::Value;

/// A part of the API and the minor number of the version 1.x that brought it.
type Since = (&'static str, u32);

/// Operations; a star at the end stands for any rest.
const OPERATIONS: &[Since] = &[
    ("POST /containers/{id}/update", 22),
    ("GET /swarm*", 24),
    ("POST /swarm/*", 24),
    ("GET /nodes*", 24),
    ("POST /nodes/*", 24),
    ("DELETE /nodes/*", 24),
    ("GET /services/{id}/logs", 29),
    ("GET /services*", 24),
    ("POST /services/*", 24),
    ("DELETE /services/*", 24),
    ("GET /tasks/{id}/logs", 29),
    ("GET /tasks*", 24),
    ("POST /plugins/{name}/upgrade", 26),
    ("GET /plugins*", 25),
    ("POST /plugins/*", 25),
    ("DELETE /plugins/*", 25),
    ("GET /secrets*", 25),
    ("POST /secrets/*", 25),
    ("DELETE /secrets/*", 25),
    ("GET /system/df", 25),
    ("POST /containers/prune", 25),
    ("POST /images/prune", 25),
    ("POST /networks/prune", 25),
    ("POST /volumes/prune", 25),
    ("GET /configs*", 30),
    ("POST /configs/*", 30),
    ("DELETE /configs/*", 30),
    ("GET /distribution/*", 30),
    ("POST /build/prune", 31),
    ("POST /session", 31),
    ("HEAD /_ping", 40),
];

/// Query parameters by operation.
const PARAMETERS: &[(&str, &[Since])] = &[
    ("POST /containers/create", &[("platform", 41)]),
    ("POST /containers/{id}/wait", &[("condition", 30)]),
    ("GET /containers/{id}/logs", &[("details", 23), ("until", 35)]),
    ("GET /containers/{id}/stats", &[("one-shot", 41)]),
    ("PUT /containers/{id}/archive", &[("copyUIDGID", 30)]),
    ("POST /images/create", &[("platform", 32)]),
    ("POST /images/load", &[("quiet", 23)]),
    ("GET /images/search", &[("limit", 24), ("filters", 24)]),
    ("GET /networks/{id}", &[("verbose", 28), ("scope", 31)]),
    ("DELETE /volumes/{name}", &[("force", 25)]),
    (
        "POST /build",
        &[
            ("shmsize", 22),
            ("labels", 23),
            ("cachefrom", 25),
            ("networkmode", 25),
            ("squash", 25),
            ("extrahosts", 28),
            ("target", 29),
            ("platform", 32),
            ("version", 38),
            ("outputs", 40),
        ],
    ),
];

/// Keys of `filters` by operation.
const FILTERS: &[(&str, &[Since])] = &[
    ("GET /containers/json", &[("network", 24), ("health", 25), ("is-task", 25), ("publish", 28), ("expose", 28)]),
    ("GET /images/json", &[("since", 24), ("before", 24), ("reference", 25)]),
    (
        "GET /networks",
        &[("name", 22), ("id", 22), ("type", 22), ("label", 24), ("driver", 24), ("scope", 29), ("dangling", 40)],
    ),
    ("GET /volumes", &[("name", 23), ("driver", 23), ("label", 24)]),
    ("GET /events", &[("daemon", 24), ("scope", 30)]),
];

/// Members of the body by operation.
const MEMBERS: &[(&str, &[Since])] = &[
    (
        "POST /containers/create",
        &[
            ("/StopTimeout", 25),
            ("/Healthcheck", 24),
            ("/HostConfig/AutoRemove", 25),
            ("/HostConfig/BlkioDeviceReadBps", 22),
            ("/HostConfig/CgroupnsMode", 41),
            ("/HostConfig/DeviceCgroupRules", 28),
            ("/HostConfig/DeviceRequests", 40),
            ("/HostConfig/Init", 25),
            ("/HostConfig/Mounts", 25),
            ("/HostConfig/NanoCpus", 25),
            ("/HostConfig/PidsLimit", 23),
            ("/HostConfig/ShmSize", 22),
            ("/HostConfig/StorageOpt", 24),
            ("/HostConfig/Sysctls", 24),
            ("/HostConfig/Tmpfs", 22),
            ("/HostConfig/UsernsMode", 23),
            ("/HostConfig/OomScoreAdj", 22),
            ("/NetworkingConfig", 22),
        ],
    ),
    ("POST /containers/{id}/exec", &[("/Privileged", 19), ("/DetachKeys", 22), ("/Env", 25), ("/WorkingDir", 35)]),
    (
        "POST /networks/create",
        &[
            ("/Internal", 22),
            ("/EnableIPv6", 23),
            ("/Attachable", 24),
            ("/Ingress", 29),
            ("/Scope", 30),
            ("/ConfigOnly", 30),
            ("/ConfigFrom", 30),
        ],
    ),
    ("POST /networks/{id}/connect", &[("/EndpointConfig", 22)]),
    ("POST /networks/{id}/disconnect", &[("/Force", 22)]),
];

/// What a call asks for that an API of this version does not have yet: the version that it needs, and the part.
pub(super) fn younger(
    api: ApiVersion,
    operation: &str,
    query: &[(String, String)],
    body: Option<&Value>,
) -> Option<(ApiVersion, String)> {
    let of = |table: &'static [(&'static str, &'static [Since])]| {
        table.iter().filter(|(name, _)| *name == operation).flat_map(|(_, parts)| *parts)
    };
    let filters: Value = query
        .iter()
        .find(|(name, _)| name == "filters")
        .and_then(|(_, value)| serde_json::from_str(value).ok())
        .unwrap_or_default();
    let whole = OPERATIONS.iter().find(|(name, _)| fits(name, operation)).map(|(_, minor)| (*minor, String::new()));
    let parameters = of(PARAMETERS)
        .filter(|(part, _)| query.iter().any(|(name, _)| name == part))
        .map(|(part, minor)| (*minor, format!("?{part}")));
    let keys = of(FILTERS)
        .filter(|(key, _)| filters.get(key).is_some())
        .map(|(key, minor)| (*minor, format!(" filter {key}")));
    let members = of(MEMBERS)
        .filter(|(pointer, _)| body.and_then(|body| body.pointer(pointer)).is_some_and(says_something))
        .map(|(pointer, minor)| (*minor, format!(" {}", pointer.trim_start_matches('/').replace('/', "."))));
    let needed = whole.into_iter().chain(parameters).chain(keys).chain(members);
    let (minor, part) = needed.max_by_key(|(minor, _)| *minor)?;
    let needed = ApiVersion(1, minor);
    (needed > api).then(|| (needed, format!("{operation}{part}")))
}

/// Null and empty lists and objects ask for nothing.
fn says_something(value: &Value) -> bool {
    let empty =
        value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(|object| object.is_empty());
    !value.is_null() && !empty
}

fn fits(pattern: &str, operation: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => operation.starts_with(start),
        None => pattern == operation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case("GET /swarm", "", json!(null), "1.24 GET /swarm")]
    #[case("POST /containers/prune", "", json!(null), "1.25 POST /containers/prune")]
    #[case("POST /containers/{id}/wait", "", json!(null), "")]
    #[case("POST /containers/{id}/wait", "condition=removed", json!(null), "1.30 POST /containers/{id}/wait?condition")]
    #[case("GET /networks", r#"filters={"label":["x"]}"#, json!(null), "1.24 GET /networks filter label")]
    #[case("POST /containers/create", "name=x", json!({"Image": "x"}), "")]
    #[case("POST /containers/create", "", json!({"HostConfig": {"Init": true, "Tmpfs": null}}), "1.25 POST /containers/create HostConfig.Init")]
    #[case("POST /containers/create", "platform=x", json!({"HostConfig": {"Init": true}}), "1.41 POST /containers/create?platform")]
    #[case("GET /services/{id}/logs", "", json!(null), "1.29 GET /services/{id}/logs")]
    fn at_api_1_21(#[case] operation: &str, #[case] query: &str, #[case] body: Value, #[case] said: &str) {
        let query: Vec<(String, String)> =
            query.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        let needed = younger(ApiVersion(1, 21), operation, &query, Some(&body));
        assert_eq!(needed.map(|(api, part)| format!("{api} {part}")).unwrap_or_default(), said);
        assert_eq!(younger(ApiVersion(1, 41), operation, &query, Some(&body)), None);
    }

    /// A name that the API does not have would never be looked up.
    #[test]
    fn names_stand_in_the_api() {
        let known = &crate::api::Api::nearest("1.41").operations;
        let is_known = |name: &str| known.iter().any(|facts| fits(name, &facts.operation));
        let tables = [PARAMETERS, FILTERS, MEMBERS];
        for name in OPERATIONS
            .iter()
            .map(|(name, _)| *name)
            .chain(tables.iter().flat_map(|table| table.iter().map(|(name, _)| *name)))
        {
            assert!(is_known(name), "{name}");
        }
        // In the version history, but not in the OpenAPI document.
        let undocumented = ["details"];
        let has = |name: &str, part: &str| {
            known.iter().any(|facts| facts.operation == name && facts.query.contains_key(part))
        };
        let parts = PARAMETERS.iter().flat_map(|(name, parts)| parts.iter().map(move |(part, _)| (*name, *part)));
        let unknown: Vec<_> = parts.filter(|(name, part)| !has(name, part) && !undocumented.contains(part)).collect();
        assert_eq!(unknown, Vec::<(&str, &str)>::new());
    }
}
