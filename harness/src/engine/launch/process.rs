//! What `/proc` says about processes.

/// When a living process started, in clock ticks after boot; `None` when there is no such process or it is only waiting to be reaped.
pub(super) fn started(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields = fields(&stat)?;
    let gone = matches!(fields.first(), Some(&"Z" | &"X"));
    // Field 22 of the line; the fields here begin with the third.
    if gone { None } else { fields.get(19)?.parse().ok() }
}

/// The oldest child of a process.
pub(super) fn child_of(parent: u32) -> Option<u32> {
    let entries = std::fs::read_dir("/proc").ok()?.flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let children = pids.filter(|pid| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        fields(&stat).and_then(|fields| fields.get(1)?.parse().ok()) == Some(parent)
    });
    // Process 1 of a daemon's namespaces also has what the daemon left to it: shims, monitors.
    children.filter_map(|pid| Some((started(pid)?, pid))).min().map(|(_, pid)| pid)
}

/// The fields after the command's name, which may itself hold spaces and parentheses.
fn fields(stat: &str) -> Option<Vec<&str>> {
    Some(stat.rsplit_once(')')?.1.split_whitespace().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_name_with_parentheses() {
        assert_eq!(fields("7 (a) b)) S 1 7").unwrap(), ["S", "1", "7"]);
    }

    #[test]
    fn knows_this_process() {
        assert!(started(std::process::id()).is_some());
        assert_eq!(started(4_999_999), None);
    }
}
