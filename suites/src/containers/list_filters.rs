//! List: each filter, together with this scenario's own label.

use super::{NOSUCH, created, exited, forever, named, named_with, running};
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::{Value, json};

const LIST: &str = "GET /containers/json";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("list/filter/label", |s| Box::pin(label(s)));
    area.add("list/filter/name", |s| Box::pin(name(s)));
    area.add("list/filter/id", |s| Box::pin(id(s)));
    area.add("list/filter/status", |s| Box::pin(status(s)));
    area.add("list/filter/exited", |s| Box::pin(exit_status(s)));
    area.add("list/filter/ancestor", |s| Box::pin(ancestor(s)));
    area.add("list/filter/network", |s| Box::pin(network(s)));
    area.add("list/filter/volume", |s| Box::pin(volume(s)));
    area.add("list/filter/before-and-since", |s| Box::pin(before_and_since(s)));
    area.add("list/filter/health", |s| Box::pin(health(s)));
    area.add("list/filter/health-once-checked", |s| Box::pin(health_checked(s)))
        .waits("a health check's interval; Podman without systemd never checks");
    area.add("list/filter/expose-and-publish", |s| Box::pin(expose_and_publish(s)));
    area.add("list/filter/is-task", |s| Box::pin(is_task(s)));
    area.add("list/filter/old-form", |s| Box::pin(old_form(s)));
    area.add("list/old-parameters-empty", |s| Box::pin(old_parameters(s)));
    for (name, status, filters) in refusals() {
        area.add(&format!("list/filter/refuses/{name}"), move |s| Box::pin(refused(s, status, filters)));
    }
}

