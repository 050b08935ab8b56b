//! Engines with other settings than the one that the scenarios share, or that are started again: each scenario has an engine of its own, which Lockstep
//! can start of Docker's kind alone.

use lockstep_harness::scenario::{Catalogue, Need, Outcome, Second, Session};
use serde_json::{Value, json};

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("settings");
    area.add("experimental", |s| Box::pin(experimental(s))).needs(docker());
    area.add("tcp-without-tls", |s| Box::pin(without_tls(s))).needs(docker());
    area.add("locked-manager", |s| Box::pin(locked_manager(s))).needs(docker());
}

fn docker() -> Need {
    Need::Program("dockerd".to_owned())
}

async fn experimental(s: &mut Session) -> Outcome {
    let own = s.own_engine(&["--experimental"]).await?;
    s.call("GET /_ping", &[]).to(&own).expect(200).await?;
    s.call("GET /version", &[]).to(&own).expect(200).await?;
    s.call("GET /info", &[]).to(&own).expect(200).await?;
    plugin_service(s, &own).await
}

/// Anybody who reaches the port is root; the engine warns of it.
async fn without_tls(s: &mut Session) -> Outcome {
    let own = s.own_engine(&["--tls=false", "--host", "tcp://127.0.0.1:2375"]).await?;
    s.call("GET /info", &[]).to(&own).expect(200).await?;
    Ok(())
}

async fn init(s: &mut Session, own: &Second, more: Value) -> Outcome {
    let mut body = crate::swarm::place("127.0.0.1");
    body["Spec"] = more;
    let node = s.call("POST /swarm/init", &[]).to(own).json(body).expect(200).await?.text("")?;
    s.know(&node, "node");
    Ok(())
}

/// A service whose tasks are plugins, of a registry that is not there: what the swarm keeps of it. A list has it where it is asked for.
async fn plugin_service(s: &mut Session, own: &Second) -> Outcome {
    init(s, own, json!({})).await?;
    let name = s.name("service");
    let privileges = json!([{ "Name": "network", "Description": "its network", "Value": ["host"] }]);
    let body = json!({
        "Name": name,
        "TaskTemplate": {
            "Runtime": "plugin",
            "PluginSpec": { "Name": name, "Remote": "127.0.0.1:1/nosuch", "Disabled": true, "PluginPrivilege": privileges, "Privileges": privileges },
            "RestartPolicy": { "Condition": "none" },
        },
        "Mode": { "Global": {} },
    });
    let none = json!({ "Name": name, "TaskTemplate": { "Runtime": "plugin" } });
    s.call("POST /services/create", &[]).to(own).json(none).expect(400).await?;
    let id = s.call("POST /services/create", &[]).to(own).json(body).expect(201).await?.text("/ID")?;
    s.know(&id, "service");
    let tasks = "/tasks?filters={%22runtime%22:[%22plugin%22]}";
    own.until_at(tasks, "/0/Status/Err", |_| true).await?;
    own.until_at(tasks, "/0/DesiredState", |found| found == "shutdown").await?;
    let plugins = json!({ "runtime": ["plugin"] });
    let task = s.call("GET /tasks", &[]).to(own).filters(plugins.clone()).expect(200).await?.text("/0/ID")?;
    s.know(&task, "task");
    s.call("GET /tasks/{id}", &[&task]).to(own).expect(200).await?;
    s.call("GET /services/{id}", &[&id]).to(own).expect(200).await?;
    s.call("GET /services", &[]).to(own).expect(200).await?;
    s.call("GET /services", &[]).to(own).filters(plugins).expect(200).await?;
    s.call("DELETE /services/{id}", &[&id]).to(own).expect(200).await?;
    Ok(())
}

/// A manager that was started again and keeps its swarm locked until it is told the key.
async fn locked_manager(s: &mut Session) -> Outcome {
    let mut own = s.own_engine(&[]).await?;
    init(s, &own, json!({ "EncryptionConfig": { "AutoLockManagers": true } })).await?;
    let key = s.call("GET /swarm/unlockkey", &[]).to(&own).expect(200).await?.text("/UnlockKey")?;
    own.restart(s).await?;
    s.call("GET /swarm", &[]).to(&own).expect(503).await?;
    s.call("GET /nodes", &[]).to(&own).expect(503).await?;
    s.call("GET /swarm/unlockkey", &[]).to(&own).expect(503).await?;
    s.call("POST /swarm/leave", &[]).to(&own).expect(503).await?;
    s.call("POST /swarm/unlock", &[]).to(&own).json(json!({ "UnlockKey": "x" })).expect(400).await?;
    s.call("POST /swarm/unlock", &[]).to(&own).json(json!({ "UnlockKey": key })).expect(200).await?;
    own.until_at("/swarm", "/ID", |_| true).await?;
    s.call("POST /swarm/unlock", &[]).to(&own).json(json!({ "UnlockKey": key })).expect(409).await?;
    s.call("POST /swarm/leave", &[]).to(&own).query("force", "true").expect(200).await?;
    Ok(())
}
