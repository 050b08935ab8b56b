//! `POST /networks/create` and what inspect then says.

use super::bridge;
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    for (case, body) in [
        (
            "gateway-and-range",
            json!({ "IPAM": { "Config": [{ "Subnet": "10.221.10.0/24", "Gateway": "10.221.10.254", "IPRange": "10.221.10.128/25" }] } }),
        ),
        ("internal", json!({ "Internal": true, "IPAM": { "Config": [{ "Subnet": "10.221.11.0/24" }] } })),
        ("attachable", json!({ "Attachable": true, "IPAM": { "Config": [{ "Subnet": "10.221.12.0/24" }] } })),
        (
            "labels",
            json!({ "Labels": { "colour": "blue", "empty": "" }, "IPAM": { "Config": [{ "Subnet": "10.221.13.0/24" }] } }),
        ),
        (
            "options",
            json!({ "Options": { "com.docker.network.bridge.enable_icc": "false", "com.docker.network.driver.mtu": "1400" }, "IPAM": { "Config": [{ "Subnet": "10.221.14.0/24" }] } }),
        ),
        (
            "ipam-options",
            json!({ "IPAM": { "Driver": "default", "Options": { "any": "thing" }, "Config": [{ "Subnet": "10.221.15.0/24" }] } }),
        ),
        (
            "auxiliary-addresses",
            json!({ "IPAM": { "Config": [{ "Subnet": "10.221.16.0/24", "AuxiliaryAddresses": { "router": "10.221.16.5" } }] } }),
        ),
    ] {
        area.add(&format!("create/{case}"), move |s| Box::pin(create(s, body.clone())));
    }
    area.add("create/configuration", |s| Box::pin(configuration(s)));
    area.add("create/bad/ingress-outside-swarm", |s| {
        Box::pin(bad(s, json!({ "Driver": "overlay", "Ingress": true }), 500))
    });
    area.add("create/name-taken", |s| Box::pin(name_taken(s)));
    area.add("create/subnet-taken", |s| Box::pin(subnet_taken(s)));
    for (case, body, status) in [
        ("subnet-is-none", json!({ "IPAM": { "Config": [{ "Subnet": "bad" }] } }), 500),
        (
            "gateway-outside-subnet",
            json!({ "IPAM": { "Config": [{ "Subnet": "10.221.19.0/24", "Gateway": "10.1.1.1" }] } }),
            500,
        ),
        ("gateway-without-subnet", json!({ "IPAM": { "Config": [{ "Gateway": "10.1.1.1" }] } }), 500),
        ("second-host-network", json!({ "Driver": "host" }), 403),
        ("second-null-network", json!({ "Driver": "null" }), 403),
        ("overlay-outside-swarm", json!({ "Driver": "overlay" }), 500),
        ("swarm-scope-outside-swarm", json!({ "Scope": "swarm" }), 403),
        (
            "bridge-name-too-long",
            json!({ "Options": { "com.docker.network.bridge.name": "averyveryverylongname" }, "IPAM": { "Config": [{ "Subnet": "10.221.20.0/24" }] } }),
            500,
        ),
    ] {
        area.add(&format!("create/bad/{case}"), move |s| Box::pin(bad(s, body.clone(), status)));
    }
    area.add("create/bad/unknown-driver", |s| Box::pin(bad(s, json!({ "Driver": "nosuch" }), 404)))
        .waits("Docker looks for the plugin for 15 seconds");
    area.add("create/bad/no-name", |s| Box::pin(bad_name(s, "", 500)));
    area.add("create/bad/predefined-name", |s| Box::pin(bad_name(s, "none", 403)));
    area.add("create/bad/malformed-json", |s| Box::pin(malformed(s)));
    area.add("inspect/by-id-name-and-prefix", |s| Box::pin(inspect(s)));
    area.add("inspect/scope", |s| Box::pin(inspect_scope(s)));
    area.add("inspect/verbose", |s| Box::pin(inspect_verbose(s)));
    area.add("inspect/predefined", |s| Box::pin(inspect_predefined(s))).alone();
    area.add("inspect/unknown", |s| Box::pin(inspect_unknown(s)));
}

async fn create(s: &mut Session, mut body: Value) -> Outcome {
    let name = s.name("net");
    body["Name"] = json!(name);
    s.call("POST /networks/create", &[]).json(body).expect(201).await?;
    s.call("GET /networks/{id}", &[&name]).expect(200).await?;
    Ok(())
}

