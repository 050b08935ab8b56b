//! Stats: what a container uses.

use lockstep_harness::scenario::{Catalogue, Outcome, Session};
use serde_json::json;

const STATS: &str = "GET /containers/{id}/stats";

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("stats");
    area.add("no-stream", |s| Box::pin(no_stream(s)));
    area.add("one-shot", |s| Box::pin(one_shot(s)));
    area.add("stream", |s| Box::pin(stream(s)));
    area.add("network-none", |s| Box::pin(network_none(s)));
    area.add("stopped", |s| Box::pin(stopped(s)));
    area.add("missing", |s| Box::pin(missing(s)));
}

async fn no_stream(s: &mut Session) -> Outcome {
    let c = s.start_probe(&["sleep", "infinity"]).await?;
    s.call(STATS, &[&c]).query("stream", "false").expect(200).await?;
    Ok(())
}

async fn one_shot(s: &mut Session) -> Outcome {
    let c = s.start_probe(&["sleep", "infinity"]).await?;
    s.call(STATS, &[&c]).query("stream", 0).query("one-shot", 1).expect(200).await?;
    s.call(STATS, &[&c]).query("stream", 1).query("one-shot", 1).independent().expect(400).await?;
    Ok(())
}

async fn stream(s: &mut Session) -> Outcome {
    let c = s.start_probe(&["sleep", "infinity"]).await?;
    let mut stream = s.call(STATS, &[&c]).progress().open(200).await?;
    stream.wait_for_first("\n").await;
    s.hang_up(stream).await?;
    Ok(())
}

async fn network_none(s: &mut Session) -> Outcome {
    let host = json!({ "NetworkMode": "none", "Memory": 67_108_864 });
    let c = s.start(json!({ "Cmd": ["probe", "sleep", "infinity"], "HostConfig": host })).await?;
    s.call(STATS, &[&c]).query("stream", 0).query("one-shot", 1).expect(200).await?;
    Ok(())
}

async fn stopped(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    s.call(STATS, &[&c]).query("stream", 0).independent().expect(200).await?;
    s.call("POST /containers/{id}/start", &[&c]).expect(204).await?;
    s.until_exited(&c).await?;
    s.call(STATS, &[&c]).query("stream", 0).independent().expect(200).await?;
    s.call(STATS, &[&c]).query("stream", 0).query("one-shot", 1).independent().expect(200).await?;
    Ok(())
}

async fn missing(s: &mut Session) -> Outcome {
    s.call(STATS, &["lockstep-nosuch"]).query("stream", 0).expect(404).await?;
    s.call(STATS, &["lockstep-nosuch"]).expect(404).await?;
    Ok(())
}
