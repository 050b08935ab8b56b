//! Update: limits and policies of a container that is there already.

use super::{NOSUCH, created, exited, forever, inspect, running};
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::{Value, json};

const UPDATE: &str = "POST /containers/{id}/update";

pub(super) fn add(area: &mut Area<'_>) {
    for (name, change) in changes() {
        area.add(&format!("update/{name}"), move |s| Box::pin(changed(s, change.clone())));
    }
    for (name, status, change) in refusals() {
        area.add(&format!("update/refuses/{name}"), move |s| Box::pin(refused(s, status, change.clone())));
    }
    area.add("update/created", |s| Box::pin(update_created(s)));
    area.add("update/exited", |s| Box::pin(update_exited(s)));
    area.add("update/memory-above-swap", |s| Box::pin(memory_above_swap(s)));
    area.add("update/cpus-over-quota", |s| Box::pin(cpus_over_quota(s)));
    area.add("update/keeps-what-it-does-not-name", |s| Box::pin(keeps(s)));
    area.add("update/warns", |s| Box::pin(warns(s)));
    area.add("update/realtime-above-its-period", |s| Box::pin(realtime_above_its_period(s)));
    area.add("update/missing", |s| Box::pin(missing(s)));
    area.add("update/body/empty", |s| Box::pin(raw_body(s, 500, "application/json", "")));
    area.add("update/body/broken-json", |s| Box::pin(raw_body(s, 500, "application/json", "{")));
    area.add("update/body/array", |s| Box::pin(raw_body(s, 500, "application/json", "[]")));
    area.add("update/body/wrong-content-type", |s| Box::pin(raw_body(s, 400, "text/plain", "{}")));
}

fn changes() -> Vec<(&'static str, Value)> {
    vec![
        ("memory", json!({ "Memory": 67_108_864, "MemorySwap": 134_217_728 })),
        ("memory-reservation", json!({ "MemoryReservation": 33_554_432 })),
        ("cpu-shares-and-quota", json!({ "CpuShares": 512, "CpuPeriod": 100_000, "CpuQuota": 50_000 })),
        ("cpus", json!({ "NanoCpus": 500_000_000 })),
        ("cpuset", json!({ "CpusetCpus": "0", "CpusetMems": "0" })),
        ("pids-limit", json!({ "PidsLimit": 100 })),
        ("restart-policy", json!({ "RestartPolicy": { "Name": "on-failure", "MaximumRetryCount": 2 } })),
        ("what-create-alone-takes", of_create()),
        ("devices-limits", of_devices()),
        ("weights-of-input-and-output", super::create_accepts::weights()),
        ("processors-of-windows", json!({ "CpuCount": 1, "CpuPercent": 50 })),
        ("nothing", json!({})),
        ("unknown-field", json!({ "Nonsense": 1 })),
    ]
}

/// Limits and devices that are there from the start or never.
fn of_create() -> Value {
    json!({
        "Init": true, "Devices": [{ "PathOnHost": "/dev/null", "PathInContainer": "/dev/new", "CgroupPermissions": "rwm" }],
        "DeviceCgroupRules": ["c 1:3 rwm"], "DeviceRequests": [{ "Driver": "lockstep-nosuch", "Count": 1, "DeviceIDs": ["0"], "Capabilities": [["gpu"]], "Options": { "a": "b" } }],
        "Ulimits": [{ "Name": "nofile", "Soft": 64, "Hard": 64 }], "CgroupParent": "/lockstep-nosuch", "KernelMemoryTCP": 33_554_432,
        "MemorySwappiness": 10, "OomKillDisable": true,
    })
}

fn of_devices() -> Value {
    let rate = json!([{ "Path": "/dev/null", "Rate": 1_048_576 }]);
    json!({ "BlkioDeviceReadBps": rate, "BlkioDeviceWriteBps": rate, "BlkioDeviceReadIOps": rate, "BlkioDeviceWriteIOps": rate })
}

