//! Restart as a request.

use super::{NOSUCH, created, exited, inspect, post, running};
use lockstep_harness::scenario::{Area, Outcome, Session};

const RESTART: &str = "POST /containers/{id}/restart";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("restart/running", |s| Box::pin(restart_running(s)));
    area.add("restart/exited", |s| Box::pin(restart_exited(s)));
    area.add("restart/created", |s| Box::pin(restart_created(s)));
    area.add("restart/paused", |s| Box::pin(restart_paused(s)));
    area.add("restart/missing", |s| Box::pin(post(s, RESTART, NOSUCH, 404)));
    area.add("restart/time-nonsense", |s| Box::pin(time_nonsense(s)));
}

/// A restart that was asked for does not count in `RestartCount`.
async fn restart_running(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    s.call(RESTART, &[&c]).query("t", 0).expect(204).await?;
    inspect(s, &c).await
}

async fn restart_exited(s: &mut Session) -> Outcome {
    let c = exited(s, 4).await?;
    s.call(RESTART, &[&c]).expect(204).await?;
    s.until_exited(&c).await?;
    inspect(s, &c).await
}

async fn restart_created(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    s.call(RESTART, &[&c]).query("t", 0).expect(204).await?;
    inspect(s, &c).await
}

async fn restart_paused(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    s.call("POST /containers/{id}/pause", &[&c]).expect(204).await?;
    s.call(RESTART, &[&c]).query("t", 0).expect(204).await?;
    inspect(s, &c).await
}

async fn time_nonsense(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    s.call(RESTART, &[&c]).query("t", "soon").expect(500).await?;
    Ok(())
}
