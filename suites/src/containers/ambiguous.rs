//! The beginning of an id that more than one container has.

use super::forever;
use lockstep_harness::scenario::{Area, Outcome, Session, Stop};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("ambiguous/read", |s| Box::pin(read(s)));
    area.add("ambiguous/change", |s| Box::pin(change(s)));
    area.add("ambiguous/streams", |s| Box::pin(streams(s)));
}

/// Makes containers, without a step, until the ids of two begin with the same letter; that letter, `<ambiguous>` in transcripts.
async fn shared_letter(s: &mut Session) -> Result<String, Stop> {
    let (key, value) = s.label().split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())).unwrap_or_default();
    let body = json!({ "Image": s.image(), "Cmd": forever(), "Labels": { key: value } });
    let mut seen = Vec::new();
    // Of five letters and sixteen digits, two hundred ids without a pair are none that an engine makes.
    for _ in 0..200 {
        let made = s.quiet("POST", "/containers/create", Some(&body)).await?;
        let id = made.as_ref().and_then(|made| made["Id"].as_str()).unwrap_or_default().to_owned();
        s.remember("container", &id);
        // A digit stands in too many places, and `a` is a word.
        let Some(letter) = id.chars().next().filter(|letter| ('b'..='f').contains(letter)) else { continue };
        if seen.contains(&letter) {
            let letter = letter.to_string();
            // Podman takes it for an image or a layer when the id of just one begins with it, and of an image without layers it has no
            // changes to tell.
            let as_layer = s.quiet("GET", &format!("/containers/{letter}/changes"), None).await?.is_some();
            if as_layer || images(s, &letter).await? == 1 {
                continue;
            }
            s.know(&letter, "ambiguous");
            return Ok(letter);
        }
        seen.push(letter);
    }
    Err(Stop::NotRun("no two containers have an id that begins with the same letter".to_owned()))
}

/// How many images have an id that begins so.
async fn images(s: &mut Session, start: &str) -> Result<usize, Stop> {
    let all = s.quiet("GET", "/images/json?all=true", None).await?.unwrap_or_default();
    let ids = all.as_array().into_iter().flatten().filter_map(|image| image["Id"].as_str());
    Ok(ids.filter(|id| id.trim_start_matches("sha256:").starts_with(start)).count())
}

async fn read(s: &mut Session) -> Outcome {
    let id = shared_letter(s).await?;
    for operation in ["json", "top", "changes", "export", "stats?stream=0"] {
        let (operation, query) = operation.split_once('?').unwrap_or((operation, ""));
        let mut call = s.call(&format!("GET /containers/{{id}}/{operation}"), &[&id]).independent();
        if let Some((name, value)) = query.split_once('=') {
            call = call.query(name, value);
        }
        call.expect(500).await?;
    }
    let call = s.call("GET /containers/{id}/logs", &[&id]).query("stdout", 1);
    call.independent().expect(500).await?;
    for operation in ["HEAD /containers/{id}/archive", "GET /containers/{id}/archive"] {
        s.call(operation, &[&id]).query("path", "/").independent().expect(500).await?;
    }
    Ok(())
}

async fn change(s: &mut Session) -> Outcome {
    let id = shared_letter(s).await?;
    for operation in ["start", "stop", "restart", "kill", "pause", "unpause", "wait"] {
        s.call(&format!("POST /containers/{{id}}/{operation}"), &[&id]).independent().expect(500).await?;
    }
    let name = s.name("new");
    s.call("POST /containers/{id}/rename", &[&id]).query("name", name).independent().expect(500).await?;
    s.call("POST /containers/{id}/update", &[&id]).json(json!({})).independent().expect(500).await?;
    s.call("POST /containers/{id}/resize", &[&id]).query("h", 1).query("w", 1).independent().expect(500).await?;
    let body: Value = json!({ "Cmd": ["probe", "exit", "0"] });
    s.call("POST /containers/{id}/exec", &[&id]).json(body).independent().expect(500).await?;
    s.call("POST /commit", &[]).query("container", &id).json(json!({})).independent().expect(500).await?;
    s.call("DELETE /containers/{id}", &[&id]).independent().expect(500).await?;
    Ok(())
}

async fn streams(s: &mut Session) -> Outcome {
    let id = shared_letter(s).await?;
    let call = s.call("POST /containers/{id}/attach", &[&id]).query("stream", 1).query("stdout", 1);
    call.independent().expect(500).await?;
    let call = s.call("GET /containers/{id}/attach/ws", &[&id]).query("stream", 1).query("stdout", 1);
    call.independent().expect(500).await?;
    let body = json!({ "Container": id });
    s.call("POST /networks/{id}/connect", &["bridge"]).json(body.clone()).independent().expect(500).await?;
    s.call("POST /networks/{id}/disconnect", &["bridge"]).json(body).independent().expect(500).await?;
    Ok(())
}
