//! Control groups that ended containers leave behind.

use std::path::Path;

/// Removes the group `name` below every controller (version 1 and 2), and the groups that Podman made for these containers.
pub(super) fn remove(name: &str, containers: &[String]) {
    let root = Path::new("/sys/fs/cgroup");
    let controllers = std::fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
    for controller in controllers.chain([root.to_owned()]).filter(|path| path.is_dir()) {
        remove_tree(&controller.join(name));
        for id in containers {
            for group in [format!("libpod-{id}"), format!("libpod-conmon-{id}")] {
                remove_tree(&controller.join("libpod_parent").join(group));
            }
        }
        if !containers.is_empty() {
            // Removed only when nobody else's container is in it.
            let _ = std::fs::remove_dir(controller.join("libpod_parent/conmon"));
            let _ = std::fs::remove_dir(controller.join("libpod_parent"));
        }
    }
}

/// Deepest first: a control group is removed as a folder, its files go with it.
fn remove_tree(path: &Path) {
    let Ok(listed) = std::fs::read_dir(path) else { return };
    for entry in listed.flatten().filter(|entry| entry.path().is_dir()) {
        remove_tree(&entry.path());
    }
    // A process that is still ending keeps its group for a moment.
    for _ in 0..20 {
        if std::fs::remove_dir(path).is_ok() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
