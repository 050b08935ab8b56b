//! Stop: with and without a time, by the container's own signal, and when there is nothing to stop.

use super::{NOSUCH, created, exited, ignoring, inspect, post, running, trapping};
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::{Value, json};

const STOP: &str = "POST /containers/{id}/stop";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("stop/at-once", |s| Box::pin(at_once(s)));
    area.add("stop/gracefully", |s| Box::pin(gracefully(s, "TERM", json!({}))));
    area.add("stop/by-own-signal", |s| Box::pin(gracefully(s, "USR1", json!({ "StopSignal": "SIGUSR1" }))));
    area.add("stop/own-timeout-zero", |s| Box::pin(own_timeout(s)));
    area.add("stop/twice", |s| Box::pin(twice(s)));
    area.add("stop/created", |s| Box::pin(stop_created(s)));
    area.add("stop/exited", |s| Box::pin(stop_exited(s)));
    area.add("stop/paused", |s| Box::pin(stop_paused(s)));
    area.add("stop/missing", |s| Box::pin(post(s, STOP, NOSUCH, 404)));
    area.add("stop/time-nonsense", |s| Box::pin(time_nonsense(s)));
}

/// What ignores the signal is killed: 137.
async fn at_once(s: &mut Session) -> Outcome {
    let c = ignoring(s, json!({})).await?;
    s.call(STOP, &[&c]).query("t", 0).expect(204).await?;
    inspect(s, &c).await
}

async fn gracefully(s: &mut Session, signal: &str, body: Value) -> Outcome {
    let c = trapping(s, signal, 5, body).await?;
    s.call(STOP, &[&c]).query("t", 10).expect(204).await?;
    inspect(s, &c).await?;
    s.call("GET /containers/{id}/logs", &[&c]).query("stdout", true).frames().expect(200).await?;
    Ok(())
}

async fn own_timeout(s: &mut Session) -> Outcome {
    let c = ignoring(s, json!({ "StopTimeout": 0 })).await?;
    s.call(STOP, &[&c]).expect(204).await?;
    inspect(s, &c).await
}

async fn twice(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    s.call(STOP, &[&c]).query("t", 0).expect(204).await?;
    post(s, STOP, &c, 304).await
}

async fn stop_created(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    post(s, STOP, &c, 304).await?;
    inspect(s, &c).await
}

async fn stop_exited(s: &mut Session) -> Outcome {
    let c = exited(s, 0).await?;
    post(s, STOP, &c, 304).await
}

async fn stop_paused(s: &mut Session) -> Outcome {
    let c = ignoring(s, json!({})).await?;
    s.call("POST /containers/{id}/pause", &[&c]).expect(204).await?;
    s.call(STOP, &[&c]).query("t", 0).expect(204).await?;
    inspect(s, &c).await
}

async fn time_nonsense(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    s.call(STOP, &[&c]).query("t", "soon").expect(500).await?;
    inspect(s, &c).await
}
