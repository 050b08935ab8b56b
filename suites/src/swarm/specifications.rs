//! Specifications of swarms, services and configs that look wrong or are unusual: refused, or kept as they are.

use super::services::{ended, image, service};
use super::{in_swarm, init_with, leave, nowhere, place};
use lockstep_harness::scenario::{ACCOUNT, Access, Area, Need, Outcome, Registry, Session, Stop};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("init/settings", |s| Box::pin(init_settings(s))).needs(Need::Disposable);
    area.add("update/settings", |s| Box::pin(update_settings(s))).needs(Need::Disposable);
    area.add("services/other-kinds", |s| Box::pin(other_kinds(s))).needs(Need::Disposable);
    area.add("services/updates", |s| Box::pin(updates(s))).needs(Need::Disposable);
    area.add("services/with-an-account", |s| Box::pin(with_account(s)))
        .needs(Need::Disposable)
        .needs(Registry::needs());
    area.add("configs/templating", |s| Box::pin(templating(s))).needs(Need::Disposable);
}

fn external_authority() -> Value {
    json!([{ "Protocol": "cfssl", "URL": "https://127.0.0.1:1", "Options": { "a": "b" }, "CACert": "lockstep-never" }])
}

/// What no swarm begins with, then one that is forced to begin anew.
async fn init_settings(s: &mut Session) -> Outcome {
    let body = |spec: Value| {
        let mut body = place("127.0.0.1");
        body["Spec"] = spec;
        body
    };
    s.call("POST /swarm/init", &[]).json(body(json!({ "Name": "other" }))).expect(400).await?;
    // These are refused, and the swarm is there (20.10.24).
    for refused in
        [json!({ "NodeCertExpiry": 1 }), json!({ "SigningCACert": "lockstep-never", "SigningCAKey": "lockstep-never" })]
    {
        s.call("POST /swarm/init", &[]).json(body(json!({ "CAConfig": refused }))).expect(500).await?;
        s.call("GET /swarm", &[]).expect(200).await?;
        s.call("POST /swarm/leave", &[]).query("force", "true").expect(200).await?;
    }
    let authority = json!({ "ForceRotate": 1, "SigningCACert": "lockstep-never", "ExternalCAs": external_authority() });
    let mut body = body(json!({ "CAConfig": authority }));
    body["ForceNewCluster"] = json!(true);
    init_with(s, body).await?;
    let outcome = async {
        let seen = s.call("GET /swarm", &[]).expect(200).await?;
        super::active::know(s, &seen).await
    }
    .await;
    leave(s, outcome).await
}

/// Each change of what inspect says, one after the other.
async fn update_settings(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        let seen = s.call("GET /swarm", &[]).expect(200).await?;
        super::active::know(s, &seen).await?;
        for (pointer, value) in [
            ("/CAConfig", json!({ "ExternalCAs": external_authority() })),
            ("/CAConfig", json!({ "SigningCACert": "lockstep-never", "SigningCAKey": "lockstep-never" })),
            ("/TaskDefaults", json!({ "LogDriver": { "Name": "json-file", "Options": { "max-size": "1m" } } })),
            ("/Name", json!("other")),
        ] {
            let (version, mut spec) = specification(s, "/swarm").await?;
            if let Some(place) = spec.pointer_mut(pointer) {
                *place = value;
            }
            s.call("POST /swarm/update", &[]).query("version", version).json(spec).answered().await?;
        }
        Ok(())
    })
    .await
}

/// The version and the specification that a GET of the path shows, without a step.
async fn specification(s: &mut Session, path: &str) -> Result<(Value, Value), Stop> {
    let seen = s.quiet("GET", path, None).await?.unwrap_or_default();
    Ok((seen["Version"]["Index"].clone(), seen["Spec"].clone()))
}

/// Services of no containers, and credentials of a registry (of Windows' own).
async fn other_kinds(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        let (name, image) = (s.name("service"), image(s).await?);
        let attachment =
            json!({ "Runtime": "attachment", "NetworkAttachmentSpec": { "ContainerID": "lockstep-nosuch" } });
        let body = json!({ "Name": name, "TaskTemplate": attachment });
        s.call("POST /services/create", &[]).json(body).expect(400).await?;
        let rights = json!({ "CredentialSpec": { "Registry": "lockstep-never" } });
        let container = json!({ "Image": image, "Privileges": rights });
        let body = json!({ "Name": name, "TaskTemplate": { "ContainerSpec": container, "Placement": nowhere() } });
        let id = s.call("POST /services/create", &[]).json(body).expect(201).await?.text("/ID")?;
        s.know(&id, "service");
        s.call("GET /services/{id}", &[&id]).expect(200).await?;
        Ok(())
    })
    .await
}

