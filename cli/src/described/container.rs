//! An engine in a container of a Docker that is Lockstep's own, held by the program `lockstep-containers`.

use super::{Description, Source};
use crate::error::CliError;
use lockstep_harness::engine::{self, Client, Daemon, Endpoint, Engine, Family, Front, Limits};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

/// The program that speaks through testcontainers.
const HOLDER: &str = "lockstep-containers";

/// How long importing and starting may take.
const PATIENCE: Duration = Duration::from_secs(240);

/// Names a Docker that is to run the containers instead of a private one, for instance unix:///var/run/docker.sock.
pub const ON: &str = "LOCKSTEP_CONTAINERS_ON";

/// Starts the engine in a container of a private Docker, or of the one that LOCKSTEP_CONTAINERS_ON names. Whatever way this
/// process ends, the container ends.
pub async fn start(description: &Description, role: &str, limits: Limits) -> Result<Engine, CliError> {
    let failed = |problem: String| CliError::Build { what: description.name.clone(), problem };
    let rootfs = match &description.source {
        Source::Rootfs(recipe) => Some(recipe.archive()),
        _ => None,
    };
    if rootfs.as_ref().is_some_and(|archive| !archive.exists()) {
        let problem = format!("{0} is not built; `lockstep engines build {0}` does that", description.name);
        return Err(CliError::Usage(problem));
    }
    let given = std::env::var(ON).ok().filter(|given| !given.is_empty());
    if given.is_none() && rootfs.is_none() {
        let problem = format!("{}: a private Docker reaches no registry; name one that does in {ON}", description.name);
        return Err(CliError::Usage(problem));
    }
    let program = holder()?;
    match given {
        Some(outer) => {
            let folder = tempfile::Builder::new().prefix("lockstep-engine-").tempdir();
            let folder = folder.map_err(|error| failed(format!("no folder for its socket: {error}")))?;
            let group = format!("lockstep-{}", std::process::id());
            let command =
                command(description, program, &outer, rootfs.as_deref(), folder.path(), &Around::Given(group.clone()));
            let child = hold(command.map_err(&failed)?).await.map_err(&failed)?;
            let endpoint = Endpoint::Unix(folder.path().join(SOCKET));
            let guard = Held { child, removes: true, _folder: Some(folder) };
            let front = Front { endpoint, words: String::new(), guard: Box::new(guard) };
            let mut engine = Engine::fronted(front, role, limits).await?;
            if description.family == Family::Docker {
                engine.facts.folder = Some(OWN.to_owned());
                engine.facts.group = Some(format!("{group}/inner"));
            }
            Ok(engine)
        }
        None => {
            let (_, daemon) = engine::launch(Family::Docker, limits).await?;
            let started = inside(description, program, rootfs.as_deref(), &daemon).await;
            let (child, endpoint) = match started {
                Ok(started) => started,
                Err(problem) => {
                    daemon.stop().await;
                    return Err(failed(problem));
                }
            };
            let direct = Client::new(endpoint.clone(), None, role, limits)?;
            let guard = Held { child, removes: false, _folder: None };
            let front = Front { endpoint, words: String::new(), guard: Box::new(guard) };
            let mut engine = Engine::behind(front, (direct, daemon), role, limits).await?;
            // What answers is the engine itself, with its own folder.
            engine.stand_in = None;
            engine.facts.folder = engine.daemon().map(|daemon| daemon.folder().join(INNER).display().to_string());
            Ok(engine)
        }
    }
}

/// Starts the container on a private Docker.
async fn inside(
    description: &Description,
    program: PathBuf,
    rootfs: Option<&Path>,
    daemon: &Daemon,
) -> Result<(Child, Endpoint), String> {
    let folder = daemon.folder().join(INNER);
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let outer = format!("unix://{}", daemon.folder().join("docker.sock").display());
    // The engine inside makes its bridge anew, as a private one does. Where there is none, there is nothing to remove.
    let _ = daemon.command("ip").map(|mut command| command.args(["link", "delete", "docker0"]).output());
    if description.family == Family::Podman {
        // Docker's word on what is forwarded would hold for Podman's networks too. Where it has not said it, nothing changes.
        let _ = daemon.command("iptables").map(|mut command| command.args(["-P", "FORWARD", "ACCEPT"]).output());
    }
    let around = Around::Private(group(daemon));
    let child = hold(command(description, program, &outer, rootfs, &folder, &around)?).await?;
    Ok((child, Endpoint::Unix(folder.join(SOCKET))))
}

/// The program that holds the container; dropping this ends it.
struct Held {
    child: Child,
    /// Whether its Docker outlives it, so that it has to have the time to remove the container.
    removes: bool,
    _folder: Option<tempfile::TempDir>,
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let until = Instant::now() + Duration::from_secs(if self.removes { 12 } else { 0 });
        while Instant::now() < until && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The Docker that runs the container, with the name of the control group for what runs in the engine inside.
enum Around {
    /// Lockstep's own: its network, and a folder of its folder, are the engine's.
    Private(String),
    /// Somebody's.
    Given(String),
}

/// The engine's folder in that of the daemon around it.
const INNER: &str = "inner";

/// The folder of an engine on somebody's Docker, which only its container has.
const OWN: &str = "/run/lockstep";

/// The socket's name in the folder that both sides see.
const SOCKET: &str = "engine.sock";

/// Beside this program, else on PATH.
fn holder() -> Result<PathBuf, CliError> {
    let beside = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.join(HOLDER)));
    // Tests run from a folder below.
    let above = beside.as_ref().and_then(|path| Some(path.parent()?.parent()?.join(HOLDER)));
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&on_path).map(|folder| folder.join(HOLDER));
    beside.into_iter().chain(above).chain(on_path).find(|path| path.is_file()).ok_or_else(|| {
        CliError::Usage(format!(
            "engines in containers need the program {HOLDER} beside lockstep: cargo build --release -p {HOLDER}"
        ))
    })
}

