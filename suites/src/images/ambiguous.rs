//! One image in two repositories: its names say which is meant, and its id perhaps no longer.

use super::{committing, split};
use lockstep_harness::scenario::{Area, Outcome, Session, Stop};
use serde_json::json;

pub(super) fn add(area: &mut Area<'_>) {
    area.add("in-two-repositories/inspect", |s| Box::pin(inspect(s)));
    // Podman gives a layer the names of all images that it ends.
    area.add("in-two-repositories/history", |s| Box::pin(history(s))).alone();
    area.add("in-two-repositories/tag", |s| Box::pin(tag(s)));
    area.add("in-two-repositories/create", |s| Box::pin(create(s)));
    area.add("in-two-repositories/remove", |s| Box::pin(remove(s)));
}

/// An image of the scenario's own in two repositories of two registries: both names, the id, and the short id.
struct Twice {
    one: String,
    other: String,
    id: String,
    short: String,
}

async fn twice(s: &mut Session) -> Result<Twice, Stop> {
    let (one, other) = (s.image_name("one"), format!("127.0.0.1:1/{}", s.image_name("other")));
    s.remember("image", &other);
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    let committed = committing(s, &container, &one);
    let id = committed.expect(201).await?.id()?;
    let (repository, tag) = split(&other);
    s.call("POST /images/{name}/tag", &[&one]).query("repo", repository).query("tag", tag).expect(201).await?;
    let bare = id.trim_start_matches("sha256:").to_owned();
    let short = bare.get(..12).unwrap_or(&bare).to_owned();
    s.know(&short, "short-image-id");
    Ok(Twice { one, other, id, short })
}

async fn inspect(s: &mut Session) -> Outcome {
    let image = twice(s).await?;
    for name in [&image.id, &image.short, &image.one, &image.other] {
        s.call("GET /images/{name}/json", &[name]).independent().expect(200).await?;
    }
    Ok(())
}

async fn history(s: &mut Session) -> Outcome {
    let image = twice(s).await?;
    for name in [&image.id, &image.one] {
        s.call("GET /images/{name}/history", &[name]).independent().expect(200).await?;
    }
    Ok(())
}

async fn tag(s: &mut Session) -> Outcome {
    let image = twice(s).await?;
    let third = s.image_name("third");
    let (repository, tag) = split(&third);
    for name in [&image.id, &image.short, &image.other] {
        let call = s.call("POST /images/{name}/tag", &[name]).query("repo", repository).query("tag", tag);
        call.independent().expect(201).await?;
    }
    Ok(())
}

async fn create(s: &mut Session) -> Outcome {
    let image = twice(s).await?;
    for name in [&image.other, &image.id, &image.short] {
        s.call("POST /containers/create", &[]).json(json!({ "Image": name })).independent().expect(201).await?;
    }
    Ok(())
}

/// Docker refuses to remove by its id what has names in two repositories.
async fn remove(s: &mut Session) -> Outcome {
    let image = twice(s).await?;
    for name in [&image.id, &image.short] {
        s.call("DELETE /images/{name}", &[name]).independent().expect(409).await?;
    }
    s.call("DELETE /images/{name}", &[&image.other]).independent().expect(200).await?;
    s.call("GET /images/{name}/json", &[&image.id]).independent().expect(200).await?;
    Ok(())
}
