//! The cgroups that a private daemon leaves behind: they are no files of its folder, and no namespace ends them.

use super::folder;
use std::path::{Path, PathBuf};

/// Where the kernel shows its cgroups: one tree (v2), or one folder a controller (v1).
const ROOT: &str = "/sys/fs/cgroup";
/// Podman's folder for its containers' cgroups.
const PODMAN: &str = "libpod_parent";
/// Left in a daemon's folder when Podman's folder was not there before.
const MADE: &str = "libpod-parent-made";

/// The roots of the cgroup trees.
fn trees() -> Vec<PathBuf> {
    let root = PathBuf::from(ROOT);
    if is_v2() {
        return vec![root];
    }
    let entries = std::fs::read_dir(&root).into_iter().flatten().flatten();
    // Links (cpu -> cpu,cpuacct) would name a tree twice.
    entries
        .into_iter()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

/// Whether the machine has the one unified tree.
pub(super) fn is_v2() -> bool {
    Path::new(ROOT).join("cgroup.controllers").exists()
}

/// Notes that Podman's folder will be this daemon's doing.
pub(super) fn note(daemon: &Path) -> std::io::Result<()> {
    if trees().iter().any(|tree| tree.join(PODMAN).exists()) { Ok(()) } else { std::fs::write(daemon.join(MADE), "") }
}

/// The containers that the daemon's store still knows.
pub(super) fn container_ids(daemon: &Path) -> Vec<String> {
    let stores =
        [daemon.join("data/containers"), daemon.join("root/overlay-containers"), daemon.join("root/vfs-containers")];
    let entries = stores.iter().filter_map(|store| std::fs::read_dir(store).ok()).flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| is_id(name)).collect()
}

fn is_id(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Removes the daemon's own cgroup and those named after its containers, wherever a container asked to have it. Whether all are gone.
pub(super) fn remove(daemon: &Path, group: &str, ids: &[String]) -> bool {
    let own_podman = daemon.join(MADE).exists() && !folder::has_other_podman(daemon);
    let mut gone = true;
    for tree in trees() {
        gone &= remove_tree(&tree.join(group));
        for path in named_after(&tree, ids, 6) {
            gone &= remove_tree(&path);
        }
        if own_podman {
            // Only goes when nothing is in it.
            let _ = std::fs::remove_dir(tree.join(PODMAN));
        }
    }
    gone
}

/// The cgroups below, so deep, whose names hold one of the ids.
fn named_after(folder: &Path, ids: &[String], depth: usize) -> Vec<PathBuf> {
    if ids.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for child in children(folder) {
        let name = child.file_name().unwrap_or_default().to_string_lossy();
        if ids.iter().any(|id| name.contains(id.as_str())) {
            found.push(child);
        } else if depth > 0 {
            found.extend(named_after(&child, ids, depth - 1));
        }
    }
    found
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .into_iter()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

/// Removes a cgroup, the deepest first: its files cannot be removed, only folders without processes.
fn remove_tree(folder: &Path) -> bool {
    for child in children(folder) {
        remove_tree(&child);
    }
    std::fs::remove_dir(folder).is_ok() || !folder.exists()
}
