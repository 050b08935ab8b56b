//! The processes and namespaces to be seen in `/proc`.

use std::fs;

use serde_json::{Map, Value, json};

use super::{Section, entries, field, read};

/// `[{pid, ppid, name, arguments, uid}]` by pid, just as `/proc` lists them.
pub fn processes() -> Section {
    let mut pids: Vec<u32> = entries("/proc")?.iter().filter_map(|name| name.parse().ok()).collect();
    pids.sort_unstable();
    let list: Vec<Value> = pids
        .into_iter()
        .filter_map(|pid| {
            // One that ended meanwhile is not there any more.
            let status = read(format!("/proc/{pid}/status")).ok()?;
            let arguments = read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            Some(describe(pid, &status, &arguments))
        })
        .collect();
    Ok(json!(list))
}

fn describe(pid: u32, status: &str, cmdline: &str) -> Value {
    let number = |name| {
        field(status, name).and_then(|text| text.split_whitespace().next()).and_then(|text| text.parse::<u32>().ok())
    };
    let arguments: Vec<&str> = if cmdline.is_empty() {
        Vec::new()
    } else {
        let ended = cmdline.strip_suffix('\0').unwrap_or(cmdline);
        ended.split('\0').collect()
    };
    json!({
        "pid": pid,
        "ppid": number("PPid"),
        "name": field(status, "Name"),
        "arguments": arguments,
        "uid": number("Uid"),
    })
}

/// `{pid_is_one, links: {KIND: "KIND:[INODE]"}}`.
pub fn namespaces() -> Section {
    let links: Map<String, Value> = ["pid", "net", "ipc", "uts", "user", "mnt", "cgroup"]
        .into_iter()
        .map(|kind| {
            let link = fs::read_link(format!("/proc/self/ns/{kind}")).ok();
            let link = link.map(|link| link.to_string_lossy().into_owned());
            (kind.to_owned(), json!(link))
        })
        .collect();
    Ok(json!({"pid_is_one": std::process::id() == 1, "links": links}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process() {
        let status = "Name:\tprobe\nPid:\t7\nPPid:\t1\nUid:\t1000\t0\t0\t0\n";
        assert_eq!(
            describe(7, status, "/bin/probe\0echo\0\0a b\0"),
            json!({
                "pid": 7, "ppid": 1, "name": "probe",
                "arguments": ["/bin/probe", "echo", "", "a b"], "uid": 1000,
            })
        );
        assert_eq!(describe(2, "Name:\tkthreadd\n", "")["arguments"], json!([]));
    }
}
