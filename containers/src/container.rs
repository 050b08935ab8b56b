//! The container: unprivileged, with no network or that of its Docker, and with all rights that an engine inside needs.

use crate::{Arguments, Error};
use bollard::models::{Mount as VolumeMount, MountType};
use std::path::Path;
use std::time::{Duration, Instant};
use testcontainers::core::{CgroupnsMode, Mount, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, GenericImage, ImageExt};

/// A container with an engine that listens.
pub type Running = ContainerAsync<GenericImage>;

/// How long an engine may take until it listens.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts the container and waits until the engine's socket takes connections.
pub async fn start(arguments: &Arguments) -> Result<Running, Error> {
    let image = GenericImage::new(&arguments.image, &arguments.tag).with_wait_for(WaitFor::Nothing);
    let volumes: Vec<VolumeMount> = arguments.volume.iter().map(|target| anonymous(target)).collect();
    let network = if arguments.host_network { "host" } else { "none" };
    let mut request = image
        .with_cmd(arguments.command.clone())
        .with_cap_add("ALL")
        // The one right that root itself may lack.
        .with_cap_drop("SYS_RESOURCE")
        .with_security_opt("seccomp=unconfined")
        .with_security_opt("apparmor=unconfined")
        .with_cgroupns_mode(CgroupnsMode::Host)
        // As a private daemon's own namespaces have it.
        .with_hostname("lockstep")
        .with_mount(Mount::bind_mount("/sys/fs/cgroup", "/sys/fs/cgroup"))
        .with_mount(Mount::bind_mount(arguments.folder.display().to_string(), &arguments.at))
        .with_label("io.lockstep.engine", "1")
        .with_host_config_modifier(move |host| {
            host.network_mode = Some(network.to_owned());
            host.device_cgroup_rules = Some(vec!["a *:* rwm".to_owned()]);
            host.masked_paths = Some(Vec::new());
            host.readonly_paths = Some(Vec::new());
            host.mounts.get_or_insert_with(Vec::new).extend(volumes.iter().cloned());
        });
    for variable in &arguments.env {
        let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
        request = request.with_env_var(name, value);
    }
    let container = request.start().await?;
    wait(container, &arguments.folder.join(&arguments.socket)).await
}

/// An engine's storage cannot lie on the container's own layered file system.
fn anonymous(target: &str) -> VolumeMount {
    VolumeMount { target: Some(target.to_owned()), typ: Some(MountType::VOLUME), ..VolumeMount::default() }
}

async fn wait(container: Running, socket: &Path) -> Result<Running, Error> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if tokio::net::UnixStream::connect(socket).await.is_ok() {
            return Ok(container);
        }
        if !container.is_running().await? {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let output =
        [container.stdout_to_vec().await.unwrap_or_default(), container.stderr_to_vec().await.unwrap_or_default()];
    let text = String::from_utf8_lossy(&output.concat()).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let log = lines[lines.len().saturating_sub(15)..].join("\n");
    Err(Error::Silent { waited: started.elapsed(), log })
}
