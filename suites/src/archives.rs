//! Tar archives that scenarios send. Equal contents give equal bytes, so that requests and digests are the same on every engine and day.

use lockstep_harness::engine::image::digest as hex;
use serde_json::{Value, json};

/// An archive of these files: path and text. Owned by root, mode 0644, dated 2020.
pub fn files(entries: &[(&str, &str)]) -> Vec<u8> {
    let bytes: Vec<_> = entries.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    archive(&bytes)
}

/// What is no archive at all, longer than one tar block.
pub fn garbage() -> Vec<u8> {
    "this is no archive ".repeat(64).into_bytes()
}

/// An image as `docker save` writes it, with one layer of these files, these tags and this label. Its id depends on nothing else.
pub fn image(tags: &[&str], label: &str, entries: &[(&str, &str)]) -> Vec<u8> {
    image_of(json!({ "architecture": "amd64" }), tags, label, entries)
}

/// The same for a processor that is not this machine's, with its variant.
pub fn foreign_image(tag: &str, label: &str, entries: &[(&str, &str)]) -> Vec<u8> {
    image_of(json!({ "architecture": "arm64", "variant": "v8" }), &[tag], label, entries)
}

fn image_of(platform: Value, tags: &[&str], label: &str, entries: &[(&str, &str)]) -> Vec<u8> {
    let layer = files(entries);
    let (key, value) = label.split_once('=').unwrap_or((label, ""));
    let mut config = platform;
    config["os"] = json!("linux");
    config["created"] = json!("2020-01-01T00:00:00Z");
    config["author"] = json!("Lockstep");
    config["config"] = json!({ "Cmd": ["/bin/none"], "Env": ["PATH=/bin"], "Labels": { key: value } });
    config["history"] = json!([{ "created": "2020-01-01T00:00:00Z", "created_by": "lockstep" }]);
    config["rootfs"] = json!({ "type": "layers", "diff_ids": [format!("sha256:{}", hex(&layer))] });
    let config = config.to_string();
    let config_name = format!("{}.json", hex(config.as_bytes()));
    let manifest: Value = json!([{ "Config": config_name, "RepoTags": tags, "Layers": ["layer/layer.tar"] }]);
    archive(&[
        ("layer/layer.tar", &layer),
        (&config_name, config.as_bytes()),
        ("manifest.json", manifest.to_string().as_bytes()),
    ])
}

/// A plugin as `docker plugin create` sends it: its configuration and, in a folder, the root file system of this tar
/// with one more file that says whose it is: Docker refuses content that it has.
#[expect(clippy::expect_used, reason = "both archives are in memory, and the one read was written by this program")]
pub fn plugin(configuration: &str, owner: &str, rootfs: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, text) in [("config.json", configuration), ("rootfs/owner.txt", &hex(owner.as_bytes()))] {
        append(&mut builder, path, text.as_bytes());
    }
    for entry in tar::Archive::new(rootfs).entries().expect("a tar archive") {
        let mut entry = entry.expect("an entry");
        let mut header = entry.header().clone();
        let path = std::path::Path::new("rootfs").join(entry.path().expect("a path"));
        match entry.link_name().expect("a link").map(std::borrow::Cow::into_owned) {
            Some(link) => builder.append_link(&mut header, path, link),
            None => builder.append_data(&mut header, path, &mut entry),
        }
        .expect("a tar entry in memory");
    }
    builder.into_inner().expect("a tar archive in memory")
}

#[expect(clippy::expect_used, reason = "an archive in memory of short names has nothing that could fail")]
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in entries {
        append(&mut builder, path, bytes);
    }
    builder.into_inner().expect("a tar archive in memory")
}

#[expect(clippy::expect_used, reason = "an archive in memory of short names has nothing that could fail")]
fn append(builder: &mut tar::Builder<Vec<u8>>, path: &str, bytes: &[u8]) {
    let mut header = tar::Header::new_ustar();
    header.set_mode(0o644);
    header.set_mtime(1_577_836_800);
    header.set_size(bytes.len() as u64);
    builder.append_data(&mut header, path, bytes).expect("a tar entry in memory");
}

/// A text's digest, as registries write it.
pub fn digest(text: &str) -> String {
    format!("sha256:{}", hex(text.as_bytes()))
}
