//! The archives: a root file system, a build context, and an image as `docker save` writes it.

use serde_json::json;
use sha2::{Digest, Sha256};

/// The static probe, built by this crate's build script.
static PROBE: &[u8] = include_bytes!(env!("LOCKSTEP_PROBE"));

/// One moment for all files, so that the same binary gives the same image: 2024-01-01.
const TIME: u64 = 1_704_067_200;

const PASSWD: &str = "root:x:0:0:root:/:/bin/sh\ntester:x:1000:1000:tester:/home/tester:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n";
const GROUP: &str = "root:x:0:\ntester:x:1000:\nextra:x:2000:tester\nnogroup:x:65534:\n";

/// The probe's digest: tells whether an image on an engine is of this very build.
pub(super) fn digest() -> String {
    hex(PROBE)[..16].to_owned()
}

/// A complete root file system: the probe, `sh` as a link to it, users, and a file that cannot be executed.
pub fn rootfs() -> Vec<u8> {
    let mut tar = Tar::default();
    tar.folder("bin/", 0o755, 0);
    tar.file("bin/probe", 0o755, PROBE);
    tar.link("bin/sh", "probe");
    tar.folder("etc/", 0o755, 0);
    tar.file("etc/passwd", 0o644, PASSWD.as_bytes());
    tar.file("etc/group", 0o644, GROUP.as_bytes());
    tar.file("etc/plain.txt", 0o644, b"plain\n");
    tar.folder("home/", 0o755, 0);
    tar.folder("home/tester/", 0o755, 1000);
    tar.folder("tmp/", 0o1777, 0);
    tar.end()
}

/// A build context that makes the same image.
pub(super) fn context() -> Vec<u8> {
    let file = format!("FROM scratch\nADD rootfs.tar /\nENV PATH=/bin\nLABEL io.lockstep.probe={}\n", digest());
    let mut tar = Tar::default();
    tar.file("Dockerfile", 0o644, file.as_bytes());
    tar.file("rootfs.tar", 0o644, &rootfs());
    tar.end()
}

/// The image as an archive for `POST /images/load`.
pub fn load_archive() -> Vec<u8> {
    let layer = rootfs();
    let config = json!({
        "architecture": architecture(),
        "os": "linux",
        "created": "2024-01-01T00:00:00Z",
        "config": {
            "Env": ["PATH=/bin"],
            "Cmd": ["probe", "sleep", "600"],
            "WorkingDir": "/",
            "Labels": { "io.lockstep.probe": digest() },
        },
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", hex(&layer))] },
        "history": [{ "created": "2024-01-01T00:00:00Z", "created_by": "lockstep" }],
    })
    .to_string();
    let name = format!("{}.json", hex(config.as_bytes()));
    let manifest = json!([{ "Config": name, "RepoTags": [super::IMAGE], "Layers": ["layer.tar"] }]).to_string();
    let mut tar = Tar::default();
    tar.file(&name, 0o644, config.as_bytes());
    tar.file("layer.tar", 0o644, &layer);
    tar.file("manifest.json", 0o644, manifest.as_bytes());
    tar.end()
}

/// The name that images use for this machine's processor.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A tar archive in memory: writing to it cannot fail.
#[derive(Default)]
struct Tar {
    builder: Option<tar::Builder<Vec<u8>>>,
}

impl Tar {
    fn file(&mut self, name: &str, mode: u32, bytes: &[u8]) {
        self.add(name, tar::EntryType::Regular, mode, 0, None, bytes);
    }

    fn folder(&mut self, name: &str, mode: u32, owner: u64) {
        self.add(name, tar::EntryType::Directory, mode, owner, None, b"");
    }

    fn link(&mut self, name: &str, target: &str) {
        self.add(name, tar::EntryType::Symlink, 0o777, 0, Some(target), b"");
    }

    fn add(&mut self, name: &str, kind: tar::EntryType, mode: u32, owner: u64, link: Option<&str>, bytes: &[u8]) {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(owner);
        header.set_gid(owner);
        header.set_mtime(TIME);
        header.set_size(bytes.len() as u64);
        let builder = self.builder.get_or_insert_with(|| tar::Builder::new(Vec::new()));
        // Only a name or link too long for the format could fail; those here are constants.
        let _ = match link {
            Some(target) => builder.append_link(&mut header, name, target),
            None => builder.append_data(&mut header, name, bytes),
        };
    }

    fn end(self) -> Vec<u8> {
        self.builder.and_then(|builder| builder.into_inner().ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_binary_gives_the_same_image() {
        assert_eq!(load_archive(), load_archive());
    }

    #[test]
    fn the_probe_is_static_and_executable() {
        assert_eq!(&PROBE[..4], b"\x7fELF");
        let mut archive = tar::Archive::new(std::io::Cursor::new(rootfs()));
        let modes: Vec<(String, u32)> = archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.path().unwrap().display().to_string(), entry.header().mode().unwrap()))
            .collect();
        assert!(modes.contains(&("bin/probe".to_owned(), 0o755)), "{modes:?}");
        assert!(modes.contains(&("etc/plain.txt".to_owned(), 0o644)));
    }
}
