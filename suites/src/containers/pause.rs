//! Pause and unpause, and what a paused container refuses.

use super::{NOSUCH, created, exited, inspect, post, running, trapping};
use lockstep_harness::scenario::{Area, Outcome, Session, Stop};
use serde_json::json;

const PAUSE: &str = "POST /containers/{id}/pause";
const UNPAUSE: &str = "POST /containers/{id}/unpause";
const KILL: &str = "POST /containers/{id}/kill";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("pause/and-unpause", |s| Box::pin(and_unpause(s)));
    area.add("pause/twice", |s| Box::pin(twice(s)));
    area.add("pause/created", |s| Box::pin(pause_created(s)));
    area.add("pause/exited", |s| Box::pin(pause_exited(s)));
    area.add("pause/missing", |s| Box::pin(post(s, PAUSE, NOSUCH, 404)));
    area.add("unpause/running", |s| Box::pin(unpause_running(s)));
    area.add("unpause/exited", |s| Box::pin(unpause_exited(s)));
    area.add("unpause/missing", |s| Box::pin(post(s, UNPAUSE, NOSUCH, 404)));
    area.add("pause/then-start", |s| Box::pin(then_start(s)));
    area.add("pause/then-exec", |s| Box::pin(then_exec(s)));
    area.add("pause/then-remove", |s| Box::pin(then_remove(s)));
    area.add("pause/then-kill", |s| Box::pin(then_kill(s)));
    area.add("pause/then-signal", |s| Box::pin(then_signal(s)));
    area.add("pause/then-stop-signal", |s| Box::pin(then_stop_signal(s))).waits("Podman does not deliver the signal");
    area.add("pause/then-list", |s| Box::pin(then_list(s)));
}

async fn paused(s: &mut Session) -> Result<String, Stop> {
    let c = running(s).await?;
    s.call(PAUSE, &[&c]).expect(204).await?;
    Ok(c)
}

async fn and_unpause(s: &mut Session) -> Outcome {
    let c = paused(s).await?;
    inspect(s, &c).await?;
    s.call(UNPAUSE, &[&c]).expect(204).await?;
    inspect(s, &c).await
}

async fn twice(s: &mut Session) -> Outcome {
    let c = paused(s).await?;
    post(s, PAUSE, &c, 409).await
}

async fn pause_created(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    post(s, PAUSE, &c, 409).await
}

async fn pause_exited(s: &mut Session) -> Outcome {
    let c = exited(s, 0).await?;
    post(s, PAUSE, &c, 409).await
}

async fn unpause_running(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    post(s, UNPAUSE, &c, 500).await
}

async fn unpause_exited(s: &mut Session) -> Outcome {
    let c = exited(s, 0).await?;
    post(s, UNPAUSE, &c, 500).await
}

async fn then_start(s: &mut Session) -> Outcome {
    let c = paused(s).await?;
    post(s, "POST /containers/{id}/start", &c, 409).await
}

async fn then_exec(s: &mut Session) -> Outcome {
    let c = paused(s).await?;
    s.call("POST /containers/{id}/exec", &[&c]).json(json!({ "Cmd": ["probe", "exit", "0"] })).expect(409).await?;
    Ok(())
}

async fn then_remove(s: &mut Session) -> Outcome {
    let c = paused(s).await?;
    s.call("DELETE /containers/{id}", &[&c]).expect(409).await?;
    s.call("DELETE /containers/{id}", &[&c]).query("force", true).expect(204).await?;
    Ok(())
}

/// SIGKILL reaches it all the same.
async fn then_kill(s: &mut Session) -> Outcome {
    let c = paused(s).await?;
    s.call(KILL, &[&c]).expect(204).await?;
    s.until_exited(&c).await?;
    inspect(s, &c).await
}

/// Where the container has no stop signal of its own, Docker takes any signal for one, and lets the container go on to get it.
async fn then_stop_signal(s: &mut Session) -> Outcome {
    let c = trapping(s, "USR1", 7, json!({})).await?;
    s.call(PAUSE, &[&c]).expect(204).await?;
    s.call(KILL, &[&c]).query("signal", "USR1").expect(204).await?;
    s.until_exited(&c).await?;
    inspect(s, &c).await
}

/// Another signal than the stop signal waits until it goes on.
async fn then_signal(s: &mut Session) -> Outcome {
    let c = trapping(s, "USR1", 7, json!({ "StopSignal": "SIGTERM" })).await?;
    s.call(PAUSE, &[&c]).expect(204).await?;
    s.call(KILL, &[&c]).query("signal", "USR1").expect(204).await?;
    inspect(s, &c).await?;
    s.call(UNPAUSE, &[&c]).expect(204).await?;
    s.until_exited(&c).await?;
    inspect(s, &c).await
}

async fn then_list(s: &mut Session) -> Outcome {
    let c = paused(s).await?;
    s.call("GET /containers/json", &[]).filters(json!({ "id": [c] })).expect(200).await?;
    Ok(())
}
