//! What create takes although it looks wrong or is unusual, and how inspect shows it.

use super::{forever, inspect};
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    for (name, fields) in cases() {
        area.add(&format!("create/accepts/{name}"), move |s| Box::pin(accepted(s, fields.clone())));
    }
    area.add("create/accepts/labels", |s| Box::pin(labels(s)));
    area.add("create/accepts/volume-by-name", |s| Box::pin(volume_by_name(s)));
    area.add("create/accepts/mount-kinds", |s| Box::pin(mount_kinds(s)));
    area.add("create/accepts/volumes-from", |s| Box::pin(volumes_from(s)));
}

fn host(config: Value) -> Value {
    json!({ "HostConfig": config })
}

fn cases() -> Vec<(&'static str, Value)> {
    vec![
        ("restart-policy-empty", host(json!({ "RestartPolicy": { "Name": "" } }))),
        ("restart-policy-unless-stopped", host(json!({ "RestartPolicy": { "Name": "unless-stopped" } }))),
        ("stop-signal-as-number", json!({ "StopSignal": "15" })),
        ("stop-timeout-zero", json!({ "StopTimeout": 0 })),
        ("variable-without-value", json!({ "Env": ["FOO", "BAR=", "BAZ=a=b"] })),
        ("unknown-user", json!({ "User": "nobodyhere" })),
        ("capability-in-lower-case", host(json!({ "CapAdd": ["net_admin", "CAP_SYS_TIME"], "CapDrop": ["all"] }))),
        ("exposed-port-range", json!({ "ExposedPorts": { "80-82/tcp": {}, "90": {} } })),
        ("port-without-host-port", host(json!({ "PortBindings": { "80/tcp": [{}], "81/tcp": null } }))),
        (
            "ports-with-and-without-address",
            host(
                json!({ "PortBindings": { "80/tcp": [{ "HostPort": "48082" }], "81/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "48083" }] } }),
            ),
        ),
        ("publish-all-ports", json!({ "ExposedPorts": { "80/tcp": {} }, "HostConfig": { "PublishAllPorts": true } })),
        ("unknown-network", host(json!({ "NetworkMode": "lockstep-nosuch" }))),
        ("link-in-own-network", host(json!({ "NetworkMode": "lockstep-nosuch", "Links": ["lockstep-nosuch:x"] }))),
        ("a-tebibyte-of-memory", host(json!({ "Memory": 1_099_511_627_776_u64 }))),
        ("network-none", host(json!({ "NetworkMode": "none" }))),
        ("network-disabled", json!({ "NetworkDisabled": true })),
        ("network-host", host(json!({ "NetworkMode": "host" }))),
        ("namespaces-of-the-host", host(json!({ "PidMode": "host", "IpcMode": "host", "UTSMode": "host" }))),
        ("no-healthcheck", json!({ "Healthcheck": { "Test": ["NONE"] } })),
        ("shell-healthcheck", json!({ "Healthcheck": { "Test": ["CMD-SHELL", "exit 0"] } })),
        ("anonymous-volume", json!({ "Volumes": { "/data": {} } })),
        ("bind-options", host(json!({ "Binds": ["/etc:/a:ro", "/etc:/b:rw,rslave"] }))),
        ("tmpfs-options", host(json!({ "Tmpfs": { "/a": "", "/b": "ro,noexec,size=1m,mode=700" } }))),
        ("cpus", host(json!({ "NanoCpus": 500_000_000 }))),
        ("unlimited-swap", host(json!({ "Memory": 67_108_864, "MemorySwap": -1 }))),
        ("unlimited-pids", host(json!({ "PidsLimit": -1 }))),
        ("oom-kill-disabled", host(json!({ "Memory": 67_108_864, "OomKillDisable": true }))),
        ("auto-remove", host(json!({ "AutoRemove": true }))),
        ("init", host(json!({ "Init": true }))),
        ("privileged", host(json!({ "Privileged": true }))),
        ("masked-paths", host(json!({ "MaskedPaths": [], "ReadonlyPaths": ["/proc/sys"] }))),
        ("masked-path", host(json!({ "MaskedPaths": ["/proc/version"] }))),
        ("user-namespace-of-the-host", host(json!({ "UsernsMode": "host" }))),
        ("user-namespace-nonsense", host(json!({ "UsernsMode": "bogus" }))),
        ("cgroup-nonsense", host(json!({ "Cgroup": "bogus" }))),
        ("cgroup-parent", host(json!({ "CgroupParent": "/lockstep-nosuch" }))),
        ("container-id-file", host(json!({ "ContainerIDFile": "/proc/lockstep-nosuch" }))),
        ("volume-driver", json!({ "Volumes": { "/data": {} }, "HostConfig": { "VolumeDriver": "local" } })),
        ("weights-of-input-and-output", host(weights())),
        ("kernel-memory-of-tcp", host(json!({ "KernelMemoryTCP": 33_554_432 }))),
        ("processors-of-windows", host(json!({ "CpuCount": 1, "CpuPercent": 50 }))),
        ("endpoint-as-inspected", json!({ "NetworkingConfig": { "EndpointsConfig": { "bridge": as_inspected() } } })),
        ("log-driver-none", host(json!({ "LogConfig": { "Type": "none" } }))),
        ("tty", json!({ "Tty": true, "OpenStdin": true, "HostConfig": { "ConsoleSize": [24, 80] } })),
        ("empty-host-config", json!({ "HostConfig": {}, "NetworkingConfig": {} })),
        (
            "nulls",
            json!({ "Env": null, "Labels": {}, "ExposedPorts": null, "Volumes": null, "Entrypoint": null, "HostConfig": null }),
        ),
    ]
}

/// Shares of input and output, which few kernels still give: the others are warned of and forgotten.
pub(super) fn weights() -> Value {
    json!({ "BlkioWeight": 500, "BlkioWeightDevice": [{ "Path": "/dev/null", "Weight": 300 }] })
}

/// What inspect says of an endpoint, which clients send back: the engine gives its own.
pub(crate) fn as_inspected() -> Value {
    json!({
        "NetworkID": "lockstep-nosuch", "EndpointID": "lockstep-nosuch", "Gateway": "10.221.255.1", "IPAddress": "10.221.255.2",
        "IPPrefixLen": 24, "IPv6Gateway": "fd00::1", "GlobalIPv6Address": "fd00::2", "GlobalIPv6PrefixLen": 64,
        "MacAddress": "02:42:0a:dd:ff:02",
    })
}

async fn accepted(s: &mut Session, fields: Value) -> Outcome {
    let mut body = json!({ "Cmd": forever() });
    if let (Some(body), Some(fields)) = (body.as_object_mut(), fields.as_object()) {
        body.extend(fields.clone());
    }
    let c = s.create(body).await?;
    inspect(s, &c).await
}

async fn labels(s: &mut Session) -> Outcome {
    let odd = json!({ "plain": "value", "empty": "", "": "no name", "with=equals": "a=b", "nönascii": "grün", "long": "x".repeat(300) });
    let c = s.create(json!({ "Cmd": forever(), "Labels": odd })).await?;
    inspect(s, &c).await
}

/// A named volume that is not there is made by create.
async fn volume_by_name(s: &mut Session) -> Outcome {
    let volume = s.name("data");
    s.remember("volume", &volume);
    let c = s.create(json!({ "Cmd": forever(), "HostConfig": { "Binds": [format!("{volume}:/data:ro")] } })).await?;
    inspect(s, &c).await?;
    s.call("GET /volumes/{name}", &[&volume]).independent().expect(200).await?;
    Ok(())
}

async fn mount_kinds(s: &mut Session) -> Outcome {
    let volume = s.name("data");
    s.remember("volume", &volume);
    let mounts = json!([
        { "Type": "bind", "Source": "/etc", "Target": "/bind", "ReadOnly": true, "BindOptions": { "Propagation": "rprivate" } },
        { "Type": "volume", "Source": volume, "Target": "/volume", "VolumeOptions": { "NoCopy": true, "Labels": { "role": "data" } } },
        { "Type": "tmpfs", "Target": "/tmpfs", "TmpfsOptions": { "SizeBytes": 65536, "Mode": 448 } }
    ]);
    let c = s.create(json!({ "Cmd": forever(), "HostConfig": { "Mounts": mounts } })).await?;
    inspect(s, &c).await
}

async fn volumes_from(s: &mut Session) -> Outcome {
    let volume = s.name("data");
    s.remember("volume", &volume);
    let owner = s.create(json!({ "Cmd": forever(), "HostConfig": { "Binds": [format!("{volume}:/data")] } })).await?;
    let c = s.create(json!({ "Cmd": forever(), "HostConfig": { "VolumesFrom": [format!("{owner}:ro")] } })).await?;
    inspect(s, &c).await
}
