//! Restart policies at work.

use super::{inspect, trapping, until_file};
use lockstep_harness::scenario::{Area, Outcome, Session, Stop};
use serde_json::{Value, json};

/// Fails the first time it runs, and then runs until it is killed.
const FAILS_ONCE: &str = "probe read-file /tmp/ran && probe write-file /tmp/again yes && probe sleep infinity || probe write-file /tmp/ran yes && exit 3";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("restart-policy/on-failure-up-to-a-maximum", |s| Box::pin(up_to_a_maximum(s)));
    area.add("restart-policy/on-failure-leaves-success-alone", |s| Box::pin(success(s)));
    area.add("restart-policy/no", |s| Box::pin(none(s)));
    for policy in ["always", "unless-stopped", "on-failure"] {
        area.add(&format!("restart-policy/{policy}-restarts-a-failure"), move |s| Box::pin(restarts(s, policy)));
    }
    for policy in ["always", "unless-stopped"] {
        area.add(&format!("restart-policy/{policy}-leaves-stopped-alone"), move |s| Box::pin(stopped(s, policy)));
        area.add(&format!("restart-policy/{policy}-leaves-killed-alone"), move |s| Box::pin(killed(s, policy)));
    }
    area.add("restart-policy/start-resets-the-count", |s| Box::pin(start_resets(s)))
        .waits("the delay between restarts");
    area.add("restart-policy/update-takes-effect", |s| Box::pin(update_takes_effect(s)));
}

fn policy(name: &str, maximum: u32) -> Value {
    json!({ "RestartPolicy": { "Name": name, "MaximumRetryCount": maximum } })
}

/// A container that ran twice in vain after its first failure.
async fn given_up(s: &mut Session) -> Result<String, Stop> {
    let c = s.start(json!({ "Cmd": ["probe", "exit", "3"], "HostConfig": policy("on-failure", 2) })).await?;
    s.until(&c, "/RestartCount", &json!(2)).await?;
    s.until_exited(&c).await?;
    Ok(c)
}

async fn up_to_a_maximum(s: &mut Session) -> Outcome {
    let c = given_up(s).await?;
    inspect(s, &c).await
}

async fn success(s: &mut Session) -> Outcome {
    let c = s.start(json!({ "Cmd": ["probe", "exit", "0"], "HostConfig": policy("on-failure", 2) })).await?;
    s.until_exited(&c).await?;
    inspect(s, &c).await
}

async fn none(s: &mut Session) -> Outcome {
    let c = s.start(json!({ "Cmd": ["probe", "exit", "3"], "HostConfig": policy("no", 0) })).await?;
    s.until_exited(&c).await?;
    inspect(s, &c).await
}

/// A container under the policy that failed once and runs again.
async fn restarted(s: &mut Session, name: &str) -> Result<String, Stop> {
    let c = s.start(json!({ "Cmd": ["/bin/sh", "-c", FAILS_ONCE], "HostConfig": policy(name, 0) })).await?;
    s.until(&c, "/RestartCount", &json!(1)).await?;
    s.until(&c, "/State/Status", &json!("running")).await?;
    Ok(c)
}

async fn restarts(s: &mut Session, name: &str) -> Outcome {
    let c = restarted(s, name).await?;
    inspect(s, &c).await
}

async fn stopped(s: &mut Session, name: &str) -> Outcome {
    let c = restarted(s, name).await?;
    // Docker says running a moment before the command has taken runc's place, and runc ends with 2 when it is stopped.
    until_file(s, &c, "/tmp/again").await?;
    s.call("POST /containers/{id}/stop", &[&c]).query("t", 0).expect(204).await?;
    inspect(s, &c).await
}

/// A kill counts as a stop, whatever the policy.
async fn killed(s: &mut Session, name: &str) -> Outcome {
    let c = trapping(s, "USR1", 7, json!({ "HostConfig": policy(name, 0) })).await?;
    s.call("POST /containers/{id}/kill", &[&c]).query("signal", "USR1").expect(204).await?;
    let settled = |seen: Option<&Value>| {
        let ended = seen.and_then(|seen| seen.pointer("/State/Status")) == Some(&json!("exited"));
        let again = seen.and_then(|seen| seen["RestartCount"].as_u64()).is_some_and(|count| count > 0);
        ended || again
    };
    s.until_at(&format!("/containers/{c}/json"), "", settled).await?;
    inspect(s, &c).await
}

async fn start_resets(s: &mut Session) -> Outcome {
    let c = given_up(s).await?;
    s.call("POST /containers/{id}/start", &[&c]).expect(204).await?;
    s.until(&c, "/RestartCount", &json!(2)).await?;
    s.until_exited(&c).await?;
    inspect(s, &c).await
}

/// A policy that comes while the container runs holds at its next end.
async fn update_takes_effect(s: &mut Session) -> Outcome {
    let c = s.start(json!({ "Cmd": ["/bin/sh", "-c", format!("probe wait-file /tmp/go ; {FAILS_ONCE}")] })).await?;
    s.call("POST /containers/{id}/update", &[&c]).json(policy("always", 0)).expect(200).await?;
    let go = json!({ "Cmd": ["probe", "write-file", "/tmp/go", ""] });
    let exec = s.call("POST /containers/{id}/exec", &[&c]).json(go).expect(201).await?.id()?;
    s.call("POST /exec/{id}/start", &[&exec]).json(json!({ "Detach": true })).expect(200).await?;
    s.until(&c, "/RestartCount", &json!(1)).await?;
    s.until(&c, "/State/Status", &json!("running")).await?;
    inspect(s, &c).await
}
