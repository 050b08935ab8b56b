//! Private daemons: a real engine, started for one run and gone with it.
//!
//! Each has a folder of its own and namespaces of its own for mounts, network, processes, IPC and host name, so two engines do not
//! meet, and the host's firewall, mounts and `/run` stay as they are. When the daemon or Lockstep ends, however it ends, the
//! kernel ends everything in the namespaces: shims and containers too. What the kernel does not end, the folder and the cgroups, [`Daemon::stop`]
//! removes, or `Drop`, or the next [`sweep`].

mod beside;
mod cgroup;
mod folder;
mod keeper;
#[cfg(test)]
mod live;
mod process;
mod setup;

use super::client::lock;
use super::{Client, Endpoint, EngineError, Family, Limits, WireRequest};
pub use beside::Beside;
pub use folder::sweep;
use keeper::Keeper;
pub use setup::{DAEMON_JSON, GO_RUNTIME, Start, can_launch, docker, missing_helpers, on_path, podman};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

/// How long a daemon may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest path of a Unix socket that the kernel takes.
const LONGEST_SOCKET: usize = 107;

/// The daemons that are alive, for the end of the process by a signal.
static LIVE: Mutex<Vec<Weak<Inner>>> = Mutex::new(Vec::new());

/// Launches a private daemon and waits until it answers.
pub async fn launch(family: Family, limits: Limits) -> Result<(Client, Daemon), EngineError> {
    let failed =
        |problem: String| EngineError::Launch { engine: family.name().to_owned(), problem, log: String::new() };
    can_launch(family).map_err(failed)?;
    let started = tokio::task::spawn_blocking(move || {
        sweep();
        Daemon::start(family)
    });
    let (daemon, socket) = started.await.map_err(|error| failed(error.to_string()))?.map_err(failed)?;
    let client = Client::new(Endpoint::Unix(socket.clone()), None, family.name(), limits)?
        .with_log(Some(daemon.log().to_owned()));
    match daemon.wait_until_ready(&client, &socket).await {
        Ok(()) => Ok((client, daemon)),
        Err(problem) => {
            let log = daemon.last_lines(15);
            daemon.stop().await;
            Err(EngineError::Launch { engine: family.name().to_owned(), problem, log })
        }
    }
}

/// Ends all daemons of this process and removes what they left: for the end by a signal, when nothing is dropped. May be called at any time, on any thread.
pub fn end_all() {
    let live: Vec<Arc<Inner>> = lock(&LIVE).iter().filter_map(Weak::upgrade).collect();
    std::thread::scope(|scope| {
        for inner in &live {
            scope.spawn(|| inner.end());
        }
    });
}

/// A private daemon. Dropping it ends it too, on the spot; [`Daemon::stop`] does so without blocking the runtime.
pub struct Daemon {
    inner: Arc<Inner>,
}

struct Inner {
    keeper: Keeper,
    folder: PathBuf,
    group: String,
    log: PathBuf,
    ended: Mutex<bool>,
}

impl Daemon {
    fn start(family: Family) -> Result<(Daemon, PathBuf), String> {
        let place =
            |error: std::io::Error| format!("its folder in {} cannot be made: {error}", std::env::temp_dir().display());
        let (folder, group) = folder::create(family.name()).map_err(place)?;
        let started = start_in(family, &folder, &group);
        if started.is_err() {
            folder::clear(&folder, &group);
        }
        let (keeper, log, socket) = started?;
        let inner = Arc::new(Inner { keeper, folder, group, log, ended: Mutex::new(false) });
        let mut live = lock(&LIVE);
        live.retain(|daemon| daemon.strong_count() > 0);
        live.push(Arc::downgrade(&inner));
        Ok((Daemon { inner }, socket))
    }

    async fn wait_until_ready(&self, client: &Client, socket: &Path) -> Result<(), String> {
        let ping = WireRequest {
            method: "GET".to_owned(),
            target: "/_ping".to_owned(),
            headers: Vec::new(),
            body: Default::default(),
        };
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.inner.keeper.ended() {
                return Err(format!("it ended with {status} before it answered"));
            }
            if socket.exists() {
                let answer = tokio::time::timeout(Duration::from_secs(2), client.send_bare("GET /_ping", &ping)).await;
                if matches!(answer, Ok(Ok(answer)) if answer.status == 200) {
                    return Ok(());
                }
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        Err(format!("it did not answer within {} s", PATIENCE.as_secs()))
    }

    fn last_lines(&self, count: usize) -> String {
        let log = std::fs::read(self.log()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(count)..]
            .iter()
            .map(|line| format!("    {line}"))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The engine's own process (`dockerd`, `podman`), as this process sees it; `None` when it is gone.
    pub fn pid(&self) -> Option<u32> {
        process::child_of(self.init()?)
    }

    /// Process 1 of the daemon's namespaces, as this process sees it: `nsenter --target` takes it.
    pub fn init(&self) -> Option<u32> {
        if self.inner.keeper.ended().is_some() { None } else { process::child_of(self.inner.keeper.pid()) }
    }

    /// A command that runs the program among the daemon's processes and in its network: published ports answer on loopback there, and a
    /// registry is within the daemon's reach. It ends with the daemon at the latest. `None` when the daemon is gone.
    pub fn command(&self, program: &str) -> Option<std::process::Command> {
        let mut command = std::process::Command::new("nsenter");
        command.args(["--target", &self.init()?.to_string(), "--mount", "--net", "--pid", "--ipc", "--uts", program]);
        Some(command)
    }

    /// What the daemon wrote.
    pub fn log(&self) -> &Path {
        &self.inner.log
    }

    /// The daemon's folder.
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    /// Ends the daemon and everything it started, and removes its cgroups and its folder.
    pub async fn stop(self) {
        let inner = Arc::clone(&self.inner);
        let _ = tokio::task::spawn_blocking(move || inner.end()).await;
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.inner.end();
    }
}

impl Inner {
    /// Once; whoever comes second waits for the first.
    fn end(&self) {
        let mut ended = lock(&self.ended);
        if std::mem::replace(&mut *ended, true) {
            return;
        }
        let init = process::child_of(self.keeper.pid()).and_then(|init| Some((init, process::started(init)?)));
        self.keeper.kill();
        // The kernel ends the namespaces after their holder; process 1 is the last to go.
        let until = Instant::now() + Duration::from_secs(5);
        while let Some((init, started)) = init {
            if process::started(init) != Some(started) || Instant::now() > until {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        folder::clear(&self.folder, &self.group);
    }
}

fn start_in(family: Family, folder: &Path, group: &str) -> Result<(Keeper, PathBuf, PathBuf), String> {
    let setup = setup::prepare(family, folder, group).map_err(|error| format!("{}: {error}", folder.display()))?;
    if setup.socket.as_os_str().len() > LONGEST_SOCKET {
        return Err(format!(
            "the socket's path {} is longer than {LONGEST_SOCKET} bytes; set TMPDIR to a shorter folder",
            setup.socket.display()
        ));
    }
    let log = folder.join("daemon.log");
    let file = std::fs::File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let keeper = Keeper::start(setup.script, &setup.arguments, &setup.environment, file);
    keeper.map(|keeper| (keeper, log, setup.socket)).map_err(|error| format!("setpriv does not start: {error}"))
}
