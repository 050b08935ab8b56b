//! Programs that a test needs, ended with it; and the command under test with variables.

use crate::common;
use lockstep_harness::engine;
use rustix::process::{Pid, Signal, kill_process};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Whether the programs are there; where LOCKSTEP_LIVE=required they have to be. Prints what is missing.
pub fn available(programs: &[&str]) -> bool {
    let absent: Vec<_> = programs.iter().filter(|name| !engine::on_path(name) && !Path::new(name).exists()).collect();
    let root = rustix::process::geteuid().is_root();
    let reason = match (root, absent.is_empty()) {
        (true, true) => return true,
        (false, _) => "not root".to_owned(),
        (true, false) => format!("missing: {absent:?}"),
    };
    assert!(std::env::var("LOCKSTEP_LIVE").as_deref() != Ok("required"), "{reason}");
    eprintln!("not run: {reason}");
    false
}

/// A process of ours: told to end, then killed.
pub struct Process(Child);

impl Process {
    pub fn start(command: &mut Command, log: &Path) -> Process {
        let log = std::fs::File::create(log).unwrap();
        Process(command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap())
    }

    pub fn ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let _ = kill_process(Pid::from_raw(self.0.id() as i32).unwrap(), Signal::TERM);
        }
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(15) {
            if !matches!(self.0.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port of loopback that nobody has now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until the process listens; its log is the message when it does not.
pub fn listens(process: &mut Process, port: u16, log: &Path) {
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let said = || std::fs::read_to_string(log).unwrap_or_default();
        assert!(!process.ended() && started.elapsed() < Duration::from_secs(60), "it does not listen:\n{}", said());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The command under test, with these variables and none of Docker's else.
pub fn command(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
    // No snapshots: one scenario against itself needs none, and they are many.
    let divergences = common::repository().join("DIVERGENCE.md").canonicalize().unwrap();
    command.args(arguments).arg("--divergences").arg(divergences).args(["--snapshots", "/nonexistent"]);
    let docker =
        ["DOCKER_HOST", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONTEXT", "DOCKER_CONFIG"];
    for name in docker.iter().chain(&["LOCKSTEP_REFERENCE", "LOCKSTEP_CANDIDATE", "SSH_AUTH_SOCK"]) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).env("NO_COLOR", "1").envs(variables.iter().copied());
    command
}

pub fn lockstep(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    command(arguments, variables).output().unwrap()
}

/// `run` of one scenario with the same engine on both sides.
pub fn run(engine: &str, more: &[&str], variables: &[(&str, &str)]) -> Output {
    let arguments = [&["run", "--only", "system/ping", "--reference", engine, "--candidate", engine], more].concat();
    lockstep(&arguments, variables)
}

/// Holds a run against its status and words; what is wrong comes back, so that a table is run whole.
pub fn wrong(case: &str, output: &Output, status: i32, says: &[&str]) -> Option<String> {
    let text = common::both(output);
    if std::env::var_os("LOCKSTEP_SHOW").is_some() {
        eprintln!("--- {case}: exit {:?}\n{text}", output.status.code());
    }
    let fits = output.status.code() == Some(status) && says.iter().all(|part| text.contains(part));
    (!fits).then(|| format!("{case}: expected {status} and {says:?}, got {:?}:\n{text}", output.status.code()))
}
