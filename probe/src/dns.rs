//! `resolve`: names to addresses without any name service of the C library.
//!
//! First `/etc/hosts`, then one plain UDP question for an A record to the first
//! name server in `/etc/resolv.conf`, the name exactly as given (no search list).

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use serde_json::json;

use crate::args::{Failure, Outcome, put_json};

/// Addresses found for a name, sorted, IPv4 first.
#[derive(Debug, PartialEq)]
pub struct Found {
    /// The addresses.
    pub addresses: Vec<IpAddr>,
    /// `hosts` or `dns`.
    pub source: &'static str,
}

/// `resolve HOST`: prints `{host, addresses, source}`, or `{host, error}` with status 1.
pub fn resolve(args: &[String]) -> Outcome {
    let [host] = args else {
        return Err(Failure::Usage);
    };
    match lookup(host) {
        Ok(found) => {
            let addresses: Vec<String> = found.addresses.iter().map(IpAddr::to_string).collect();
            put_json(&json!({"host": host, "addresses": addresses, "source": found.source}))?;
            Ok(0)
        }
        Err(error) => {
            put_json(&json!({"host": host, "error": error}))?;
            Ok(1)
        }
    }
}

/// Finds the addresses of a name.
pub fn lookup(host: &str) -> Result<Found, String> {
    let hosts = fs::read_to_string("/etc/hosts").unwrap_or_default();
    let mut addresses: Vec<IpAddr> = parse_hosts(&hosts)
        .into_iter()
        .filter(|(_, names)| names.iter().any(|name| name.eq_ignore_ascii_case(host)))
        .filter_map(|(address, _)| address.parse().ok())
        .collect();
    let mut source = "hosts";
    if addresses.is_empty() {
        source = "dns";
        let config = fs::read_to_string("/etc/resolv.conf").map_err(|error| format!("/etc/resolv.conf: {error}"))?;
        let server = nameserver(&config).ok_or("no name server in /etc/resolv.conf")?;
        addresses = ask(server, host)?.into_iter().map(IpAddr::V4).collect();
    }
    addresses.sort_unstable();
    addresses.dedup();
    Ok(Found { addresses, source })
}

/// The entries of a hosts file: address and names, comments left out.
pub fn parse_hosts(text: &str) -> Vec<(&str, Vec<&str>)> {
    text.lines()
        .filter_map(|line| {
            let mut words = line.split('#').next()?.split_whitespace();
            Some((words.next()?, words.collect()))
        })
        .collect()
}

fn nameserver(config: &str) -> Option<IpAddr> {
    config.lines().find_map(|line| {
        let address = line.strip_prefix("nameserver")?.trim();
        address.split('%').next()?.parse().ok()
    })
}

fn ask(server: IpAddr, host: &str) -> Result<Vec<Ipv4Addr>, String> {
    let id = u16::try_from(std::process::id() & 0xffff).unwrap_or(1);
    let question = question(id, host)?;
    let local: IpAddr = match server {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let problem = |error: std::io::Error| format!("name server {server}: {error}");
    let socket = UdpSocket::bind(SocketAddr::new(local, 0)).map_err(problem)?;
    socket.connect(SocketAddr::new(server, 53)).map_err(problem)?;
    socket.set_read_timeout(Some(Duration::from_secs(2))).map_err(problem)?;
    let mut buffer = [0; 4096];
    let mut last = String::new();
    for _ in 0..3 {
        let answer = socket.send(&question).and_then(|_| socket.recv(&mut buffer));
        match answer {
            Ok(length) => match parse_answer(id, &buffer[..length]) {
                Some(Ok(addresses)) => return Ok(addresses),
                Some(Err(code)) => return Err(refusal(code)),
                None => last = format!("name server {server}: malformed answer"),
            },
            Err(error) => last = problem(error),
        }
    }
    Err(last)
}

fn refusal(code: u8) -> String {
    match code {
        0 => "no address for this name".to_owned(),
        2 => "name server failure".to_owned(),
        3 => "no such name".to_owned(),
        5 => "refused by the name server".to_owned(),
        code => format!("name server answers with code {code}"),
    }
}

fn question(id: u16, host: &str) -> Result<Vec<u8>, String> {
    let mut packet = Vec::new();
    packet.extend(id.to_be_bytes());
    packet.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]); // recursion wanted, one question
    for label in host.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).unwrap_or(0);
        if !(1..=63).contains(&length) {
            return Err(format!("`{host}` is not a host name"));
        }
        packet.push(length);
        packet.extend(label.as_bytes());
    }
    packet.extend([0, 0, 1, 0, 1]); // end of the name, type A, class IN
    Ok(packet)
}

