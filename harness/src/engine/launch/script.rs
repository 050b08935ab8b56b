//! The start line of each family.

use super::super::Family;
use super::folder::Folder;
use std::io;
use std::path::PathBuf;

/// Writes the shell script that runs as the first process of the namespaces, and the family's own configuration.
pub(super) fn write(family: Family, folder: &Folder) -> io::Result<PathBuf> {
    let text = match family {
        Family::Docker => docker(folder),
        Family::Podman => podman(folder)?,
    };
    let script = folder.path.join("start.sh");
    std::fs::write(&script, text)?;
    Ok(script)
}

fn docker(folder: &Folder) -> String {
    let path = folder.path.display();
    let cgroup = folder.cgroup();
    format!(
        "hostname lockstep\n\
         ip link set lo up\n\
         dockerd --data-root {path}/data --exec-root {path}/exec -H unix://{path}/docker.sock -p {path}/pid \
         --bip 172.29.0.1/16 --cgroup-parent /{cgroup} --insecure-registry 127.0.0.0/8 &\n\
         wait $!\n"
    )
}

/// The ulimits keep within what root may raise in a container; crun refuses hybrid cgroups (Podman 4.3.1, Debian 12).
fn podman(folder: &Folder) -> io::Result<String> {
    let path = folder.path.display();
    let configuration = format!(
        "[containers]\n\
         default_ulimits = [\"nofile=20000:20000\", \"nproc=30000:30000\"]\n\
         [engine]\n\
         cgroup_manager = \"cgroupfs\"\n\
         events_logger = \"file\"\n\
         runtime = \"runc\"\n\
         tmp_dir = \"{path}/tmp\"\n\
         static_dir = \"{path}/static\"\n\
         volume_path = \"{path}/volumes\"\n\
         [network]\n\
         network_config_dir = \"{path}/networks\"\n"
    );
    std::fs::write(folder.path.join("containers.conf"), configuration)?;
    std::fs::create_dir_all(folder.path.join("networks"))?;
    Ok(format!(
        "hostname lockstep\n\
         ip link set lo up\n\
         mount -t tmpfs tmpfs /dev/shm\n\
         mount -t tmpfs tmpfs /run\n\
         export CONTAINERS_CONF={path}/containers.conf PODMAN_IGNORE_CGROUPSV1_WARNING=1\n\
         podman --root {path}/root --runroot {path}/run system service -t 0 unix://{path}/podman.sock &\n\
         wait $!\n"
    ))
}
