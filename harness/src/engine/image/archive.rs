//! The image's files and its archive, the same bytes on every machine for the same probe.

use super::{CONTENT_LABEL, LABEL};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;
use tar::{Builder, EntryType, Header};

/// The static binary that the build script made.
static PROBE: &[u8] = include_bytes!(env!("LOCKSTEP_PROBE"));
/// 2024-01-01T00:00:00Z: the time of every file and of the image.
const MADE: u64 = 1_704_067_200;

const PASSWD: &str = "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\ntester:x:1000:1000:tester:/home/tester:/bin/sh\n";
const GROUP: &str = "root:x:0:\nnobody:x:65534:\ntester:x:1000:\n";
const PLAIN: &str = "plain text, not a program\n";

/// The image's root file system as a tar.
pub fn rootfs_tar() -> Vec<u8> {
    rootfs().to_vec()
}

fn rootfs() -> &'static [u8] {
    static TAR: OnceLock<Vec<u8>> = OnceLock::new();
    TAR.get_or_init(|| {
        let mut tar = Builder::new(Vec::new());
        folder(&mut tar, "bin/", 0o755, 0);
        file(&mut tar, "bin/probe", 0o755, PROBE);
        link(&mut tar, "bin/sh", "probe");
        folder(&mut tar, "etc/", 0o755, 0);
        file(&mut tar, "etc/group", 0o644, GROUP.as_bytes());
        file(&mut tar, "etc/passwd", 0o644, PASSWD.as_bytes());
        file(&mut tar, "etc/plain.txt", 0o644, PLAIN.as_bytes());
        folder(&mut tar, "home/", 0o755, 0);
        folder(&mut tar, "home/tester/", 0o755, 1000);
        folder(&mut tar, "tmp/", 0o1777, 0);
        finish(tar)
    })
}

/// The digest of the root file system: the image's one layer, and its content label.
pub(super) fn content() -> &'static str {
    static CONTENT: OnceLock<String> = OnceLock::new();
    CONTENT.get_or_init(|| format!("sha256:{}", digest(rootfs())))
}

/// The image as `POST /images/load` takes it, under the given name.
pub fn load_archive(tag: &str) -> Vec<u8> {
    let config = json!({
        "architecture": architecture(),
        "os": "linux",
        "created": "2024-01-01T00:00:00Z",
        "config": {
            "Env": ["PATH=/bin"],
            "Cmd": ["probe", "sleep", "600"],
            "WorkingDir": "/",
            "Labels": labels(),
        },
        "rootfs": { "type": "layers", "diff_ids": [content()] },
        "history": [{ "created": "2024-01-01T00:00:00Z", "created_by": "lockstep" }],
    })
    .to_string();
    let name = format!("{}.json", digest(config.as_bytes()));
    let manifest = json!([{ "Config": name, "RepoTags": [tag], "Layers": ["layer.tar"] }]).to_string();
    let mut tar = Builder::new(Vec::new());
    file(&mut tar, &name, 0o644, config.as_bytes());
    file(&mut tar, "layer.tar", 0o644, rootfs());
    file(&mut tar, "manifest.json", 0o644, manifest.as_bytes());
    finish(tar)
}

/// The image as a build context: for engines that neither load nor import.
pub(super) fn build_context() -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    let dockerfile = format!("FROM scratch\nADD rootfs.tar /\n{}\n", changes().join("\n"));
    file(&mut tar, "Dockerfile", 0o644, dockerfile.as_bytes());
    file(&mut tar, "rootfs.tar", 0o644, rootfs());
    finish(tar)
}

/// The image's configuration as lines of a Dockerfile.
pub(super) fn changes() -> Vec<String> {
    let labels = labels();
    let labels = labels.as_object().into_iter().flatten().map(|(name, value)| format!("LABEL {name}={value}"));
    let fixed = ["ENV PATH=/bin", "WORKDIR /", "CMD [\"probe\", \"sleep\", \"600\"]"];
    fixed.into_iter().map(str::to_owned).chain(labels).collect()
}