/// The A records of an answer; the response code when there are none (0: fine,
/// just none); nothing when the packet makes no sense.
fn parse_answer(id: u16, packet: &[u8]) -> Option<Result<Vec<Ipv4Addr>, u8>> {
    let word = |at: usize| Some(u16::from_be_bytes([*packet.get(at)?, *packet.get(at + 1)?]));
    if word(0)? != id || packet.get(2)? & 0x80 == 0 {
        return None;
    }
    let code = packet.get(3)? & 0x0f;
    let (questions, answers) = (word(4)?, word(6)?);
    let mut at = 12;
    for _ in 0..questions {
        at = after_name(packet, at)? + 4;
    }
    let mut addresses = Vec::new();
    for _ in 0..answers {
        at = after_name(packet, at)?;
        let (kind, class, length) = (word(at)?, word(at + 2)?, usize::from(word(at + 8)?));
        let data = packet.get(at + 10..at + 10 + length)?;
        if let (1, 1, &[a, b, c, d]) = (kind, class, data) {
            addresses.push(Ipv4Addr::new(a, b, c, d));
        }
        at += 10 + length;
    }
    Some(if code != 0 || addresses.is_empty() { Err(code) } else { Ok(addresses) })
}

/// Where a name that begins at a place ends.
fn after_name(packet: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match usize::from(*packet.get(at)?) {
            0 => return Some(at + 1),
            length if length >= 0xc0 => return Some(at + 2),
            length => at += length + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let text = "# all\n127.0.0.1\tlocalhost\n\n10.0.0.2 web web.local # me\n";
        assert_eq!(parse_hosts(text), [("127.0.0.1", vec!["localhost"]), ("10.0.0.2", vec!["web", "web.local"])]);
    }

    #[test]
    fn servers() {
        let config = "# x\nsearch a b\nnameserver 127.0.0.11\nnameserver 8.8.8.8\n";
        assert_eq!(nameserver(config), "127.0.0.11".parse().ok());
        assert_eq!(nameserver("options ndots:0\n"), None);
        assert_eq!(nameserver("nameserver fe80::1%eth0"), "fe80::1".parse().ok());
    }

    #[test]
    fn questions() {
        let packet = question(0x1234, "a.bc.").unwrap();
        assert_eq!(&packet[..4], [0x12, 0x34, 1, 0]);
        assert_eq!(&packet[12..], b"\x01a\x02bc\0\0\x01\0\x01");
        assert!(question(1, "a..b").is_err());
        assert!(question(1, "").is_err());
    }

    #[test]
    fn answers() {
        let mut packet = question(7, "web").unwrap();
        packet[2] = 0x81;
        packet[7] = 2;
        // An alias first, then the address; both name the question's name.
        packet.extend(b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x04\x02ab\0");
        packet.extend(b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x0a\0\0\x02");
        let address = Ipv4Addr::new(10, 0, 0, 2);
        assert_eq!(parse_answer(7, &packet), Some(Ok(vec![address])));
        assert_eq!(parse_answer(8, &packet), None);
        assert_eq!(parse_answer(7, &packet[..packet.len() - 1]), None);
        packet[3] = 3;
        assert_eq!(parse_answer(7, &packet), Some(Err(3)));
    }
}
