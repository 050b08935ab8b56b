//! Exec: a second command in a running container.

use lockstep_harness::scenario::{Catalogue, Outcome, Session, Stop};
use serde_json::{Value, json};

const CREATE: &str = "POST /containers/{id}/exec";
const START: &str = "POST /exec/{id}/start";
const RESIZE: &str = "POST /exec/{id}/resize";
const INSPECT: &str = "GET /exec/{id}/json";
const NOSUCH: &str = "lockstep-nosuch";

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("exec");
    area.add("output", |s| Box::pin(output(s)));
    area.add("exit-status", |s| Box::pin(exit_status(s)));
    area.add("detach", |s| Box::pin(detach(s))).waits("Podman never says that it ended");
    area.add("tty", |s| Box::pin(tty(s)));
    area.add("stdin", |s| Box::pin(stdin(s)));
    area.add("env", |s| Box::pin(env(s)));
    area.add("user", |s| Box::pin(user(s)));
    area.add("working-directory", |s| Box::pin(working_directory(s)));
    area.add("inherits-from-container", |s| Box::pin(inherits(s)));
    area.add("privileged", |s| Box::pin(privileged(s)));
    area.add("missing", |s| Box::pin(missing(s)));
    area.add("stopped", |s| Box::pin(stopped(s)));
    area.add("paused", |s| Box::pin(paused(s)));
    area.add("start-twice", |s| Box::pin(start_twice(s))).waits("Podman never says that it runs");
    area.add("refuses", |s| Box::pin(refuses(s)));
    area.add("command-not-found", |s| Box::pin(command_not_found(s)));
    area.add("resize", |s| Box::pin(resize(s)));
    area.add("resize-refuses", |s| Box::pin(resize_refuses(s)));
    area.add("inspect", |s| Box::pin(inspect(s)));
    area.add("listed-by-container", |s| Box::pin(listed_by_container(s)));
    area.add("removed-container", |s| Box::pin(removed_container(s)));
}

async fn running(s: &mut Session) -> Result<String, Stop> {
    s.start_probe(&["sleep", "infinity"]).await
}

/// An exec of the probe with both output streams attached; what `extra` says goes over that.
async fn made(s: &mut Session, container: &str, command: &[&str], extra: Value) -> Result<String, Stop> {
    let mut words = vec!["probe"];
    words.extend(command);
    let mut body = json!({ "AttachStdout": true, "AttachStderr": true, "Cmd": words });
    for (name, value) in extra.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    s.call(CREATE, &[container]).json(body).expect(201).await?.id()
}

/// Makes an exec, runs it to its end, and looks at its exit status.
async fn run(s: &mut Session, container: &str, command: &[&str], extra: Value) -> Outcome {
    let exec = made(s, container, command, extra).await?;
    s.call(START, &[&exec]).json(json!({ "Detach": false })).frames().independent().expect(200).await?;
    ended(s, &exec).await
}

/// A step: the inspect of an exec that has ended.
async fn ended(s: &mut Session, exec: &str) -> Outcome {
    until_ended(s, exec).await?;
    s.call(INSPECT, &[exec]).independent().expect(200).await?;
    Ok(())
}

/// The output may end a moment before the exit status is known. An exec that is forgotten has ended too.
async fn until_ended(s: &mut Session, exec: &str) -> Outcome {
    s.until_at(&format!("/exec/{exec}/json"), "/Running", |running| running != Some(&json!(true))).await
}

async fn output(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    for extra in [json!({}), json!({ "AttachStderr": false }), json!({ "AttachStdout": false })] {
        let exec = made(s, &c, &["write", "to stdout", "to stderr"], extra).await?;
        s.call(START, &[&exec]).json(json!({})).frames().independent().expect(200).await?;
    }
    Ok(())
}

async fn exit_status(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    for command in [["exit", "0"], ["exit", "7"], ["signal", "KILL"]] {
        run(s, &c, &command, json!({})).await?;
    }
    Ok(())
}

async fn detach(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let command = ["then", "write-file", "/tmp/text", "yes", "--", "write-file", "/tmp/done", "x", "--", "exit", "3"];
    let exec = made(s, &c, &command, json!({})).await?;
    s.call(START, &[&exec]).json(json!({ "Detach": true })).expect(200).await?;
    run(s, &c, &["then", "wait-file", "/tmp/done", "--", "read-file", "/tmp/text"], json!({})).await?;
    ended(s, &exec).await
}

async fn tty(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let exec = made(s, &c, &["tty"], json!({ "Tty": true, "AttachStdin": true })).await?;
    let stream = s.call(START, &[&exec]).json(json!({ "Tty": true })).raw().hijack().open(101).await?;
    s.finish_stream(stream).await?;
    ended(s, &exec).await
}

