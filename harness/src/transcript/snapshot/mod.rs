//! A transcript as a text file that reads like `curl -v`, and back.
//!
//! [`write()`] and [`parse`] are exact inverses, durations excepted. The text holds one section a step:
//!
//! ```text
//! # containers/create/duplicate-name
//!
//! ## 1. POST /containers/create (expects 201)
//! > POST /containers/create?name=<name:1>
//! > content-type: application/json
//! > json
//!  {
//!    "Image": "<image>"
//!  }
//! < 409 Conflict
//! < content-type: text/plain
//! < text
//!  Conflict. The container name is already in use
//! ```
//!
//! - `(expects S)` is there only where the answer's status is not the expected one. `< no answer` stands for status 0.
//!   The reason phrase behind a status is decoration.
//! - A body is indented by a space below a line with its kind ([`Payload::kind`](super::Payload::kind)). JSON is pretty, a
//!   short list of plain values on one line; lists of documents have one a line, or pretty where that line would be long;
//!   frames have one stream a line, each further line of its text on a line of its own.
//! - Text is shown as it is. A text that would not survive editors, diffs or insta (control characters, blanks at a line's
//!   end, blank lines at its end, nothing at all) has the word `escaped` behind its kind and one JSON string a line. A last
//!   line without a line feed is followed by `\ no newline at end`, as in a diff.
//! - A single-line value that cannot stand as it is (a header's blanks, say) is a backslash and a JSON string.
//! - Characters that a reviewer could not see (controls, zero-width, text direction) are always written as `\uXXXX`.
//! - `@ observe processes: probe observe processes` is an observation, `$ docker run …` a run of a command-line client;
//!   their words are quoted as a shell would want them. Symbols such as `<image>` stay bare.
//! - `(blocked: reason)` on the last line says that the scenario could not go on.

mod error;
mod parse;
mod reader;
mod text;
mod words;
mod write;

#[cfg(test)]
mod tests;

pub use error::SnapshotError;
pub use parse::parse;
pub use write::write;

use sha2::{Digest, Sha256};

/// What stands before each line of a body.
const INDENT: &str = " ";

/// Follows a text whose last line does not end in a line feed.
const NO_NEWLINE: &str = "\\ no newline at end";

/// The first 16 hexadecimal digits of the SHA-256 of a snapshot's contents, as the index keeps them. Line endings and blank
/// lines at the end do not count, as they do not for insta: `tail -n +5 FILE | sha256sum` shows the same.
pub fn digest(contents: &str) -> String {
    digest_of_normal(&normal_form(contents))
}

/// The same of contents that are in normal form already.
pub(super) fn digest_of_normal(contents: &str) -> String {
    Sha256::digest(contents.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The contents as insta stores them: line feeds only, exactly one at the end.
pub fn normal_form(contents: &str) -> String {
    let mut normal = contents.replace("\r\n", "\n");
    normal.truncate(normal.trim_end().len());
    normal.push('\n');
    normal
}

/// The contents of an insta snapshot file without its front matter, and the number of lines that the front matter takes.
/// A text without front matter is all contents.
pub fn split_front_matter(file: &str) -> (usize, &str) {
    let mut lines = file.split_inclusive('\n');
    if lines.next().is_none_or(|first| first.trim_end() != "---") {
        return (0, file);
    }
    let mut at = file.find('\n').map_or(file.len(), |end| end + 1);
    for (index, line) in lines.enumerate() {
        at += line.len();
        if line.trim_end() == "---" {
            return (index + 2, &file[at..]);
        }
    }
    (0, file)
}
