//! Remove: with and without force, with volumes, and links.

use super::{NOSUCH, created, exited, forever, named, running};
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::json;

const REMOVE: &str = "DELETE /containers/{id}";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("remove/created", |s| Box::pin(remove_created(s)));
    area.add("remove/exited", |s| Box::pin(remove_exited(s)));
    area.add("remove/by-name", |s| Box::pin(by_name(s)));
    area.add("remove/running", |s| Box::pin(remove_running(s)));
    area.add("remove/running-with-force", |s| Box::pin(with_force(s)));
    area.add("remove/twice", |s| Box::pin(twice(s)));
    area.add("remove/missing", |s| Box::pin(missing(s)));
    area.add("remove/anonymous-volume-goes", |s| Box::pin(anonymous_volume(s, true)));
    area.add("remove/anonymous-volume-stays", |s| Box::pin(anonymous_volume(s, false)));
    area.add("remove/named-volume-stays", |s| Box::pin(named_volume(s)));
    area.add("remove/default-link", |s| Box::pin(default_link(s)));
    area.add("remove/unknown-link", |s| Box::pin(unknown_link(s)));
    area.add("remove/force-nonsense", |s| Box::pin(force_nonsense(s)));
}

async fn remove_created(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    gone_after(s, &c, &[]).await
}

async fn remove_exited(s: &mut Session) -> Outcome {
    let c = exited(s, 1).await?;
    gone_after(s, &c, &[]).await
}

async fn by_name(s: &mut Session) -> Outcome {
    let name = s.name("gone");
    named(s, &name).await?;
    gone_after(s, &name, &[]).await
}

async fn with_force(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    gone_after(s, &c, &[("force", "true")]).await
}

async fn gone_after(s: &mut Session, container: &str, flags: &[(&str, &str)]) -> Outcome {
    let mut call = s.call(REMOVE, &[container]);
    for (flag, value) in flags {
        call = call.query(flag, value);
    }
    call.independent().expect(204).await?;
    s.call("GET /containers/{id}/json", &[container]).expect(404).await?;
    Ok(())
}

async fn remove_running(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    s.call(REMOVE, &[&c]).expect(409).await?;
    super::inspect(s, &c).await
}

async fn twice(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    s.call(REMOVE, &[&c]).independent().expect(204).await?;
    s.call(REMOVE, &[&c]).expect(404).await?;
    Ok(())
}

async fn missing(s: &mut Session) -> Outcome {
    s.call(REMOVE, &[NOSUCH]).expect(404).await?;
    s.call(REMOVE, &[NOSUCH]).query("force", true).expect(404).await?;
    Ok(())
}

/// Only `v=true` takes the anonymous volumes along.
async fn anonymous_volume(s: &mut Session, along: bool) -> Outcome {
    let c = s.create(json!({ "Cmd": forever(), "Volumes": { "/data": {} } })).await?;
    let volume = s.call("GET /containers/{id}/json", &[&c]).expect(200).await?.text("/Mounts/0/Name")?;
    s.remember("volume", &volume);
    s.call(REMOVE, &[&c]).query("v", along).expect(204).await?;
    s.call("GET /volumes/{name}", &[&volume]).independent().expect(if along { 404 } else { 200 }).await?;
    Ok(())
}

async fn named_volume(s: &mut Session) -> Outcome {
    let volume = s.name("data");
    s.remember("volume", &volume);
    let c = s.create(json!({ "Cmd": forever(), "HostConfig": { "Binds": [format!("{volume}:/data")] } })).await?;
    s.call(REMOVE, &[&c]).query("v", true).expect(204).await?;
    s.call("GET /volumes/{name}", &[&volume]).independent().expect(200).await?;
    Ok(())
}

/// A container's own name is no link that could be removed.
async fn default_link(s: &mut Session) -> Outcome {
    let name = s.name("linked");
    named(s, &name).await?;
    s.call(REMOVE, &[&name]).query("link", true).expect(500).await?;
    s.call("GET /containers/{id}/json", &[&name]).independent().expect(200).await?;
    Ok(())
}

async fn unknown_link(s: &mut Session) -> Outcome {
    let name = s.name("linked");
    named(s, &name).await?;
    s.call(REMOVE, &[&format!("{name}/alias")]).query("link", true).expect(404).await?;
    Ok(())
}

/// Anything but an empty, `0`, `no`, `false` or `none` is true, so this removes a running container.
async fn force_nonsense(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    s.call(REMOVE, &[&c]).query("force", "bogus").independent().expect(204).await?;
    let own = s.own();
    s.call("GET /containers/json", &[]).query("all", true).filters(own).expect(200).await?;
    Ok(())
}
