//! Changes the documents that Lockstep's probe prints, inside a stream of a container's output.
//!
//! The stream is Docker's multiplexed one: frames of an eight-byte head (stream number, three zeros, length in big endian) and a
//! payload; or raw, for a terminal. A line on standard output that begins with `{` is held until it ends, over as many frames as
//! it takes, and when it is a JSON object goes on changed, in one frame. Everything else goes on as it came, at once.

use crate::rule::ObservationEdit;
use serde_json::Value;

/// The longest line that is held, 4 MiB; a longer one goes on unchanged.
const LINE: usize = 4 << 20;

const HEAD: usize = 8;

/// Edits one stream.
pub(crate) struct Editor {
    edits: Vec<ObservationEdit>,
    tty: bool,
    /// Bytes of a frame's head that is not whole yet.
    head: Vec<u8>,
    /// How much of the current frame's payload is still to come, and whether it goes on as it comes.
    open: Option<(usize, bool)>,
    /// The current frame's payload, when it is looked at.
    payload: Vec<u8>,
    /// The line that is held, and the frames (or raw bytes) that it came in.
    line: Vec<u8>,
    original: Vec<u8>,
}

impl Editor {
    pub(crate) fn new(edits: Vec<ObservationEdit>, tty: bool) -> Editor {
        let (head, payload, line, original) = Default::default();
        Editor { edits, tty, head, open: None, payload, line, original }
    }

    /// Takes what came and gives what goes on.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        if self.tty {
            for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
                self.piece(piece, piece, &mut out);
            }
            return out;
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.open {
                None => {
                    let (taken, left) = rest.split_at(rest.len().min(HEAD - self.head.len()));
                    self.head.extend(taken);
                    rest = left;
                    self.open_frame(&mut out);
                }
                Some((length, through)) => {
                    let (taken, left) = rest.split_at(rest.len().min(length));
                    rest = left;
                    if through {
                        out.extend(taken)
                    } else {
                        self.payload.extend(taken)
                    }
                    self.open = Some((length - taken.len(), through));
                }
            }
            if let Some((0, through)) = self.open {
                self.close_frame(through, &mut out);
            }
        }
        out
    }

    /// What is still held when the stream ends.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let mut out = std::mem::take(&mut self.original);
        self.line.clear();
        out.append(&mut self.head);
        out.append(&mut self.payload);
        out
    }

    fn open_frame(&mut self, out: &mut Vec<u8>) {
        let [stream, _, _, _, a, b, c, d] = self.head[..] else { return };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let through = stream != 1 || length > LINE;
        if through {
            out.append(&mut self.head);
        }
        self.open = Some((length, through));
    }

    fn close_frame(&mut self, through: bool, out: &mut Vec<u8>) {
        self.open = None;
        if through {
            return;
        }
        let payload = std::mem::take(&mut self.payload);
        let frame = [std::mem::take(&mut self.head), payload.clone()].concat();
        // A frame of several lines is left as it is: the probe writes its line by itself.
        self.piece(&payload, &frame, out);
    }

    /// A line or a part of one; `wire` is how it came.
    fn piece(&mut self, text: &[u8], wire: &[u8], out: &mut Vec<u8>) {
        if self.line.is_empty() && text.first() != Some(&b'{') {
            out.extend(wire);
            return;
        }
        self.line.extend(text);
        self.original.extend(wire);
        if self.line.last() != Some(&b'\n') && self.line.len() <= LINE {
            return;
        }
        let (line, original) = (std::mem::take(&mut self.line), std::mem::take(&mut self.original));
        match self.edited(&line) {
            Some(edited) => {
                if !self.tty {
                    let length = u32::try_from(edited.len()).unwrap_or(u32::MAX);
                    out.extend([1, 0, 0, 0]);
                    out.extend(length.to_be_bytes());
                }
                out.extend(edited);
            }
            None => out.extend(original),
        }
    }

    fn edited(&self, line: &[u8]) -> Option<Vec<u8>> {
        let end: &[u8] = if line.ends_with(b"\r\n") { b"\r\n" } else { b"\n" };
        let Ok(Value::Object(before)) = serde_json::from_slice(line) else { return None };
        let mut after = before.clone();
        self.edits.iter().for_each(|edit| edit(&mut after));
        (after != before).then(|| [Value::Object(after).to_string().as_bytes(), end].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::sync::Arc;

    fn editor(tty: bool) -> Editor {
        let edit: ObservationEdit = Arc::new(|seen| {
            if seen.contains_key("processes") {
                seen.insert("x".to_owned(), Value::from(1));
            }
        });
        Editor::new(vec![edit], tty)
    }

    fn frame(stream: u8, text: &str) -> Vec<u8> {
        let length = u32::try_from(text.len()).unwrap();
        [&[stream, 0, 0, 0], &length.to_be_bytes()[..], text.as_bytes()].concat()
    }

    /// In pieces of every size: where a read ends must not matter.
    fn through(tty: bool, input: &[u8]) -> Vec<u8> {
        let whole = in_pieces(tty, input, input.len().max(1));
        for size in 1..24 {
            assert_eq!(in_pieces(tty, input, size), whole, "in pieces of {size}");
        }
        whole
    }

    fn in_pieces(tty: bool, input: &[u8], size: usize) -> Vec<u8> {
        let mut editor = editor(tty);
        let mut out: Vec<u8> = input.chunks(size).flat_map(|piece| editor.push(piece)).collect();
        out.extend(editor.finish());
        out
    }

    #[test]
    fn a_document_gets_longer_and_its_frame_with_it() {
        let input = [frame(1, "{\"processes\":[]}\n"), frame(2, "{\"processes\":[]}\n"), frame(1, "end\n")].concat();
        let wanted =
            [frame(1, "{\"processes\":[],\"x\":1}\n"), frame(2, "{\"processes\":[]}\n"), frame(1, "end\n")].concat();
        assert_eq!(through(false, &input), wanted);
    }

    #[test]
    fn over_several_frames() {
        let input = [frame(1, "{\"proc"), frame(1, "esses\":"), frame(1, "[]}\n")].concat();
        assert_eq!(through(false, &input), frame(1, "{\"processes\":[],\"x\":1}\n"));
    }

    #[test]
    fn on_a_terminal() {
        assert_eq!(through(true, b"a\r\n{\"processes\":[]}\r\nb"), b"a\r\n{\"processes\":[],\"x\":1}\r\nb");
    }

    #[rstest]
    #[case(frame(1, "{\"other\": 1}\n"))]
    #[case(frame(1, "{ no json\n"))]
    #[case([frame(1, "{ no"), frame(1, " end")].concat())]
    #[case([frame(1, "{\"processes\":[]}\nmore\n"), frame(0, "")].concat())]
    #[case(vec![1, 0, 0])]
    #[case(frame(1, "{\"processes\":[]}\n")[..12].to_vec())]
    #[case([frame(1, ""), frame(2, "\0\u{ff}"), frame(3, "{")].concat())]
    fn everything_else_as_it_came(#[case] input: Vec<u8>) {
        assert_eq!(through(false, &input), input);
    }

    #[test]
    fn a_line_without_end_is_not_kept_for_ever() {
        let mut editor = editor(false);
        let piece = frame(1, &"{".repeat(1 << 20));
        let passed: usize = (0..6).map(|_| editor.push(&piece).len()).sum();
        assert!(passed >= 5 << 20, "{passed}");
    }
}
