//! `serve`: a small HTTP server that answers by a table, for what an engine asks of a registry or of a plugin.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixListener;
use std::time::Duration;

use signal_hook::consts::SIGTERM;
use signal_hook::iterator::Signals;

use crate::args::{Failure, Outcome, about, failed, number, put_line, unescape};

/// How long a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest request that is read.
const LONGEST: usize = 64 << 10;

/// One line of the table.
#[derive(Clone)]
struct Rule {
    /// All of these have to be in the request's first line, headers or body.
    needles: Vec<String>,
    status: u16,
    headers: Vec<String>,
    body: Vec<u8>,
}

/// `serve PORT|/SOCKET RULE...`: prints `listening`, then answers every request by the first rule that fits it, else 404.
/// A rule is `NEEDLE&NEEDLE|STATUS|HEADER: VALUE|...|BODY` (escapes interpreted in the body).
pub fn serve(args: &[String]) -> Outcome {
    let [place, rules @ ..] = args else {
        return Err(Failure::Usage);
    };
    let rules: Vec<Rule> = rules.iter().map(|rule| parse(rule)).collect::<Result<_, _>>()?;
    end_on_term()?;
    if place.starts_with('/') {
        let listener = UnixListener::bind(place).map_err(about(place))?;
        put_line("listening")?;
        loop {
            let (stream, _) = listener.accept().map_err(about("accept"))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            spawn(stream, rules.clone())?;
        }
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, number(place)?)).map_err(about(place))?;
    put_line("listening")?;
    loop {
        let (stream, _) = listener.accept().map_err(about("accept"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        spawn(stream, rules.clone())?;
    }
}

/// Ends the program on SIGTERM: process 1 of a container otherwise does not.
fn end_on_term() -> Result<(), Failure> {
    let mut signals = Signals::new([SIGTERM])?;
    let wait = move || {
        if signals.forever().next().is_some() {
            std::process::exit(0);
        }
    };
    std::thread::Builder::new().spawn(wait).map(drop).map_err(about("thread"))
}

fn parse(text: &str) -> Result<Rule, Failure> {
    let parts: Vec<&str> = text.split('|').collect();
    let [needles, status, headers @ .., body] = parts.as_slice() else {
        return Err(failed(format!("{text}: a rule is NEEDLES|STATUS|HEADER: VALUE|BODY")));
    };
    Ok(Rule {
        needles: needles.split('&').map(str::to_owned).collect(),
        status: number(status)?,
        headers: headers.iter().map(|header| (*header).to_owned()).collect(),
        body: unescape(body),
    })
}

fn spawn(stream: impl Read + Write + Send + 'static, rules: Vec<Rule>) -> Result<(), Failure> {
    std::thread::Builder::new().spawn(move || converse(stream, &rules)).map(drop).map_err(about("thread"))
}

/// One request and its answer; the connection ends with it.
fn converse(mut stream: impl Read + Write, rules: &[Rule]) {
    let Some(request) = request(&mut stream) else { return };
    let rule = rules.iter().find(|rule| rule.needles.iter().all(|needle| request.contains(needle.as_str())));
    let missing = Rule { needles: Vec::new(), status: 404, headers: Vec::new(), body: b"no rule\n".to_vec() };
    let rule = rule.unwrap_or(&missing);
    let mut answer = format!("HTTP/1.1 {} Answer\r\nConnection: close\r\n", rule.status);
    for header in &rule.headers {
        answer.push_str(header);
        answer.push_str("\r\n");
    }
    answer.push_str(&format!("Content-Length: {}\r\n\r\n", rule.body.len()));
    // Whoever hung up needs no answer.
    let _ = stream.write_all(answer.as_bytes()).and_then(|()| stream.write_all(&rule.body));
}

/// The whole request as text; nothing when it did not come whole.
fn request(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    while bytes.len() < LONGEST {
        let length = stream.read(&mut chunk).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&chunk[..length]);
        // Whoever tries TLS first has to hear soon that it is not spoken here.
        if bytes.first().is_some_and(|byte| !byte.is_ascii_alphabetic()) {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        if is_whole(&text) {
            return Some(text.into_owned());
        }
    }
    None
}

/// Whether the head is there, and as much body as it says.
fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let head = head.to_ascii_lowercase();
    if head.contains("transfer-encoding: chunked") {
        return body.ends_with("0\r\n\r\n");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written to it is kept apart from what is read.
    struct Both {
        request: std::io::Cursor<Vec<u8>>,
        answer: Vec<u8>,
    }

    impl Read for Both {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.request.read(buffer)
        }
    }

    impl Write for Both {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.answer.write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn answer(request: &str, rules: &[&str]) -> String {
        let rules: Vec<Rule> = rules.iter().map(|rule| parse(rule).ok()).collect::<Option<_>>().unwrap();
        let mut both = Both { request: std::io::Cursor::new(request.as_bytes().to_vec()), answer: Vec::new() };
        converse(&mut both, &rules);
        String::from_utf8(both.answer).unwrap()
    }

    #[test]
    fn the_first_rule_that_fits_answers() {
        let rules = ["Get&broken|200|{\"Err\":\"no\"}", "Get|200|A: b|{}"];
        let good = answer("POST /Get HTTP/1.1\r\nContent-Length: 4\r\n\r\ngood", &rules);
        assert_eq!(good, "HTTP/1.1 200 Answer\r\nConnection: close\r\nA: b\r\nContent-Length: 2\r\n\r\n{}");
        let broken = answer("POST /Get HTTP/1.1\r\nContent-Length: 6\r\n\r\nbroken", &rules);
        assert!(broken.ends_with("{\"Err\":\"no\"}"), "{broken}");
    }

    #[test]
    fn what_no_rule_fits_is_not_found() {
        assert!(answer("GET /x HTTP/1.1\r\n\r\n", &["y|200|"]).starts_with("HTTP/1.1 404 "));
    }

    #[test]
    fn a_request_cut_short_is_not_answered() {
        assert_eq!(answer("POST /x HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf", &["x|200|"]), "");
    }
}
