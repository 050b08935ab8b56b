//! What a private daemon needs: programs and rights of the machine, its files, its arguments.

use super::super::Family;
use super::cgroup;
use std::path::{Path, PathBuf};

/// Where programs are looked for besides PATH: a user's PATH often lacks the folders of daemons.
const USUAL_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The first steps inside the new namespaces, as their process 1. `$1` is the daemon's folder; the daemon's own command follows.
///
/// What an engine takes from its host becomes the same on every machine: the host's name, name servers and hosts file (`192.0.2.53`
/// is an address for documentation and answers nobody). `/run`, `/dev/shm` and `/var/lib/cni` are the daemon's own, so that it
/// finds nothing of another engine's there and leaves nothing.
const SCRIPT: &str = r#"
set -e
D=$1; shift
echo lockstep > /proc/sys/kernel/hostname
ip link set lo up
resolv=$(readlink -m /etc/resolv.conf)
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mkdir -p /run/lock /var/lib/cni "${resolv%/*}"
mount -t tmpfs -o mode=755 tmpfs /var/lib/cni
[ -e "$resolv" ] || : > "$resolv"
mount --bind "$D/resolv.conf" "$resolv"
mount --bind "$D/hosts" /etc/hosts
if [ -d /etc/docker ]; then mount -t tmpfs -o mode=755 tmpfs /etc/docker; fi
set +e
"$@" &
wait $!
"#;

const HOSTS: &str = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";

/// How to start a daemon.
pub(super) struct Setup {
    pub script: &'static str,
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
    pub socket: PathBuf,
}

/// Whether this machine and user can run a private daemon of the family; if not, why and what to do. Starts nothing.
pub fn can_launch(family: Family) -> Result<(), String> {
    let status =
        std::fs::read_to_string("/proc/self/status").map_err(|error| format!("/proc is not there: {error}"))?;
    let capabilities = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let capabilities = capabilities.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0);
    // Both as in linux/capability.h.
    let (net_admin, sys_admin) = (1 << 12, 1 << 21);
    if capabilities & net_admin == 0 || capabilities & sys_admin == 0 {
        return Err(
            "it needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN); run as root, or give the address of a running engine"
                .to_owned(),
        );
    }
    let daemon = match family {
        Family::Docker => {
            [("dockerd", "docker.io"), ("containerd", "containerd"), ("runc", "runc"), ("iptables", "iptables")]
                .as_slice()
        }
        Family::Podman => [("podman", "podman"), ("conmon", "conmon"), ("iptables", "iptables")].as_slice(),
    };
    let common = [("setpriv", "util-linux"), ("unshare", "util-linux"), ("mount", "mount"), ("ip", "iproute2")];
    let missing: Vec<&(&str, &str)> =
        daemon.iter().chain(&common).filter(|(program, _)| found(program).is_none()).collect();
    if let Some((program, _)) = missing.first() {
        let mut packages: Vec<&str> = missing.iter().map(|(_, package)| *package).collect();
        packages.dedup();
        return Err(format!(
            "{program} is not on PATH; install it (Debian, Ubuntu: apt-get install {})",
            packages.join(" ")
        ));
    }
    if family == Family::Podman && runtime().is_none() {
        let wanted = if cgroup::is_v2() { "crun" } else { "runc" };
        return Err(format!("{wanted} is not on PATH; install it (Debian, Ubuntu: apt-get install {wanted})"));
    }
    Ok(())
}

/// What a private engine would do more with, each with its Debian package: without them it starts, but some of what it is asked fails
/// for the machine's sake and not for its own.
pub fn missing_helpers(family: Family) -> Vec<String> {
    // Where Podman looks for its helpers.
    let folders = ["/usr/local/libexec/podman", "/usr/local/lib/podman", "/usr/libexec/podman", "/usr/lib/podman"];
    let there = |name: &str| folders.iter().any(|folder| Path::new(folder).join(name).exists());
    let helpers: &[(&str, &str)] = match family {
        Family::Docker => &[],
        Family::Podman => &[
            ("netavark", "networks that a container may join and leave"),
            ("aardvark-dns", "containers that find each other by name"),
            ("catatonit", "containers with an init process"),
        ],
    };
    let missing = helpers.iter().filter(|(name, _)| !there(name));
    missing
        .map(|(name, purpose)| {
            format!("{name} is not installed: {purpose} ({} lacks it; apt-get install {name})", family.name())
        })
        .collect()
}

/// The runtime for Podman: crun refuses the older cgroups, whatever else is preferred.
fn runtime() -> Option<&'static str> {
    let candidates: &[&str] = if cgroup::is_v2() { &["crun", "runc"] } else { &["runc"] };
    candidates.iter().copied().find(|name| found(name).is_some())
}

pub(super) fn search_path() -> String {
    match std::env::var("PATH") {
        Ok(path) if !path.is_empty() => format!("{path}:{USUAL_PATH}"),
        _ => USUAL_PATH.to_owned(),
    }
}

/// Whether a program of this name is on PATH or in the usual folders.
pub fn on_path(program: &str) -> bool {
    found(program).is_some()
}

fn found(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&search_path()).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// What an administrator may set, so that info, nodes and tasks show it: a label, resources of the node, a runtime with arguments.
pub const DAEMON_JSON: &str = r#"{
  "labels": ["colour=blue"],
  "allow-nondistributable-artifacts": ["192.0.2.0/24", "registry.example"],
  "registry-mirrors": ["http://127.0.0.1:1/"],
  "node-generic-resources": ["SSD=3", "GPU=one"],
  "runtimes": { "runc-with-arguments": { "path": "runc", "runtimeArgs": ["--debug"] } }
}
"#;

