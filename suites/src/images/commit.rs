//! `POST /commit`.

use super::committing;
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::json;

pub(super) fn add(area: &mut Area<'_>) {
    // Podman gives a layer's history the id of any image that ends in the layer: another commit of an unchanged container has the same.
    area.add("commit/plain", |s| Box::pin(plain(s))).alone();
    area.add("commit/without-name", |s| Box::pin(without_name(s)));
    area.add("commit/without-body", |s| Box::pin(without_body(s)));
    area.add("commit/author-and-comment", |s| Box::pin(author_and_comment(s))).alone();
    area.add("commit/changes", |s| Box::pin(changes(s)));
    area.add("commit/config-in-body", |s| Box::pin(config_in_body(s)));
    area.add("commit/streams-in-body", |s| Box::pin(streams_in_body(s)));
    area.add("commit/running-without-pause", |s| Box::pin(running(s)));
    area.add("commit/keeps-written-files", |s| Box::pin(keeps_files(s)));
    area.add("commit/unknown-container", |s| Box::pin(unknown(s)));
    area.add("commit/unknown-change", |s| Box::pin(unknown_change(s)));
    area.add("commit/upper-case-repo", |s| Box::pin(upper_case_repo(s)));
}

async fn plain(s: &mut Session) -> Outcome {
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"], "Env": ["COLOUR=blue"] })).await?;
    let name = s.image_name("committed");
    let call = committing(s, &container, &name);
    call.json(json!({})).expect(201).await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    s.call("GET /images/{name}/history", &[&name]).expect(200).await?;
    Ok(())
}

async fn without_name(s: &mut Session) -> Outcome {
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    let id = s.call("POST /commit", &[]).query("container", &container).json(json!({})).expect(201).await?.id()?;
    s.call("GET /images/{name}/json", &[&id]).expect(200).await?;
    Ok(())
}

/// The configuration in the body may be left out.
async fn without_body(s: &mut Session) -> Outcome {
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    s.call("POST /commit", &[]).query("container", &container).expect(201).await?;
    Ok(())
}

async fn author_and_comment(s: &mut Session) -> Outcome {
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    let name = s.image_name("committed");
    committing(s, &container, &name)
        .query("author", "A. Author")
        .query("comment", "as it was")
        .json(json!({}))
        .expect(201)
        .await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    s.call("GET /images/{name}/history", &[&name]).expect(200).await?;
    Ok(())
}

async fn changes(s: &mut Session) -> Outcome {
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    let name = s.image_name("committed");
    committing(s, &container, &name)
        .query("changes", "ENV COLOUR=red\nWORKDIR /tmp\nEXPOSE 8080\nUSER 1000\nLABEL added=yes")
        .json(json!({}))
        .expect(201)
        .await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    Ok(())
}

async fn config_in_body(s: &mut Session) -> Outcome {
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    let name = s.image_name("committed");
    committing(s, &container, &name)
        .json(json!({ "Cmd": ["probe", "exit", "4"], "Env": ["COLOUR=green"], "WorkingDir": "/home/tester" }))
        .expect(201)
        .await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    Ok(())
}

/// What is a container's own: its streams, its image.
async fn streams_in_body(s: &mut Session) -> Outcome {
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    let name = s.image_name("committed");
    let streams = json!({
        "AttachStdin": true, "AttachStdout": true, "AttachStderr": true, "OpenStdin": true, "StdinOnce": true, "Tty": true, "Image": "lockstep-nosuch",
    });
    committing(s, &container, &name).json(streams).expect(201).await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    Ok(())
}

async fn running(s: &mut Session) -> Outcome {
    let container = s.start_probe(&["sleep", "60"]).await?;
    let name = s.image_name("committed");
    committing(s, &container, &name).query("pause", 0).json(json!({})).expect(201).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    Ok(())
}

async fn keeps_files(s: &mut Session) -> Outcome {
    let container = s.start_probe(&["write-file", "/tmp/kept.txt", "kept"]).await?;
    s.call("POST /containers/{id}/wait", &[&container]).expect(200).await?;
    let name = s.image_name("committed");
    let call = committing(s, &container, &name);
    call.json(json!({})).expect(201).await?;
    s.observe_command("files", &["probe", "read-file", "/tmp/kept.txt"], json!({ "Image": name })).await?;
    Ok(())
}

async fn unknown(s: &mut Session) -> Outcome {
    s.call("POST /commit", &[]).query("container", "nosuch").json(json!({})).expect(404).await?;
    s.call("POST /commit", &[]).json(json!({})).expect(400).await?;
    Ok(())
}

async fn unknown_change(s: &mut Session) -> Outcome {
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    s.call("POST /commit", &[])
        .query("container", &container)
        .query("changes", "NOSUCH x")
        .json(json!({}))
        .expect(400)
        .await?;
    s.call("POST /commit", &[])
        .query("container", &container)
        .query("changes", "RUN x")
        .json(json!({}))
        .expect(400)
        .await?;
    Ok(())
}

async fn upper_case_repo(s: &mut Session) -> Outcome {
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    s.call("POST /commit", &[])
        .query("container", &container)
        .query("repo", "UPPER")
        .json(json!({}))
        .expect(500)
        .await?;
    Ok(())
}
