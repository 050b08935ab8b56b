//! The multiplexed stream of attach, exec and logs.
//!
//! Each frame is 8 bytes of head (stream number 0 stdin, 1 stdout, 2 stderr; three zeros; a big-endian length) and then the text
//! (Docker API 1.41, "Attach to a container"; the same on Docker 20.10 and Podman 4.3).

use serde_json::{Value, json};

/// Splits a multiplexed stream and joins each stream's text: where one frame ends and how the streams interleave depends on timing only.
///
/// `None` when the bytes are not such a stream: the caller keeps them as raw text then. Bytes after the last whole frame
/// (an engine that wrote something else into the stream) become an item of their own, `{"stream": "unframed", …}`.
pub fn frames(bytes: &[u8]) -> Option<Vec<Value>> {
    let mut texts: [Vec<u8>; 3] = Default::default();
    let mut rest = bytes;
    while let Some((number, text, after)) = split_frame(rest) {
        texts[number].extend_from_slice(text);
        rest = after;
    }
    if rest.len() == bytes.len() && !bytes.is_empty() {
        return None;
    }
    let names = ["stdin", "stdout", "stderr"];
    let mut items: Vec<Value> = names
        .iter()
        .zip(&texts)
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| json!({ "stream": name, "text": String::from_utf8_lossy(text) }))
        .collect();
    if !rest.is_empty() {
        items.push(json!({ "stream": "unframed", "text": String::from_utf8_lossy(rest) }));
    }
    Some(items)
}

/// The first frame and what follows it.
fn split_frame(bytes: &[u8]) -> Option<(usize, &[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(8)?;
    if head[0] > 2 || head[1..4] != [0, 0, 0] {
        return None;
    }
    let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let (text, after) = rest.split_at_checked(length)?;
    Some((head[0] as usize, text, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(stream: u8, text: &str) -> Vec<u8> {
        let mut bytes = vec![stream, 0, 0, 0];
        bytes.extend((text.len() as u32).to_be_bytes());
        bytes.extend(text.as_bytes());
        bytes
    }

    #[test]
    fn joins_each_stream_whatever_the_frames() {
        let one = [frame(1, "he"), frame(2, "bad"), frame(1, "llo")].concat();
        let other = [frame(1, "hello"), frame(2, "bad")].concat();
        assert_eq!(frames(&one), frames(&other));
        assert_eq!(frames(&one).unwrap()[0], json!({"stream": "stdout", "text": "hello"}));
    }

    #[test]
    fn keeps_what_an_engine_wrote_between_frames() {
        let bytes = [frame(1, "x"), b"HTTP/1.1 500 Internal Server Error\r\n".to_vec()].concat();
        assert_eq!(frames(&bytes).unwrap()[1]["stream"], "unframed");
    }

    #[test]
    fn tells_raw_text_from_frames() {
        assert_eq!(frames(b"plain text of a tty\r\n"), None);
        assert_eq!(frames(b""), Some(vec![]));
    }
}
