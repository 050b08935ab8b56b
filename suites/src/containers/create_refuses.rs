//! What create refuses, one field a scenario.

use super::forever;
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    for (name, status, body) in [resources(), ports(), mounts(), networks(), policies(), fields(), rights()].concat() {
        area.add(&format!("create/refuses/{name}"), move |s| Box::pin(refused(s, status, body.clone())));
    }
    area.add("create/realtime-above-its-period", |s| Box::pin(realtime_above_its_period(s)));
}

/// Name, status, and what is wrong in an otherwise good body.
type Cases = Vec<(&'static str, u16, Value)>;

fn host(config: Value) -> Value {
    json!({ "HostConfig": config })
}

fn resources() -> Cases {
    vec![
        ("negative-memory", 400, host(json!({ "Memory": -1 }))),
        ("tiny-memory", 400, host(json!({ "Memory": 4096 }))),
        ("swap-below-memory", 400, host(json!({ "Memory": 67_108_864, "MemorySwap": 33_554_432 }))),
        ("swap-without-memory", 400, host(json!({ "MemorySwap": 67_108_864 }))),
        ("swappiness-above-100", 400, host(json!({ "MemorySwappiness": 101 }))),
        ("reservation-above-memory", 400, host(json!({ "Memory": 33_554_432, "MemoryReservation": 67_108_864 }))),
        ("tiny-reservation", 400, host(json!({ "MemoryReservation": 1024 }))),
        ("negative-cpus", 400, host(json!({ "NanoCpus": -1 }))),
        ("cpus-and-quota", 400, host(json!({ "NanoCpus": 1_000_000_000, "CpuQuota": 5000 }))),
        ("tiny-cpu-period", 400, host(json!({ "CpuPeriod": 5 }))),
        ("tiny-cpu-quota", 400, host(json!({ "CpuQuota": 5 }))),
        ("cpuset-nonsense", 400, host(json!({ "CpusetCpus": "x" }))),
        ("oom-score-out-of-range", 400, host(json!({ "OomScoreAdj": 2000 }))),
        ("input-and-output-of-windows", 500, host(json!({ "IOMaximumIOps": 1, "IOMaximumBandwidth": 1 }))),
        ("negative-shm", 400, host(json!({ "ShmSize": -1 }))),
        ("storage-option-nonsense", 500, host(json!({ "StorageOpt": { "lockstep-nosuch": "1" } }))),
        ("text-for-number", 500, host(json!({ "Memory": "64m" }))),
    ]
}

/// Refused as such, or since the kernel gives no realtime at all: with another status.
async fn realtime_above_its_period(s: &mut Session) -> Outcome {
    let mut body = json!({ "Image": s.image(), "Cmd": forever() });
    body["HostConfig"] = realtime();
    s.call("POST /containers/create", &[]).json(body).answered().await?;
    Ok(())
}

/// More realtime than there is in a period, both in microseconds.
pub(super) fn realtime() -> Value {
    json!({ "CpuRealtimePeriod": 1000, "CpuRealtimeRuntime": 2000 })
}

fn ports() -> Cases {
    let bound = |key: &str, port: &str| host(json!({ "PortBindings": { key: [{ "HostPort": port }] } }));
    vec![
        ("host-port-nonsense", 400, bound("80/tcp", "x")),
        ("host-port-too-big", 400, bound("80/tcp", "99999")),
        ("port-nonsense", 400, bound("abc/tcp", "80")),
    ]
}

/// Some engines make a missing source: none here can be made.
fn mounts() -> Cases {
    let bind = |bind: &str| host(json!({ "Binds": [bind] }));
    let mount = |mount: Value| host(json!({ "Mounts": [mount] }));
    vec![
        ("bind-relative-source", 400, bind("rel/path:/x")),
        ("bind-unknown-mode", 500, bind("/etc:/x:zz")),
        ("bind-relative-target", 500, bind("/etc:x")),
        ("bind-onto-root", 500, bind("/etc:/")),
        ("bind-empty", 500, bind("")),
        ("bind-too-many-parts", 500, bind("/etc:/b:ro:z:q")),
        ("bind-target-twice", 400, host(json!({ "Binds": ["/etc:/x", "/etc:/x"] }))),
        ("mount-unknown-type", 400, mount(json!({ "Type": "foo", "Target": "/x" }))),
        ("mount-without-target", 400, mount(json!({ "Type": "volume" }))),
        (
            "mount-missing-source",
            400,
            mount(json!({ "Type": "bind", "Source": "/proc/lockstep-nosuch", "Target": "/x" })),
        ),
        ("mount-bind-without-source", 400, mount(json!({ "Type": "bind", "Target": "/x" }))),
        ("mount-tmpfs-with-source", 400, mount(json!({ "Type": "tmpfs", "Source": "/etc", "Target": "/x" }))),
        ("tmpfs-relative", 400, host(json!({ "Tmpfs": { "x": "" } }))),
        ("volumes-from-unknown", 400, host(json!({ "VolumesFrom": ["lockstep-nosuch"] }))),
    ]
}

fn networks() -> Cases {
    let endpoint = |config: Value| json!({ "NetworkingConfig": { "EndpointsConfig": { "bridge": config } } });
    vec![
        ("network-mode-container-without-name", 400, host(json!({ "NetworkMode": "container:" }))),
        ("links-in-host-network", 400, host(json!({ "NetworkMode": "host", "Links": ["a:b"] }))),
        ("link-to-unknown", 400, host(json!({ "Links": ["lockstep-nosuch:x"] }))),
        ("address-nonsense", 400, endpoint(json!({ "IPAMConfig": { "IPv4Address": "bogus" } }))),
        ("extra-host-without-address", 400, host(json!({ "ExtraHosts": ["bad"] }))),
        (
            "hostname-in-other-containers-network",
            400,
            json!({ "Hostname": "x", "HostConfig": { "NetworkMode": "container:lockstep-nosuch" } }),
        ),
        (
            "ports-in-other-containers-network",
            400,
            json!({ "ExposedPorts": { "80/tcp": {} }, "HostConfig": { "NetworkMode": "container:lockstep-nosuch" } }),
        ),
    ]
}

fn policies() -> Cases {
    let policy =
        |name: &str, maximum: i64| host(json!({ "RestartPolicy": { "Name": name, "MaximumRetryCount": maximum } }));
    vec![
        ("restart-policy-nonsense", 400, policy("sometimes", 0)),
        ("restart-policy-negative-maximum", 400, policy("on-failure", -1)),
        ("restart-policy-always-with-maximum", 400, policy("always", 3)),
        ("restart-policy-no-with-maximum", 400, policy("no", 3)),
        (
            "restart-policy-with-auto-remove",
            400,
            host(json!({ "AutoRemove": true, "RestartPolicy": { "Name": "always" } })),
        ),
    ]
}

fn fields() -> Cases {
    vec![
        ("no-command", 400, json!({ "Cmd": null, "Entrypoint": [""] })),
        ("working-dir-relative", 400, json!({ "WorkingDir": "rel" })),
        ("variable-without-name", 400, json!({ "Env": ["=x"] })),
        ("stop-signal-nonsense", 400, json!({ "StopSignal": "SIGNONE" })),
        ("health-interval-negative", 400, json!({ "Healthcheck": { "Test": ["CMD", "probe"], "Interval": -1 } })),
        ("health-interval-tiny", 400, json!({ "Healthcheck": { "Test": ["CMD", "probe"], "Interval": 5 } })),
        ("health-retries-negative", 400, json!({ "Healthcheck": { "Test": ["CMD", "probe"], "Retries": -1 } })),
    ]
}

fn rights() -> Cases {
    vec![
        ("capability-nonsense", 400, host(json!({ "CapAdd": ["NOSUCH"] }))),
        ("pid-mode-of-unknown", 400, host(json!({ "PidMode": "container:lockstep-nosuch" }))),
        ("cgroup-namespace-nonsense", 400, host(json!({ "CgroupnsMode": "bogus" }))),
        ("log-option-nonsense", 400, host(json!({ "LogConfig": { "Type": "json-file", "Config": { "bogus": "1" } } }))),
        ("runtime-nonsense", 400, host(json!({ "Runtime": "nosuch" }))),
        ("security-option-nonsense", 500, host(json!({ "SecurityOpt": ["bogus"] }))),
        ("isolation-of-windows", 500, host(json!({ "Isolation": "hyperv" }))),
    ]
}

async fn refused(s: &mut Session, status: u16, wrong: Value) -> Outcome {
    let mut body = json!({ "Image": s.image(), "Cmd": forever() });
    if let (Some(body), Some(wrong)) = (body.as_object_mut(), wrong.as_object()) {
        body.extend(wrong.clone());
    }
    s.call("POST /containers/create", &[]).json(body).expect(status).await?;
    Ok(())
}
