//! This process and the machine it believes to be on.

use std::collections::HashMap;
use std::ffi::CStr;
use std::os::unix::ffi::OsStrExt;

use rustix::process::{getgid, getgroups, getuid};
use rustix::system::uname;
use serde_json::{Map, Value, json};

use super::{Section, number_or_text, read, value};

/// `{pid, ppid, pgid, sid, oom_score_adj, nice}`.
///
/// The numbers come from `/proc` because the kernel says 0 there, and in system
/// calls, for a process outside the PID namespace.
pub fn myself() -> Section {
    let stat = read("/proc/self/stat").unwrap_or_default();
    let fields = stat_fields(&stat);
    let number = |field: usize| fields.get(&field).and_then(|text| text.parse::<i64>().ok());
    Ok(json!({
        "pid": std::process::id(),
        "ppid": number(4),
        "pgid": number(5),
        "sid": number(6),
        "oom_score_adj": number_or_text(value("/proc/self/oom_score_adj")),
        "nice": number(19),
    }))
}

/// The fields of a stat file after the name, by the numbers proc(5) gives them.
fn stat_fields(stat: &str) -> HashMap<usize, &str> {
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    (3..).zip(after_name.split_whitespace()).collect()
}

/// `{sysname, release, machine}`.
pub fn kernel() -> Section {
    let uname = uname();
    Ok(json!({
        "sysname": text(uname.sysname()),
        "release": text(uname.release()),
        "machine": text(uname.machine()),
    }))
}

/// `{hostname, domainname}`.
pub fn hostname() -> Section {
    let uname = uname();
    Ok(json!({
        "hostname": text(uname.nodename()),
        "domainname": text(uname.domainname()),
    }))
}

fn text(text: &CStr) -> String {
    text.to_string_lossy().into_owned()
}

/// The working directory, a text.
pub fn cwd() -> Section {
    std::env::current_dir().map(|path| json!(path.to_string_lossy())).map_err(|error| error.to_string())
}

/// `{uid, gid, groups, name, home}`, name and home from `/etc/passwd`.
pub fn user() -> Section {
    let uid = getuid().as_raw();
    let mut groups: Vec<u32> = getgroups()
        .map_err(|error| format!("groups: {error}"))?
        .into_iter()
        .map(rustix::process::Gid::as_raw)
        .collect();
    groups.sort_unstable();
    let passwd = read("/etc/passwd").unwrap_or_default();
    let (name, home) = passwd_entry(&passwd, uid).unzip();
    Ok(json!({
        "uid": uid,
        "gid": getgid().as_raw(),
        "groups": groups,
        "name": name,
        "home": home,
    }))
}

fn passwd_entry(passwd: &str, uid: u32) -> Option<(&str, &str)> {
    passwd.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        match fields[..] {
            [name, _, id, _, _, home, ..] if id.parse() == Ok(uid) => Some((name, home)),
            _ => None,
        }
    })
}

/// The environment as `KEY=VALUE` texts, sorted: Podman 4.3 gives another order to every process.
pub fn environment() -> Section {
    let mut list: Vec<String> = std::env::vars_os()
        .map(|(key, value)| {
            let pair = [key.as_bytes(), b"=", value.as_bytes()].concat();
            String::from_utf8_lossy(&pair).into_owned()
        })
        .collect();
    list.sort();
    Ok(json!(list))
}

/// `{PATH: value}` for kernel settings, given as files or in dotted form.
pub fn sysctl(paths: &[&str]) -> Section {
    let mut settings = Map::new();
    for path in paths {
        let file =
            if path.starts_with('/') { (*path).to_owned() } else { format!("/proc/sys/{}", path.replace('.', "/")) };
        let setting = value(file).map_or(Value::Null, Value::String);
        settings.insert((*path).to_owned(), setting);
    }
    Ok(Value::Object(settings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat() {
        let fields = stat_fields("12 (a b) c) S 1 12 11 34816 12 0");
        assert_eq!(fields.get(&3), Some(&"S"));
        assert_eq!(fields.get(&4), Some(&"1"));
        assert_eq!(fields.get(&6), Some(&"11"));
        assert!(stat_fields("").is_empty());
    }

    #[test]
    fn passwd() {
        let text = "root:x:0:0:root:/root:/bin/sh\n# x\nme:x:1000:1000::/home/me:/bin/sh\n";
        assert_eq!(passwd_entry(text, 1000), Some(("me", "/home/me")));
        assert_eq!(passwd_entry(text, 0), Some(("root", "/root")));
        assert_eq!(passwd_entry(text, 5), None);
    }
}