/// What the Go runtime of an engine that Lockstep launches is told, as an environment variable: to collect garbage at five times what is in
/// use. An engine starts itself again for most of what it does to a container (dockerd is `exe` there), and those short lives spend their time
/// collecting what they set up with. Takes 11 % off a run of containers (Docker 20.10.24, twice 195 scenarios side by side), and a daemon
/// 136 MB instead of 92.
pub const GO_RUNTIME: (&str, &str) = ("GOGC", "400");

/// Writes the daemon's files into its folder.
pub(super) fn prepare(family: Family, folder: &Path, group: &str) -> std::io::Result<Setup> {
    std::fs::write(folder.join("resolv.conf"), "nameserver 192.0.2.53\n")?;
    std::fs::write(folder.join("hosts"), HOSTS)?;
    for name in ["tmp", "home"] {
        std::fs::create_dir_all(folder.join(name))?;
    }
    let at = |name: &str| folder.join(name).display().to_string();
    let socket = folder.join(format!("{}.sock", family.name()));
    // The host's environment stays out: proxies, temporary folders and another engine's settings would all change answers.
    let mut environment = vec![
        ("PATH".to_owned(), search_path()),
        ("HOME".to_owned(), at("home")),
        ("TMPDIR".to_owned(), at("tmp")),
        ("LANG".to_owned(), "C.UTF-8".to_owned()),
        (GO_RUNTIME.0.to_owned(), GO_RUNTIME.1.to_owned()),
    ];
    let mut arguments = vec![folder.display().to_string()];
    match family {
        Family::Docker => {
            std::fs::write(folder.join("daemon.json"), DAEMON_JSON)?;
            environment.push(("DOCKER_TMPDIR".to_owned(), at("tmp")));
            let paths = [&at("daemon.json"), &at("data"), &at("exec"), &socket.display().to_string()];
            arguments.extend(docker(paths.map(String::as_str), group));
            arguments.extend(["--pidfile".to_owned(), at("pid")]);
        }
        Family::Podman => {
            cgroup::note(folder)?;
            let (variables, command) = podman(folder, (folder, folder), runtime().unwrap_or("runc"), &socket)?;
            environment.extend(variables);
            arguments.extend(command);
        }
    }
    Ok(Setup { script: SCRIPT, arguments, environment, socket })
}

/// The command that starts a Docker as Lockstep's own: its configuration file, its two folders and its socket as paths that it sees, and the name of
/// the control group for its containers.
pub fn docker([config, data, exec, socket]: [&str; 4], group: &str) -> Vec<String> {
    let pairs = [
        ("--config-file", config.to_owned()),
        ("--data-root", data.to_owned()),
        ("--exec-root", exec.to_owned()),
        ("--host", format!("unix://{socket}")),
        ("--bip", "172.29.0.1/16".to_owned()),
        ("--default-address-pool", "base=172.30.0.0/15,size=24".to_owned()),
        ("--cgroup-parent", format!("/{group}")),
        ("--exec-opt", "native.cgroupdriver=cgroupfs".to_owned()),
        ("--insecure-registry", "127.0.0.0/8".to_owned()),
    ];
    let flags = pairs.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]);
    std::iter::once("dockerd".to_owned()).chain(flags).collect()
}

/// What [`podman`] answers: environment variables and the command with its arguments.
pub type Start = (Vec<(String, String)>, Vec<String>);

/// Writes a Podman's files into a folder, and says how it is started where it sees that folder and keeps its data as `seen` says.
pub fn podman(folder: &Path, seen: (&Path, &Path), runtime: &str, socket: &Path) -> std::io::Result<Start> {
    let (files, data) = seen;
    let at = |name: &str| data.join(name).display().to_string();
    std::fs::create_dir_all(folder.join("networks"))?;
    let networks = files.join("networks").display().to_string();
    std::fs::write(folder.join("containers.conf"), containers_conf(&at, &networks, runtime))?;
    std::fs::write(folder.join("registries.conf"), registries_conf())?;
    let variables = vec![
        ("CONTAINERS_CONF".to_owned(), files.join("containers.conf").display().to_string()),
        ("CONTAINERS_REGISTRIES_CONF".to_owned(), files.join("registries.conf").display().to_string()),
        ("PODMAN_IGNORE_CGROUPSV1_WARNING".to_owned(), "1".to_owned()),
    ];
    let words = ["podman", "--root", &at("root"), "--runroot", &at("runroot"), "system", "service", "-t", "0"];
    let mut command = words.map(str::to_owned).to_vec();
    command.push(format!("unix://{}", socket.display()));
    Ok((variables, command))
}

fn containers_conf(at: &dyn Fn(&str) -> String, networks: &str, runtime: &str) -> String {
    let quoted = |text: String| serde_json::Value::String(text).to_string();
    let runtime = quoted(runtime.to_owned());
    format!(
        "[containers]\n\
         # Podman's own defaults exceed what root may raise inside a container.\n\
         default_ulimits = [\"nofile=20000:20000\", \"nproc=30000:30000\"]\n\
         [network]\n\
         network_config_dir = {networks}\n\
         [engine]\n\
         cgroup_manager = \"cgroupfs\"\n\
         events_logger = \"file\"\n\
         runtime = {runtime}\n\
         static_dir = {state}\n\
         tmp_dir = {temporary}\n",
        networks = quoted(networks.to_owned()),
        state = quoted(at("root/libpod")),
        temporary = quoted(at("runroot/libpod")),
    )
}

/// Plain HTTP to registries on this machine, as Docker has it anyway.
fn registries_conf() -> String {
    let registry = |host: &str| format!("[[registry]]\nprefix = \"{host}\"\nlocation = \"{host}\"\ninsecure = true\n");
    format!("unqualified-search-registries = [\"docker.io\"]\n{}{}", registry("127.0.0.1"), registry("localhost"))
}
