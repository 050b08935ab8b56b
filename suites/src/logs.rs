//! Logs: which streams, how much of them, since when, and how they follow.

use lockstep_harness::scenario::{Catalogue, Outcome, Session, Stop};
use serde_json::json;

const LOGS: &str = "GET /containers/{id}/logs";

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("logs");
    area.add("streams", |s| Box::pin(streams(s)));
    area.add("no-stream", |s| Box::pin(no_stream(s)));
    area.add("tail", |s| Box::pin(tail(s)));
    area.add("since-and-until", |s| Box::pin(since_and_until(s)));
    area.add("since-a-line", |s| Box::pin(since_a_line(s)));
    area.add("malformed-times", |s| Box::pin(malformed_times(s)));
    area.add("timestamps", |s| Box::pin(timestamps(s)));
    area.add("details", |s| Box::pin(details(s)));
    area.add("follow/to-the-end", |s| Box::pin(follow(s)));
    area.add("follow/tail", |s| Box::pin(follow_tail(s)));
    area.add("follow/exited", |s| Box::pin(follow_exited(s)));
    area.add("tty", |s| Box::pin(tty(s)));
    area.add("unfinished-line", |s| Box::pin(unfinished_line(s)));
    area.add("restarted", |s| Box::pin(restarted(s)));
    area.add("missing", |s| Box::pin(missing(s)));
    area.add("created", |s| Box::pin(created(s)));
    area.add("driver-none", |s| Box::pin(driver_none(s)));
}

/// A container that ended after this command of the probe.
async fn ended(s: &mut Session, command: &[&str]) -> Result<String, Stop> {
    let c = s.start_probe(command).await?;
    s.until_exited(&c).await?;
    Ok(c)
}

/// A step: the logs of both streams with these parameters.
async fn both(s: &mut Session, container: &str, query: &[(&str, &str)], status: u16) -> Outcome {
    let mut call = s.call(LOGS, &[container]).query("stdout", 1).query("stderr", 1).frames().independent();
    for (name, value) in query {
        call = call.query(name, value);
    }
    call.expect(status).await?;
    Ok(())
}

async fn streams(s: &mut Session) -> Outcome {
    let c = ended(s, &["write", "out\\n", "err\\n"]).await?;
    for (stdout, stderr) in [("1", "0"), ("false", "true"), ("True", "1")] {
        let call = s.call(LOGS, &[&c]).query("stdout", stdout).query("stderr", stderr);
        call.frames().independent().expect(200).await?;
    }
    Ok(())
}

async fn no_stream(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    s.call(LOGS, &[&c]).independent().expect(400).await?;
    s.call(LOGS, &[&c]).query("stdout", 0).query("stderr", "false").independent().expect(400).await?;
    Ok(())
}

/// What is no number means everything.
async fn tail(s: &mut Session) -> Outcome {
    let c = ended(s, &["lines", "5"]).await?;
    for tail in ["0", "2", "9", "all", "", "-1", "many"] {
        both(s, &c, &[("tail", tail)], 200).await?;
    }
    Ok(())
}

async fn since_and_until(s: &mut Session) -> Outcome {
    let c = ended(s, &["lines", "2"]).await?;
    for query in [("since", "1"), ("since", "4102444800"), ("until", "1"), ("until", "4102444800"), ("since", "1.5")] {
        both(s, &c, &[query], 200).await?;
    }
    both(s, &c, &[("since", "0"), ("until", "0")], 200).await
}

/// The line at the very time is part of what is asked for. Podman 4.3 knows whole seconds alone: the lines come so fast that they are of one.
async fn since_a_line(s: &mut Session) -> Outcome {
    let c = ended(s, &["lines", "3", "stdout", "1"]).await?;
    let call = s.call(LOGS, &[&c]).query("stdout", 1).query("timestamps", 1).frames().independent();
    let reply = call.expect(200).await?;
    let text = reply.body.as_value().1[0]["text"].as_str().unwrap_or_default().to_owned();
    let second = text.lines().nth(1).and_then(|line| unix(line.split(' ').next()?)).unwrap_or_default();
    both(s, &c, &[("since", &second)], 200).await?;
    both(s, &c, &[("until", &second)], 200).await
}

/// An RFC 3339 time in UTC as unix seconds with nanoseconds.
fn unix(time: &str) -> Option<String> {
    let number = |range: std::ops::Range<usize>| time.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    // The civil calendar, counted from March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719_469;
    let seconds = days * 86_400 + number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19)?;
    let fraction: String = time.get(20..).unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
    Some(format!("{seconds}.{fraction:0<9}"))
}

