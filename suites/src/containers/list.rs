//! List: what is in it, how much, and what an item says.

use super::{created, exited, forever, named, running};
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::json;

const LIST: &str = "GET /containers/json";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("list/running-only", |s| Box::pin(running_only(s)));
    area.add("list/all", |s| Box::pin(all(s)));
    area.add("list/nothing", |s| Box::pin(nothing(s)));
    area.add("list/all-nonsense", |s| Box::pin(all_nonsense(s)));
    area.add("list/newest-first", |s| Box::pin(newest_first(s)));
    area.add("list/limit", |s| Box::pin(limit(s)));
    area.add("list/limit-nonsense", |s| Box::pin(limit_nonsense(s)));
    area.add("list/size", |s| Box::pin(size(s)));
    area.add("list/fields", |s| Box::pin(fields(s)));
    area.add("list/command-in-parts", |s| Box::pin(command_in_parts(s)));
}

/// One of each state.
async fn one_of_each(s: &mut Session) -> Outcome {
    created(s).await?;
    exited(s, 3).await?;
    running(s).await?;
    let paused = running(s).await?;
    s.call("POST /containers/{id}/pause", &[&paused]).expect(204).await?;
    Ok(())
}

async fn running_only(s: &mut Session) -> Outcome {
    one_of_each(s).await?;
    let own = s.own();
    s.call(LIST, &[]).filters(own).expect(200).await?;
    Ok(())
}

/// With a limit, without which some engines give them in the order of their random ids.
async fn all(s: &mut Session) -> Outcome {
    one_of_each(s).await?;
    let own = s.own();
    s.call(LIST, &[]).query("all", true).query("limit", 50).filters(own).expect(200).await?;
    Ok(())
}

/// An empty list is a list.
async fn nothing(s: &mut Session) -> Outcome {
    let own = s.own();
    s.call(LIST, &[]).query("all", true).filters(own).expect(200).await?;
    Ok(())
}

/// Anything but an empty, `0`, `no`, `false` or `none` is true.
async fn all_nonsense(s: &mut Session) -> Outcome {
    created(s).await?;
    for all in ["bogus", "1", "0", "False"] {
        let own = s.own();
        s.call(LIST, &[]).query("all", all).filters(own).independent().expect(200).await?;
    }
    Ok(())
}

/// With a limit above what there is: without one, some engines give them in the order of their random ids, another each time.
async fn newest_first(s: &mut Session) -> Outcome {
    for word in ["one", "two", "three"] {
        let name = s.name(word);
        named(s, &name).await?;
    }
    let own = s.own();
    s.call(LIST, &[]).query("limit", 50).filters(own).expect(200).await?;
    Ok(())
}

/// A limit implies all states, and none of 0 is none.
async fn limit(s: &mut Session) -> Outcome {
    for word in ["one", "two", "three"] {
        let name = s.name(word);
        named(s, &name).await?;
    }
    for limit in [0, 1, 2, 9] {
        let own = s.own();
        s.call(LIST, &[]).query("limit", limit).filters(own).independent().expect(200).await?;
    }
    Ok(())
}

async fn limit_nonsense(s: &mut Session) -> Outcome {
    let own = s.own();
    s.call(LIST, &[]).query("limit", "x").filters(own).expect(500).await?;
    Ok(())
}

async fn size(s: &mut Session) -> Outcome {
    created(s).await?;
    let own = s.own();
    s.call(LIST, &[]).query("all", true).query("size", true).filters(own).expect(200).await?;
    Ok(())
}

/// An item with ports, mounts, labels and a network of its own.
async fn fields(s: &mut Session) -> Outcome {
    let (name, volume, network) = (s.name("full"), s.name("data"), s.name("net"));
    s.remember("volume", &volume);
    s.call("POST /networks/create", &[]).json(json!({ "Name": network })).expect(201).await?;
    let body = json!({
        "Cmd": forever(), "Labels": { "role": "web" }, "ExposedPorts": { "80/tcp": {}, "53/udp": {} },
        "HostConfig": { "Binds": [format!("{volume}:/data:ro")], "Tmpfs": { "/run": "" }, "NetworkMode": network }
    });
    super::named_with(s, &name, body).await?;
    s.call("POST /containers/{id}/start", &[&name]).expect(204).await?;
    let own = s.own();
    s.call(LIST, &[]).filters(own).expect(200).await?;
    Ok(())
}

/// `Command` is the entrypoint and the command in one line.
async fn command_in_parts(s: &mut Session) -> Outcome {
    s.create(json!({ "Entrypoint": ["/bin/sh", "-c"], "Cmd": ["echo 'a b' ; exit 3", "two words"] })).await?;
    let own = s.own();
    s.call(LIST, &[]).query("all", true).filters(own).expect(200).await?;
    Ok(())
}
