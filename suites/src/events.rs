//! What the engine tells about past events. Live streams are asked with an end, so that they have one.

use lockstep_harness::scenario::{Catalogue, Outcome, Session};
use serde_json::{Value, json};
use std::time::Duration;

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("events");
    area.add("container/life", |s| Box::pin(container_life(s))).waits(UNTIL);
    area.add("container/rename-pause-kill", |s| Box::pin(container_states(s))).waits(UNTIL);
    area.add("container/by-label-and-event", |s| Box::pin(by_label_and_event(s))).waits(UNTIL);
    area.add("container/by-image", |s| Box::pin(by_image(s))).waits(UNTIL);
    area.add("network/connect", |s| Box::pin(network_connect(s))).waits(UNTIL);
    area.add("image/tag-untag", |s| Box::pin(image(s))).waits(UNTIL);
    area.add("image/removed", |s| Box::pin(image_removed(s))).waits(UNTIL);
    area.add("volume/life", |s| Box::pin(volume(s)));
    area.add("network/life", |s| Box::pin(network(s))).waits(UNTIL);
    area.add("until-passed", |s| Box::pin(until_passed(s))).waits(UNTIL);
    area.add("none-in-range", |s| Box::pin(none_in_range(s)));
    area.add("since-after-until", |s| Box::pin(since_after_until(s)));
    area.add("malformed-until", |s| Box::pin(malformed_until(s)));
    area.add("malformed-filters", |s| Box::pin(malformed_filters(s)));
    area.add("unknown-filter", |s| Box::pin(unknown_filter(s)));
}

/// Why the scenarios that ask for events run beside the jobs.
const UNTIL: &str = "events until the next seconds";

/// The events since then that satisfy the filters. In whole seconds the next one may be as good as over, and Podman reads its log no further
/// than it gets by then (see [`until_passed`]).
async fn told(s: &mut Session, since: i64, filters: Value) -> Outcome {
    let until = s.clock() + 2;
    between(s, since, until, filters).await
}

async fn between(s: &mut Session, since: i64, until: i64, filters: Value) -> Outcome {
    let call = s.call("GET /events", &[]).query("since", since).query("until", until).filters(filters);
    call.progress().expect(200).await?;
    Ok(())
}

async fn container_life(s: &mut Session) -> Outcome {
    let since = s.clock();
    let container = s.start_probe(&["exit", "3"]).await?;
    s.call("POST /containers/{id}/wait", &[&container]).expect(200).await?;
    // Podman tidies up after the end, which is an event too.
    s.until_exited(&container).await?;
    s.call("DELETE /containers/{id}", &[&container]).expect(204).await?;
    told(s, since, json!({ "container": [container] })).await
}

async fn container_states(s: &mut Session) -> Outcome {
    let since = s.clock();
    let container = s.start_probe(&["sleep", "60"]).await?;
    let name = s.name("renamed");
    s.call("POST /containers/{id}/rename", &[&container]).query("name", name).expect(204).await?;
    s.call("POST /containers/{id}/pause", &[&container]).independent().expect(204).await?;
    // Docker 20.10 hears of a pause from containerd as well, a moment later. Were the container unpaused by then, it would take it for
    // another pause and tell both twice: so the events are read first, which takes a second.
    told(s, since, json!({ "container": [container] })).await?;
    s.call("POST /containers/{id}/unpause", &[&container]).independent().expect(204).await?;
    s.call("POST /containers/{id}/kill", &[&container]).expect(204).await?;
    s.until_exited(&container).await?;
    told(s, since, json!({ "container": [container] })).await
}

async fn by_label_and_event(s: &mut Session) -> Outcome {
    let since = s.clock();
    let container = s.start_probe(&["exit", "0"]).await?;
    s.call("POST /containers/{id}/wait", &[&container]).expect(200).await?;
    told(s, since, json!({ "type": ["container"], "event": ["start", "die"], "label": [s.label()] })).await
}

async fn image(s: &mut Session) -> Outcome {
    let since = s.clock();
    let name = crate::images::tagged(s, "tagged").await?;
    // The untag event carries the image's id, not the name that went: only the tag can be filtered by name.
    told(s, since, json!({ "type": ["image"], "event": ["tag"], "image": [name] })).await
}

