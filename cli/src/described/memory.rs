//! How much memory an engine holds.

use std::collections::BTreeMap;

/// The resident memory of a process and all that descend from it, in bytes; shared pages count more than once.
pub fn below(root: u32) -> u64 {
    let mut parents = BTreeMap::new();
    let mut sizes = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_string_lossy().parse::<u32>().ok() else { continue };
        let status = std::fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let number = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        parents.insert(pid, number("PPid:").and_then(|parent| u32::try_from(parent).ok()).unwrap_or(0));
        sizes.insert(pid, number("VmRSS:").unwrap_or(0) * 1024);
    }
    let descends = |pid: u32| {
        let mut at = pid;
        // A process tree is never this deep; a reader of /proc may see a loop where ids are used again.
        for _ in 0..64 {
            if at == root {
                return true;
            }
            match parents.get(&at) {
                Some(parent) if *parent != 0 => at = *parent,
                _ => return false,
            }
        }
        false
    };
    sizes.iter().filter(|(pid, _)| descends(**pid)).map(|(_, size)| size).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn this_process_has_some() {
        assert!(super::below(std::process::id()) > 1_000_000);
        assert_eq!(super::below(u32::MAX), 0);
    }
}
