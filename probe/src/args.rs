//! What every command shares: reading its arguments, failing, writing results.

use std::io::Write;
use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;

/// Why a command could not do what it was asked.
#[derive(Debug, PartialEq)]
pub enum Failure {
    /// The arguments do not fit the command; its usage line says how they would.
    Usage,
    /// Something else, in words.
    Message(String),
}

/// An exit status, or why there is none.
pub type Outcome = Result<u8, Failure>;

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Message(error.to_string())
    }
}

/// A [`Failure`] in words.
pub fn failed(message: impl Into<String>) -> Failure {
    Failure::Message(message.into())
}

/// Turns an error into a [`Failure`] that names what it was about.
pub fn about<E: std::fmt::Display>(subject: &str) -> impl FnOnce(E) -> Failure {
    move |error| failed(format!("{subject}: {error}"))
}

/// Reads a number.
pub fn number<T: FromStr>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| failed(format!("`{text}` is not a number in range")))
}

/// Reads a span of time in seconds, with or without a fraction, or `infinity`.
pub fn seconds(text: &str) -> Result<Duration, Failure> {
    if text == "infinity" {
        return Ok(Duration::MAX);
    }
    Duration::try_from_secs_f64(number(text)?).map_err(|_| failed(format!("`{text}` is not a span of time")))
}

/// Reads a number of bytes, with an optional suffix `k`, `m` or `g` (powers of 1024).
pub fn bytes(text: &str) -> Result<usize, Failure> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'k') => (&text[..text.len() - 1], 10),
        Some(b'm') => (&text[..text.len() - 1], 20),
        Some(b'g') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    number::<usize>(digits)?.checked_mul(1 << shift).ok_or_else(|| failed(format!("`{text}` is not a number in range")))
}

/// Interprets `\n`, `\r`, `\t`, `\e`, `\0`, `\\` and `\xHH`; any other backslash stays.
pub fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let (escaped, used) = match (byte, tail) {
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b'r', ..]) => (b'\r', 2),
            (b'\\', [b't', ..]) => (b'\t', 2),
            (b'\\', [b'e', ..]) => (0x1b, 2),
            (b'\\', [b'0', ..]) => (0, 2),
            (b'\\', [b'\\', ..]) => (b'\\', 2),
            (b'\\', [b'x', high, low, ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, 4),
                _ => (byte, 1),
            },
            _ => (byte, 1),
        };
        out.push(escaped);
        rest = &rest[used..];
    }
    out
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Writes bytes to standard output at once.
pub fn put(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(about("standard output"))
}

/// Writes bytes to standard error at once.
pub fn put_error(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stderr().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(about("standard error"))
}

/// Writes one line to standard output at once.
pub fn put_line(line: &str) -> Result<(), Failure> {
    put(format!("{line}\n").as_bytes())
}

/// Writes a JSON document on one line to standard output.
pub fn put_json(value: &Value) -> Result<(), Failure> {
    put_line(&value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(unescape(r"a\nb\tc\\n"), b"a\nb\tc\\n");
        assert_eq!(unescape(r"\x00\xfF\e\0"), [0, 0xff, 0x1b, 0]);
        assert_eq!(unescape(r"\q\x4"), br"\q\x4");
        assert_eq!(unescape("é\\"), "é\\".as_bytes());
    }

    #[test]
    fn sizes() {
        assert_eq!(bytes("12"), Ok(12));
        assert_eq!(bytes("3k"), Ok(3072));
        assert_eq!(bytes("2m"), Ok(2 << 20));
        assert!(bytes("m").is_err());
        assert!(bytes("").is_err());
        assert!(bytes("99999999999999999g").is_err());
    }

    #[test]
    fn spans() {
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        assert_eq!(seconds("infinity"), Ok(Duration::MAX));
        assert!(seconds("-1").is_err());
        assert!(seconds("soon").is_err());
    }
}