fn refusals() -> Vec<(&'static str, u16, Value)> {
    vec![
        ("negative-memory", 400, json!({ "Memory": -1 })),
        ("tiny-memory", 400, json!({ "Memory": 100 })),
        ("swap-below-memory", 400, json!({ "Memory": 67_108_864, "MemorySwap": 33_554_432 })),
        ("restart-policy-nonsense", 400, json!({ "RestartPolicy": { "Name": "sometimes" } })),
        ("cpuset-nonsense", 400, json!({ "CpusetCpus": "x" })),
        ("input-and-output-of-windows", 400, json!({ "IOMaximumIOps": 1, "IOMaximumBandwidth": 1 })),
        ("tiny-cpu-quota", 400, json!({ "CpuQuota": 5 })),
        ("text-for-number", 500, json!({ "Memory": "64m" })),
    ]
}

/// The change shows in inspect.
async fn changed(s: &mut Session, change: Value) -> Outcome {
    let c = running(s).await?;
    s.call(UPDATE, &[&c]).json(change).expect(200).await?;
    inspect(s, &c).await
}

async fn refused(s: &mut Session, status: u16, change: Value) -> Outcome {
    let c = created(s).await?;
    s.call(UPDATE, &[&c]).json(change).expect(status).await?;
    inspect(s, &c).await
}

async fn update_created(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    s.call(UPDATE, &[&c]).json(json!({ "Memory": 67_108_864, "MemorySwap": -1, "CpuShares": 128 })).expect(200).await?;
    inspect(s, &c).await?;
    s.call("POST /containers/{id}/start", &[&c]).expect(204).await?;
    inspect(s, &c).await
}

async fn update_exited(s: &mut Session) -> Outcome {
    let c = exited(s, 0).await?;
    s.call(UPDATE, &[&c]).any_age().json(json!({ "CpuShares": 128 })).expect(200).await?;
    inspect(s, &c).await
}

/// A new memory limit has to stay below the swap limit set before.
async fn memory_above_swap(s: &mut Session) -> Outcome {
    let limits = json!({ "Memory": 67_108_864, "MemorySwap": 67_108_864 });
    let c = s.create(json!({ "Cmd": forever(), "HostConfig": limits })).await?;
    s.call(UPDATE, &[&c]).json(json!({ "Memory": 134_217_728 })).expect(409).await?;
    inspect(s, &c).await
}

async fn cpus_over_quota(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": forever(), "HostConfig": { "CpuPeriod": 100_000, "CpuQuota": 50_000 } })).await?;
    s.call(UPDATE, &[&c]).json(json!({ "NanoCpus": 500_000_000 })).expect(409).await?;
    Ok(())
}

/// Only what is named changes.
async fn keeps(s: &mut Session) -> Outcome {
    // Podman sets a limit of processes of its own, which an unprivileged engine may not.
    let limit = |name: &str| json!({ "Name": name, "Soft": 512, "Hard": 1024 });
    let host = json!({ "Ulimits": [limit("nofile"), limit("nproc")], "PidsLimit": 50 });
    let container = s.start(json!({ "Cmd": super::forever(), "HostConfig": host })).await?;
    let change = json!({ "Memory": 67_108_864, "MemorySwap": 134_217_728 });
    s.call(UPDATE, &[&container]).json(change).expect(200).await?;
    inspect(s, &container).await
}

/// What is on its way out is done, and said to be.
async fn warns(s: &mut Session) -> Outcome {
    let container = super::created(s).await?;
    let change = json!({ "KernelMemory": 33_554_432 });
    s.call(UPDATE, &[&container]).json(change).expect(200).await?;
    Ok(())
}

/// What create refuses, where the kernel gives realtime.
async fn realtime_above_its_period(s: &mut Session) -> Outcome {
    let container = super::created(s).await?;
    s.call(UPDATE, &[&container]).json(super::create_refuses::realtime()).answered().await?;
    Ok(())
}

async fn missing(s: &mut Session) -> Outcome {
    s.call(UPDATE, &[NOSUCH]).any_age().json(json!({})).expect(404).await?;
    Ok(())
}

async fn raw_body(s: &mut Session, status: u16, content_type: &str, text: &'static str) -> Outcome {
    let c = created(s).await?;
    s.call(UPDATE, &[&c]).body(content_type, text).expect(status).await?;
    Ok(())
}
