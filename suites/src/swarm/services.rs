//! Services, their tasks and logs.

use super::{in_swarm, nowhere, until_pending, update_service};
use lockstep_harness::scenario::{Area, Need, Outcome, Session, Stop};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("services/life", |s| Box::pin(in_swarm(s, life))).needs(Need::Disposable);
    area.add("services/task-and-logs", |s| Box::pin(in_swarm(s, task_and_logs))).needs(Need::Disposable);
    area.add("services/with-secret-and-config", |s| Box::pin(in_swarm(s, with_secret_and_config)))
        .needs(Need::Disposable);
    area.add("services/bad-creations", |s| Box::pin(in_swarm(s, bad_creations))).needs(Need::Disposable);
    area.add("services/update-and-roll-back", |s| Box::pin(in_swarm(s, update_and_roll_back))).needs(Need::Disposable);
    area.add("services/log-parameters", |s| Box::pin(in_swarm(s, log_parameters))).needs(Need::Disposable);
    area.add("services/credentials-of-a-config", |s| Box::pin(in_swarm(s, credentials))).needs(Need::Disposable);
    area.add("services/job-run-again", |s| Box::pin(in_swarm(s, job))).needs(Need::Disposable);
    area.add("services/unknown", |s| Box::pin(in_swarm(s, unknown))).needs(Need::Disposable);
}

/// The probe's image under a name whose registry refuses: a swarm asks the registry before it takes what is there.
pub(super) async fn image(s: &mut Session) -> Result<String, Stop> {
    let (probe, repository) = (s.image().to_owned(), format!("127.0.0.1:1/{}", s.name("task")));
    let name = format!("{repository}:t");
    s.remember("image", &name);
    s.call("POST /images/{name}/tag", &[&probe]).query("repo", repository).query("tag", "t").expect(201).await?;
    Ok(name)
}

/// A service of this command that is run once, with more of a container's specification; its id.
pub(super) async fn service(s: &mut Session, replicas: u8, command: &[&str], more: Value) -> Result<String, Stop> {
    let (name, image) = (s.name("service"), image(s).await?);
    let mut container = json!({ "Image": image, "Command": command });
    if let (Some(container), Some(more)) = (container.as_object_mut(), more.as_object()) {
        container.extend(more.clone());
    }
    let body = json!({
        "Name": name,
        "Labels": { "colour": "blue" },
        "TaskTemplate": { "ContainerSpec": container, "RestartPolicy": { "Condition": "none" } },
        "Mode": { "Replicated": { "Replicas": replicas } },
    });
    let id = s.call("POST /services/create", &[]).json(body).expect(201).await?.text("/ID")?;
    s.know(&id, "service");
    Ok(id)
}

async fn life(s: &mut Session) -> Outcome {
    let id = service(s, 0, &["probe", "sleep", "60"], json!({})).await?;
    let name = s.name("service");
    let seen = s.call("GET /services/{id}", &[&id]).expect(200).await?;
    s.call("GET /services/{id}", &[&name]).query("insertDefaults", "true").expect(200).await?;
    s.call("GET /services", &[]).filters(json!({ "name": [name] })).query("status", "true").expect(200).await?;
    s.call("GET /services", &[]).filters(json!({ "label": ["colour=red"] })).expect(200).await?;
    let mut spec = seen.at("/Spec")?;
    spec["Labels"] = json!({ "colour": "red" });
    s.call("POST /services/{id}/update", &[&id]).query("version", 1).json(spec.clone()).expect(500).await?;
    s.call("POST /services/{id}/update", &[&id])
        .query("version", seen.at("/Version/Index")?)
        .json(spec)
        .expect(200)
        .await?;
    s.call("GET /services/{id}", &[&id]).expect(200).await?;
    s.call("DELETE /services/{id}", &[&id]).expect(200).await?;
    s.call("DELETE /services/{id}", &[&id]).expect(404).await?;
    Ok(())
}

/// Waits until the one task of the service has ended and gives its id.
pub(super) async fn ended(s: &mut Session) -> Result<String, Stop> {
    s.until_at("/tasks", "/0/Status/State", |found| found == Some(&json!("complete"))).await?;
    s.until_at("/tasks", "/0/DesiredState", |found| found == Some(&json!("shutdown"))).await?;
    let name = s.name("service");
    let seen = s.call("GET /tasks", &[]).filters(json!({ "service": [name] })).expect(200).await?;
    let task = seen.text("/0/ID")?;
    s.know(&task, "task");
    s.know(&seen.text("/0/NodeID")?, "node");
    Ok(task)
}

async fn task_and_logs(s: &mut Session) -> Outcome {
    let id = service(s, 1, &["probe", "write", "out", ""], json!({})).await?;
    let task = ended(s).await?;
    s.call("GET /tasks/{id}", &[&task]).expect(200).await?;
    s.call("GET /services/{id}/logs", &[&id]).query("stdout", 1).query("stderr", 1).frames().expect(200).await?;
    s.call("GET /tasks/{id}/logs", &[&task]).query("stdout", 1).frames().expect(200).await?;
    s.call("GET /services/{id}/logs", &[&id]).expect(500).await?;
    Ok(())
}

