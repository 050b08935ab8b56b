//! Wait under each condition. A wait that is open when the container ends is a stream: its status comes at once, its body at the end.

use super::{NOSUCH, exited, post, running};
use lockstep_harness::scenario::{Area, Need, Outcome, Session};
use serde_json::json;

const WAIT: &str = "POST /containers/{id}/wait";
const KILL: &str = "POST /containers/{id}/kill";
const START: &str = "POST /containers/{id}/start";

pub(super) fn add(area: &mut Area<'_>) {
    for code in [0_u8, 1, 7, 255] {
        area.add(&format!("wait/exit-status/{code}"), move |s| Box::pin(exit_status(s, code)));
    }
    area.add("wait/exited", |s| Box::pin(wait_exited(s)));
    // The head of an open wait comes at once since API 1.30 only.
    let head_at_once = || Need::Api("1.30".to_owned());
    area.add("wait/killed", |s| Box::pin(open_wait(s, None))).needs(head_at_once());
    area.add("wait/not-running", |s| Box::pin(open_wait(s, Some("not-running"))));
    area.add("wait/next-exit", |s| Box::pin(open_wait(s, Some("next-exit"))));
    area.add("wait/next-exit-of-created", |s| Box::pin(next_exit_of_created(s)));
    area.add("wait/next-exit-after-an-exit", |s| Box::pin(next_exit_after_an_exit(s)));
    area.add("wait/removed", |s| Box::pin(removed(s)));
    area.add("wait/removed-automatically", |s| Box::pin(removed_automatically(s)));
    area.add("wait/condition-empty", |s| Box::pin(condition(s, "")));
    area.add("wait/condition-nonsense", |s| Box::pin(condition(s, "bogus")));
    area.add("wait/by-several", |s| Box::pin(by_several(s))).needs(head_at_once());
    area.add("wait/failed-start", |s| Box::pin(failed_start(s)));
    area.add("wait/missing", |s| Box::pin(post(s, WAIT, NOSUCH, 404)));
}

async fn exit_status(s: &mut Session, code: u8) -> Outcome {
    let c = s.start(json!({ "Cmd": ["probe", "exit", code.to_string()] })).await?;
    post(s, WAIT, &c, 200).await?;
    // Podman 5 says `stopped` between the end and its tidying up.
    s.until_exited(&c).await?;
    super::inspect(s, &c).await
}

/// What never came to run has a status all the same, and the reason with it.
async fn failed_start(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": ["/nosuch"] })).await?;
    s.call(START, &[&c]).independent().expect(400).await?;
    post(s, WAIT, &c, 200).await
}

/// What has ended already is answered at once, as often as asked.
async fn wait_exited(s: &mut Session) -> Outcome {
    let c = exited(s, 5).await?;
    post(s, WAIT, &c, 200).await?;
    post(s, WAIT, &c, 200).await
}

async fn open_wait(s: &mut Session, condition: Option<&str>) -> Outcome {
    let c = running(s).await?;
    let mut wait = s.call(WAIT, &[&c]);
    if let Some(condition) = condition {
        wait = wait.query("condition", condition);
    }
    let wait = wait.open(200).await?;
    s.call(KILL, &[&c]).independent().expect(204).await?;
    s.finish_stream(wait).await?;
    Ok(())
}

/// This is how `docker run` learns the exit status: it waits before it starts.
async fn next_exit_of_created(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": ["probe", "exit", "9"] })).await?;
    let wait = s.call(WAIT, &[&c]).query("condition", "next-exit").open(200).await?;
    s.call(START, &[&c]).independent().expect(204).await?;
    s.finish_stream(wait).await?;
    Ok(())
}

/// The exit before does not count.
async fn next_exit_after_an_exit(s: &mut Session) -> Outcome {
    let c = exited(s, 5).await?;
    let wait = s.call(WAIT, &[&c]).query("condition", "next-exit").open(200).await?;
    s.call(START, &[&c]).independent().expect(204).await?;
    s.finish_stream(wait).await?;
    Ok(())
}

/// The end alone is not enough.
async fn removed(s: &mut Session) -> Outcome {
    let c = exited(s, 6).await?;
    let wait = s.call(WAIT, &[&c]).query("condition", "removed").open(200).await?;
    s.call("DELETE /containers/{id}", &[&c]).independent().expect(204).await?;
    s.finish_stream(wait).await?;
    Ok(())
}

/// This is how `docker run --rm` learns the exit status.
async fn removed_automatically(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": ["probe", "exit", "7"], "HostConfig": { "AutoRemove": true } })).await?;
    let wait = s.call(WAIT, &[&c]).query("condition", "removed").open(200).await?;
    s.call(START, &[&c]).independent().expect(204).await?;
    s.finish_stream(wait).await?;
    super::until_gone(s, &c).await?;
    post(s, WAIT, &c, 404).await
}

/// Docker 20.10 takes an unknown condition for none.
async fn condition(s: &mut Session, condition: &str) -> Outcome {
    let c = exited(s, 5).await?;
    s.call(WAIT, &[&c]).query("condition", condition).independent().expect(200).await?;
    s.call(WAIT, &[NOSUCH]).query("condition", condition).independent().expect(404).await?;
    Ok(())
}

async fn by_several(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let first = s.call(WAIT, &[&c]).open(200).await?;
    let second = s.call(WAIT, &[&c]).query("condition", "next-exit").open(200).await?;
    s.call(KILL, &[&c]).independent().expect(204).await?;
    s.finish_stream(first).await?;
    s.finish_stream(second).await?;
    Ok(())
}
