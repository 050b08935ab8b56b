//! Engines behind ssh, reached as Docker's CLI does it: one `ssh HOST docker system dial-stdio` a connection
//! (docker/cli `cli/connhelper/connhelper.go` and `cli/connhelper/ssh/ssh.go`, 20.10 to 28).
//!
//! The HTTP client talks to a Unix socket of ours that only this user may open; each connection to it becomes one `ssh`.

use super::client::lock;
use super::{EngineError, Limits};
use std::io::IsTerminal;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::{UnixListener, UnixStream};
use tokio::process::{Child, Command};
use tokio::task::{AbortHandle, JoinSet};

/// The far side: `user@host:port/path/of/socket`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshPlace {
    user: Option<String>,
    host: String,
    port: Option<u16>,
    /// The engine's socket there; `None` is what the far side's docker command uses.
    socket: Option<String>,
}

impl SshPlace {
    /// Reads what follows `ssh://`.
    pub(super) fn parse(rest: &str) -> Result<SshPlace, String> {
        if rest.contains(['?', '#']) || rest.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err("an ssh:// endpoint has neither query, fragment nor spaces".to_owned());
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, authority),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return Err("ssh takes no password in the address: use a key".to_owned());
        }
        if user == Some("") {
            return Err("it names no user before the @".to_owned());
        }
        let (host, port) = match address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, "")) => (host, None),
            Some((host, port)) => (host, Some(port.strip_prefix(':').ok_or("expected :PORT after the ]")?)),
            None => match address.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (address, None),
            },
        };
        if host.is_empty() {
            return Err("it names no host".to_owned());
        }
        // ssh itself refuses such a host too; here it is an error of the command line.
        if host.starts_with('-') || user.is_some_and(|user| user.starts_with('-')) {
            return Err("host and user may not start with -".to_owned());
        }
        let port = port.map(|port| port.parse().map_err(|_| format!("'{port}' is no port"))).transpose()?;
        let socket = Some(path).filter(|path| !path.trim_matches('/').is_empty()).map(str::to_owned);
        Ok(SshPlace { user: user.map(str::to_owned), host: host.to_owned(), port, socket })
    }

    /// The arguments of `ssh`.
    fn arguments(&self, timeout: Duration, ask: bool) -> Vec<String> {
        let mut list = vec!["-o".to_owned(), format!("ConnectTimeout={}", timeout.as_secs().max(1)), "-T".to_owned()];
        if !ask {
            list.extend(["-o".to_owned(), "BatchMode=yes".to_owned()]);
        }
        if let Some(user) = &self.user {
            list.extend(["-l".to_owned(), user.clone()]);
        }
        if let Some(port) = self.port {
            list.extend(["-p".to_owned(), port.to_string()]);
        }
        list.extend(["--".to_owned(), self.host.clone(), "docker".to_owned()]);
        if let Some(socket) = &self.socket {
            list.push(quoted(&format!("--host=unix://{socket}")));
        }
        list.extend(["system".to_owned(), "dial-stdio".to_owned()]);
        list
    }
}

impl std::fmt::Display for SshPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        if self.host.contains(':') { write!(f, "[{}]", self.host) } else { f.write_str(&self.host) }?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(self.socket.as_deref().unwrap_or_default())
    }
}

/// For the far side's shell: ssh hands it the words in one line.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=:/.,+@%".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// A private socket, behind which each connection is an `ssh`. Dropping it ends them and removes the socket.
#[derive(Debug)]
pub(super) struct Bridge {
    folder: tempfile::TempDir,
    accepting: AbortHandle,
    said: Arc<Mutex<Option<String>>>,
}

