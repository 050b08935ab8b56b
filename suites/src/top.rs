//! Top: the processes of a container.

use lockstep_harness::scenario::{Catalogue, Outcome, Session, Stop};
use serde_json::{Value, json};

const TOP: &str = "GET /containers/{id}/top";

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("top");
    area.add("default", |s| Box::pin(default(s)));
    area.add("ipmgmtd-wanted", |s| Box::pin(ipmgmtd(s)));
    area.add("ps-args", |s| Box::pin(ps_args(s)));
    area.add("once", |s| Box::pin(once(s)));
    area.add("malformed-ps-args", |s| Box::pin(malformed(s)));
    area.add("children", |s| Box::pin(children(s)));
    area.add("stopped", |s| Box::pin(stopped(s)));
    area.add("missing", |s| Box::pin(missing(s)));
}

async fn sleeping(s: &mut Session) -> Result<String, Stop> {
    sleeping_with(s, json!({ "Cmd": ["probe", "sleep", "infinity"] })).await
}

/// A container whose command runs: Docker answers a start a moment before runc has made way for it.
async fn sleeping_with(s: &mut Session, body: Value) -> Result<String, Stop> {
    let c = s.start(body).await?;
    let runs = |top: Option<&Value>| !top.is_some_and(|top| top.to_string().contains("runc init"));
    s.until_at(&format!("/containers/{c}/top?stream=false"), "", runs).await?;
    Ok(c)
}

async fn default(s: &mut Session) -> Outcome {
    let c = sleeping(s).await?;
    s.call(TOP, &[&c]).independent().expect(200).await?;
    s.call("POST /containers/{id}/pause", &[&c]).expect(204).await?;
    s.call(TOP, &[&c]).independent().expect(200).await?;
    s.call("POST /containers/{id}/unpause", &[&c]).expect(204).await?;
    Ok(())
}

async fn ipmgmtd(s: &mut Session) -> Outcome {
    let c =
        sleeping_with(s, json!({ "Cmd": ["probe", "sleep", "infinity"], "Labels": { "docker:noipmgmtd": "false" } }))
            .await?;
    s.call(TOP, &[&c]).independent().expect(200).await?;
    Ok(())
}

async fn ps_args(s: &mut Session) -> Outcome {
    let c = sleeping(s).await?;
    for arguments in ["aux", "-o pid,comm", "-eo user,pid,ppid,args"] {
        s.call(TOP, &[&c]).query("ps_args", arguments).independent().expect(200).await?;
    }
    Ok(())
}

/// Podman's way to ask for one table; Docker knows no such parameter and answers one anyway.
async fn once(s: &mut Session) -> Outcome {
    let c = sleeping(s).await?;
    s.call(TOP, &[&c]).query("stream", "false").expect(200).await?;
    Ok(())
}

/// Docker has to find the processes by their id, so `ps` must print it.
async fn malformed(s: &mut Session) -> Outcome {
    let c = sleeping(s).await?;
    for arguments in ["-o comm", "--nosuch"] {
        s.call(TOP, &[&c]).query("ps_args", arguments).independent().expect(500).await?;
    }
    Ok(())
}

async fn children(s: &mut Session) -> Outcome {
    let c = s.start_probe(&["spawn", "2", "infinity"]).await?;
    let logs = format!("/containers/{c}/logs?stdout=1");
    s.until_at(&logs, "", |log| log.and_then(|log| log.as_str()).is_some_and(|log| log.contains("spawned"))).await?;
    s.call(TOP, &[&c]).query("ps_args", "-eo pid,args").expect(200).await?;
    Ok(())
}

async fn stopped(s: &mut Session) -> Outcome {
    let c = s.start_probe(&["exit", "0"]).await?;
    s.until_exited(&c).await?;
    s.call(TOP, &[&c]).expect(409).await?;
    Ok(())
}

async fn missing(s: &mut Session) -> Outcome {
    s.call(TOP, &["lockstep-nosuch"]).expect(404).await?;
    Ok(())
}