fn command(
    description: &Description,
    program: PathBuf,
    outer: &str,
    rootfs: Option<&Path>,
    folder: &Path,
    around: &Around,
) -> Result<Command, String> {
    let (image, tag) = match &description.source {
        Source::Rootfs(recipe) => (format!("lockstep/{}", recipe.suite), recipe.digest()),
        Source::Image { name, tag } => (name.clone(), tag.clone()),
        Source::Path | Source::Socket { .. } => return Err("it does not run in a container".to_owned()),
    };
    let mut all = vec!["--image".to_owned(), image, "--tag".to_owned(), tag];
    let mut add = |flag: &str, value: String| all.extend([flag.to_owned(), value]);
    if let Some(rootfs) = rootfs {
        add("--rootfs", rootfs.display().to_string());
    }
    add("--folder", folder.display().to_string());
    add("--socket", SOCKET.to_owned());
    add("--env", format!("{}={}", engine::GO_RUNTIME.0, engine::GO_RUNTIME.1));
    let command = match description.family {
        Family::Docker => {
            let file = folder.join("daemon.json");
            std::fs::write(&file, engine::DAEMON_JSON).map_err(|error| format!("{}: {error}", file.display()))?;
            match around {
                // The same paths inside and outside, which is where the kernel and so a container sees them.
                Around::Private(group) => {
                    let temporary = folder.join("tmp");
                    std::fs::create_dir_all(&temporary).map_err(|error| format!("{}: {error}", temporary.display()))?;
                    add("--at", folder.display().to_string());
                    add("--env", format!("DOCKER_TMPDIR={}", temporary.display()));
                    all.push("--host-network".to_owned());
                    let at = |name: &str| folder.join(name).display().to_string();
                    docker(&folder.display().to_string(), &at("data"), &at("exec"), group)
                }
                Around::Given(group) => {
                    add("--volume", "/var/lib/docker".to_owned());
                    add("--env", format!("DOCKER_TMPDIR={OWN}/tmp"));
                    docker("/lockstep", "/var/lib/docker", &format!("{OWN}/exec"), &format!("{group}/inner"))
                }
            }
        }
        Family::Podman => {
            let (seen, data) = match around {
                Around::Private(_) => {
                    add("--at", folder.display().to_string());
                    (folder, folder)
                }
                Around::Given(_) => {
                    add("--volume", "/var/lib/containers".to_owned());
                    (Path::new("/lockstep"), Path::new("/var/lib/containers"))
                }
            };
            let started = engine::podman(folder, (seen, data), "runc", &seen.join(SOCKET));
            let (variables, words) = started.map_err(|error| format!("{}: {error}", folder.display()))?;
            for (name, value) in variables {
                add("--env", format!("{name}={value}"));
            }
            if let Around::Private(_) = around {
                all.push("--host-network".to_owned());
            }
            words
        }
    };
    let mut holder = Command::new(program);
    holder.env("DOCKER_HOST", outer).args(all).arg("--").args(command);
    Ok(holder)
}

/// The name of the outer daemon's cgroup, where the inner engine's are too: they go with it.
fn group(daemon: &Daemon) -> String {
    let name = daemon.folder().file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.strip_suffix("-docker").unwrap_or(&name).to_owned()
}

/// As a private Docker is started, so that only the version differs.
fn docker(folder: &str, data: &str, exec: &str, group: &str) -> Vec<String> {
    engine::docker([&format!("{folder}/daemon.json"), data, exec, &format!("{folder}/{SOCKET}")], group)
}

/// Starts the program and waits for its word. Its standard input, in the result, is what keeps the container.
async fn hold(mut command: Command) -> Result<Child, String> {
    let spawned = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Ctrl-C is for Lockstep to answer; the end of standard input tells this program.
        .process_group(0)
        .kill_on_drop(true)
        .spawn();
    let mut child = spawned.map_err(|error| format!("{HOLDER} does not start: {error}"))?;
    let (Some(output), Some(mut errors)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(format!("{HOLDER} has no output"));
    };
    let mut word = String::new();
    let mut output = BufReader::new(output);
    match tokio::time::timeout(PATIENCE, output.read_line(&mut word)).await {
        Ok(Ok(_)) if word.trim() == "ready" => Ok(child),
        Ok(_) => {
            let mut said = String::new();
            let _ = tokio::time::timeout(Duration::from_secs(5), errors.read_to_string(&mut said)).await;
            Err(said.trim().to_owned())
        }
        Err(_) => Err(format!("it is not ready within {} s", PATIENCE.as_secs())),
    }
}
