//! Files and devices.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{major, minor};
use serde_json::{Value, json};

use super::{Section, entries};
use crate::files::{describe, kind, mode};

/// How deep below a path the listing goes.
const DEPTH: usize = 3;

/// How many entries a listing has at most, over all paths.
const ENTRIES: usize = 500;

/// `[{path, type, mode, uid, gid, size, link}]`, each path followed by what is
/// below it, by name. A path that is not there is `{path, "type": "missing"}`,
/// and `{path, "type": "truncated"}` tells where a listing came to its limit.
pub fn files(paths: &[&str]) -> Section {
    let mut list = Vec::new();
    for path in paths {
        if !walk(Path::new(path), 0, &mut list) {
            break;
        }
    }
    Ok(json!(list))
}

/// Adds a path and what is below it; says whether there is room for more.
fn walk(path: &Path, depth: usize, list: &mut Vec<Value>) -> bool {
    let name = path.to_string_lossy();
    if list.len() >= ENTRIES {
        list.push(json!({"path": name, "type": "truncated"}));
        return false;
    }
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            list.push(json!({"path": name, "type": "missing"}));
            return true;
        }
        Err(error) => {
            list.push(json!({"path": name, "type": "error", "error": error.to_string()}));
            return true;
        }
    };
    list.push(describe(path, &metadata));
    if !metadata.is_dir() || depth == DEPTH {
        return true;
    }
    entries(path).unwrap_or_default().iter().all(|entry| walk(&path.join(entry), depth + 1, list))
}

/// `[{name, type, mode, major, minor, link}]` of what is in `/dev`, by name; the
/// numbers are null for anything but devices.
pub fn devices() -> Section {
    let list: Vec<Value> = entries("/dev")?
        .into_iter()
        .filter_map(|name| {
            let path = Path::new("/dev").join(&name);
            let metadata = fs::symlink_metadata(&path).ok()?;
            let kind = kind(&metadata);
            let number = matches!(kind, "character" | "block").then(|| metadata.rdev());
            let link = fs::read_link(&path).ok();
            Some(json!({
                "name": name,
                "type": kind,
                "mode": mode(&metadata),
                "major": number.map(major),
                "minor": number.map(minor),
                "link": link.map(|target| target.to_string_lossy().into_owned()),
            }))
        })
        .collect();
    Ok(json!(list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounded() {
        let root = std::env::temp_dir().join(format!("probe-files-{}", std::process::id()));
        fs::create_dir_all(root.join("a/b/c/d")).unwrap();
        fs::write(root.join("z"), "hi").unwrap();
        let path = root.to_string_lossy().into_owned();
        let list = files(&[&path, "/not/there"]).unwrap();
        fs::remove_dir_all(&root).unwrap();
        let types: Vec<_> = list.as_array().unwrap().iter().map(|entry| entry["type"].as_str().unwrap()).collect();
        // root, a, a/b, a/b/c (but not a/b/c/d), z
        let expected = ["directory", "directory", "directory", "directory", "file", "missing"];
        assert_eq!(types, expected);
        assert_eq!(list[4]["size"], 2);
        assert_eq!(list[0]["size"], Value::Null);
    }
}
