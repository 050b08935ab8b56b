//! A daemon's folder, and whose it is.

use super::super::Family;
use super::cgroup;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// `lockstep-<pid>-<n>-<family>` in the folder for temporary files, open to its owner only.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
}

static COUNT: AtomicUsize = AtomicUsize::new(0);

impl Folder {
    pub(super) fn make(family: Family) -> io::Result<Folder> {
        let pid = std::process::id();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("lockstep-{pid}-{number}-{}", family.name()));
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        std::fs::write(path.join("owner"), owner(pid).unwrap_or_default())?;
        Ok(Folder { path })
    }

    /// The name of the control group below which its containers are.
    pub(super) fn cgroup(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Removes the folder and the control groups of its containers; its processes have ended.
    pub(super) fn remove(&self) {
        cgroup::remove(&self.cgroup(), &container_ids(&self.path));
        for _ in 0..20 {
            match std::fs::remove_dir_all(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
                _ => return,
            }
        }
    }
}

/// A process by its number and start time, so that a number used again is not taken for it.
fn owner(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let start = stat.rsplit(')').next()?.split_whitespace().nth(19)?;
    Some(format!("{pid} {start}"))
}

/// The containers that a daemon knew: the control groups that Podman makes carry their ids.
fn container_ids(folder: &Path) -> Vec<String> {
    let listed = std::fs::read_dir(folder.join("root/overlay-containers"));
    let names = listed.into_iter().flatten().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.len() == 64).collect()
}

/// Removes the folders and control groups of daemons whose Lockstep is gone; which ones those were.
pub fn sweep() -> Vec<PathBuf> {
    let listed = std::fs::read_dir(std::env::temp_dir());
    let mut removed = Vec::new();
    for entry in listed.into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(recorded) = std::fs::read_to_string(entry.path().join("owner")) else { continue };
        let Some(pid) = recorded.split(' ').next().and_then(|pid| pid.parse().ok()) else { continue };
        if name.starts_with("lockstep-") && owner(pid).as_deref() != Some(recorded.as_str()) {
            Folder { path: entry.path() }.remove();
            removed.push(entry.path());
        }
    }
    removed
}
