//! `DELETE /images/{name}`.

use super::{committing, imported, split, tagged};
use lockstep_harness::scenario::{Area, Outcome, Session, Stop};
use serde_json::json;

pub(super) fn add(area: &mut Area<'_>) {
    area.add("remove/one-of-two-names", |s| Box::pin(one_of_two_names(s)));
    area.add("remove/last-name", |s| Box::pin(last_name(s)));
    area.add("remove/by-id", |s| Box::pin(by_id(s)));
    area.add("remove/by-id-with-two-names", |s| Box::pin(by_id_with_two_names(s)));
    area.add("remove/unknown", |s| Box::pin(unknown(s)));
    area.add("remove/used-by-a-created-container", |s| Box::pin(used_by_created(s)));
    area.add("remove/used-by-a-running-container", |s| Box::pin(used_by_running(s)));
    area.add("remove/forced-by-name-while-running", |s| Box::pin(forced_by_name(s)));
    // What it commits fails on Podman 4.3 while another image is removed (3 of 9 rounds).
    area.add("remove/forced-by-id-while-running", |s| Box::pin(forced_by_id(s))).alone();
    area.add("remove/noprune", |s| Box::pin(noprune(s)));
}

async fn one_of_two_names(s: &mut Session) -> Outcome {
    let name = tagged(s, "tagged").await?;
    s.call("DELETE /images/{name}", &[&name]).expect(200).await?;
    s.call("GET /images/{name}/json", &[&name]).expect(404).await?;
    Ok(())
}

async fn last_name(s: &mut Session) -> Outcome {
    let name = imported(s, "gone").await?;
    s.call("DELETE /images/{name}", &[&name]).expect(200).await?;
    s.call("GET /images/{name}/json", &[&name]).expect(404).await?;
    s.call("DELETE /images/{name}", &[&name]).expect(404).await?;
    Ok(())
}

async fn by_id(s: &mut Session) -> Outcome {
    let name = imported(s, "gone").await?;
    let id = s.call("GET /images/{name}/json", &[&name]).expect(200).await?.id()?;
    s.call("DELETE /images/{name}", &[&id]).expect(200).await?;
    Ok(())
}

async fn by_id_with_two_names(s: &mut Session) -> Outcome {
    let name = imported(s, "one").await?;
    let other = s.image_name("two");
    let (repository, tag) = split(&other);
    s.call("POST /images/{name}/tag", &[&name]).query("repo", repository).query("tag", tag).expect(201).await?;
    let id = s.call("GET /images/{name}/json", &[&name]).expect(200).await?.id()?;
    s.call("DELETE /images/{name}", &[&id]).expect(409).await?;
    s.call("DELETE /images/{name}", &[&id]).query("force", "true").expect(200).await?;
    Ok(())
}

async fn unknown(s: &mut Session) -> Outcome {
    s.call("DELETE /images/{name}", &["nosuch"]).expect(404).await?;
    s.call("DELETE /images/{name}", &["nosuch"]).query("force", 1).expect(404).await?;
    Ok(())
}

async fn used_by_created(s: &mut Session) -> Outcome {
    let name = imported(s, "used").await?;
    s.create(json!({ "Image": name, "Cmd": ["/none"] })).await?;
    s.call("DELETE /images/{name}", &[&name]).expect(409).await?;
    s.call("DELETE /images/{name}", &[&name]).query("force", 1).independent().expect(200).await?;
    Ok(())
}

/// The name goes, the image stays: it has another name.
async fn used_by_running(s: &mut Session) -> Outcome {
    let child = child(s).await?;
    let name = s.image_name("used");
    let (repository, tag) = split(&name);
    s.call("POST /images/{name}/tag", &[&child]).query("repo", repository).query("tag", tag).expect(201).await?;
    let container = s.start(json!({ "Image": name, "Cmd": ["probe", "sleep", "60"] })).await?;
    s.call("DELETE /images/{name}", &[&name]).independent().expect(200).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    Ok(())
}

/// An image of the scenario's own, made of the probe's.
async fn child(s: &mut Session) -> Result<String, Stop> {
    let first = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    let child = s.image_name("child");
    committing(s, &first, &child).json(json!({})).expect(201).await?;
    Ok(child)
}

/// An image of its own with one name, and a container that runs on it.
async fn standing(s: &mut Session) -> Result<(String, String), Stop> {
    let child = child(s).await?;
    let container = s.start(json!({ "Image": child, "Cmd": ["probe", "sleep", "60"] })).await?;
    Ok((child, container))
}

/// Force takes the last name away and leaves image and container.
async fn forced_by_name(s: &mut Session) -> Outcome {
    let (child, container) = standing(s).await?;
    s.call("DELETE /images/{name}", &[&child]).query("force", "true").expect(200).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    Ok(())
}

/// Force does not go as far as a running container.
async fn forced_by_id(s: &mut Session) -> Outcome {
    let (child, container) = standing(s).await?;
    let id = s.call("GET /images/{name}/json", &[&child]).expect(200).await?.id()?;
    s.call("DELETE /images/{name}", &[&id]).query("force", "true").independent().expect(409).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    Ok(())
}

/// The untagged parent stays when asked to.
async fn noprune(s: &mut Session) -> Outcome {
    let parent = imported(s, "parent").await?;
    let parent_id = s.call("GET /images/{name}/json", &[&parent]).expect(200).await?.id()?;
    let container = s.create(json!({ "Image": parent, "Cmd": ["/none"] })).await?;
    let child = s.image_name("child");
    committing(s, &container, &child).json(json!({})).expect(201).await?;
    s.call("DELETE /containers/{id}", &[&container]).expect(204).await?;
    s.call("DELETE /images/{name}", &[&parent]).expect(200).await?;
    s.call("DELETE /images/{name}", &[&child]).query("noprune", "true").expect(200).await?;
    s.call("GET /images/{name}/json", &[&parent_id]).expect(200).await?;
    Ok(())
}