async fn with_secret_and_config(s: &mut Session) -> Outcome {
    let (secret, config) = (s.name("secret"), s.name("config"));
    let body = json!({ "Name": secret, "Data": "c2VjcmV0Cg==" });
    let secret_id = s.call("POST /secrets/create", &[]).json(body).expect(201).await?.text("/ID")?;
    let body = json!({ "Name": config, "Data": "Y29uZmlnCg==" });
    let config_id = s.call("POST /configs/create", &[]).json(body).expect(201).await?.text("/ID")?;
    s.know(&secret_id, "secret");
    s.know(&config_id, "config");
    let more = json!({
        "Secrets": [{ "SecretID": secret_id, "SecretName": secret, "File": { "Name": "hidden", "UID": "0", "GID": "0", "Mode": 0o400 } }],
        "Configs": [{ "ConfigID": config_id, "ConfigName": config, "File": { "Name": "/settings", "UID": "0", "GID": "0", "Mode": 0o444 } }],
    });
    let id = service(s, 1, &["sh", "-c", "cat /run/secrets/hidden && cat /settings"], more).await?;
    ended(s).await?;
    s.call("GET /services/{id}/logs", &[&id]).query("stdout", 1).query("stderr", 1).frames().expect(200).await?;
    s.call("DELETE /secrets/{id}", &[&secret_id]).expect(400).await?;
    s.call("DELETE /configs/{id}", &[&config_id]).expect(400).await?;
    Ok(())
}

/// Credentials (of Windows, which Linux keeps and does not use) that are in a config, so that the config is no file; then another image, that
/// no registry knows.
async fn credentials(s: &mut Session) -> Outcome {
    let (config, name, image) = (s.name("config"), s.name("service"), image(s).await?);
    let body = json!({ "Name": config, "Data": "Y29uZmlnCg==" });
    let config_id = s.call("POST /configs/create", &[]).json(body).expect(201).await?.text("/ID")?;
    s.know(&config_id, "config");
    let body = json!({
        "Name": name,
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": image,
                "Configs": [{ "ConfigID": config_id, "ConfigName": config, "Runtime": {} }],
                "Privileges": { "CredentialSpec": { "Config": config_id } },
            },
            "Placement": nowhere(),
        },
        "Mode": { "Replicated": { "Replicas": 1 } },
    });
    let id = s.call("POST /services/create", &[]).json(body).expect(201).await?.text("/ID")?;
    s.know(&id, "service");
    until_pending(s).await?;
    let seen = s.call("GET /services/{id}", &[&id]).expect(200).await?;
    s.call("GET /services", &[]).expect(200).await?;
    let task = s.call("GET /tasks", &[]).expect(200).await?.text("/0/ID")?;
    s.know(&task, "task");
    s.call("GET /tasks/{id}", &[&task]).expect(200).await?;
    let unknown = json!(format!("127.0.0.1:1/{name}:nosuch"));
    update_service(s, &id, &seen, |spec| spec["TaskTemplate"]["ContainerSpec"]["Image"] = unknown).await
}

/// The second iteration of a job.
async fn job(s: &mut Session) -> Outcome {
    let (name, image) = (s.name("job"), image(s).await?);
    let body = json!({
        "Name": name,
        "TaskTemplate": {
            "ContainerSpec": { "Image": image },
            "RestartPolicy": { "Condition": "none" },
            "Placement": nowhere(),
        },
        "Mode": { "ReplicatedJob": { "MaxConcurrent": 1, "TotalCompletions": 1 } },
    });
    let id = s.call("POST /services/create", &[]).json(body).expect(201).await?.text("/ID")?;
    s.know(&id, "service");
    let seen = s.call("GET /services/{id}", &[&id]).expect(200).await?;
    update_service(s, &id, &seen, |spec| spec["TaskTemplate"]["ForceUpdate"] = json!(1)).await?;
    let second =
        |task: &&Value| task.pointer("/JobIteration/Index") == Some(&json!(1)) && task["Status"]["Err"].is_string();
    s.until_at("/tasks", "", |tasks| {
        tasks.and_then(Value::as_array).is_some_and(|tasks| tasks.iter().any(|task| second(&task)))
    })
    .await?;
    let tasks = s.quiet("GET", "/tasks", None).await?.unwrap_or_default();
    let task = tasks
        .as_array()
        .into_iter()
        .flatten()
        .find(second)
        .and_then(|task| task["ID"].as_str())
        .unwrap_or_default()
        .to_owned();
    s.know(&task, "task");
    s.call("GET /tasks", &[]).filters(json!({ "id": [task] })).expect(200).await?;
    s.call("GET /tasks/{id}", &[&task]).expect(200).await?;
    Ok(())
}

/// A service in this network.
fn networked(name: &str, network: &str) -> Value {
    let container = json!({ "Image": "127.0.0.1:1/nosuch" });
    json!({ "Name": name, "TaskTemplate": { "ContainerSpec": container, "Networks": [{ "Target": network }] } })
}

