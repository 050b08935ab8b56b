//! Containers with everything set that can be: what inspect, lists and disk usage show of it.

use super::forever;
use lockstep_harness::scenario::{Area, Need, Outcome, Session, Stop};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("whole/created", |s| Box::pin(created(s)));
    area.add("whole/linked", |s| Box::pin(linked(s)));
    area.add("whole/endpoint", |s| Box::pin(endpoint(s))).needs(Need::Disposable);
    area.add("whole/health-log", |s| Box::pin(health_log(s)))
        .waits("a health check's interval; Podman without systemd never checks");
}

/// What is stored although nothing on this machine could start it. Weights of block devices are left out: whether they
/// are stored depends on the kernel.
async fn created(s: &mut Session) -> Outcome {
    let rate = |rate: u32| json!([{ "Path": "/dev/null", "Rate": rate }]);
    let host = json!({
        "BlkioDeviceReadBps": rate(1_048_576),
        "BlkioDeviceWriteBps": rate(2_097_152),
        "BlkioDeviceReadIOps": rate(100),
        "BlkioDeviceWriteIOps": rate(200),
        "DeviceRequests": [{
            "Driver": "nosuch", "Count": 0, "DeviceIDs": ["one"], "Capabilities": [["gpu", "compute"]],
            "Options": { "a": "b" },
        }],
        "Mounts": [
            { "Type": "bind", "Source": "/etc", "Target": "/bind", "Consistency": "cached",
              "BindOptions": { "Propagation": "rprivate", "NonRecursive": true } },
            { "Type": "volume", "Target": "/volume", "VolumeOptions": {
                "NoCopy": true, "Labels": { "a": "b" },
                "DriverConfig": { "Name": "local", "Options": { "type": "tmpfs", "device": "tmpfs" } } } },
        ],
    });
    let body = json!({
        "Cmd": forever(),
        "ArgsEscaped": true,
        "OnBuild": ["RUN probe exit 0"],
        "Healthcheck": {
            "Test": ["CMD", "probe", "exit", "0"], "Interval": 3_000_000_000_u64, "Timeout": 1_000_000_000,
            "Retries": 2, "StartPeriod": 1_000_000_000,
        },
        "HostConfig": host,
    });
    let container = s.create(body).await?;
    super::inspect(s, &container).await
}

/// Links on the default bridge, as old clients make them.
async fn linked(s: &mut Session) -> Outcome {
    let db = s.name("db");
    let first = super::named(s, &db).await?;
    s.call("POST /containers/{id}/start", &[&first]).expect(204).await?;
    let links = json!([format!("{db}:database")]);
    let container = s.create(json!({ "Cmd": forever(), "HostConfig": { "Links": links } })).await?;
    super::inspect(s, &container).await
}

/// A network of both address families with everything set; its name.
async fn network(s: &mut Session) -> Result<String, Stop> {
    let name = s.name("net");
    let body = json!({
        "Name": name,
        "Driver": "bridge",
        "EnableIPv6": true,
        "Labels": { "colour": "blue" },
        "Options": { "com.docker.network.driver.mtu": "1400" },
        "IPAM": { "Driver": "default", "Options": { "a": "b" }, "Config": [
            { "Subnet": "10.221.95.0/24", "IPRange": "10.221.95.128/25", "Gateway": "10.221.95.1",
              "AuxiliaryAddresses": { "printer": "10.221.95.9" } },
            { "Subnet": "fd00:221:95::/64", "Gateway": "fd00:221:95::1" },
        ] },
    });
    s.call("POST /networks/create", &[]).json(body).expect(201).await?;
    Ok(name)
}

/// A container at an endpoint with everything set, everywhere that one is shown.
async fn endpoint(s: &mut Session) -> Outcome {
    let (network, db) = (network(s).await?, s.name("db"));
    let ports = json!({ "80/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "48094" }] });
    let host = json!({ "NetworkMode": network, "PortBindings": ports });
    let peer = json!({ "Cmd": forever(), "ExposedPorts": { "80/tcp": {} }, "HostConfig": host });
    let peer = super::named_with(s, &db, peer).await?;
    s.call("POST /containers/{id}/start", &[&peer]).expect(204).await?;
    let endpoint: Value = json!({
        "IPAMConfig": {
            "IPv4Address": "10.221.95.77", "IPv6Address": "fd00:221:95::77", "LinkLocalIPs": ["169.254.34.68"],
        },
        "Links": [format!("{db}:database")],
        "Aliases": ["web", "www"],
        "DriverOpts": { "a": "b" },
    });
    let volume = s.name("data");
    let options = json!({ "type": "tmpfs", "device": "tmpfs", "o": "nosuid" });
    let (kept, labels) = (s.name("kept"), json!({ "colour": "blue" }));
    // Disk usage leaves out volumes with options.
    s.call("POST /volumes/create", &[]).json(json!({ "Name": kept, "Labels": labels })).expect(201).await?;
    let body = json!({ "Name": volume, "Labels": { "colour": "blue" }, "DriverOpts": options });
    s.call("POST /volumes/create", &[]).json(body).expect(201).await?;
    let body = json!({
        "Cmd": ["probe", "write-file", "/tmp/kept.txt", "kept"],
        "HostConfig": {
            "NetworkMode": network,
            "PortBindings": { "80/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "48095" }] },
            "Binds": [format!("{volume}:/data")],
        },
        "NetworkingConfig": { "EndpointsConfig": { network.clone(): endpoint } },
    });
    let container = s.create(body).await?;
    shown(s, &container, &network, &peer).await?;
    s.call("POST /containers/{id}/start", &[&container]).expect(204).await?;
    s.until_exited(&container).await?;
    let label = s.label();
    s.call("GET /volumes", &[]).filters(json!({ "label": [label] })).independent().expect(200).await?;
    crate::images::sweep(s).await?;
    s.call("GET /system/df", &[]).independent().expect(200).await?;
    let filters = json!({ "id": [container] });
    s.call("GET /containers/json", &[]).query("all", 1).query("size", 1).filters(filters).expect(200).await?;
    Ok(())
}

async fn shown(s: &mut Session, container: &str, network: &str, peer: &str) -> Outcome {
    super::inspect(s, container).await?;
    super::inspect(s, peer).await?;
    s.call("GET /networks", &[]).filters(json!({ "name": [network] })).independent().expect(200).await?;
    s.call("GET /networks/{id}", &[network]).independent().expect(200).await?;
    Ok(())
}

/// A check that succeeds once and then does not end: the log has one line, and the second check is an exec that runs.
async fn health_log(s: &mut Session) -> Outcome {
    let check = json!({
        "Test": ["CMD", "sh", "-c", "cat /tmp/once && probe write-file /tmp/twice x && sleep 600; probe write-file /tmp/once x"],
        "Interval": 1_000_000, "Timeout": 600_000_000_000_u64, "Retries": 1,
    });
    let container = s.start(json!({ "Cmd": forever(), "Healthcheck": check })).await?;
    s.until(&container, "/State/Health/Status", &json!("healthy")).await?;
    super::until_file(s, &container, "/tmp/twice").await?;
    super::inspect(s, &container).await
}
