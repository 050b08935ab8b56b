//! Attach: the streams of a container's own command, and the size of its terminal.

use lockstep_harness::scenario::{Catalogue, Outcome, Session};
use serde_json::{Value, json};
use std::time::Duration;

const ATTACH: &str = "POST /containers/{id}/attach";
const SOCKET: &str = "GET /containers/{id}/attach/ws";
const START: &str = "POST /containers/{id}/start";
const KILL: &str = "POST /containers/{id}/kill";
const RESIZE: &str = "POST /containers/{id}/resize";
const NOSUCH: &str = "lockstep-nosuch";

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("attach");
    area.add("stdin", |s| Box::pin(stdin(s)));
    area.add("one-stream", |s| Box::pin(one_stream(s)));
    area.add("logs/alone", |s| Box::pin(logs_alone(s))).waits("Podman never answers");
    area.add("logs/then-stream", |s| Box::pin(logs_then_stream(s)));
    area.add("tty", |s| Box::pin(tty(s)));
    area.add("stopped", |s| Box::pin(stopped(s)));
    area.add("paused", |s| Box::pin(paused(s)));
    area.add("without-upgrade", |s| Box::pin(without_upgrade(s)));
    area.add("detach-keys", |s| Box::pin(detach_keys(s))).waits("Podman does not end the stream");
    area.add("refuses", |s| Box::pin(refuses(s)));
    area.add("websocket/output", |s| Box::pin(websocket(s)));
    area.add("websocket/refuses", |s| Box::pin(websocket_refuses(s)));
    area.add("resize", |s| Box::pin(resize(s)));
    area.add("resize-refuses", |s| Box::pin(resize_refuses(s)));
}

/// What `docker run --interactive` creates.
fn interactive(tty: bool) -> Value {
    json!({ "Cmd": ["probe", "cat"], "OpenStdin": true, "StdinOnce": true, "AttachStdin": true, "Tty": tty })
}

async fn stdin(s: &mut Session) -> Outcome {
    let c = s.create(interactive(false)).await?;
    let call = s.call(ATTACH, &[&c]).query("stream", 1).query("stdin", 1).query("stdout", 1).query("stderr", 1);
    let mut stream = call.frames().hijack().open(101).await?;
    s.call(START, &[&c]).expect(204).await?;
    stream.write(b"first\n").await;
    stream.wait_for("first\n").await;
    stream.write(b"second\n").await;
    stream.wait_for("second\n").await;
    stream.close_write().await;
    s.finish_stream(stream).await?;
    s.until_exited(&c).await
}

/// Two clients at once, each with a stream of its own.
async fn one_stream(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": ["probe", "write", "to stdout", "to stderr"] })).await?;
    let first = s.call(ATTACH, &[&c]).query("stream", 1).query("stdout", 1).frames().hijack().open(101).await?;
    let second = s.call(ATTACH, &[&c]).query("stream", 1).query("stderr", 1).frames().hijack().open(101).await?;
    s.call(START, &[&c]).expect(204).await?;
    s.finish_stream(first).await?;
    s.finish_stream(second).await?;
    Ok(())
}

/// What was written so far, and then the end. (Of an exited container, Podman 4.3 never answers it.)
async fn logs_alone(s: &mut Session) -> Outcome {
    let c = s.start_probe(&["then", "write", "out\\n", "err\\n", "--", "sleep", "infinity"]).await?;
    let logs = format!("/containers/{c}/logs?stdout=1&stderr=1");
    let written = |log: Option<&Value>| {
        log.and_then(Value::as_str).is_some_and(|log| log.contains("out\n") && log.contains("err\n"))
    };
    s.until_at(&logs, "", written).await?;
    for (stdout, stderr) in [(1, 1), (1, 0), (0, 1)] {
        let call = s.call(ATTACH, &[&c]).query("logs", 1).query("stdout", stdout).query("stderr", stderr);
        call.frames().independent().within(Duration::from_secs(3)).expect(200).await?;
    }
    Ok(())
}

async fn logs_then_stream(s: &mut Session) -> Outcome {
    let c = s.start_probe(&["trap", "TERM", "0", "before"]).await?;
    let logs = format!("/containers/{c}/logs?stdout=1");
    s.until_at(&logs, "", |log| log.and_then(|log| log.as_str()).is_some_and(|log| log.contains("before"))).await?;
    let call = s.call(ATTACH, &[&c]).query("logs", 1).query("stream", 1).query("stdout", 1);
    let mut stream = call.frames().hijack().open(101).await?;
    stream.wait_for("before\n").await;
    s.call(KILL, &[&c]).query("signal", "TERM").independent().expect(204).await?;
    s.finish_stream(stream).await?;
    Ok(())
}

async fn tty(s: &mut Session) -> Outcome {
    let c = s.create(interactive(true)).await?;
    let call = s.call(ATTACH, &[&c]).query("stream", 1).query("stdin", 1).query("stdout", 1);
    let mut stream = call.raw().hijack().open(101).await?;
    s.call(START, &[&c]).expect(204).await?;
    stream.write(b"hello\n").await;
    // The terminal's echo, then the command's.
    stream.wait_for("hello\r\nhello\r\n").await;
    stream.write(b"\x04").await;
    s.finish_stream(stream).await?;
    Ok(())
}