async fn malformed_times(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    both(s, &c, &[("since", "yesterday")], 500).await?;
    both(s, &c, &[("until", "tomorrow")], 500).await
}

async fn timestamps(s: &mut Session) -> Outcome {
    let c = ended(s, &["lines", "2"]).await?;
    both(s, &c, &[("timestamps", "1")], 200).await?;
    both(s, &c, &[("timestamps", "1"), ("tail", "1")], 200).await
}

async fn details(s: &mut Session) -> Outcome {
    let log = json!({ "Type": "json-file", "Config": { "env": "SHOWN" } });
    let body = json!({ "Cmd": ["probe", "lines", "1"], "Env": ["SHOWN=yes"], "HostConfig": { "LogConfig": log } });
    let c = s.start(body).await?;
    s.until_exited(&c).await?;
    both(s, &c, &[("details", "1")], 200).await
}

async fn follow(s: &mut Session) -> Outcome {
    let c = s.start_probe(&["trap", "TERM", "0", "first"]).await?;
    let call = s.call(LOGS, &[&c]).query("follow", 1).query("stdout", 1).query("stderr", 1).frames();
    let mut stream = call.open(200).await?;
    stream.wait_for("first\n").await;
    s.call("POST /containers/{id}/kill", &[&c]).query("signal", "TERM").independent().expect(204).await?;
    s.finish_stream(stream).await?;
    Ok(())
}

/// The last line, then what comes. (With none Podman 4.3 keeps its answer back until there is one.)
async fn follow_tail(s: &mut Session) -> Outcome {
    let c = s.start_probe(&["trap", "TERM", "0", "first\\nsecond"]).await?;
    let logs = format!("/containers/{c}/logs?stdout=1");
    s.until_at(&logs, "", |log| log.and_then(|log| log.as_str()).is_some_and(|log| log.contains("second"))).await?;
    let call = s.call(LOGS, &[&c]).query("follow", 1).query("stdout", 1).query("tail", 1).frames();
    let mut stream = call.open(200).await?;
    stream.wait_for("second\n").await;
    s.call("POST /containers/{id}/kill", &[&c]).query("signal", "TERM").independent().expect(204).await?;
    s.finish_stream(stream).await?;
    Ok(())
}

async fn follow_exited(s: &mut Session) -> Outcome {
    let c = ended(s, &["lines", "2"]).await?;
    let stream = s.call(LOGS, &[&c]).query("follow", 1).query("stdout", 1).frames().open(200).await?;
    s.finish_stream(stream).await?;
    Ok(())
}

/// One raw stream, with the terminal's line ends.
async fn tty(s: &mut Session) -> Outcome {
    let c = s.start(json!({ "Cmd": ["probe", "write", "out\\n", "err\\n"], "Tty": true })).await?;
    s.until_exited(&c).await?;
    s.call(LOGS, &[&c]).query("stdout", 1).query("stderr", 1).raw().independent().expect(200).await?;
    s.call(LOGS, &[&c]).query("stderr", 1).raw().independent().expect(200).await?;
    Ok(())
}

/// A last line without its end, and an empty one.
async fn unfinished_line(s: &mut Session) -> Outcome {
    let c = ended(s, &["write", "one\\n\\nlast"]).await?;
    both(s, &c, &[], 200).await?;
    both(s, &c, &[("tail", "1")], 200).await
}

/// The logs of the runs before stay.
async fn restarted(s: &mut Session) -> Outcome {
    let c = ended(s, &["lines", "1"]).await?;
    s.call("POST /containers/{id}/start", &[&c]).expect(204).await?;
    s.until_exited(&c).await?;
    both(s, &c, &[], 200).await
}

async fn missing(s: &mut Session) -> Outcome {
    both(s, "lockstep-nosuch", &[], 404).await?;
    both(s, "lockstep-nosuch", &[("follow", "1")], 404).await
}

async fn created(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": ["probe", "lines", "1"] })).await?;
    both(s, &c, &[], 200).await
}

async fn driver_none(s: &mut Session) -> Outcome {
    let body = json!({ "Cmd": ["probe", "lines", "1"], "HostConfig": { "LogConfig": { "Type": "none" } } });
    let c = s.start(body).await?;
    s.until_exited(&c).await?;
    both(s, &c, &[], 501).await
}
