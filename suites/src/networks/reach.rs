//! Containers that talk to each other, and ports published on the host.

use super::bridge;
use lockstep_harness::scenario::{Area, Outcome, Session, Stop};
use serde_json::json;

pub(super) fn add(area: &mut Area<'_>) {
    area.add("reach/by-alias", |s| Box::pin(by_alias(s)));
    area.add("reach/by-container-name", |s| Box::pin(by_container_name(s)));
    area.add("reach/by-address", |s| Box::pin(by_address(s)));
    area.add("reach/resolv-and-hosts", |s| Box::pin(resolv_and_hosts(s)));
    area.add("reach/extra-hosts", |s| Box::pin(extra_hosts(s)));
    area.add("ports/published", |s| Box::pin(published(s)));
    area.add("ports/exposed-only", |s| Box::pin(exposed_only(s)));
    area.add("ports/host-port-taken", |s| Box::pin(host_port_taken(s)));
    area.add("ports/bad-range", |s| Box::pin(bad_range(s)));
}

/// A server at `10.221.{third}.77` of the network, aliased `web`, that listens already.
async fn server(s: &mut Session, third: u8) -> Result<String, Stop> {
    bridge(s, "net", third).await?;
    let (network, name) = (s.name("net"), s.name("server"));
    let endpoint = json!({ "Aliases": ["web"], "IPAMConfig": { "IPv4Address": format!("10.221.{third}.77") } });
    let body = json!({
        "Image": s.image(),
        "Cmd": ["probe", "tcp-listen", "8080", "hello from the server"],
        "HostConfig": { "NetworkMode": network },
        "NetworkingConfig": { "EndpointsConfig": { (network.as_str()): endpoint } },
    });
    let container = s.call("POST /containers/create", &[]).query("name", name).json(body).expect(201).await?.id()?;
    s.call("POST /containers/{id}/start", &[&container]).expect(204).await?;
    listens(s, &container).await?;
    Ok(network)
}

/// Waits for the probe to say that it listens.
async fn listens(s: &mut Session, container: &str) -> Result<(), Stop> {
    let mut logs = s
        .call("GET /containers/{id}/logs", &[container])
        .query("stdout", 1)
        .query("follow", 1)
        .frames()
        .open(200)
        .await?;
    logs.wait_for("listening").await;
    s.hang_up(logs).await?;
    Ok(())
}

async fn by_alias(s: &mut Session) -> Outcome {
    let network = server(s, 60).await?;
    let host = json!({ "HostConfig": { "NetworkMode": network } });
    s.observe_command("resolve", &["probe", "resolve", "web"], host.clone()).await?;
    s.observe_command("tcp", &["probe", "tcp-get", "web", "8080"], host).await?;
    Ok(())
}

async fn by_container_name(s: &mut Session) -> Outcome {
    let network = server(s, 61).await?;
    let name = s.name("server");
    let host = json!({ "HostConfig": { "NetworkMode": network } });
    s.observe_command("tcp", &["probe", "tcp-get", &name, "8080"], host).await?;
    Ok(())
}

async fn by_address(s: &mut Session) -> Outcome {
    let network = server(s, 62).await?;
    let host = json!({ "HostConfig": { "NetworkMode": network } });
    s.observe_command("tcp", &["probe", "tcp-get", "10.221.62.77", "8080"], host).await?;
    Ok(())
}

async fn resolv_and_hosts(s: &mut Session) -> Outcome {
    bridge(s, "net", 63).await?;
    let network = s.name("net");
    let body = json!({ "Hostname": "box", "HostConfig": { "NetworkMode": network, "Dns": ["10.9.9.9"], "DnsSearch": ["example.test"], "DnsOptions": ["ndots:3"] } });
    s.observe("resolv,hosts", &[], body).await?;
    Ok(())
}

async fn extra_hosts(s: &mut Session) -> Outcome {
    let body = json!({ "HostConfig": { "ExtraHosts": ["far.example:10.9.8.7"] } });
    s.observe_command("resolve", &["probe", "resolve", "far.example"], body).await?;
    Ok(())
}

async fn published(s: &mut Session) -> Outcome {
    let container = s
        .start(json!({
            "Cmd": ["probe", "sleep", "60"],
            "ExposedPorts": { "8080/tcp": {}, "8081/udp": {} },
            "HostConfig": { "PortBindings": {
                "8080/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "28461" }],
                "8081/udp": [{ "HostIp": "127.0.0.1", "HostPort": "28462" }],
            } },
        }))
        .await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    let filters = json!({ "id": [container] });
    s.call("GET /containers/json", &[]).filters(filters).expect(200).await?;
    Ok(())
}

async fn exposed_only(s: &mut Session) -> Outcome {
    let container = s.start(json!({ "Cmd": ["probe", "sleep", "60"], "ExposedPorts": { "8080/tcp": {} } })).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    Ok(())
}

async fn host_port_taken(s: &mut Session) -> Outcome {
    let bindings = json!({ "PortBindings": { "8080/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "28463" }] } });
    let body = json!({ "Cmd": ["probe", "sleep", "60"], "ExposedPorts": { "8080/tcp": {} }, "HostConfig": bindings });
    s.start(body.clone()).await?;
    let second = s.create(body).await?;
    s.call("POST /containers/{id}/start", &[&second]).expect(500).await?;
    s.call("GET /containers/{id}/json", &[&second]).expect(200).await?;
    Ok(())
}

async fn bad_range(s: &mut Session) -> Outcome {
    let image = s.image().to_owned();
    let bindings = json!({ "PortBindings": { "8080/tcp": [{ "HostPort": "high" }] } });
    let body = json!({ "Image": image, "Cmd": ["probe", "exit", "0"], "HostConfig": bindings });
    s.call("POST /containers/create", &[]).json(body).expect(400).await?;
    Ok(())
}