/// The stream begins with the next start.
async fn stopped(s: &mut Session) -> Outcome {
    let c = s.start_probe(&["lines", "1"]).await?;
    s.until_exited(&c).await?;
    let stream = s.call(ATTACH, &[&c]).query("stream", 1).query("stdout", 1).frames().hijack().open(101).await?;
    s.call(START, &[&c]).independent().expect(204).await?;
    s.finish_stream(stream).await?;
    Ok(())
}

async fn paused(s: &mut Session) -> Outcome {
    let c = s.start_probe(&["sleep", "infinity"]).await?;
    s.call("POST /containers/{id}/pause", &[&c]).expect(204).await?;
    let call = s.call(ATTACH, &[&c]).query("logs", 1).query("stdout", 1);
    call.frames().independent().expect(409).await?;
    s.call("POST /containers/{id}/unpause", &[&c]).independent().expect(204).await?;
    Ok(())
}

/// The old way: the connection becomes the stream without a word about it.
async fn without_upgrade(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": ["probe", "write", "to stdout", "to stderr"] })).await?;
    let call = s.call(ATTACH, &[&c]).query("stream", 1).query("stdout", 1).query("stderr", 1);
    let stream = call.frames().open(200).await?;
    s.call(START, &[&c]).expect(204).await?;
    s.finish_stream(stream).await?;
    Ok(())
}

/// The keys end the stream, not the container.
async fn detach_keys(s: &mut Session) -> Outcome {
    let mut body = interactive(true);
    body["StdinOnce"] = json!(false);
    let c = s.create(body).await?;
    let call = s.call(ATTACH, &[&c]).query("stream", 1).query("stdin", 1).query("stdout", 1);
    let mut stream = call.query("detachKeys", "ctrl-a,x").raw().hijack().open(101).await?;
    s.call(START, &[&c]).expect(204).await?;
    stream.write(b"hello\n").await;
    stream.wait_for("hello\r\nhello\r\n").await;
    // Podman knows the keys only when it reads them one at a time.
    stream.type_keys(b"\x01x").await;
    // An engine that does not know the keys hands on all of it, and this is its echo.
    stream.write(b"late\n").await;
    stream.wait_for("late\r\n^Axlate\r\n").await;
    s.call("GET /containers/{id}/json", &[&c]).independent().expect(200).await?;
    s.call(KILL, &[&c]).independent().expect(204).await?;
    s.finish_stream(stream).await?;
    Ok(())
}

async fn refuses(s: &mut Session) -> Outcome {
    s.call(ATTACH, &[NOSUCH]).query("stream", 1).query("stdout", 1).expect(404).await?;
    s.call(ATTACH, &[NOSUCH]).query("stream", 1).query("stdout", 1).hijack().expect(404).await?;
    let c = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    let call = s.call(ATTACH, &[&c]).query("logs", 1).query("stdout", 1);
    call.query("detachKeys", "nosuch").independent().expect(400).await?;
    Ok(())
}

async fn websocket(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": ["probe", "write", "to stdout"] })).await?;
    let call = s.call(SOCKET, &[&c]).query("stream", 1).query("stdout", 1).raw();
    let call = call.header("connection", "Upgrade").header("upgrade", "websocket").header("origin", "http://localhost");
    let call = call.header("sec-websocket-version", "13").header("sec-websocket-key", "bG9ja3N0ZXBsb2Nrc3RlcA==");
    let mut stream = call.open(101).await?;
    s.call(START, &[&c]).expect(204).await?;
    stream.wait_for_first("to stdout").await;
    s.hang_up(stream).await?;
    Ok(())
}

async fn websocket_refuses(s: &mut Session) -> Outcome {
    s.call(SOCKET, &[NOSUCH]).query("stream", 1).query("stdout", 1).expect(404).await?;
    let c = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    s.call(SOCKET, &[&c]).query("logs", 1).query("detachKeys", "nosuch").independent().expect(400).await?;
    s.call(SOCKET, &[&c]).query("logs", 1).query("stdout", 1).independent().expect(400).await?;
    Ok(())
}

async fn resize(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": ["probe", "winch"], "Tty": true })).await?;
    let mut stream = s.call(ATTACH, &[&c]).query("stream", 1).query("stdout", 1).raw().hijack().open(101).await?;
    s.call(START, &[&c]).expect(204).await?;
    stream.wait_for("\n").await;
    s.call(RESIZE, &[&c]).query("h", 33).query("w", 101).independent().expect(200).await?;
    stream.wait_for("33 101\r\n").await;
    s.hang_up(stream).await?;
    Ok(())
}

async fn resize_refuses(s: &mut Session) -> Outcome {
    s.call(RESIZE, &[NOSUCH]).query("h", 24).query("w", 80).expect(404).await?;
    let c = s.create(json!({ "Cmd": ["probe", "exit", "0"], "Tty": true })).await?;
    s.call(RESIZE, &[&c]).query("h", 24).query("w", 80).independent().expect(409).await?;
    s.call(RESIZE, &[&c]).query("w", 80).independent().expect(400).await?;
    s.call(RESIZE, &[&c]).query("h", 24).query("w", "wide").independent().expect(400).await?;
    s.call(RESIZE, &[&c]).query("h", -1).query("w", 80).independent().expect(409).await?;
    Ok(())
}
