//! Secrets and configs: what a swarm keeps. Both have the same operations.

use super::in_swarm;
use lockstep_harness::scenario::{Area, Need, Outcome, Reply, Session, Stop};
use serde_json::json;

/// One of the two kinds, with its operations.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    list: &'static str,
    create: &'static str,
    inspect: &'static str,
    update: &'static str,
    remove: &'static str,
}

const SECRETS: Kind = Kind {
    name: "secrets",
    list: "GET /secrets",
    create: "POST /secrets/create",
    inspect: "GET /secrets/{id}",
    update: "POST /secrets/{id}/update",
    remove: "DELETE /secrets/{id}",
};

const CONFIGS: Kind = Kind {
    name: "configs",
    list: "GET /configs",
    create: "POST /configs/create",
    inspect: "GET /configs/{id}",
    update: "POST /configs/{id}/update",
    remove: "DELETE /configs/{id}",
};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("secrets/of-a-driver", |s| Box::pin(in_swarm(s, driver))).needs(Need::Disposable);
    for kind in [SECRETS, CONFIGS] {
        let name = kind.name;
        area.add(&format!("{name}/life"), move |s| Box::pin(in_swarm(s, async move |s| life(s, kind).await)))
            .needs(Need::Disposable);
        area.add(&format!("{name}/bad-creations"), move |s| {
            Box::pin(in_swarm(s, async move |s| bad_creations(s, kind).await))
        })
        .needs(Need::Disposable);
        area.add(&format!("{name}/bad-updates"), move |s| {
            Box::pin(in_swarm(s, async move |s| bad_updates(s, kind).await))
        })
        .needs(Need::Disposable);
        area.add(&format!("{name}/unknown"), move |s| Box::pin(in_swarm(s, async move |s| unknown(s, kind).await)))
            .needs(Need::Disposable);
    }
}

/// Creates one that holds `x` and gives what inspect says of it.
async fn created(s: &mut Session, kind: Kind) -> Result<(String, Reply), Stop> {
    let name = s.name("kept");
    let body = json!({ "Name": name, "Data": "eA==", "Labels": { "colour": "blue" } });
    let id = s.call(kind.create, &[]).json(body).expect(201).await?.text("/ID")?;
    s.know(&id, "kept-id");
    let seen = s.call(kind.inspect, &[&id]).expect(200).await?;
    Ok((id, seen))
}

/// A secret that a driver keeps: the swarm only has its name, and asks for it where a task needs the secret.
async fn driver(s: &mut Session) -> Outcome {
    let name = s.name("kept");
    let plugin = crate::plugins::made::running(s, "secretprovider").await?;
    let driver = json!({ "Name": plugin, "Options": { "colour": "blue" } });
    let body = json!({ "Name": name, "Driver": driver, "Labels": { "colour": "blue" } });
    let id = s.call("POST /secrets/create", &[]).json(body).expect(201).await?.text("/ID")?;
    s.know(&id, "kept-id");
    let seen = s.call("GET /secrets/{id}", &[&id]).expect(200).await?;
    s.call("GET /secrets", &[]).expect(200).await?;
    let mut spec = seen.at("/Spec")?;
    spec["Labels"] = json!({ "colour": "red" });
    spec["Templating"] = json!({ "Name": "golang", "Options": { "a": "b" } });
    let version = seen.at("/Version/Index")?;
    s.call("POST /secrets/{id}/update", &[&id]).query("version", version).json(spec).answered().await?;
    s.call("DELETE /secrets/{id}", &[&id]).expect(204).await?;
    Ok(())
}

async fn life(s: &mut Session, kind: Kind) -> Outcome {
    let (id, seen) = created(s, kind).await?;
    let name = s.name("kept");
    s.call(kind.list, &[]).filters(json!({ "name": [name] })).expect(200).await?;
    s.call(kind.list, &[]).filters(json!({ "label": ["colour=red"] })).expect(200).await?;
    let mut spec = seen.at("/Spec")?;
    spec["Labels"] = json!({ "colour": "red" });
    s.call(kind.update, &[&id]).query("version", seen.at("/Version/Index")?).json(spec).expect(200).await?;
    s.call(kind.inspect, &[&name]).expect(200).await?;
    s.call(kind.remove, &[&id]).expect(204).await?;
    s.call(kind.inspect, &[&id]).expect(404).await?;
    Ok(())
}

async fn bad_creations(s: &mut Session, kind: Kind) -> Outcome {
    created(s, kind).await?;
    let name = s.name("kept");
    s.call(kind.create, &[]).json(json!({ "Name": name, "Data": "eQ==" })).expect(409).await?;
    s.call(kind.create, &[]).json(json!({ "Name": "bad name", "Data": "eQ==" })).expect(400).await?;
    let other = s.name("other");
    s.call(kind.create, &[]).json(json!({ "Name": other })).expect(400).await?;
    Ok(())
}

async fn bad_updates(s: &mut Session, kind: Kind) -> Outcome {
    let (id, seen) = created(s, kind).await?;
    let mut spec = seen.at("/Spec")?;
    s.call(kind.update, &[&id]).query("version", 1).json(spec.clone()).expect(500).await?;
    s.call(kind.update, &[&id]).json(spec.clone()).expect(400).await?;
    spec["Data"] = json!("eQ==");
    s.call(kind.update, &[&id]).query("version", seen.at("/Version/Index")?).json(spec).expect(400).await?;
    Ok(())
}

async fn unknown(s: &mut Session, kind: Kind) -> Outcome {
    s.call(kind.inspect, &["nosuch"]).expect(404).await?;
    s.call(kind.remove, &["nosuch"]).expect(404).await?;
    s.call(kind.update, &["nosuch"]).query("version", 1).json(json!({})).expect(404).await?;
    s.call(kind.list, &[]).filters(json!({ "nosuch": ["x"] })).expect(400).await?;
    Ok(())
}