impl Bridge {
    /// Opens the socket; no ssh is started yet.
    pub(super) fn open(place: &SshPlace, role: &str, limits: Limits) -> Result<Bridge, EngineError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|error| trouble(place, role, &error))?;
        let pid = std::process::id();
        let make = || {
            let folder = tempfile::Builder::new()
                .prefix(&format!("lockstep-{pid}-ssh-"))
                .permissions(std::fs::Permissions::from_mode(0o700))
                .tempdir()?;
            let socket = folder.path().join(SOCKET);
            let listener = UnixListener::bind(&socket)?;
            std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600))?;
            Ok::<_, std::io::Error>((folder, listener))
        };
        let (folder, listener) = make().map_err(|error| trouble(place, role, &error))?;
        let said = Arc::new(Mutex::new(None));
        let timeout = limits.deadline.min(Duration::from_secs(30));
        let arguments = place.arguments(timeout, std::io::stdin().is_terminal());
        let accepting = runtime.spawn(accept(listener, arguments, said.clone())).abort_handle();
        Ok(Bridge { folder, accepting, said })
    }

    /// The socket to talk to.
    pub(super) fn socket(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }

    /// Why the last failed connection failed: ssh's or the far side's own words, and what to do.
    pub(super) fn trouble(&self) -> Option<String> {
        lock(&self.said).clone()
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

const SOCKET: &str = "engine.sock";
/// The most that is kept of what ssh writes to stderr.
const WORDS: u64 = 4096;

fn trouble(place: &SshPlace, role: &str, problem: &dyn std::fmt::Display) -> EngineError {
    let problem = format!("no socket for ssh can be made in {}: {problem}", std::env::temp_dir().display());
    EngineError::Unusable { engine: role.to_owned(), endpoint: format!("ssh://{place}"), problem }
}

/// Removes the sockets that a killed Lockstep left; which ones those were. Nobody listens on such a socket, and its process is gone.
pub fn sweep_sockets() -> Vec<PathBuf> {
    let listed = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    let dead = listed.map(|entry| entry.path()).filter(|folder| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let pid = name
            .strip_prefix("lockstep-")
            .and_then(|rest| rest.split_once("-ssh-"))
            .and_then(|(pid, _)| pid.parse::<u32>().ok());
        let refused = |socket: &Path| {
            let tried = std::os::unix::net::UnixStream::connect(socket);
            tried.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
        };
        pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) && refused(&folder.join(SOCKET))
    });
    dead.filter(|folder| std::fs::remove_dir_all(folder).is_ok()).collect()
}

/// Takes connections until it is aborted; what is under way then ends with it.
async fn accept(listener: UnixListener, arguments: Vec<String>, said: Arc<Mutex<Option<String>>>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(carry(stream, arguments.clone(), said.clone())); }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// One connection: copies both ways until the engine's side ends or the client is gone, and keeps why ssh failed.
async fn carry(mut stream: UnixStream, arguments: Vec<String>, said: Arc<Mutex<Option<String>>>) {
    let mut command = Command::new("ssh");
    command.args(&arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            *lock(&said) =
                Some(format!("ssh cannot be run: {error}\n  install an ssh client (Debian: openssh-client)"));
            return;
        }
    };
    let (Some(mut stdin), Some(mut stdout), Some(stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return;
    };
    let words = tokio::spawn(read_words(stderr));
    let ended = {
        let (mut from_client, mut to_client) = stream.split();
        let up = async {
            let _ = tokio::io::copy(&mut from_client, &mut stdin).await;
            // The client will send no more: so does the far side hear.
            drop(stdin);
            gone(from_client.as_ref()).await;
        };
        let down = tokio::io::copy(&mut stdout, &mut to_client);
        tokio::select! {
            result = down => {
                if result.as_ref().is_ok_and(|bytes| *bytes > 0) {
                    // It works: an earlier failure explains nothing any more.
                    *lock(&said) = None;
                }
                result.is_ok()
            }
            () = up => false,
        }
    };
    // The reason has to be known before the client sees its connection end.
    if ended && let Some(reason) = reason(&mut child, words).await {
        *lock(&said) = Some(reason);
    }
    let _ = stream.shutdown().await;
}

/// Waits until the client has closed its end altogether, not only for writing.
async fn gone(stream: &UnixStream) {
    loop {
        // The socket is ready for writing at once; EPOLLHUP, which tells the two apart, comes with it.
        match stream.ready(Interest::WRITABLE).await {
            Ok(ready) if !ready.is_write_closed() => tokio::time::sleep(Duration::from_millis(200)).await,
            _ => return,
        }
    }
}

async fn read_words(stderr: tokio::process::ChildStderr) -> String {
    let mut kept = Vec::new();
    let mut stderr = stderr;
    let _ = (&mut stderr).take(WORDS).read_to_end(&mut kept).await;
    // Whatever follows is read, so that ssh is never blocked by it, and forgotten.
    let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&kept).into_owned()
}

/// Why ssh ended with another status than 0. A connection that ssh shares (ControlPersist) may keep stderr open: it is not waited for long.
async fn reason(child: &mut Child, words: tokio::task::JoinHandle<String>) -> Option<String> {
    let patience = Duration::from_secs(2);
    let status = tokio::time::timeout(patience, child.wait()).await.ok()?.ok()?;
    if status.success() {
        return None;
    }
    let text = tokio::time::timeout(patience, words).await.ok().and_then(Result::ok).unwrap_or_default();
    Some(in_words(status.code(), &text))
}

