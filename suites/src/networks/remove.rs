//! `DELETE /networks/{id}` and `POST /networks/prune`.

use super::bridge;
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::json;

pub(super) fn add(area: &mut Area<'_>) {
    area.add("remove/then-gone", |s| Box::pin(remove(s)));
    area.add("remove/in-use", |s| Box::pin(in_use(s)));
    area.add("remove/unknown", |s| Box::pin(unknown(s)));
    // On an engine that lets it go, nothing else should want it.
    area.add("remove/predefined", |s| Box::pin(predefined(s))).alone();
    // An engine prunes once at a time and answers 409 meanwhile.
    area.add("prune/by-label", |s| Box::pin(prune(s))).alone();
    area.add("prune/keeps-used", |s| Box::pin(prune_keeps_used(s))).alone();
    area.add("prune/unknown-filter", |s| Box::pin(prune_unknown_filter(s))).alone();
}

async fn remove(s: &mut Session) -> Outcome {
    let network = bridge(s, "net", 80).await?;
    s.call("DELETE /networks/{id}", &[&network]).expect(204).await?;
    s.call("GET /networks/{id}", &[&network]).expect(404).await?;
    s.call("DELETE /networks/{id}", &[&network]).expect(404).await?;
    Ok(())
}

async fn in_use(s: &mut Session) -> Outcome {
    bridge(s, "net", 81).await?;
    let network = s.name("net");
    s.start(json!({ "Cmd": ["probe", "sleep", "60"], "HostConfig": { "NetworkMode": network } })).await?;
    s.call("DELETE /networks/{id}", &[&network]).expect(403).await?;
    Ok(())
}

async fn unknown(s: &mut Session) -> Outcome {
    s.call("DELETE /networks/{id}", &["nosuch"]).expect(404).await?;
    Ok(())
}

async fn predefined(s: &mut Session) -> Outcome {
    for name in ["none", "host"] {
        s.call("DELETE /networks/{id}", &[name]).expect(403).await?;
    }
    Ok(())
}

async fn prune(s: &mut Session) -> Outcome {
    bridge(s, "net", 82).await?;
    let own = s.own();
    s.call("POST /networks/prune", &[]).filters(own.clone()).expect(200).await?;
    s.call("GET /networks", &[]).filters(own).expect(200).await?;
    Ok(())
}

async fn prune_keeps_used(s: &mut Session) -> Outcome {
    let network = bridge(s, "net", 83).await?;
    let name = s.name("net");
    s.start(json!({ "Cmd": ["probe", "sleep", "60"], "HostConfig": { "NetworkMode": name } })).await?;
    let own = s.own();
    s.call("POST /networks/prune", &[]).filters(own).expect(200).await?;
    s.call("GET /networks/{id}", &[&network]).expect(200).await?;
    Ok(())
}

async fn prune_unknown_filter(s: &mut Session) -> Outcome {
    s.call("POST /networks/prune", &[]).filters(json!({ "nosuch": ["x"] })).expect(400).await?;
    Ok(())
}
