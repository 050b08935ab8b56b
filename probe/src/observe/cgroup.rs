//! The limits visible in `/sys/fs/cgroup`, versions 1 and 2 in the same words.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Section, number_or_text, read, value};

const BASE: &str = "/sys/fs/cgroup";

/// From here on a number of bytes in version 1 means that there is no limit.
const UNLIMITED: u64 = 1 << 62;

/// `{version, memory_limit, memory_reservation, memory_swap_limit, pids_max,
/// cpu_quota, cpu_period, cpu_shares, cpu_weight, cpuset_cpus, cpuset_mems}`.
///
/// No limit is `"max"`, what is not visible is null. `memory_swap_limit` is
/// memory and swap together in version 1 and swap alone in version 2;
/// `cpu_shares` is of version 1 and `cpu_weight` of version 2.
pub fn cgroup() -> Section {
    let mine = read("/proc/self/cgroup").unwrap_or_default();
    let version = if Path::new(BASE).join("cgroup.controllers").exists() {
        Some(2)
    } else if ["memory", "cpu", "pids", "cpuset"].iter().any(|controller| Path::new(BASE).join(controller).is_dir()) {
        Some(1)
    } else {
        None
    };
    let see = |first: &str, second: &str| match version {
        Some(2) => look(Path::new(BASE), own_path(&mine, ""), first),
        Some(_) if !second.is_empty() => version_1(&mine, second),
        _ => None,
    };
    let limit = |first: &str, second: &str| number_or_text(see(first, second).map(unlimited));
    let (quota, period) = match version {
        Some(2) => see("cpu.max", "").map_or((None, None), parse_cpu_max),
        _ => (see("", "cpu.cfs_quota_us").map(unlimited), see("", "cpu.cfs_period_us")),
    };
    let shares = match version {
        Some(1) => see("", "cpu.shares"),
        _ => None,
    };
    Ok(json!({
        "version": version,
        "memory_limit": limit("memory.max", "memory.limit_in_bytes"),
        "memory_reservation": limit("memory.low", "memory.soft_limit_in_bytes"),
        "memory_swap_limit": limit("memory.swap.max", "memory.memsw.limit_in_bytes"),
        "pids_max": limit("pids.max", "pids.max"),
        "cpu_quota": number_or_text(quota),
        "cpu_period": number_or_text(period),
        "cpu_shares": number_or_text(shares),
        "cpu_weight": number_or_text(see("cpu.weight", "")),
        "cpuset_cpus": text(see("cpuset.cpus", "cpuset.cpus")),
        "cpuset_mems": text(see("cpuset.mems", "cpuset.mems")),
    }))
}

fn text(value: Option<String>) -> Value {
    value.map_or(Value::Null, Value::String)
}

/// Looks below the directory of the controller that a file name begins with.
fn version_1(mine: &str, file: &str) -> Option<String> {
    let controller = file.split('.').next()?;
    let named = Path::new(BASE).join(controller);
    let directory = if named.is_dir() {
        named
    } else if controller == "cpu" {
        Path::new(BASE).join("cpu,cpuacct")
    } else {
        return None;
    };
    look(&directory, own_path(mine, controller), file)
}

/// Reads a file in this process's own group, else in the topmost visible one: an
/// engine may show the group itself in place of the whole tree.
fn look(directory: &Path, own: Option<&str>, file: &str) -> Option<String> {
    let own: Option<PathBuf> =
        own.filter(|path| !path.starts_with("/..")).map(|path| directory.join(path.trim_start_matches('/')));
    own.and_then(|own| value(own.join(file))).or_else(|| value(directory.join(file)))
}

/// The path of this process's group for a controller (none in version 2).
fn own_path<'text>(mine: &'text str, controller: &str) -> Option<&'text str> {
    mine.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
        controllers.split(',').any(|known| known == controller).then_some(path)
    })
}

/// Quota and period of a `cpu.max` file.
fn parse_cpu_max(text: String) -> (Option<String>, Option<String>) {
    let mut words = text.split_whitespace().map(str::to_owned);
    (words.next(), words.next())
}

/// Says `max` for the numbers by which version 1 says that there is no limit.
fn unlimited(text: String) -> String {
    let none = text == "-1" || text.parse().is_ok_and(|bytes: u64| bytes >= UNLIMITED);
    if none { "max".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own() {
        let old = "11:cpu,cpuacct:/docker/a\n4:memory:/docker/b:c\n1:name=systemd:/\n0::/\n";
        assert_eq!(own_path(old, "cpu"), Some("/docker/a"));
        assert_eq!(own_path(old, "memory"), Some("/docker/b:c"));
        assert_eq!(own_path(old, "pids"), None);
        assert_eq!(own_path("0::/x.slice\n", ""), Some("/x.slice"));
    }

    #[test]
    fn no_limit() {
        assert_eq!(unlimited("9223372036854771712".to_owned()), "max");
        assert_eq!(unlimited("-1".to_owned()), "max");
        assert_eq!(unlimited("max".to_owned()), "max");
        assert_eq!(unlimited("1048576".to_owned()), "1048576");
    }

    #[test]
    fn cpu() {
        let (quota, period) = parse_cpu_max("max 100000".to_owned());
        assert_eq!(quota.as_deref(), Some("max"));
        assert_eq!(period.as_deref(), Some("100000"));
    }
}
