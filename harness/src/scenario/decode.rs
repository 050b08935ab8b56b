//! Bytes to payloads.

use crate::engine::stream;
use crate::transcript::Payload;
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::Read;

/// How an answer's bytes are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// By content type, else by what the bytes look like.
    Auto,
    /// Several JSON documents.
    Progress,
    /// A multiplexed stream; raw when it is none.
    Frames,
    /// Text as it is.
    Raw,
    /// A tar archive.
    Tar,
}

pub(super) fn decode(reading: Reading, headers: &[(String, String)], bytes: Bytes) -> Payload {
    if bytes.is_empty() {
        return Payload::None;
    }
    let kind = headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value.as_str());
    let is_json = kind.starts_with("application/json");
    match reading {
        // A refused request answers with an error document whatever was asked for.
        Reading::Frames if !is_json => {
            stream::frames(&bytes).map_or_else(|| Payload::Raw(lossy(&bytes)), Payload::Frames)
        }
        Reading::Raw if !is_json => Payload::Raw(lossy(&bytes)),
        Reading::Progress => documents(&bytes).map_or_else(|| textual(&bytes), Payload::Progress),
        Reading::Tar if !is_json && !kind.starts_with("text/") => {
            tar_listing(&bytes).map_or_else(|| opaque(&bytes), Payload::Tar)
        }
        _ => by_type(kind, &bytes),
    }
}

/// A request's body, for the transcript.
pub(super) fn decode_request(content_type: &str, bytes: &[u8]) -> Payload {
    if bytes.is_empty() {
        return Payload::None;
    }
    match content_type {
        "application/x-tar" | "application/tar" => tar_listing(bytes).map_or_else(|| opaque(bytes), Payload::Tar),
        _ => by_type(content_type, bytes),
    }
}

fn by_type(kind: &str, bytes: &[u8]) -> Payload {
    if kind.starts_with("text/") {
        return textual(bytes);
    }
    if kind.contains("x-tar") {
        return tar_listing(bytes).map_or_else(|| opaque(bytes), Payload::Tar);
    }
    match documents(bytes) {
        Some(mut list) if list.len() == 1 => Payload::Json(list.remove(0)),
        Some(list) if !list.is_empty() => Payload::Progress(list),
        _ => textual(bytes),
    }
}

fn textual(bytes: &[u8]) -> Payload {
    match std::str::from_utf8(bytes) {
        Ok(text) => Payload::Text(text.to_owned()),
        Err(_) => opaque(bytes),
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn opaque(bytes: &[u8]) -> Payload {
    let digest: String = Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Payload::Bytes(json!({ "length": bytes.len(), "sha256": digest }))
}

/// One JSON document after the other, or `None` when something else is among them.
fn documents(bytes: &[u8]) -> Option<Vec<Value>> {
    serde_json::Deserializer::from_slice(bytes).into_iter::<Value>().collect::<Result<_, _>>().ok()
}

/// The entries of a tar archive; `None` when it is none.
pub(super) fn tar_listing(bytes: &[u8]) -> Option<Vec<Value>> {
    let mut archive = tar::Archive::new(bytes);
    let mut list = Vec::new();
    for entry in archive.entries().ok()? {
        let mut entry = entry.ok()?;
        let header = entry.header().clone();
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let link = entry.link_name_bytes().map(|name| String::from_utf8_lossy(&name).into_owned());
        let mut item = json!({
            "name": path,
            "type": kind_of(header.entry_type()),
            "mode": header.mode().map(|mode| format!("{mode:04o}")).unwrap_or_default(),
            "uid": header.uid().ok(),
            "gid": header.gid().ok(),
            "size": header.size().ok(),
            "mtime": header.mtime().ok(),
        });
        if let Some(link) = link {
            item["link"] = json!(link);
        }
        if header.entry_type().is_file() && header.size().is_ok_and(|size| size <= 256) {
            let mut text = String::new();
            if entry.read_to_string(&mut text).is_ok() {
                item["text"] = json!(text);
            }
        }
        list.push(item);
    }
    (!list.is_empty() || bytes.iter().all(|byte| *byte == 0)).then_some(list)
}

fn kind_of(entry: tar::EntryType) -> &'static str {
    match entry {
        tar::EntryType::Regular | tar::EntryType::Continuous => "file",
        tar::EntryType::Directory => "directory",
        tar::EntryType::Symlink => "link",
        tar::EntryType::Link => "hardlink",
        tar::EntryType::Char => "character",
        tar::EntryType::Block => "block",
        tar::EntryType::Fifo => "fifo",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn typed(kind: &str) -> Vec<(String, String)> {
        vec![("content-type".to_owned(), kind.to_owned())]
    }

    #[rstest]
    #[case(Reading::Auto, "application/json", "{\"a\":1}\n", "json")]
    #[case(Reading::Auto, "application/json", "{\"a\":1}{\"b\":2}", "progress")]
    #[case(Reading::Progress, "application/json", "{\"a\":1}", "progress")]
    #[case(Reading::Auto, "text/plain", "OK", "text")]
    #[case(Reading::Auto, "", "page not found", "text")]
    #[case(Reading::Frames, "application/vnd.docker.raw-stream", "plain", "raw")]
    #[case(Reading::Frames, "application/json", "{\"message\":\"no\"}", "json")]
    #[case(Reading::Tar, "application/x-tar", "not a tar", "bytes")]
    #[case(Reading::Auto, "application/json", "", "none")]
    fn reads_by_what_is_asked_and_what_came(
        #[case] reading: Reading,
        #[case] kind: &str,
        #[case] body: &str,
        #[case] read: &str,
    ) {
        assert_eq!(decode(reading, &typed(kind), Bytes::from(body.to_owned())).kind(), read);
    }
}
