//! Programs that run beside a private daemon, in its namespaces and folder: a registry, a second engine.

use super::{Daemon, process};
use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// How long a program may take until it is ready, and until it has ended.
const PATIENCE: Duration = Duration::from_secs(15);

/// A program that runs beside a daemon. Dropping it ends it; it ends with the daemon at the latest.
pub struct Beside {
    child: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts a program beside the daemon; what it says goes to `log`. The error is one line.
    pub fn run_beside(&self, program: &str, arguments: &[String], log: &Path) -> Result<Beside, String> {
        let failed = |error: std::io::Error| format!("{program} does not start: {error}");
        // The signal reaches the program when nsenter is gone, which waits for it outside its process namespace.
        let mut command = self.command("setpriv").ok_or("the daemon is gone")?;
        let file = std::fs::File::create(log).map_err(failed)?;
        command.args(["--pdeathsig", "KILL", program]).args(arguments);
        command.env_clear().env("PATH", super::setup::search_path()).env("HOME", self.folder());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
        let child = command.spawn().map_err(failed)?;
        Ok(Beside { child, log: log.to_owned() })
    }
}

impl Beside {
    /// Waits until `ready` holds of what it has said so far. The error is one line, with the last that it said.
    pub async fn until(&mut self, ready: impl Fn(&str) -> bool) -> Result<(), String> {
        let started = Instant::now();
        loop {
            let said = std::fs::read_to_string(&self.log).unwrap_or_default();
            if ready(&said) {
                return Ok(());
            }
            let last = said.lines().last().unwrap_or("it said nothing").to_owned();
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("it ended with {status}: {last}"));
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("it was not ready within {} s: {last}", PATIENCE.as_secs()));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let program = process::child_of(self.child.id()).and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        if let Some(program) = program {
            // It may have ended by itself.
            let _ = kill_process(program, Signal::TERM);
        }
        let until = Instant::now() + PATIENCE;
        while program.is_some() && Instant::now() < until && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
