//! `observe`: what the engine gave this container, as one line of JSON.
//!
//! Numbers and texts that vary from run to run for no reason that matters (mount
//! ids, process states) are left out, and arrays come in a stable order. What
//! cannot be seen at all is `{"error": TEXT}` in place of a whole section and
//! null in place of a single value.

mod cgroup;
mod filesystem;
mod mounts;
mod network;
mod processes;
mod rights;
mod system;

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::args::{Failure, Outcome, failed, put_json};

/// A section of the document, or why it cannot be seen.
type Section = Result<Value, String>;

/// How a section comes about, from the paths given to it.
type Look = fn(&[&str]) -> Section;

/// Every section, in the order of the document.
const SECTIONS: &[(&str, Look)] = &[
    ("self", |_| system::myself()),
    ("kernel", |_| system::kernel()),
    ("hostname", |_| system::hostname()),
    ("cwd", |_| system::cwd()),
    ("user", |_| system::user()),
    ("environment", |_| system::environment()),
    ("processes", |_| processes::processes()),
    ("namespaces", |_| processes::namespaces()),
    ("limits", |_| rights::limits()),
    ("capabilities", |_| rights::capabilities()),
    ("cgroup", |_| cgroup::cgroup()),
    ("sysctl", system::sysctl),
    ("mounts", |_| mounts::mounts()),
    ("filesystems", |_| mounts::filesystems()),
    ("devices", |_| filesystem::devices()),
    ("files", filesystem::files),
    ("interfaces", |_| network::interfaces()),
    ("resolv", |_| network::resolv()),
    ("hosts", |_| network::hosts()),
];

/// The names of all sections.
pub fn names() -> Vec<&'static str> {
    SECTIONS.iter().map(|(name, _)| *name).collect()
}

/// `observe WHAT[,WHAT...] [PATH...]`: one JSON object with a key for each WHAT.
///
/// The paths are for `files` and `sysctl`. When both are asked for, those below
/// `/proc/sys` and those in dotted form (`net.ipv4.ip_forward`) are for `sysctl`.
pub fn observe(args: &[String]) -> Outcome {
    let [what, paths @ ..] = args else {
        return Err(Failure::Usage);
    };
    let wanted: Vec<&str> = what.split(',').collect();
    if let Some(unknown) = wanted.iter().find(|name| !names().contains(name)) {
        return Err(failed(format!("cannot observe `{unknown}`; known are {}", names().join(" "))));
    }
    let takes_paths = |name: &str| wanted.contains(&name);
    let both = takes_paths("files") && takes_paths("sysctl");
    if !paths.is_empty() && !takes_paths("files") && !takes_paths("sysctl") {
        return Err(failed("only `files` and `sysctl` take paths"));
    }
    let (sysctl, files): (Vec<&str>, Vec<&str>) =
        paths.iter().map(String::as_str).partition(|path| path.starts_with("/proc/sys/") || !path.starts_with('/'));
    let all: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut document = Map::new();
    for (name, look) in SECTIONS.iter().filter(|(name, _)| wanted.contains(name)) {
        let paths = match *name {
            "sysctl" if both => &sysctl,
            "files" if both => &files,
            _ => &all,
        };
        let section = look(paths).unwrap_or_else(|error| json!({ "error": error }));
        document.insert((*name).to_owned(), section);
    }
    put_json(&Value::Object(document))?;
    Ok(0)
}

/// What a file holds, or why it cannot be read.
fn read(path: impl AsRef<Path>) -> Result<String, String> {
    let path = path.as_ref();
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// What a file holds without the space around it, if it can be read.
fn value(path: impl AsRef<Path>) -> Option<String> {
    read(path).ok().map(|text| text.trim().to_owned())
}

/// A number when the text is one, else the text; null for none.
fn number_or_text(text: Option<String>) -> Value {
    match text {
        Some(text) => text.parse::<i64>().map_or_else(|_| Value::String(text), Value::from),
        None => Value::Null,
    }
}

/// The names in a directory, sorted, or why it cannot be read.
fn entries(path: impl AsRef<Path>) -> Result<Vec<String>, String> {
    let path = path.as_ref();
    let list = fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut names: Vec<String> = list.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    Ok(names)
}

/// The value of a field in the form `Name:<space>value` of a status file.
fn field<'text>(status: &'text str, name: &str) -> Option<&'text str> {
    status.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key == name).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let status = "Name:\tprobe\nUid:\t0\t1\t2\t3\nNoNewPrivs:\t0\n";
        assert_eq!(field(status, "Name"), Some("probe"));
        assert_eq!(field(status, "Uid"), Some("0\t1\t2\t3"));
        assert_eq!(field(status, "Nam"), None);
    }

    #[test]
    fn values() {
        assert_eq!(number_or_text(Some("12".into())), json!(12));
        assert_eq!(number_or_text(Some("max".into())), json!("max"));
        assert_eq!(number_or_text(None), Value::Null);
    }
}
