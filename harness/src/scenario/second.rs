//! A second Docker beside the engine, where Lockstep launched that: to join its swarm, or with settings that the engine itself may not have.

use super::session::Session;
use super::{Call, Stop};
use crate::engine::launch::Beside;
use crate::engine::{Client, Endpoint, WireRequest};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The bridge of the second Docker. With none, or with the usual one, it would take the engine's away.
const BRIDGE: &str = "lockstep1";

/// How long it may take until it answers as it should.
const PATIENCE: Duration = Duration::from_secs(15);

/// Another Docker on the engine's loopback; it ends when this is dropped.
pub struct Second {
    pub(super) client: Client,
    folder: PathBuf,
    command: Vec<String>,
    process: Option<Beside>,
    /// Ends after the process.
    _bridge: Option<Bridge>,
}

/// The bridge, by the command that deletes it.
struct Bridge(Command);

impl Drop for Bridge {
    fn drop(&mut self) {
        // With it goes all that was on it; the namespace has the last word.
        let _ = self.0.args(["link", "delete", BRIDGE]).output();
    }
}

impl Second {
    /// A request to it, which is no step; it has to succeed.
    pub async fn ask(&self, method: &str, target: &str, body: Option<Value>) -> Result<Value, Stop> {
        let request = WireRequest {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: body.iter().map(|_| ("content-type".to_owned(), "application/json".to_owned())).collect(),
            body: body.map(|body| body.to_string().into()).unwrap_or_default(),
        };
        let wrong = |problem: String| Stop::Wrong(format!("the second engine, {method} {target}: {problem}"));
        let answer = self.client.send_bare(target, &request).await.map_err(|error| wrong(error.to_string()))?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        match answer.status {
            200..=399 => Ok(serde_json::from_str(&text).unwrap_or(Value::Null)),
            status => Err(wrong(format!("{status} {}", text.trim()))),
        }
    }

    /// Waits, without a step, until a GET of the path answers a JSON body with a value at the pointer that satisfies `done`.
    pub async fn until_at(&self, path: &str, pointer: &str, done: impl Fn(&Value) -> bool) -> Result<(), Stop> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if self.ask("GET", path, None).await.is_ok_and(|body| body.pointer(pointer).is_some_and(&done)) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(Stop::Wrong(format!(
            "the second engine, GET {path}: not what was waited for at {pointer} within {} s",
            PATIENCE.as_secs()
        )))
    }

    /// Ends it and starts it again with what it kept.
    pub async fn restart(&mut self, s: &Session) -> Result<(), Stop> {
        drop(self.process.take());
        self.process = Some(s.run_docker(&self.folder, &self.command).await?);
        Ok(())
    }
}

impl Session {
    /// Starts another Docker beside the engine, on the same loopback, without networks of its own.
    pub async fn second_docker(&mut self) -> Result<Second, Stop> {
        let bridge = Bridge(self.beside("ip")?);
        for words in [
            ["link", "add", BRIDGE, "type", "bridge"].as_slice(),
            ["address", "add", "172.28.255.1/24", "dev", BRIDGE].as_slice(),
            ["link", "set", BRIDGE, "up"].as_slice(),
        ] {
            let made = self.beside("ip")?.args(words).output();
            let said = made.map_err(|error| problem(error.to_string()))?;
            if !said.status.success() {
                return Err(problem(String::from_utf8_lossy(&said.stderr).trim().to_owned()));
            }
        }
        self.docker_by(&["dockerd", "--bridge", BRIDGE], Some(bridge)).await
    }

    /// Starts an engine like this one with more flags, in a network of its own, for steps that are said [`to`](Call::to) it. Only Docker can be had so:
    /// with any other engine the scenario is not run, and the reference's transcript stands alone.
    pub async fn own_engine(&mut self, flags: &[&str]) -> Result<Second, Stop> {
        let engine = Arc::clone(&self.engine);
        let not_run = || {
            let reason = format!("it needs an engine of its own, and Lockstep starts none like {}", engine.identity);
            Err(Stop::NotRun(reason))
        };
        if engine.identity.engine != "docker" || engine.stand_in.is_some() {
            return not_run();
        }
        // A new network namespace takes the machine's forwarding, and `/info` and its warnings tell it.
        let script = "ip link set lo up && echo 1 >/proc/sys/net/ipv4/ip_forward && exec dockerd \"$@\"";
        let command = ["unshare", "--net", "sh", "-c", script, "dockerd"];
        let own = self.docker_by(&[&command, flags].concat(), None).await?;
        // An engine in a container is of another version than the `dockerd` on PATH.
        match own.ask("GET", "/version", None).await?["Version"].as_str() {
            Some(version) if version.starts_with(&engine.identity.version) => Ok(own),
            _ => not_run(),
        }
    }

    /// Runs this command with the flags of a Docker that keeps to a folder of its own.
    async fn docker_by(&mut self, command: &[&str], bridge: Option<Bridge>) -> Result<Second, Stop> {
        let folder = self.folder_beside("second")?;
        self.know(&folder.display().to_string(), "second");
        let at = |name: &str| folder.join(name).display().to_string();
        std::fs::write(folder.join("daemon.json"), "{}\n")
            .map_err(|error| Stop::NotRun(format!("{}: {error}", folder.display())))?;
        let flags = [
            ("--config-file", at("daemon.json")),
            ("--data-root", at("data")),
            ("--exec-root", at("exec")),
            ("--pidfile", at("pid")),
            ("--host", format!("unix://{}", at("s.sock"))),
            ("--exec-opt", "native.cgroupdriver=cgroupfs".to_owned()),
        ];
        let mut command: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
        command.extend(flags.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]));
        command.extend(["--iptables=false", "--ip-forward=false", "--ip-masq=false"].map(str::to_owned));
        let process = Some(self.run_docker(&folder, &command).await?);
        let limits = self.engine.client.limits();
        let client = Client::new(Endpoint::Unix(folder.join("s.sock")), None, "the second Docker", limits)?;
        client.set_identity("the second Docker", Some(self.api()));
        Ok(Second { client, folder, command, process, _bridge: bridge })
    }

    async fn run_docker(&self, folder: &Path, command: &[String]) -> Result<Beside, Stop> {
        let [program, arguments @ ..] = command else { return Err(problem("no command".to_owned())) };
        let mut process = self.daemon()?.run_beside(program, arguments, &folder.join("log")).map_err(problem)?;
        process.until(|said| said.contains("API listen on")).await.map_err(problem)?;
        Ok(process)
    }
}

impl<'s> Call<'s> {
    /// Sends the step to this engine instead of the session's. What it makes goes with that engine.
    pub fn to(mut self, second: &'s Second) -> Self {
        self.to = Some(&second.client);
        self
    }
}

fn problem(problem: String) -> Stop {
    Stop::NotRun(format!("the second Docker: {problem}"))
}