/// A configuration that is no network, one made of it, and what neither can do.
async fn configuration(s: &mut Session) -> Outcome {
    let (kept, made, other) = (s.name("kept"), s.name("made"), s.name("other"));
    let ipam = json!({ "Config": [{ "Subnet": "10.221.98.0/24" }] });
    let create = "POST /networks/create";
    s.call(create, &[]).json(json!({ "Name": kept, "ConfigOnly": true, "IPAM": ipam })).expect(201).await?;
    s.call("GET /networks/{id}", &[&kept]).expect(200).await?;
    let from = json!({ "Name": made, "ConfigFrom": { "Network": kept } });
    s.call(create, &[]).json(from.clone()).expect(403).await?;
    // Without the run's label, which is more than the configuration says.
    s.call(create, &[]).body("application/json", from.to_string()).expect(201).await?;
    s.call("GET /networks/{id}", &[&made]).expect(200).await?;
    let body = json!({ "Name": other, "ConfigFrom": { "Network": "lockstep-nosuch" } });
    s.call(create, &[]).body("application/json", body.to_string()).answered().await?;
    s.call("DELETE /networks/{id}", &[&kept]).answered().await?;
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"], "HostConfig": { "NetworkMode": kept } })).await?;
    s.call("POST /containers/{id}/start", &[&container]).answered().await?;
    s.call("DELETE /networks/{id}", &[&made]).expect(204).await?;
    s.call("DELETE /networks/{id}", &[&kept]).expect(204).await?;
    Ok(())
}

async fn name_taken(s: &mut Session) -> Outcome {
    bridge(s, "net", 17).await?;
    let name = s.name("net");
    s.call("POST /networks/create", &[]).json(json!({ "Name": name, "CheckDuplicate": true })).expect(409).await?;
    Ok(())
}

async fn subnet_taken(s: &mut Session) -> Outcome {
    bridge(s, "one", 18).await?;
    let name = s.name("two");
    let body = json!({ "Name": name, "IPAM": { "Config": [{ "Subnet": "10.221.18.0/24" }] } });
    s.call("POST /networks/create", &[]).json(body).expect(403).await?;
    Ok(())
}

async fn bad(s: &mut Session, mut body: Value, status: u16) -> Outcome {
    let name = s.name("never");
    body["Name"] = json!(name);
    s.call("POST /networks/create", &[]).json(body).expect(status).await?;
    Ok(())
}

async fn bad_name(s: &mut Session, name: &str, status: u16) -> Outcome {
    s.call("POST /networks/create", &[]).json(json!({ "Name": name })).expect(status).await?;
    Ok(())
}

async fn malformed(s: &mut Session) -> Outcome {
    s.call("POST /networks/create", &[]).body("application/json", "{bad").expect(400).await?;
    Ok(())
}

async fn inspect(s: &mut Session) -> Outcome {
    let id = bridge(s, "net", 21).await?;
    let name = s.name("net");
    let prefix = id[..id.len().min(12)].to_owned();
    for reference in [&id, &name, &prefix] {
        s.call("GET /networks/{id}", &[reference]).independent().expect(200).await?;
    }
    Ok(())
}

async fn inspect_scope(s: &mut Session) -> Outcome {
    let id = bridge(s, "net", 22).await?;
    s.call("GET /networks/{id}", &[&id]).query("scope", "local").expect(200).await?;
    s.call("GET /networks/{id}", &[&id]).query("scope", "swarm").expect(404).await?;
    Ok(())
}

async fn inspect_verbose(s: &mut Session) -> Outcome {
    let id = bridge(s, "net", 23).await?;
    s.call("GET /networks/{id}", &[&id]).query("verbose", "true").expect(200).await?;
    s.call("GET /networks/{id}", &[&id]).query("verbose", "perhaps").expect(400).await?;
    Ok(())
}

async fn inspect_predefined(s: &mut Session) -> Outcome {
    s.call("GET /networks/{id}", &["none"]).independent().expect(200).await?;
    s.call("GET /networks/{id}", &["host"]).independent().expect(200).await?;
    s.call("GET /networks/{id}", &["bridge"]).expect(200).await?;
    Ok(())
}

async fn inspect_unknown(s: &mut Session) -> Outcome {
    s.call("GET /networks/{id}", &["nosuch"]).expect(404).await?;
    Ok(())
}