async fn stdin(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let exec = made(s, &c, &["cat"], json!({ "AttachStdin": true })).await?;
    let mut stream = s.call(START, &[&exec]).json(json!({ "Detach": false })).frames().hijack().open(101).await?;
    stream.write(b"first\n").await;
    stream.wait_for("first\n").await;
    stream.write(b"second\n").await;
    stream.wait_for("second\n").await;
    stream.close_write().await;
    s.finish_stream(stream).await?;
    ended(s, &exec).await
}

async fn env(s: &mut Session) -> Outcome {
    let c =
        s.start(json!({ "Cmd": ["probe", "sleep", "infinity"], "Env": ["KEPT=container", "BOTH=container"] })).await?;
    run(s, &c, &["observe", "environment"], json!({ "Env": ["BOTH=exec", "NEW=exec"] })).await?;
    s.call(CREATE, &[&c]).json(json!({ "Cmd": ["probe"], "Env": ["=x"] })).independent().expect(201).await?;
    Ok(())
}

async fn user(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    for user in ["tester", "1234:5678"] {
        run(s, &c, &["observe", "user"], json!({ "User": user })).await?;
    }
    let exec = made(s, &c, &["exit", "0"], json!({ "User": "nosuchuser" })).await?;
    s.call(START, &[&exec]).json(json!({ "Detach": true })).independent().expect(500).await?;
    Ok(())
}

async fn working_directory(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    run(s, &c, &["observe", "cwd"], json!({ "WorkingDir": "/home/tester" })).await?;
    let exec = made(s, &c, &["exit", "0"], json!({ "WorkingDir": "/nosuch" })).await?;
    s.call(START, &[&exec]).json(json!({ "Detach": true })).independent().expect(400).await?;
    Ok(())
}

async fn inherits(s: &mut Session) -> Outcome {
    let body = json!({ "Cmd": ["probe", "sleep", "infinity"], "User": "1000:1000", "WorkingDir": "/tmp" });
    let c = s.start(body).await?;
    run(s, &c, &["observe", "user,cwd"], json!({})).await
}

/// It is not started: where the engine itself lacks capabilities, it cannot give them.
async fn privileged(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let exec = made(s, &c, &["exit", "0"], json!({ "Privileged": true })).await?;
    s.call(INSPECT, &[&exec]).independent().expect(200).await?;
    Ok(())
}

async fn missing(s: &mut Session) -> Outcome {
    s.call(CREATE, &[NOSUCH]).json(json!({ "Cmd": ["probe"] })).expect(404).await?;
    s.call(START, &[NOSUCH]).json(json!({})).expect(404).await?;
    s.call(INSPECT, &[NOSUCH]).expect(404).await?;
    s.call(RESIZE, &[NOSUCH]).query("h", 20).query("w", 40).expect(404).await?;
    Ok(())
}

async fn stopped(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let exec = made(s, &c, &["exit", "0"], json!({})).await?;
    s.call("POST /containers/{id}/kill", &[&c]).expect(204).await?;
    s.until_exited(&c).await?;
    s.call(CREATE, &[&c]).json(json!({ "Cmd": ["probe"] })).independent().expect(409).await?;
    s.call(START, &[&exec]).json(json!({})).independent().expect(404).await?;
    Ok(())
}

async fn paused(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let exec = made(s, &c, &["exit", "4"], json!({})).await?;
    s.call("POST /containers/{id}/pause", &[&c]).expect(204).await?;
    s.call(CREATE, &[&c]).json(json!({ "Cmd": ["probe"] })).independent().expect(409).await?;
    s.call(START, &[&exec]).json(json!({ "Detach": true })).independent().expect(409).await?;
    s.call("POST /containers/{id}/unpause", &[&c]).expect(204).await?;
    Ok(())
}

async fn start_twice(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let exec = made(s, &c, &["then", "wait-file", "/tmp/go"], json!({})).await?;
    s.call(START, &[&exec]).json(json!({ "Detach": true })).expect(200).await?;
    s.call(START, &[&exec]).json(json!({ "Detach": true })).independent().expect(409).await?;
    run(s, &c, &["write-file", "/tmp/go", "x"], json!({})).await?;
    until_ended(s, &exec).await?;
    s.call(START, &[&exec]).json(json!({ "Detach": true })).independent().expect(409).await?;
    Ok(())
}

