//! Kill: by default, by every spelling of a signal, and where it cannot.

use super::{NOSUCH, created, exited, ignoring, inspect, post, running, trapping};
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::json;

const KILL: &str = "POST /containers/{id}/kill";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("kill/default", |s| Box::pin(default(s)));
    for (case, signal) in
        [("short-name", "USR1"), ("full-name", "SIGUSR1"), ("lower-case", "sigusr1"), ("number", "10")]
    {
        area.add(&format!("kill/by-{case}"), move |s| Box::pin(by_signal(s, signal)));
    }
    area.add("kill/real-time-signal", |s| Box::pin(real_time(s)));
    area.add("kill/ignored-signal", |s| Box::pin(ignored(s)));
    for (case, signal, status) in [("unknown", "BOGUS", 400), ("zero", "0", 400), ("too-big", "99", 500)] {
        area.add(&format!("kill/signal-{case}"), move |s| Box::pin(refused(s, signal, status)));
    }
    area.add("kill/created", |s| Box::pin(kill_created(s)));
    area.add("kill/exited", |s| Box::pin(kill_exited(s)));
    area.add("kill/missing", |s| Box::pin(post(s, KILL, NOSUCH, 404)));
}

async fn default(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    s.call(KILL, &[&c]).expect(204).await?;
    s.until_exited(&c).await?;
    inspect(s, &c).await
}

async fn by_signal(s: &mut Session, signal: &str) -> Outcome {
    let c = trapping(s, "USR1", 7, json!({})).await?;
    s.call(KILL, &[&c]).query("signal", signal).expect(204).await?;
    s.until_exited(&c).await?;
    inspect(s, &c).await
}

async fn real_time(s: &mut Session) -> Outcome {
    let c = trapping(s, "RTMIN+3", 8, json!({})).await?;
    s.call(KILL, &[&c]).query("signal", "SIGRTMIN+3").expect(204).await?;
    s.until_exited(&c).await?;
    inspect(s, &c).await
}

/// A signal that PID 1 does not handle changes nothing.
async fn ignored(s: &mut Session) -> Outcome {
    let c = ignoring(s, json!({})).await?;
    s.call(KILL, &[&c]).query("signal", "USR2").expect(204).await?;
    inspect(s, &c).await
}

async fn refused(s: &mut Session, signal: &str, status: u16) -> Outcome {
    let c = running(s).await?;
    s.call(KILL, &[&c]).query("signal", signal).expect(status).await?;
    inspect(s, &c).await
}

async fn kill_created(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    post(s, KILL, &c, 409).await
}

async fn kill_exited(s: &mut Session) -> Outcome {
    let c = exited(s, 0).await?;
    post(s, KILL, &c, 409).await
}
