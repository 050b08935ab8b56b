//! Private daemons: started from the binaries on PATH, in namespaces of their own, and ended with all that they made.
//!
//! A daemon runs as `setpriv --pdeathsig KILL unshare … sh -c '… daemon & wait'`. Its network, mounts and pids are its own:
//! the host's bridges, iptables and mount table stay as they are, and when the shell ends (the daemon died), or `unshare`
//! is killed (Lockstep ended it, or died itself), the kernel ends every process in the namespace, shims and containers too.

mod cgroup;
mod folder;
mod script;

pub use folder::sweep;

use super::client::lock;
use super::{Client, Endpoint, EngineError, Family, Limits};
use folder::Folder;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

/// A running private daemon. Dropping it ends it.
#[derive(Debug)]
pub struct Daemon {
    folder: PathBuf,
    log: PathBuf,
    pid: u32,
}

struct Live {
    child: Child,
    folder: Folder,
}

/// Every daemon that this process started and has not ended: what a signal handler ends.
static LIVE: LazyLock<Mutex<Vec<Live>>> = LazyLock::new(Mutex::default);

/// Starts a private daemon and waits until it answers, at most 30 seconds.
pub async fn launch(family: Family, limits: Limits) -> Result<(Client, Daemon), EngineError> {
    let failed = |problem: String, log: &Path| EngineError::Launch {
        engine: family.name().to_owned(),
        problem,
        log: last_lines(log),
    };
    can_launch(family).map_err(|problem| failed(problem, Path::new("")))?;
    folder::sweep();
    let folder = Folder::make(family).map_err(|error| failed(format!("no folder for it: {error}"), Path::new("")))?;
    let socket = folder.path.join(format!("{}.sock", family.name()));
    let log = folder.path.join("daemon.log");
    let script = script::write(family, &folder).map_err(|error| failed(format!("its files: {error}"), &log))?;
    let pid = spawn(script, &log, folder).map_err(|problem| failed(problem, &log))?;
    let daemon = Daemon { folder: socket.parent().unwrap_or(Path::new("/")).to_owned(), log: log.clone(), pid };
    let client = Client::new(Endpoint::Unix(socket), None, family.name(), limits)?.with_log(Some(log.clone()));
    let started = Instant::now();
    loop {
        if daemon.ended() {
            return Err(failed("it ended at once".to_owned(), &log));
        }
        if client.ping().await {
            return Ok((client, daemon));
        }
        if started.elapsed() > Duration::from_secs(30) {
            return Err(failed("it did not answer within 30 s".to_owned(), &log));
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Starts the namespaces from a thread that lives as long as the process: the parent-death signal belongs to the thread that spawned.
fn spawn(script: PathBuf, log: &Path, folder: Folder) -> Result<u32, String> {
    let log = std::fs::File::create(log).map_err(|error| format!("its log: {error}"))?;
    let (answer, spawned) = std::sync::mpsc::channel();
    std::thread::Builder::new()
        .name("lockstep-daemon".to_owned())
        .spawn(move || {
            let errors = log.try_clone().map(Stdio::from).unwrap_or(Stdio::null());
            let child = Command::new("setpriv")
                .args(["--pdeathsig", "KILL", "unshare", "--mount", "--net", "--pid", "--ipc", "--uts"])
                .args(["--fork", "--kill-child", "--mount-proc", "sh"])
                .arg(script)
                .stdin(Stdio::null())
                .stdout(log)
                .stderr(errors)
                .spawn();
            let result = child.map(|child| {
                let pid = child.id();
                lock(&LIVE).push(Live { child, folder });
                pid
            });
            let started = result.is_ok();
            // The receiver waits below.
            let _ = answer.send(result.map_err(|error| format!("setpriv does not start: {error}")));
            while started {
                std::thread::park();
            }
        })
        .map_err(|error| format!("no thread for it: {error}"))?;
    spawned.recv().map_err(|error| error.to_string())?
}

impl Daemon {
    /// Its folder, with data root, socket and log.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its log.
    pub fn log(&self) -> &Path {
        &self.log
    }

    fn ended(&self) -> bool {
        let mut live = lock(&LIVE);
        let own = live.iter_mut().find(|live| live.child.id() == self.pid);
        own.is_none_or(|live| matches!(live.child.try_wait(), Ok(Some(_)) | Err(_)))
    }

    /// Keeps a copy of the log beside the temporary folders, for a daemon that was lost; its path.
    pub fn keep_log(&self) -> Option<PathBuf> {
        let kept = std::env::temp_dir().join(format!("{}.log", self.folder.file_name()?.to_string_lossy()));
        std::fs::copy(&self.log, &kept).ok().map(|_| kept)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let own = {
            let mut live = lock(&LIVE);
            live.iter().position(|live| live.child.id() == self.pid).map(|at| live.swap_remove(at))
        };
        if let Some(own) = own {
            end(own);
        }
    }
}

/// Ends every daemon that this process started: the last thing before it exits, whatever the way.
pub fn end_all() {
    let all = std::mem::take(&mut *lock(&LIVE));
    all.into_iter().for_each(end);
}

fn end(mut live: Live) {
    // Both fail only when it has ended already.
    let _ = live.child.kill();
    let _ = live.child.wait();
    live.folder.remove();
}

/// Whether a private daemon of the family can be launched here; if not, why not and what to do. Nothing is started.
pub fn can_launch(family: Family) -> Result<(), String> {
    let daemon = match family {
        Family::Docker => ("dockerd", "docker.io"),
        Family::Podman => ("podman", "podman"),
    };
    if !rustix::process::geteuid().is_root() {
        return Err(format!("a private {} needs root; run as root, or give an endpoint", family.name()));
    }
    for (program, package) in [daemon, ("unshare", "util-linux"), ("setpriv", "util-linux"), ("ip", "iproute2")] {
        if !on_path(program) {
            return Err(format!("{program} is not on PATH (Debian: apt-get install {package})"));
        }
    }
    Ok(())
}

/// Whether a program of this name is on PATH.
pub fn on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].iter().map(|line| format!("    {line}\n")).collect()
}