async fn refuses(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    s.call(CREATE, &[&c]).json(json!({ "Cmd": [] })).independent().expect(400).await?;
    s.call(CREATE, &[&c]).json(json!({ "AttachStdout": true })).independent().expect(400).await?;
    s.call(CREATE, &[&c]).body("application/json", "{bad").independent().expect(400).await?;
    s.call(CREATE, &[&c]).body("application/json", "").independent().expect(400).await?;
    s.call(CREATE, &[&c]).body("text/plain", "{\"Cmd\":[\"probe\"]}").independent().expect(400).await?;
    s.call(CREATE, &[&c]).json(json!({ "Cmd": "probe exit 0" })).independent().expect(400).await?;
    s.call(CREATE, &[&c]).json(json!({ "Cmd": 7 })).independent().expect(400).await?;
    let keys = json!({ "Cmd": ["probe"], "DetachKeys": "nosuch" });
    s.call(CREATE, &[&c]).json(keys).independent().expect(500).await?;
    let exec = made(s, &c, &["exit", "0"], json!({})).await?;
    s.call(START, &[&exec]).body("application/json", "{bad").independent().expect(400).await?;
    Ok(())
}

async fn command_not_found(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    for command in ["/nosuch", "/etc/plain.txt"] {
        for detach in [false, true] {
            let body = json!({ "AttachStdout": true, "AttachStderr": true, "Cmd": [command] });
            let exec = s.call(CREATE, &[&c]).json(body).expect(201).await?.id()?;
            let status = if detach { 400 } else { 200 };
            s.call(START, &[&exec]).json(json!({ "Detach": detach })).frames().independent().expect(status).await?;
            s.call(INSPECT, &[&exec]).independent().expect(200).await?;
        }
    }
    Ok(())
}

async fn resize(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let exec = made(s, &c, &["winch"], json!({ "Tty": true })).await?;
    let mut stream = s.call(START, &[&exec]).json(json!({ "Tty": true })).raw().hijack().open(101).await?;
    stream.wait_for("\n").await;
    s.until_at(&format!("/exec/{exec}/json"), "/Pid", |pid| pid.is_none_or(|pid| *pid != 0)).await?;
    s.call(RESIZE, &[&exec]).query("h", 33).query("w", 101).independent().expect(200).await?;
    stream.wait_for("33 101\r\n").await;
    s.hang_up(stream).await?;
    Ok(())
}

/// What Docker 20.10 says to a good size depends on whether containerd has forgotten the process yet.
async fn resize_refuses(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let exec = made(s, &c, &["exit", "0"], json!({ "Tty": true })).await?;
    s.call(START, &[&exec]).json(json!({ "Tty": true })).raw().expect(200).await?;
    until_ended(s, &exec).await?;
    s.call(RESIZE, &[&exec]).query("w", 80).independent().expect(400).await?;
    s.call(RESIZE, &[&exec]).query("h", "tall").query("w", 80).independent().expect(400).await?;
    Ok(())
}

/// Before, during and after.
async fn inspect(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let extra = json!({ "AttachStdin": true, "User": "1000", "Env": ["A=b"], "DetachKeys": "ctrl-a" });
    let exec = made(s, &c, &["cat"], extra).await?;
    s.call(INSPECT, &[&exec]).independent().expect(200).await?;
    let mut stream = s.call(START, &[&exec]).json(json!({})).frames().hijack().open(101).await?;
    stream.write(b"hello\n").await;
    stream.wait_for("hello\n").await;
    // Output may come before the process id is known; an engine may not tell it at all.
    s.until_at(&format!("/exec/{exec}/json"), "/Pid", |pid| pid.is_none_or(|pid| *pid != 0)).await?;
    s.call(INSPECT, &[&exec]).independent().expect(200).await?;
    stream.close_write().await;
    s.finish_stream(stream).await?;
    ended(s, &exec).await
}

/// `ExecIDs` of the container.
async fn listed_by_container(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let exec = made(s, &c, &["exit", "0"], json!({})).await?;
    s.call("GET /containers/{id}/json", &[&c]).independent().expect(200).await?;
    s.call(START, &[&exec]).json(json!({})).frames().independent().expect(200).await?;
    until_ended(s, &exec).await
}

async fn removed_container(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let exec = made(s, &c, &["sleep", "infinity"], json!({})).await?;
    s.call(START, &[&exec]).json(json!({ "Detach": true })).expect(200).await?;
    s.call("DELETE /containers/{id}", &[&c]).query("force", 1).expect(204).await?;
    s.call(INSPECT, &[&exec]).independent().expect(404).await?;
    s.call(START, &[&exec]).json(json!({})).independent().expect(404).await?;
    Ok(())
}
