//! The folders of private daemons, and whom they belong to.

use super::{cgroup, process};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Names the process that a folder belongs to.
const OWNER: &str = "owner";

/// A new folder `lockstep-<pid>-<n>-<family>` that only this user may enter, and its number.
pub(super) fn create(family: &str) -> std::io::Result<(PathBuf, String)> {
    let pid = std::process::id();
    let parent = std::env::temp_dir();
    let mut number = 0_u32;
    loop {
        let group = format!("lockstep-{pid}-{number}");
        // One number is one cgroup: no other family may have it either.
        let taken = ["docker", "podman"].iter().any(|other| parent.join(format!("{group}-{other}")).exists());
        let folder = parent.join(format!("{group}-{family}"));
        if !taken {
            match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => {
                    std::fs::write(folder.join(OWNER), this_process())?;
                    return Ok((folder, group));
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        number += 1;
    }
}

/// The owner line of this process: its id, when it started, and in which namespace that id counts.
fn this_process() -> String {
    let pid = std::process::id();
    format!("{pid} {} {}\n", process::started(pid).unwrap_or(0), pid_namespace())
}

fn pid_namespace() -> String {
    std::fs::read_link("/proc/self/ns/pid").map(|link| link.display().to_string()).unwrap_or_default()
}

/// Whether the folder's owner is certainly gone.
fn is_orphan(folder: &Path, pid_in_name: u32) -> bool {
    let Ok(line) = std::fs::read_to_string(folder.join(OWNER)) else {
        // Its owner has not written the file yet, or died before it could.
        return process::started(pid_in_name).is_none();
    };
    let mut words = line.split_whitespace();
    let pid = words.next().and_then(|word| word.parse::<u32>().ok());
    let started = words.next().and_then(|word| word.parse::<u64>().ok());
    let namespace = words.next().unwrap_or_default();
    match pid {
        // Another container with the same /tmp: its process ids say nothing here.
        _ if namespace != pid_namespace() => false,
        Some(pid) => process::started(pid) != started,
        None => false,
    }
}

/// The process id and family in a daemon folder's name, and the cgroup that goes with it.
fn parse(name: &str) -> Option<(u32, String)> {
    let rest = name.strip_prefix("lockstep-")?;
    let mut parts = rest.split('-');
    let pid = parts.next()?.parse().ok()?;
    let number: u32 = parts.next()?.parse().ok()?;
    let family = parts.next()?;
    let known = matches!(family, "docker" | "podman") && parts.next().is_none();
    known.then(|| (pid, format!("lockstep-{pid}-{number}")))
}

/// Removes the folders, and the cgroups, of private daemons whose Lockstep is gone; says which folders.
///
/// Only folders of this user, named as Lockstep names them, whose owner certainly ended are touched.
/// Their daemons need no ending: the kernel ends them together with their owner.
pub fn sweep() -> Vec<PathBuf> {
    sweep_in(&std::env::temp_dir())
}

fn sweep_in(parent: &Path) -> Vec<PathBuf> {
    let me = std::fs::metadata("/proc/self").map(|meta| meta.uid()).ok();
    let mut removed = Vec::new();
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some((pid, group)) = name.to_str().and_then(parse) else { continue };
        let folder = entry.path();
        let ours = std::fs::symlink_metadata(&folder).is_ok_and(|meta| meta.is_dir() && Some(meta.uid()) == me);
        if ours && is_orphan(&folder, pid) {
            clear(&folder, &group);
            if !folder.exists() {
                removed.push(folder);
            }
        }
    }
    removed
}

/// Whether another private Podman's folder is there: its containers share Podman's cgroup.
pub(super) fn has_other_podman(folder: &Path) -> bool {
    let entries = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        let name = entry.file_name();
        let named = name.to_str().is_some_and(|name| parse(name).is_some() && name.ends_with("-podman"));
        named && entry.path() != folder
    })
}

/// Removes a dead daemon's cgroups and folder, as often as the kernel needs to let go of them.
pub(super) fn clear(folder: &Path, group: &str) {
    let until = Instant::now() + Duration::from_secs(5);
    let ids = cgroup::container_ids(folder);
    loop {
        let groups_gone = cgroup::remove(folder, group, &ids);
        // The owner file goes last, so that a sweep finds what could not be removed.
        let folder_gone = remove_contents(folder) && std::fs::remove_dir_all(folder).is_ok();
        if (groups_gone && folder_gone) || Instant::now() > until {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn remove_contents(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().filter(|entry| entry.file_name() != OWNER).all(|entry| {
        let path = entry.path();
        let is_folder = std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir());
        let removed = if is_folder { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.is_ok() || !path.exists()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_its_own_names() {
        assert_eq!(parse("lockstep-12-3-docker"), Some((12, "lockstep-12-3".to_owned())));
        for name in
            ["lockstep-12-3", "lockstep-12-docker", "lockstep-x-3-docker", "lockstep-12-3-docker-x", "lockstep-1-2-tmp"]
        {
            assert_eq!(parse(name), None, "{name}");
        }
    }

    #[test]
    fn sweeps_what_nobody_owns_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let make = |name: &str, owner: &str| {
            let folder = parent.path().join(name);
            std::fs::create_dir_all(folder.join("data/deep")).unwrap();
            std::fs::write(folder.join(OWNER), owner).unwrap();
            folder
        };
        let space = pid_namespace();
        let mine = make("lockstep-1-0-docker", &this_process());
        // A process id above the kernel's own limit belongs to nobody.
        let dead = make("lockstep-4999999-0-podman", &format!("4999999 5 {space}\n"));
        let reused = make("lockstep-4999999-1-docker", &format!("{} 1 {space}\n", std::process::id()));
        let elsewhere = make("lockstep-4999999-2-docker", "4999999 5 pid:[1]\n");
        let other = make("lockstep-notes", "");
        let mut removed = sweep_in(parent.path());
        removed.sort();
        assert_eq!(removed, [dead, reused]);
        assert!(mine.exists() && elsewhere.exists() && other.exists());
    }
}
