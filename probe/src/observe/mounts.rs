//! The mounts, and the room in their file systems.

use rustix::fs::statvfs;
use serde_json::{Value, json};

use super::{Section, read};

/// What a line of `/proc/self/mountinfo` says, apart from numbers.
#[derive(Debug, PartialEq)]
struct Mount {
    destination: String,
    kind: String,
    source: String,
    root: String,
    options: Vec<String>,
    super_options: Vec<String>,
    optional: Vec<String>,
}

/// `[{destination, type, source, root, options, super_options, optional}]` by
/// destination; mounts on the same one stay in the order they were made.
pub fn mounts() -> Section {
    let list: Vec<Value> = all()?
        .into_iter()
        .map(|mount| {
            json!({
                "destination": mount.destination,
                "type": mount.kind,
                "source": mount.source,
                "root": mount.root,
                "options": mount.options,
                "super_options": mount.super_options,
                "optional": mount.optional,
            })
        })
        .collect();
    Ok(json!(list))
}

/// `[{destination, type, bytes_total, bytes_free}]`, one for each mount.
pub fn filesystems() -> Section {
    let list: Vec<Value> = all()?
        .into_iter()
        .map(|mount| {
            let room = statvfs(mount.destination.as_str()).ok();
            json!({
                "destination": mount.destination,
                "type": mount.kind,
                "bytes_total": room.as_ref().map(|room| room.f_blocks.saturating_mul(room.f_frsize)),
                "bytes_free": room.as_ref().map(|room| room.f_bfree.saturating_mul(room.f_frsize)),
            })
        })
        .collect();
    Ok(json!(list))
}

fn all() -> Result<Vec<Mount>, String> {
    let text = read("/proc/self/mountinfo")?;
    let mut list: Vec<Mount> = text.lines().filter_map(parse).collect();
    list.sort_by(|one, other| one.destination.cmp(&other.destination));
    Ok(list)
}

fn parse(line: &str) -> Option<Mount> {
    let (before, after) = line.split_once(" - ")?;
    let mut before = before.split(' ').skip(3);
    let (root, destination, options) = (before.next()?, before.next()?, before.next()?);
    let mut optional: Vec<String> =
        before.filter_map(|tag| tag.split(':').next()).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    optional.sort_unstable();
    // The source can be empty, so splitting at single spaces matters.
    let mut after = after.split(' ');
    let (kind, source) = (after.next()?, after.next()?);
    Some(Mount {
        destination: decode(destination),
        kind: decode(kind),
        source: decode(source),
        root: decode(root),
        options: sorted(options),
        super_options: sorted(after.next().unwrap_or_default()),
        optional,
    })
}

fn sorted(options: &str) -> Vec<String> {
    let mut list: Vec<String> = options.split(',').filter(|option| !option.is_empty()).map(decode).collect();
    list.sort_unstable();
    list
}

/// Decodes octal escapes such as `\040` for a space.
fn decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if let (b'\\', &[a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ref later @ ..]) = (byte, tail) {
            out.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
            rest = later;
        } else {
            out.push(byte);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume() {
        let line = "650 637 8:1 /volumes/v/_data /my\\040data rw,relatime master:1 shared:22 - ext4 /dev/sda1 rw,discard,errors=remount-ro";
        assert_eq!(
            parse(line),
            Some(Mount {
                destination: "/my data".into(),
                kind: "ext4".into(),
                source: "/dev/sda1".into(),
                root: "/volumes/v/_data".into(),
                options: vec!["relatime".into(), "rw".into()],
                super_options: vec!["discard".into(), "errors=remount-ro".into(), "rw".into()],
                optional: vec!["master".into(), "shared".into()],
            })
        );
    }

    #[test]
    fn odd_lines() {
        let mount = parse("36 35 0:5 / /tmp rw - tmpfs  rw,size=64k").unwrap();
        assert_eq!(mount.source, "");
        assert_eq!(mount.super_options, ["rw", "size=64k"]);
        assert!(mount.optional.is_empty());
        assert_eq!(parse("36 35 0:5 / /tmp"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn escapes() {
        assert_eq!(decode(r"a\011b\134c"), "a\tb\\c");
        assert_eq!(decode(r"\9\04"), r"\9\04");
    }
}