/// Changes of a service that has no tasks.
async fn updates(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        let id = service(s, 0, &["probe", "sleep", "60"], json!({})).await?;
        let check = json!({ "Test": ["CMD", "probe", "exit", "0"], "Interval": 30_000_000_000_u64, "Timeout": 30_000_000_000_u64, "StartPeriod": 1_000_000_000, "Retries": 2 });
        let network = json!([{ "Target": "lockstep-nosuch", "Aliases": ["web"], "DriverOpts": { "colour": "blue" } }]);
        let mount = json!([{ "Type": "tmpfs", "Target": "/data", "Consistency": "cached" }]);
        let plugin = json!({ "Name": "lockstep-never", "Remote": "127.0.0.1:1/nosuch", "Disabled": true, "PluginPrivilege": [{ "Name": "network", "Description": "its network", "Value": ["host"] }] });
        for (pointer, member, value) in [
            ("/Mode", "Global", json!({})),
            ("/Mode", "GlobalJob", json!({})),
            ("", "Networks", network),
            ("/TaskTemplate", "NetworkAttachmentSpec", json!({ "ContainerID": "lockstep-nosuch" })),
            ("/TaskTemplate", "PluginSpec", plugin),
            ("/TaskTemplate/ContainerSpec", "HealthCheck", check),
            ("/TaskTemplate/ContainerSpec", "Mounts", mount),
        ] {
            let (version, mut spec) = specification(s, &format!("/services/{id}")).await?;
            if let Some(place) = spec.pointer_mut(pointer) {
                place[member] = value;
            }
            let call = s.call("POST /services/{id}/update", &[&id]).query("version", version);
            call.json(spec).answered().await?;
        }
        s.call("GET /services/{id}", &[&id]).expect(200).await?;
        Ok(())
    })
    .await
}

/// The node has the image from a registry that asks who it is: create and update are told an account.
async fn with_account(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Account).await?;
    let host = registry.host().to_owned();
    let (probe, repository) = (s.image().to_owned(), format!("{host}/{}", s.name("task")));
    let name = format!("{repository}:t");
    s.remember("image", &name);
    s.call("POST /images/{name}/tag", &[&probe]).query("repo", &repository).query("tag", "t").expect(201).await?;
    let right = crate::registry::login(ACCOUNT.0, ACCOUNT.1, &host);
    let call = s.call("POST /images/{name}/push", &[&repository]).query("tag", "t");
    call.header("x-registry-auth", &right).progress().expect(200).await?;
    s.call("DELETE /images/{name}", &[&name]).expect(200).await?;
    in_swarm(s, async |s| from_registry(s, &name, &right).await).await
}

async fn from_registry(s: &mut Session, image: &str, account: &str) -> Outcome {
    let name = s.name("service");
    let body = json!({
        "Name": name,
        "TaskTemplate": { "ContainerSpec": { "Image": image, "Command": ["probe", "write", "out", "err"] }, "RestartPolicy": { "Condition": "none" } },
        "Mode": { "Replicated": { "Replicas": 1 } },
    });
    let call = s.call("POST /services/create", &[]).header("x-registry-auth", account);
    let id = call.json(body).expect(201).await?.text("/ID")?;
    s.know(&id, "service");
    let task = ended(s).await?;
    s.call("GET /tasks/{id}/logs", &[&task]).query("stderr", 1).frames().expect(200).await?;
    let (version, mut spec) = specification(s, &format!("/services/{id}")).await?;
    spec["Labels"] = json!({ "colour": "red" });
    let call = s.call("POST /services/{id}/update", &[&id]).query("version", version);
    call.header("x-registry-auth", account).json(spec).expect(200).await?;
    Ok(())
}

/// A config whose text the node fills in: made so, and made so later.
async fn templating(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        let (name, other) = (s.name("kept"), s.name("other"));
        let templating = json!({ "Name": "golang", "Options": { "a": "b" } });
        let body = json!({ "Name": name, "Data": "eA==", "Templating": templating });
        let id = s.call("POST /configs/create", &[]).json(body).expect(201).await?.text("/ID")?;
        s.know(&id, "kept-id");
        s.call("GET /configs/{id}", &[&id]).expect(200).await?;
        let body = json!({ "Name": other, "Data": "eA==" });
        let id = s.call("POST /configs/create", &[]).json(body).expect(201).await?.text("/ID")?;
        s.know(&id, "other-id");
        let (version, mut spec) = specification(s, &format!("/configs/{id}")).await?;
        spec["Templating"] = templating;
        s.call("POST /configs/{id}/update", &[&id]).query("version", version).json(spec).answered().await?;
        s.call("GET /configs/{id}", &[&id]).expect(200).await?;
        Ok(())
    })
    .await
}