async fn bad_creations(s: &mut Session) -> Outcome {
    service(s, 0, &["probe", "sleep", "60"], json!({})).await?;
    let (name, other, network) = (s.name("service"), s.name("other"), s.name("net"));
    s.call("POST /networks/create", &[]).json(json!({ "Name": network })).expect(201).await?;
    for (body, status) in [
        (json!({ "Name": name, "TaskTemplate": { "ContainerSpec": { "Image": "127.0.0.1:1/nosuch" } } }), 409),
        (json!({ "Name": "bad name", "TaskTemplate": { "ContainerSpec": { "Image": "127.0.0.1:1/nosuch" } } }), 400),
        (json!({ "Name": other }), 400),
        (networked(&other, &network), 403),
        (networked(&other, "lockstep-nosuch"), 500),
        (json!({ "Name": other, "TaskTemplate": { "Runtime": "plugin", "PluginSpec": {} } }), 500),
        (json!({ "Name": other, "TaskTemplate": { "Runtime": "lockstep-nosuch" } }), 400),
        (json!({ "Name": other, "TaskTemplate": { "ContainerSpec": {} } }), 400),
    ] {
        s.call("POST /services/create", &[]).json(body).expect(status).await?;
    }
    Ok(())
}

async fn unknown(s: &mut Session) -> Outcome {
    s.call("GET /services/{id}", &["nosuch"]).expect(404).await?;
    s.call("DELETE /services/{id}", &["nosuch"]).expect(404).await?;
    s.call("GET /services/{id}/logs", &["nosuch"]).query("stdout", 1).expect(404).await?;
    s.call("GET /tasks/{id}", &["nosuch"]).expect(404).await?;
    s.call("GET /tasks/{id}/logs", &["nosuch"]).query("stdout", 1).expect(404).await?;
    let spec =
        json!({ "Name": "lockstep-never", "TaskTemplate": { "ContainerSpec": { "Image": "127.0.0.1:1/nosuch" } } });
    s.call("POST /services/{id}/update", &["nosuch"]).query("version", 1).json(spec.clone()).expect(404).await?;
    s.call("POST /services/{id}/update", &["nosuch"]).json(spec).expect(400).await?;
    let node = json!({ "Role": "manager", "Availability": "active" });
    s.call("POST /nodes/{id}/update", &["nosuch"]).query("version", 1).json(node).expect(404).await?;
    s.call("GET /services", &[]).query("filters", "{bad").expect(400).await?;
    s.call("GET /services", &[]).query("status", "maybe").expect(400).await?;
    s.call("GET /tasks", &[]).filters(json!({ "nosuch": ["x"] })).expect(400).await?;
    Ok(())
}

/// The specification before the last update comes back, or the registry's account of one of them.
async fn update_and_roll_back(s: &mut Session) -> Outcome {
    let id = service(s, 0, &["probe", "sleep", "60"], json!({})).await?;
    for (colour, name, value) in [
        ("red", "registryAuthFrom", "spec"),
        ("green", "registryAuthFrom", "previous-spec"),
        ("yellow", "rollback", "previous"),
    ] {
        let seen = s.call("GET /services/{id}", &[&id]).expect(200).await?;
        let mut spec = seen.at("/Spec")?;
        spec["Labels"] = json!({ "colour": colour });
        let call = s.call("POST /services/{id}/update", &[&id]).query("version", seen.at("/Version/Index")?);
        call.query(name, value).json(spec).expect(200).await?;
    }
    let done = |found: Option<&Value>| found == Some(&json!("rollback_completed"));
    s.until_at(&format!("/services/{id}"), "/UpdateStatus/State", done).await?;
    let seen = s.call("GET /services/{id}", &[&id]).expect(200).await?;
    for (name, value) in [("registryAuthFrom", "lockstep-nosuch"), ("rollback", "lockstep-nosuch")] {
        let call = s.call("POST /services/{id}/update", &[&id]).query("version", seen.at("/Version/Index")?);
        call.query(name, value).json(seen.at("/Spec")?).answered().await?;
    }
    Ok(())
}

/// Each parameter of the logs of a service, and of its one task.
async fn log_parameters(s: &mut Session) -> Outcome {
    let id = service(s, 1, &["probe", "lines", "3"], json!({})).await?;
    let task = ended(s).await?;
    for (operation, id) in [("GET /services/{id}/logs", &id), ("GET /tasks/{id}/logs", &task)] {
        for (name, value) in [
            ("details", "true"),
            ("timestamps", "true"),
            ("tail", "1"),
            ("since", "1"),
            ("since", "4102444800"),
            ("follow", "false"),
        ] {
            let call = s.call(operation, &[id]).query("stdout", 1);
            call.query(name, value).frames().expect(200).await?;
        }
        for (name, value) in [("since", "yesterday"), ("tail", "few"), ("tail", "-1"), ("details", "maybe")] {
            let call = s.call(operation, &[id]).query("stdout", 1).query(name, value);
            call.frames().answered().await?;
        }
        let call = s.call(operation, &[id]).query("stdout", 1).query("follow", 1).query("tail", 1);
        let mut stream = call.frames().open(200).await?;
        stream.wait_for("3\n").await;
        s.hang_up(stream).await?;
    }
    Ok(())
}
