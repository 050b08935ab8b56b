//! Endpoints over ssh: a private sshd on loopback, behind it a private dockerd and Docker's own client.

use crate::process::{Process, available, command, free_port, listens, lockstep, run, wrong};
use lockstep_harness::engine::{self, Family, Limits};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// sshd in the foreground with keys of its own, and an `ssh` that knows only what its configuration says.
struct Sshd {
    port: u16,
    _process: Process,
    folder: tempfile::TempDir,
}

fn key(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(made.success());
    std::fs::read_to_string(path.with_extension("pub")).unwrap()
}

fn sshd(docker_host: &str) -> Sshd {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let at = |name: &str| root.join(name).display().to_string();
    let port = free_port();
    let host = key(root, "host");
    let (good, bare, _stranger) = (key(root, "good"), key(root, "bare"), key(root, "stranger"));
    // Whoever comes with this key finds no docker command.
    let keys = format!("{good}command=\"PATH=/nonexistent; eval \\\"$SSH_ORIGINAL_COMMAND\\\"\" {bare}");
    std::fs::write(root.join("authorized"), keys).unwrap();
    std::fs::write(root.join("known"), format!("[127.0.0.1]:{port} {host}")).unwrap();
    std::fs::write(root.join("known-none"), "").unwrap();
    for (name, identity, known) in [
        ("good", "good", "known"),
        ("bare", "bare", "known"),
        ("stranger", "stranger", "known"),
        ("unknown", "good", "known-none"),
    ] {
        let config = format!(
            "Host *\nIdentityFile {}\nIdentitiesOnly yes\nUserKnownHostsFile {}\nGlobalKnownHostsFile /dev/null\nStrictHostKeyChecking yes\n",
            at(identity),
            at(known)
        );
        std::fs::write(root.join(format!("{name}.config")), config).unwrap();
    }
    let config = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile {}\nStrictModes no\nUsePAM no\n\
         PermitRootLogin prohibit-password\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nMaxStartups 100\nSetEnv DOCKER_HOST={docker_host}\n",
        at("host"),
        at("authorized"),
        at("pid")
    );
    std::fs::write(root.join("sshd.config"), config).unwrap();
    // The empty folder that sshd confines its unprivileged half to; Debian's unit makes it.
    std::fs::create_dir_all("/run/sshd").unwrap();
    wrapper(root);
    let log = root.join("log");
    let mut command = Command::new("/usr/sbin/sshd");
    let mut process = Process::start(command.args(["-D", "-e", "-f", &at("sshd.config")]), &log);
    listens(&mut process, port, &log);
    Sshd { port, _process: process, folder }
}

/// The system's ssh with another configuration than this user's, which ssh finds without looking at HOME.
fn wrapper(root: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir(root.join("bin")).unwrap();
    let path = root.join("bin/ssh");
    std::fs::write(&path, "#!/bin/sh\nexec /usr/bin/ssh -F \"$TEST_SSH_CONFIG\" \"$@\"\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Processes of this machine whose arguments name the text.
fn processes(text: &str) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).filter(|line| line.contains(text)).collect()
}

/// Folders of sockets in the folder that the runs have for temporary files.
fn sockets(temporary: &str) -> Vec<String> {
    let listed = std::fs::read_dir(temporary).unwrap().flatten();
    let names = listed.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.contains("-ssh-")).collect()
}

fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn sshd_and_dial_stdio() {
    if !available(&["/usr/sbin/sshd", "/usr/bin/ssh", "ssh-keygen", "docker", "dockerd"]) {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (client, daemon) = runtime.block_on(engine::launch(Family::Docker, Limits::default())).unwrap();
    let socket = client.endpoint().to_string();
    let sshd = sshd(&socket);
    let root = sshd.folder.path();
    let place = format!("ssh://root@127.0.0.1:{}", sshd.port);
    let with_path = format!("{place}{}", socket.trim_start_matches("unix://"));
    let without_engine = format!("{place}/nonexistent/docker.sock");
    let path = format!("{}:{}", root.join("bin").display(), std::env::var("PATH").unwrap());
    let config = root.join("config").display().to_string();
    let made = Command::new("docker")
        .args(["--config", &config, "context", "create", "far", "--docker", &format!("host={place}")])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    type Case<'a> = (&'a str, &'a str, &'a str, Vec<(&'a str, &'a str)>, i32, Vec<&'a str>);
    #[rustfmt::skip]
    let cases: Vec<Case<'_>> = vec![
        ("the far docker's own engine", &place, "good", vec![], 0, vec!["no differences"]),
        ("a socket named by path", &with_path, "good", vec![], 0, vec!["no differences"]),
        ("DOCKER_HOST", "env", "good", vec![("DOCKER_HOST", &place)], 0, vec!["no differences"]),
        ("a context", "context:far", "good", vec![("DOCKER_CONFIG", &config)], 0, vec!["no differences"]),
        ("an unknown host key", &place, "unknown", vec![], 3, vec![&place, "Host key verification failed", "known_hosts"]),
        ("a key that is not accepted", &place, "stranger", vec![], 3, vec!["Permission denied", "ssh-add"]),
        ("no docker command", &place, "bare", vec![], 3, vec!["not found", "needs the docker command"]),
        ("no engine on the far side", &without_engine, "good", vec![], 3, vec!["/nonexistent/docker.sock", "is the engine running on the far side?"]),
        ("nobody listens", "ssh://root@127.0.0.1:1", "good", vec![], 3, vec!["Connection refused"]),
        ("no ssh", &place, "good", vec![("PATH", "/nonexistent")], 3, vec!["ssh cannot be run", "openssh-client"]),
    ];
    let temporary = root.join("tmp").display().to_string();
    std::fs::create_dir(&temporary).unwrap();
    let mut failed = Vec::new();
    for (name, endpoint, config, variables, status, says) in cases {
        let config = root.join(format!("{config}.config")).display().to_string();
        let common = [("PATH", path.as_str()), ("TEST_SSH_CONFIG", &config), ("TMPDIR", &temporary)];
        let output = run(endpoint, &[], &[&common[..], &variables].concat());
        failed.extend(wrong(name, &output, status, &says));
    }
    // Streams both ways and half-closed connections: not different from another Docker behind a Unix socket.
    let config = root.join("good.config").display().to_string();
    let only =
        ["attach/stdin", "attach/tty", "attach/one-stream", "exec/stdin", "exec/tty", "logs/follow/*", "archive/*"];
    let only = only.iter().flat_map(|glob| ["--only", glob]);
    let streams: Vec<&str> = ["run", "--reference", "docker", "--candidate", &place].into_iter().chain(only).collect();
    let variables = [("PATH", path.as_str()), ("TEST_SSH_CONFIG", &config), ("TMPDIR", &temporary)];
    failed.extend(wrong("streams", &lockstep(&streams, &variables), 0, &["no differences"]));
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    eventually("ssh or a socket is left", || processes(&config).is_empty() && sockets(&temporary).is_empty());

    // Killed in the midst of it: ssh ends with its standard input, and the socket is removed by `clean`.
    let arguments = ["run", "--reference", &place, "--candidate", &place, "--only", "logs/follow/*", "--repeat", "100"];
    let mut child = command(&arguments, &variables).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    eventually("no ssh was started", || processes(&config).len() > 2);
    child.kill().unwrap();
    child.wait().unwrap();
    eventually("ssh outlives Lockstep", || processes(&config).is_empty());
    assert_eq!(sockets(&temporary).len(), 2);
    assert_eq!(wrong("clean", &lockstep(&["clean"], &variables), 0, &["-ssh-"]), None);
    assert_eq!(sockets(&temporary), Vec::<String>::new());
    drop(daemon);
}