fn labels() -> Value {
    json!({ LABEL: "probe", CONTENT_LABEL: content() })
}

/// The machine's name as images write it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "powerpc64" => "ppc64le",
        other => other,
    }
}

/// The SHA-256 digest of the bytes, in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn header(kind: EntryType, mode: u32, owner: u64, size: usize) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(owner);
    header.set_gid(owner);
    header.set_mtime(MADE);
    header.set_size(size as u64);
    header
}

// Writing to memory does not fail, and every name here is short enough: a failure would show as a refused image.

fn folder(tar: &mut Builder<Vec<u8>>, name: &str, mode: u32, owner: u64) {
    let mut header = header(EntryType::Directory, mode, owner, 0);
    let _ = tar.append_data(&mut header, name, std::io::empty());
}

fn file(tar: &mut Builder<Vec<u8>>, name: &str, mode: u32, bytes: &[u8]) {
    let mut header = header(EntryType::Regular, mode, 0, bytes.len());
    let _ = tar.append_data(&mut header, name, bytes);
}

fn link(tar: &mut Builder<Vec<u8>>, name: &str, target: &str) {
    let mut header = header(EntryType::Symlink, 0o777, 0, 0);
    let _ = tar.append_link(&mut header, name, target);
}

fn finish(tar: Builder<Vec<u8>>) -> Vec<u8> {
    tar.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::io::Read;

    fn entries(bytes: &[u8]) -> BTreeMap<String, (u32, Vec<u8>)> {
        let mut archive = tar::Archive::new(bytes);
        let entries = archive.entries().unwrap().map(|entry| {
            let mut entry = entry.unwrap();
            assert_eq!(entry.header().mtime().unwrap(), MADE);
            let mut body = Vec::new();
            entry.read_to_end(&mut body).unwrap();
            (entry.path().unwrap().display().to_string(), (entry.header().mode().unwrap(), body))
        });
        entries.collect()
    }

    #[test]
    fn holds_the_probe_and_the_accounts() {
        let files = entries(&rootfs_tar());
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "bin/",
                "bin/probe",
                "bin/sh",
                "etc/",
                "etc/group",
                "etc/passwd",
                "etc/plain.txt",
                "home/",
                "home/tester/",
                "tmp/"
            ]
        );
        assert_eq!(files["bin/probe"].0, 0o755);
        assert!(files["bin/probe"].1.starts_with(b"\x7fELF"));
        assert_eq!(files["tmp/"].0, 0o1777);
        assert_eq!(files["etc/plain.txt"].0, 0o644);
    }

    #[test]
    fn the_probe_needs_no_loader() {
        // PT_INTERP would name one.
        assert!(!PROBE.windows(10).any(|window| window == b"/lib64/ld-" || window == b"/lib/ld-li"));
    }

    #[test]
    fn the_archive_names_its_parts() {
        let files = entries(&load_archive("some/where:tag"));
        let manifest: Value = serde_json::from_slice(&files["manifest.json"].1).unwrap();
        assert_eq!(manifest[0]["RepoTags"], json!(["some/where:tag"]));
        let config = &files[manifest[0]["Config"].as_str().unwrap()].1;
        let config: Value = serde_json::from_slice(config).unwrap();
        let layer = &files[manifest[0]["Layers"][0].as_str().unwrap()].1;
        assert_eq!(config["rootfs"]["diff_ids"][0], format!("sha256:{}", digest(layer)));
        assert_eq!(config["config"]["Labels"][CONTENT_LABEL], content());
        assert_eq!(load_archive("a:b"), load_archive("a:b"));
    }

    #[test]
    fn writes_the_same_configuration_as_a_dockerfile() {
        let lines = changes();
        assert_eq!(lines[0], "ENV PATH=/bin");
        assert!(lines.contains(&format!("LABEL {CONTENT_LABEL}=\"{}\"", content())));
    }
}