/// ssh's own words in one line, and what to do about the common ones.
fn in_words(status: Option<i32>, text: &str) -> String {
    let lines: Vec<&str> =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.chars().all(|c| c == '@')).collect();
    let said = match lines.is_empty() {
        true => format!("ssh ended with {}", status.map_or("a signal".to_owned(), |status| format!("status {status}"))),
        false => format!("ssh says: {}", lines.join("; ")),
    };
    let has = |part: &str| text.contains(part);
    let hint = if has("Host key verification failed") || has("REMOTE HOST IDENTIFICATION HAS CHANGED") {
        "connect once by hand (ssh) and check the host's key, or put it into ~/.ssh/known_hosts"
    } else if has("permission denied while trying to connect to the Docker daemon")
        || has("docker.sock: connect: permission denied")
    {
        "may this user open the engine's socket on the far side? (group docker)"
    } else if has("Permission denied") {
        "no key of this user is accepted there: ssh-copy-id, ssh-add, or IdentityFile in ~/.ssh/config"
    } else if status == Some(127) || has("command not found") {
        "the far side needs the docker command (18.09 or later) on the PATH of a non-interactive shell"
    } else if has("Cannot connect to the Docker daemon") || has("failed to open the raw stream connection") {
        "is the engine running on the far side? Another socket: ssh://USER@HOST/path/of/docker.sock"
    } else if has("dial-stdio") {
        "the far side's docker command has no `system dial-stdio` (18.09 or later has)"
    } else {
        "does `ssh HOST docker version` work by hand?"
    };
    format!("{said}\n  {hint}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("host", "-T -o BatchMode=yes -- host docker system dial-stdio")]
    #[case("me@host:2222", "-T -o BatchMode=yes -l me -p 2222 -- host docker system dial-stdio")]
    #[case("me@[::1]:22/", "-T -o BatchMode=yes -l me -p 22 -- ::1 docker system dial-stdio")]
    #[case("host/run/a.sock", "-T -o BatchMode=yes -- host docker --host=unix:///run/a.sock system dial-stdio")]
    #[case("host/a;b'c", r"-T -o BatchMode=yes -- host docker '--host=unix:///a;b'\''c' system dial-stdio")]
    fn writes_sshs_arguments(#[case] place: &str, #[case] arguments: &str) {
        let place = SshPlace::parse(place).unwrap();
        let list = place.arguments(Duration::from_secs(30), false).join(" ");
        assert_eq!(list, format!("-o ConnectTimeout=30 {arguments}"));
        assert!(!place.arguments(Duration::from_secs(30), true).contains(&"BatchMode=yes".to_owned()));
        let shown = place.to_string();
        assert_eq!(SshPlace::parse(&shown).unwrap(), place, "{shown}");
    }

    #[rstest]
    #[case("", "names no host")]
    #[case("me@", "names no host")]
    #[case("@host", "names no user")]
    #[case("me:secret@host", "password")]
    #[case("-oProxyCommand=x", "may not start with -")]
    #[case("-x@host", "may not start with -")]
    #[case("host:port", "'port' is no port")]
    #[case("[::1]22", ":PORT")]
    #[case("host?x", "query")]
    #[case("host/a b", "spaces")]
    fn refuses_what_is_no_place(#[case] place: &str, #[case] says: &str) {
        let problem = SshPlace::parse(place).unwrap_err();
        assert!(problem.contains(says), "{problem}");
    }

    #[rstest]
    #[case(255, "Host key verification failed.\r\n", "known_hosts")]
    #[case(255, "root@127.0.0.1: Permission denied (publickey).\n", "ssh-add")]
    #[case(255, "ssh: connect to host 127.0.0.1 port 1: Connection refused\n", "by hand")]
    #[case(127, "bash: line 1: docker: command not found\n", "18.09")]
    #[case(1, "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?\n", "on the far side")]
    #[case(255, "", "ssh ended with status 255")]
    fn says_what_to_do(#[case] status: i32, #[case] text: &str, #[case] says: &str) {
        let words = in_words(Some(status), text);
        assert!(words.contains(says), "{words}");
    }

    #[tokio::test]
    async fn the_socket_is_private_and_removed() {
        let place = SshPlace::parse("nobody.invalid").unwrap();
        let bridge = Bridge::open(&place, "candidate", Limits::default()).unwrap();
        let socket = bridge.socket();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&socket), mode(socket.parent().unwrap())), (0o600, 0o700));
        drop(bridge);
        assert!(!socket.parent().unwrap().exists());
    }

    #[test]
    fn what_a_killed_lockstep_left_is_swept() {
        let folder = |pid: u32| tempfile::Builder::new().prefix(&format!("lockstep-{pid}-ssh-")).tempdir().unwrap();
        // Above the highest process id that Linux gives (2^22).
        let (dead, own) = (folder(1 << 23), folder(std::process::id()));
        for folder in [&dead, &own] {
            drop(std::os::unix::net::UnixListener::bind(folder.path().join(SOCKET)).unwrap());
        }
        assert!(sweep_sockets().contains(&dead.path().to_owned()));
        assert!(!dead.path().exists() && own.path().exists());
    }
}