fn refusals() -> Vec<(&'static str, u16, &'static str)> {
    vec![
        ("unknown", 400, r#"{"bogus":["x"]}"#),
        ("unknown-status", 400, r#"{"status":["bogus"]}"#),
        ("unknown-health", 400, r#"{"health":["bogus"]}"#),
        ("is-task-nonsense", 400, r#"{"is-task":["x"]}"#),
        ("exited-nonsense", 500, r#"{"exited":["x"]}"#),
        ("publish-nonsense", 500, r#"{"publish":["x"]}"#),
        ("since-unknown", 500, r#"{"since":["lockstep-nosuch"]}"#),
        ("before-unknown", 500, r#"{"before":["lockstep-nosuch"]}"#),
        ("of-other-lists", 400, r#"{"until":["1h"]}"#),
        ("broken-json", 500, "{"),
        ("array", 500, "[]"),
        ("text-for-list", 500, r#"{"label":"x"}"#),
    ]
}

async fn refused(s: &mut Session, status: u16, filters: &str) -> Outcome {
    s.call(LIST, &[]).query("all", true).query("filters", filters).expect(status).await?;
    Ok(())
}

/// A step: this scenario's containers in all states, as far as the filters let them through.
///
/// The limit is above what there is: without one, some engines give them in the order of their random ids.
async fn filtered(s: &mut Session, mut filters: Value) -> Outcome {
    let own = s.label();
    match filters["label"].as_array_mut() {
        Some(labels) => labels.push(json!(own)),
        None => filters["label"] = json!([own]),
    }
    s.call(LIST, &[]).query("limit", 50).filters(filters).independent().expect(200).await?;
    Ok(())
}

async fn label(s: &mut Session) -> Outcome {
    for (word, labels) in [("one", json!({ "a": "1" })), ("two", json!({ "a": "2", "b": "" })), ("three", json!({}))] {
        let name = s.name(word);
        named_with(s, &name, json!({ "Cmd": forever(), "Labels": labels })).await?;
    }
    for labels in [json!(["a"]), json!(["a=1"]), json!(["a", "b"]), json!(["a=1", "a=2"]), json!(["b="]), json!(["c"])]
    {
        filtered(s, json!({ "label": labels })).await?;
    }
    Ok(())
}

/// By part, by pattern, with and without the slash.
async fn name(s: &mut Session) -> Outcome {
    let (apple, pear) = (s.name("apple"), s.name("pear"));
    named(s, &apple).await?;
    named(s, &pear).await?;
    let exact = format!("^/{apple}$");
    for names in [
        json!([apple]),
        json!([format!("/{pear}")]),
        json!(["appl"]),
        json!([exact]),
        json!(["app.*$", "pear"]),
        json!(["["]),
    ] {
        filtered(s, json!({ "name": names })).await?;
    }
    Ok(())
}

async fn id(s: &mut Session) -> Outcome {
    let (one, two) = (created(s).await?, created(s).await?);
    let short: String = one.chars().take(12).collect();
    for ids in [json!([one]), json!([short]), json!([one, two]), json!([NOSUCH])] {
        filtered(s, json!({ "id": ids })).await?;
    }
    Ok(())
}

async fn status(s: &mut Session) -> Outcome {
    created(s).await?;
    exited(s, 0).await?;
    running(s).await?;
    for states in [
        json!(["created"]),
        json!(["exited"]),
        json!(["running"]),
        json!(["created", "running"]),
        json!(["paused"]),
        json!(["dead"]),
        json!(["restarting"]),
    ] {
        filtered(s, json!({ "status": states })).await?;
    }
    // A status filter implies all states.
    let own = s.label();
    s.call(LIST, &[]).filters(json!({ "label": [own], "status": ["exited"] })).expect(200).await?;
    Ok(())
}

/// A container that never ran has not exited with 0.
async fn exit_status(s: &mut Session) -> Outcome {
    created(s).await?;
    exited(s, 0).await?;
    exited(s, 3).await?;
    for codes in [json!(["0"]), json!(["3"]), json!(["0", "3"]), json!(["9"])] {
        filtered(s, json!({ "exited": codes })).await?;
    }
    Ok(())
}

async fn ancestor(s: &mut Session) -> Outcome {
    let image = s.image().to_owned();
    created(s).await?;
    let id = s.call("GET /images/{name}/json", &[&image]).expect(200).await?.id()?;
    for ancestor in [image.as_str(), id.as_str(), NOSUCH] {
        filtered(s, json!({ "ancestor": [ancestor] })).await?;
    }
    Ok(())
}

/// By name and by id, also when the container has not been started.
async fn network(s: &mut Session) -> Outcome {
    let network = s.name("net");
    let id = s.call("POST /networks/create", &[]).json(json!({ "Name": network })).expect(201).await?.id()?;
    let c = s.create(json!({ "Cmd": forever(), "HostConfig": { "NetworkMode": network } })).await?;
    filtered(s, json!({ "network": [network] })).await?;
    s.call("POST /containers/{id}/start", &[&c]).expect(204).await?;
    for wanted in [network.as_str(), id.as_str(), "bridge", NOSUCH] {
        filtered(s, json!({ "network": [wanted] })).await?;
    }
    Ok(())
}

/// By the volume's name and by where it is mounted.
async fn volume(s: &mut Session) -> Outcome {
    let volume = s.name("data");
    s.remember("volume", &volume);
    s.create(json!({ "Cmd": forever(), "HostConfig": { "Binds": [format!("{volume}:/data")] } })).await?;
    s.create(json!({ "Cmd": forever(), "HostConfig": { "Binds": ["/etc:/other"] } })).await?;
    for wanted in [volume.as_str(), "/data", "/other", NOSUCH] {
        filtered(s, json!({ "volume": [wanted] })).await?;
    }
    Ok(())
}

async fn before_and_since(s: &mut Session) -> Outcome {
    let (one, two, three) = (s.name("one"), s.name("two"), s.name("three"));
    for name in [&one, &two, &three] {
        named(s, name).await?;
    }
    filtered(s, json!({ "before": [two] })).await?;
    filtered(s, json!({ "since": [two] })).await?;
    filtered(s, json!({ "since": [one], "before": [three] })).await
}

fn check(seconds: u64, code: &str) -> Value {
    json!({ "Test": ["CMD", "probe", "exit", code], "Interval": seconds * 1_000_000_000, "Retries": 1 })
}

/// Before the first check, and without any.
async fn health(s: &mut Session) -> Outcome {
    created(s).await?;
    s.start(json!({ "Cmd": forever(), "Healthcheck": check(3600, "0") })).await?;
    for wanted in ["none", "starting", "healthy"] {
        filtered(s, json!({ "health": [wanted] })).await?;
    }
    Ok(())
}

async fn health_checked(s: &mut Session) -> Outcome {
    for (code, wanted) in [("0", "healthy"), ("1", "unhealthy")] {
        let c = s.start(json!({ "Cmd": forever(), "Healthcheck": check(1, code) })).await?;
        s.until(&c, "/State/Health/Status", &json!(wanted)).await?;
        filtered(s, json!({ "health": [wanted] })).await?;
    }
    Ok(())
}

async fn expose_and_publish(s: &mut Session) -> Outcome {
    s.create(json!({ "Cmd": forever(), "ExposedPorts": { "80/tcp": {}, "53/udp": {} } })).await?;
    let bound = json!({ "80/tcp": [{ "HostPort": "48084" }] });
    s.create(json!({ "Cmd": forever(), "HostConfig": { "PortBindings": bound } })).await?;
    for filter in [
        json!({ "expose": ["80"] }),
        json!({ "expose": ["53/udp"] }),
        json!({ "publish": ["80"] }),
        json!({ "publish": ["48084"] }),
    ] {
        filtered(s, filter).await?;
    }
    Ok(())
}

async fn is_task(s: &mut Session) -> Outcome {
    created(s).await?;
    filtered(s, json!({ "is-task": ["true"] })).await?;
    filtered(s, json!({ "is-task": ["false"] })).await
}

/// The form that clients sent until API 1.22 names each value with `true`.
async fn old_form(s: &mut Session) -> Outcome {
    created(s).await?;
    let own = s.label();
    let filters = json!({ "label": { own: true }, "status": { "created": true } });
    s.call(LIST, &[]).query("all", true).filters(filters).expect(200).await?;
    Ok(())
}

/// Parameters that the API had before it had filters are passed over when they are empty.
async fn old_parameters(s: &mut Session) -> Outcome {
    let own = s.own();
    created(s).await?;
    s.call(LIST, &[]).query("all", true).filters(own).query("since", "").query("before", "").expect(200).await?;
    Ok(())
}
