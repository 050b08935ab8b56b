//! What the interposer costs when it changes nothing: the same requests to one engine, directly and through it, in turn.

use crate::args::BenchArguments;
use crate::error::CliError;
use lockstep_harness::engine::{Client, Endpoint, EngineError, Limits, WireRequest};
use lockstep_harness::runner::Side;
use lockstep_harness::scenario::LABEL;
use lockstep_interposer::{Interposer, Options, Profile};
use std::io::Read as _;
use std::time::{Duration, Instant};

/// Pings in one round.
const PINGS: u32 = 500;

/// Measured times of one kind of exchange, a round each, in seconds.
#[derive(Default)]
struct Times {
    direct: Vec<f64>,
    through: Vec<f64>,
}

impl Times {
    /// The medians, directly and through the interposer.
    fn medians(&mut self) -> (f64, f64) {
        let middle = |times: &mut Vec<f64>| {
            times.sort_by(f64::total_cmp);
            times.get(times.len() / 2).copied().unwrap_or_default()
        };
        (middle(&mut self.direct), middle(&mut self.through))
    }
}

/// Measures a ping's latency and the throughput of an archive up and down, and prints the medians.
pub async fn measure(side: &Side, arguments: &BenchArguments) -> Result<(), CliError> {
    let folder = tempfile::tempdir().map_err(|problem| CliError::Usage(format!("no temporary folder: {problem}")))?;
    let socket = folder.path().join("through.sock");
    let upstream = side.engine.client.endpoint();
    let listen = lockstep_interposer::Endpoint::Unix(socket.clone());
    let profile = Profile::by_name("pass-through")?;
    let _running = Interposer::start(listen, upstream.to_string().parse()?, profile, Options::default()).await?;
    let size = usize::from(arguments.size) << 20;
    let limits = Limits { deadline: Duration::from_secs(600), body: size + (1 << 20) };
    let direct = Client::new(upstream.clone(), None, "direct", limits)?;
    let through = Client::new(Endpoint::Unix(socket), None, "interposer", limits)?;
    let container = create(&direct, &side.image.image).await?;
    let measured = rounds([&direct, &through], &container, size, arguments.rounds).await;
    exchange(&direct, "DELETE", &format!("/containers/{container}?force=true&v=true"), Vec::new()).await?;
    let [mut ping, mut up, mut down] = measured?;
    anstream::println!(
        "{}: directly and through a pass-through interposer in turn, {} rounds",
        side.engine.identity,
        arguments.rounds
    );
    let (near, far) = ping.medians();
    anstream::println!("  ping         {:.3} ms direct, {:.3} ms through", near * 1e3, far * 1e3);
    for (word, times) in [("archive up", &mut up), ("archive down", &mut down)] {
        let (near, far) = times.medians();
        let rate = |seconds: f64| size as f64 / 1e6 / seconds;
        anstream::println!(
            "  {word:<12} {:.0} MB/s direct, {:.0} MB/s through ({} MiB)",
            rate(near),
            rate(far),
            arguments.size
        );
    }
    Ok(())
}

async fn rounds(ways: [&Client; 2], container: &str, size: usize, rounds: u16) -> Result<[Times; 3], CliError> {
    let archive = archive(size);
    let [mut ping, mut up, mut down] = [Times::default(), Times::default(), Times::default()];
    // The first exchanges open the connections: they are not counted.
    for way in ways {
        exchange(way, "GET", "/_ping", Vec::new()).await?;
    }
    for round in 0..rounds {
        // Whoever comes second finds warm caches, so they take turns.
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for at in order {
            let client = ways[at];
            let into = |times: &mut Times, seconds: f64| match at {
                0 => times.direct.push(seconds),
                _ => times.through.push(seconds),
            };
            let started = Instant::now();
            for _ in 0..PINGS {
                exchange(client, "GET", "/_ping", Vec::new()).await?;
            }
            into(&mut ping, started.elapsed().as_secs_f64() / f64::from(PINGS));
            let target = format!("/containers/{container}/archive");
            into(&mut up, exchange(client, "PUT", &format!("{target}?path=/"), archive.clone()).await?);
            into(&mut down, exchange(client, "GET", &format!("{target}?path=/lockstep-bench"), Vec::new()).await?);
        }
    }
    Ok([ping, up, down])
}

/// One exchange, and how long it took in seconds. A refusal is an error: nothing would have been measured.
async fn exchange(client: &Client, method: &str, target: &str, body: Vec<u8>) -> Result<f64, CliError> {
    let request =
        WireRequest { method: method.to_owned(), target: target.to_owned(), headers: Vec::new(), body: body.into() };
    let answer = client.send("bench", &request).await?;
    match answer.status {
        200..300 => Ok(answer.duration.as_secs_f64()),
        status => Err(refused(method, target, status, &answer.body)),
    }
}

async fn create(client: &Client, image: &str) -> Result<String, CliError> {
    let body = serde_json::json!({"Image": image, "Cmd": ["probe"], "Labels": {LABEL: "lockstepbench"}}).to_string();
    let request = WireRequest {
        method: "POST".to_owned(),
        target: "/containers/create".to_owned(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.into(),
    };
    let answer = client.send("bench", &request).await?;
    let created: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match created["Id"].as_str() {
        Some(id) => Ok(id.to_owned()),
        None => Err(refused("POST", "/containers/create", answer.status, &answer.body)),
    }
}

fn refused(method: &str, target: &str, status: u16, body: &[u8]) -> CliError {
    let said = String::from_utf8_lossy(body);
    EngineError::Configuration(format!("{method} {target} answered {status}: {}", said.trim())).into()
}

/// An archive of one file of so many bytes.
fn archive(size: usize) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_size(size as u64);
    header.set_mode(0o644);
    let mut builder = tar::Builder::new(Vec::with_capacity(size + 4096));
    // Writing to memory does not fail.
    let _ = builder.append_data(&mut header, "lockstep-bench", std::io::repeat(b'.').take(size as u64));
    builder.into_inner().unwrap_or_default()
}
