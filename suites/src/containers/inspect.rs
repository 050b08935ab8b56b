//! Inspect: in every state, and every way to name a container.

use super::{NOSUCH, created, exited, forever, inspect, named, running};
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::json;

const INSPECT: &str = "GET /containers/{id}/json";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("inspect/created", |s| Box::pin(inspect_created(s)));
    area.add("inspect/running", |s| Box::pin(inspect_running(s)));
    area.add("inspect/exited", |s| Box::pin(inspect_exited(s)));
    area.add("inspect/running-with-tty", |s| Box::pin(with_tty(s)));
    area.add("inspect/size", |s| Box::pin(size(s)));
    area.add("inspect/size-of-what-was-written", |s| Box::pin(written(s)));
    area.add("inspect/by-name", |s| Box::pin(by_name(s)));
    area.add("inspect/by-short-id", |s| Box::pin(by_short_id(s)));
    area.add("inspect/name-goes-before-id", |s| Box::pin(name_before_id(s)));
    area.add("inspect/missing", |s| Box::pin(missing(s)));
    area.add("inspect/id-in-upper-case", |s| Box::pin(upper_case(s)));
    area.add("inspect/two-networks", |s| Box::pin(two_networks(s)));
    area.add("inspect/health", |s| Box::pin(health(s)));
}

async fn inspect_created(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    inspect(s, &c).await
}

async fn inspect_running(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    inspect(s, &c).await
}

async fn inspect_exited(s: &mut Session) -> Outcome {
    let c = exited(s, 42).await?;
    inspect(s, &c).await
}

async fn with_tty(s: &mut Session) -> Outcome {
    let c = s.start(json!({ "Cmd": forever(), "Tty": true, "OpenStdin": true })).await?;
    inspect(s, &c).await
}

/// SizeRw and SizeRootFs are there only when asked for.
async fn size(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    s.call(INSPECT, &[&c]).query("size", true).independent().expect(200).await?;
    s.call(INSPECT, &[&c]).query("size", false).independent().expect(200).await?;
    Ok(())
}

async fn written(s: &mut Session) -> Outcome {
    let c = s.start(json!({ "Cmd": ["probe", "write-file", "/tmp/written", "twelve bytes"] })).await?;
    s.until_exited(&c).await?;
    s.call(INSPECT, &[&c]).query("size", 1).expect(200).await?;
    Ok(())
}

async fn by_name(s: &mut Session) -> Outcome {
    let name = s.name("known");
    named(s, &name).await?;
    inspect(s, &name).await?;
    // With the slash that stands in front of it in answers, Docker's router sends the client elsewhere.
    s.call("GET /containers/{id}/json", &[&format!("/{name}")]).expect(301).await?;
    Ok(())
}

async fn by_short_id(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    let short: String = c.chars().take(12).collect();
    inspect(s, &short).await
}

/// A name that is another container's short id finds the container with the name.
async fn name_before_id(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    let short: String = c.chars().take(12).collect();
    named(s, &short).await?;
    inspect(s, &short).await
}

async fn missing(s: &mut Session) -> Outcome {
    s.call(INSPECT, &[NOSUCH]).expect(404).await?;
    s.call(INSPECT, &[&"0".repeat(64)]).expect(404).await?;
    Ok(())
}

async fn upper_case(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    s.know(&c.to_uppercase(), "container:1:upper-case");
    s.call(INSPECT, &[&c.to_uppercase()]).expect(404).await?;
    Ok(())
}

async fn two_networks(s: &mut Session) -> Outcome {
    let (one, two) = (s.name("one"), s.name("two"));
    for network in [&one, &two] {
        s.call("POST /networks/create", &[])
            .json(json!({ "Name": network, "CheckDuplicate": true }))
            .expect(201)
            .await?;
    }
    let endpoints = json!({ "EndpointsConfig": { one.as_str(): { "Aliases": ["web"] } } });
    let c = s
        .create(json!({ "Cmd": forever(), "HostConfig": { "NetworkMode": one }, "NetworkingConfig": endpoints }))
        .await?;
    s.call("POST /networks/{id}/connect", &[&two]).json(json!({ "Container": c })).independent().expect(200).await?;
    s.call("POST /containers/{id}/start", &[&c]).expect(204).await?;
    inspect(s, &c).await
}

/// The first check has not been made yet.
async fn health(s: &mut Session) -> Outcome {
    let check = json!({ "Test": ["CMD", "probe", "exit", "0"], "Interval": 3_600_000_000_000_u64 });
    let c = s.start(json!({ "Cmd": forever(), "Healthcheck": check })).await?;
    inspect(s, &c).await
}
