//! What this process may do: resource limits and capabilities.

use serde_json::{Map, Value, json};

use super::{Section, field, number_or_text, read};

/// Names of the capabilities 0 to 40.
const CAPABILITIES: [&str; 41] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

/// `{NAME: {soft, hard}}` as texts, names as in `/proc/self/limits`.
pub fn limits() -> Section {
    let text = read("/proc/self/limits")?;
    let limits: Map<String, Value> = text
        .lines()
        .filter_map(parse_limit)
        .map(|(name, soft, hard)| (name, json!({"soft": soft, "hard": hard})))
        .collect();
    Ok(Value::Object(limits))
}

/// Name, soft and hard limit of a line; nothing for the heading.
fn parse_limit(line: &str) -> Option<(String, &str, &str)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_value = |word: &&str| *word == "unlimited" || word.parse::<u64>().is_ok();
    let first = words.iter().position(is_value)?;
    let (soft, hard) = (words.get(first)?, words.get(first + 1)?);
    is_value(hard).then(|| (words[..first].join(" "), *soft, *hard))
}

/// `{inheritable, permitted, effective, bounding, ambient, no_new_privs, seccomp}`,
/// the sets as lists of names in the order of their numbers.
pub fn capabilities() -> Section {
    let status = read("/proc/self/status")?;
    let set = |name| field(&status, name).and_then(parse_set);
    let number = |name| number_or_text(field(&status, name).map(str::to_owned));
    Ok(json!({
        "inheritable": set("CapInh"),
        "permitted": set("CapPrm"),
        "effective": set("CapEff"),
        "bounding": set("CapBnd"),
        "ambient": set("CapAmb"),
        "no_new_privs": number("NoNewPrivs"),
        "seccomp": number("Seccomp"),
    }))
}

/// The names in a capability set given as a hexadecimal number.
fn parse_set(text: &str) -> Option<Vec<String>> {
    let set = u64::from_str_radix(text, 16).ok()?;
    let names = (0..64)
        .filter(|bit| set >> bit & 1 == 1)
        .map(|bit: usize| match CAPABILITIES.get(bit) {
            Some(name) => format!("CAP_{name}"),
            None => format!("CAP_{bit}"),
        })
        .collect();
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_lines() {
        let heading = "Limit                     Soft Limit           Hard Limit           Units     ";
        assert_eq!(parse_limit(heading), None);
        let files = "Max open files            1024                 524288               files     ";
        let expected = ("Max open files".to_owned(), "1024", "524288");
        assert_eq!(parse_limit(files), Some(expected));
        let nice = "Max nice priority         0                    0                    ";
        assert_eq!(parse_limit(nice), Some(("Max nice priority".to_owned(), "0", "0")));
        let wide = "Max file size             18446744073709551615 unlimited            bytes     ";
        let expected = ("Max file size".to_owned(), "18446744073709551615", "unlimited");
        assert_eq!(parse_limit(wide), Some(expected));
        assert_eq!(parse_limit(""), None);
    }

    #[test]
    fn sets() {
        assert_eq!(parse_set("0000000000000000"), Some(vec![]));
        let docker = parse_set("00000000a80425fb").unwrap();
        assert_eq!(docker.len(), 14);
        assert_eq!(docker[0], "CAP_CHOWN");
        assert!(docker.contains(&"CAP_NET_RAW".to_owned()));
        assert_eq!(docker[13], "CAP_SETFCAP");
        assert!(!docker.contains(&"CAP_SYS_ADMIN".to_owned()));
        let last = Some(vec!["CAP_CHECKPOINT_RESTORE".to_owned(), "CAP_41".to_owned()]);
        assert_eq!(parse_set("0000030000000000"), last);
        assert_eq!(parse_set("x"), None);
    }
}
