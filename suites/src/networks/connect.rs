//! `POST /networks/{id}/connect` and `/disconnect`.

use super::bridge;
use lockstep_harness::scenario::{Area, Outcome, Session, Stop};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("connect/running-container", |s| Box::pin(running(s)));
    area.add("connect/created-container", |s| Box::pin(created(s)));
    area.add("connect/aliases-and-address", |s| Box::pin(aliases_and_address(s)));
    area.add("connect/endpoint-as-inspected", |s| Box::pin(as_inspected(s)));
    area.add("connect/at-creation", |s| Box::pin(at_creation(s)));
    area.add("connect/twice", |s| Box::pin(twice(s)));
    area.add("connect/unknown", |s| Box::pin(unknown(s)));
    area.add("connect/created-container-to-unknown-network", |s| Box::pin(unknown_for_created(s)));
    // Podman 4.3 cannot inspect any network while a container is there whose connection failed halfway.
    area.add("connect/address-outside-subnet", |s| Box::pin(bad_address(s, "10.9.9.9", 45))).alone();
    area.add("connect/link-and-options", |s| Box::pin(link_and_options(s))).alone();
    area.add("connect/address-is-none", |s| Box::pin(bad_address(s, "bad", 46))).alone();
    area.add("connect/address-taken", |s| Box::pin(address_taken(s))).alone();
    area.add("connect/host-and-none", |s| Box::pin(host_and_none(s)));
    area.add("disconnect/running-container", |s| Box::pin(disconnect(s)));
    area.add("disconnect/twice", |s| Box::pin(disconnect_twice(s)));
    area.add("disconnect/force", |s| Box::pin(disconnect_force(s)));
    area.add("disconnect/unknown", |s| Box::pin(disconnect_unknown(s)));
}

async fn join(s: &mut Session, network: &str, body: Value, status: u16) -> Result<(), Stop> {
    s.call("POST /networks/{id}/connect", &[network]).json(body).expect(status).await?;
    Ok(())
}

async fn running(s: &mut Session) -> Outcome {
    let (network, container) = (bridge(s, "net", 40).await?, s.start_probe(&["sleep", "60"]).await?);
    join(s, &network, json!({ "Container": container }), 200).await?;
    s.call("GET /networks/{id}", &[&network]).expect(200).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    s.observe_exec(&container, "interfaces", &[]).await?;
    Ok(())
}

async fn created(s: &mut Session) -> Outcome {
    let (network, container) =
        (bridge(s, "net", 41).await?, s.create(json!({ "Cmd": ["probe", "sleep", "60"] })).await?);
    join(s, &network, json!({ "Container": container }), 200).await?;
    s.call("GET /networks/{id}", &[&network]).expect(200).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    s.call("POST /containers/{id}/start", &[&container]).expect(204).await?;
    s.call("GET /networks/{id}", &[&network]).expect(200).await?;
    Ok(())
}

async fn aliases_and_address(s: &mut Session) -> Outcome {
    let (network, container) = (bridge(s, "net", 42).await?, s.start_probe(&["sleep", "60"]).await?);
    let endpoint = json!({ "Aliases": ["web", "www"], "IPAMConfig": { "IPv4Address": "10.221.42.77" } });
    join(s, &network, json!({ "Container": container, "EndpointConfig": endpoint }), 200).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    Ok(())
}

async fn link_and_options(s: &mut Session) -> Outcome {
    let (network, container) = (bridge(s, "net", 96).await?, s.start_probe(&["sleep", "60"]).await?);
    let other = s.start(json!({ "Cmd": ["probe", "sleep", "60"], "HostConfig": { "NetworkMode": network } })).await?;
    let endpoint = json!({
        "Links": [format!("{other}:other")], "DriverOpts": { "colour": "blue" },
        "IPAMConfig": { "IPv4Address": "10.221.96.77", "IPv6Address": "fd00::77", "LinkLocalIPs": ["169.254.34.68"] },
    });
    s.call("POST /networks/{id}/connect", &[&network])
        .json(json!({ "Container": container, "EndpointConfig": endpoint }))
        .answered()
        .await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    let endpoint = json!({ "Links": [format!("{other}:other")], "DriverOpts": { "colour": "blue" }, "IPAMConfig": { "LinkLocalIPs": ["169.254.34.68"] } });
    let body = json!({ "Container": container, "EndpointConfig": endpoint });
    s.call("POST /networks/{id}/connect", &[&network]).json(body).answered().await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    s.observe_exec(&container, "interfaces", &[]).await?;
    Ok(())
}

/// What inspect says of an endpoint, sent back.
async fn as_inspected(s: &mut Session) -> Outcome {
    let (network, container) = (bridge(s, "net", 97).await?, s.start_probe(&["sleep", "60"]).await?);
    let mut endpoint = crate::containers::create_accepts::as_inspected();
    join(s, &network, json!({ "Container": container, "EndpointConfig": endpoint }), 404).await?;
    endpoint["NetworkID"] = json!("");
    join(s, &network, json!({ "Container": container, "EndpointConfig": endpoint }), 200).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    Ok(())
}

