//! What is left of a container's end: the status in wait, inspect and list, however it ended.

use lockstep_harness::scenario::{Catalogue, Outcome, Session, Stop};
use serde_json::json;

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("exit-status");
    for status in [0, 1, 7, 125, 126, 127, 137, 143, 255] {
        area.add(&status.to_string(), move |s| Box::pin(exits(s, status)));
    }
    for signal in ["KILL", "TERM", "SEGV"] {
        area.add(&format!("child-signal/{signal}"), move |s| Box::pin(child_signal(s, signal)));
    }
    area.add("kill/trapped", |s| Box::pin(kill_trapped(s)));
    area.add("kill/not-trapped", |s| Box::pin(kill_not_trapped(s)));
    area.add("stop/trapped", |s| Box::pin(stop_trapped(s)));
    area.add("stop/not-trapped", |s| Box::pin(stop_not_trapped(s)));
    area.add("command-not-found", |s| Box::pin(cannot_start(s, &["/nosuch"], 400)));
    area.add("not-executable", |s| Box::pin(cannot_start(s, &["/etc/plain.txt"], 400)));
    area.add("command-is-a-directory", |s| Box::pin(cannot_start(s, &["/etc"], 400)));
    area.add("out-of-memory", |s| Box::pin(out_of_memory(s)));
}

/// How the end looks in each place that shows it.
async fn seen(s: &mut Session, container: &str) -> Outcome {
    s.call("POST /containers/{id}/wait", &[container]).expect(200).await?;
    // Podman 5 says `stopped` between the end and its tidying up.
    s.until_exited(container).await?;
    s.call("GET /containers/{id}/json", &[container]).expect(200).await?;
    let own = s.own();
    s.call("GET /containers/json", &[]).query("all", true).filters(own).expect(200).await?;
    Ok(())
}

async fn exits(s: &mut Session, status: u8) -> Outcome {
    let container = s.start_probe(&["exit", &status.to_string()]).await?;
    seen(s, &container).await
}

async fn child_signal(s: &mut Session, signal: &str) -> Outcome {
    let container = s.start_probe(&["child-signal", signal]).await?;
    seen(s, &container).await
}

/// A container that has installed its handler for SIGTERM and then exits with 5 at it.
async fn trapping(s: &mut Session) -> Result<String, Stop> {
    let container = s.start_probe(&["trap", "TERM", "5"]).await?;
    let mut logs = s
        .call("GET /containers/{id}/logs", &[&container])
        .query("follow", 1)
        .query("stdout", 1)
        .frames()
        .open(200)
        .await?;
    logs.wait_for("ready").await;
    s.hang_up(logs).await?;
    Ok(container)
}

async fn kill_trapped(s: &mut Session) -> Outcome {
    let container = trapping(s).await?;
    s.call("POST /containers/{id}/kill", &[&container]).query("signal", "TERM").expect(204).await?;
    seen(s, &container).await
}

async fn kill_not_trapped(s: &mut Session) -> Outcome {
    let container = s.start_probe(&["sleep", "60"]).await?;
    s.call("POST /containers/{id}/kill", &[&container]).expect(204).await?;
    seen(s, &container).await
}

async fn stop_trapped(s: &mut Session) -> Outcome {
    let container = trapping(s).await?;
    s.call("POST /containers/{id}/stop", &[&container]).query("t", 5).expect(204).await?;
    seen(s, &container).await
}

/// The first process of a container ignores a signal that it has no handler for: stop has to kill it.
async fn stop_not_trapped(s: &mut Session) -> Outcome {
    let container = s.start_probe(&["sleep", "60"]).await?;
    s.call("POST /containers/{id}/stop", &[&container]).query("t", 1).expect(204).await?;
    seen(s, &container).await
}

async fn cannot_start(s: &mut Session, command: &[&str], status: u16) -> Outcome {
    let container = s.create(json!({ "Cmd": command })).await?;
    s.call("POST /containers/{id}/start", &[&container]).independent().expect(status).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    Ok(())
}

async fn out_of_memory(s: &mut Session) -> Outcome {
    let limit = 16 << 20;
    let body = json!({
        "Cmd": ["probe", "alloc", "64m", "5"],
        "HostConfig": { "Memory": limit, "MemorySwap": limit },
    });
    let container = s.start(body).await?;
    // Not inspect: whether Docker 20.10 has noticed the kernel's event by then (OOMKilled) is a race.
    s.call("POST /containers/{id}/wait", &[&container]).expect(200).await?;
    s.until_exited(&container).await?;
    let own = s.own();
    s.call("GET /containers/json", &[]).query("all", true).filters(own).expect(200).await?;
    Ok(())
}