/// Its events carry the id, which is the same as that of no other image.
async fn image_removed(s: &mut Session) -> Outcome {
    let since = s.clock();
    let name = crate::images::imported(s, "gone").await?;
    let id = s.call("GET /images/{name}/json", &[&name]).expect(200).await?.id()?;
    s.call("DELETE /images/{name}", &[&name]).expect(200).await?;
    told(s, since, json!({ "type": ["image"], "event": ["untag", "delete"], "image": [id] })).await
}

async fn volume(s: &mut Session) -> Outcome {
    let since = s.clock();
    let name = s.name("data");
    s.call("POST /volumes/create", &[]).json(json!({ "Name": name })).expect(201).await?;
    s.call("DELETE /volumes/{name}", &[&name]).expect(204).await?;
    told(s, since, json!({ "type": ["volume"], "volume": [name] })).await
}

async fn network(s: &mut Session) -> Outcome {
    let since = s.clock();
    let name = s.name("net");
    let body = json!({ "Name": name, "IPAM": { "Config": [{ "Subnet": "10.221.250.0/24" }] } });
    let network = s.call("POST /networks/create", &[]).json(body).expect(201).await?.id()?;
    s.call("DELETE /networks/{id}", &[&network]).expect(204).await?;
    told(s, since, json!({ "type": ["network"], "network": [name] })).await
}

/// A container's events by the image that it was made from.
async fn by_image(s: &mut Session) -> Outcome {
    let since = s.clock();
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    s.call("DELETE /containers/{id}", &[&container]).expect(204).await?;
    let image = s.image().to_owned();
    told(s, since, json!({ "type": ["container"], "container": [container], "image": [image] })).await
}

async fn network_connect(s: &mut Session) -> Outcome {
    let since = s.clock();
    let name = s.name("net");
    let body = json!({ "Name": name, "IPAM": { "Config": [{ "Subnet": "10.221.249.0/24" }] } });
    let network = s.call("POST /networks/create", &[]).json(body).expect(201).await?.id()?;
    let host = json!({ "NetworkMode": name });
    let container = s.start(json!({ "Cmd": ["probe", "sleep", "60"], "HostConfig": host })).await?;
    let body = json!({ "Container": container });
    s.call("POST /networks/{id}/disconnect", &[&network]).json(body.clone()).expect(200).await?;
    s.call("POST /networks/{id}/connect", &[&network]).json(body).expect(200).await?;
    told(s, since, json!({ "type": ["network"], "event": ["connect", "disconnect"], "network": [name] })).await
}

/// Asked when `until` is over. Podman (4.3, 5.4 and 5.8, with its log in a file) stops reading the log then: nothing is told, or at the most
/// (4.3, 35 of 60 times) the log's first event, which is none of this container's.
async fn until_passed(s: &mut Session) -> Outcome {
    let since = s.clock();
    let volume = json!({ "Name": s.name("first") });
    s.call("POST /volumes/create", &[]).json(volume).expect(201).await?;
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    s.call("DELETE /containers/{id}", &[&container]).expect(204).await?;
    let until = s.clock() + 1;
    while s.clock() <= until {
        s.settle(Duration::from_millis(100)).await;
    }
    between(s, since, until, json!({ "container": [container] })).await
}

async fn none_in_range(s: &mut Session) -> Outcome {
    s.call("GET /events", &[]).query("since", 1).query("until", 2).progress().expect(200).await?;
    Ok(())
}

async fn since_after_until(s: &mut Session) -> Outcome {
    s.call("GET /events", &[]).query("since", 10).query("until", 1).expect(400).await?;
    Ok(())
}

async fn malformed_until(s: &mut Session) -> Outcome {
    s.call("GET /events", &[]).query("until", "xx").expect(500).await?;
    Ok(())
}

async fn malformed_filters(s: &mut Session) -> Outcome {
    s.call("GET /events", &[]).query("until", 1).query("filters", "{bad").expect(500).await?;
    Ok(())
}

async fn unknown_filter(s: &mut Session) -> Outcome {
    s.call("GET /events", &[]).query("until", 1).filters(json!({ "nosuch": ["x"] })).expect(200).await?;
    Ok(())
}