async fn at_creation(s: &mut Session) -> Outcome {
    bridge(s, "net", 43).await?;
    let name = s.name("net");
    let endpoint = json!({ "Aliases": ["web"], "IPAMConfig": { "IPv4Address": "10.221.43.77" } });
    let container = s
        .start(json!({
            "Cmd": ["probe", "sleep", "60"],
            "HostConfig": { "NetworkMode": name },
            "NetworkingConfig": { "EndpointsConfig": { (name.as_str()): endpoint } },
        }))
        .await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    s.call("GET /networks/{id}", &[&name]).expect(200).await?;
    Ok(())
}

async fn twice(s: &mut Session) -> Outcome {
    let (network, container) = (bridge(s, "net", 44).await?, s.start_probe(&["sleep", "60"]).await?);
    join(s, &network, json!({ "Container": container }), 200).await?;
    join(s, &network, json!({ "Container": container }), 403).await?;
    Ok(())
}

async fn unknown(s: &mut Session) -> Outcome {
    let (network, container) = (bridge(s, "net", 47).await?, s.start_probe(&["sleep", "60"]).await?);
    join(s, "nosuch", json!({ "Container": container }), 404).await?;
    join(s, &network, json!({ "Container": "nosuch" }), 404).await?;
    join(s, &network, json!({}), 400).await?;
    Ok(())
}

/// The reference notes any name for a container that does not run; the start then fails.
async fn unknown_for_created(s: &mut Session) -> Outcome {
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    join(s, "nosuch", json!({ "Container": container }), 200).await?;
    s.call("POST /containers/{id}/start", &[&container]).expect(404).await?;
    Ok(())
}

async fn bad_address(s: &mut Session, address: &str, third: u8) -> Outcome {
    let (network, container) = (bridge(s, "net", third).await?, s.start_probe(&["sleep", "60"]).await?);
    let endpoint = json!({ "IPAMConfig": { "IPv4Address": address } });
    join(s, &network, json!({ "Container": container, "EndpointConfig": endpoint }), 500).await?;
    s.call("GET /networks/{id}", &[&network]).expect(200).await?;
    // What failed must leave nothing behind.
    s.call("DELETE /networks/{id}", &[&network]).expect(204).await?;
    Ok(())
}

async fn address_taken(s: &mut Session) -> Outcome {
    let network = bridge(s, "net", 48).await?;
    for status in [200, 403] {
        let container = s.start_probe(&["sleep", "60"]).await?;
        let endpoint = json!({ "IPAMConfig": { "IPv4Address": "10.221.48.77" } });
        join(s, &network, json!({ "Container": container, "EndpointConfig": endpoint }), status).await?;
    }
    Ok(())
}

async fn host_and_none(s: &mut Session) -> Outcome {
    let container = s.start_probe(&["sleep", "60"]).await?;
    join(s, "host", json!({ "Container": container }), 400).await?;
    join(s, "none", json!({ "Container": container }), 400).await?;
    Ok(())
}

async fn disconnect(s: &mut Session) -> Outcome {
    let (network, container) = (bridge(s, "net", 49).await?, s.start_probe(&["sleep", "60"]).await?);
    join(s, &network, json!({ "Container": container }), 200).await?;
    s.call("POST /networks/{id}/disconnect", &[&network]).json(json!({ "Container": container })).expect(200).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    s.call("GET /networks/{id}", &[&network]).expect(200).await?;
    s.observe_exec(&container, "interfaces", &[]).await?;
    Ok(())
}

async fn disconnect_twice(s: &mut Session) -> Outcome {
    let (network, container) = (bridge(s, "net", 50).await?, s.start_probe(&["sleep", "60"]).await?);
    join(s, &network, json!({ "Container": container }), 200).await?;
    for status in [200, 500] {
        let call = s.call("POST /networks/{id}/disconnect", &[&network]);
        call.json(json!({ "Container": container })).expect(status).await?;
    }
    Ok(())
}

async fn disconnect_force(s: &mut Session) -> Outcome {
    let (network, container) = (bridge(s, "net", 51).await?, s.start_probe(&["sleep", "60"]).await?);
    join(s, &network, json!({ "Container": container }), 200).await?;
    let call = s.call("POST /networks/{id}/disconnect", &[&network]);
    call.json(json!({ "Container": container, "Force": true })).expect(200).await?;
    s.call("DELETE /networks/{id}", &[&network]).expect(204).await?;
    Ok(())
}

async fn disconnect_unknown(s: &mut Session) -> Outcome {
    let (network, container) = (bridge(s, "net", 52).await?, s.start_probe(&["sleep", "60"]).await?);
    let call = s.call("POST /networks/{id}/disconnect", &["nosuch"]);
    call.json(json!({ "Container": container })).expect(404).await?;
    let call = s.call("POST /networks/{id}/disconnect", &[&network]);
    call.json(json!({ "Container": "nosuch" })).expect(404).await?;
    Ok(())
}
