//! Volatile texts by pattern: each becomes a symbol that keeps its identity (a number) or its shape (a name).

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::Regex;

use super::symbols::{Index, Numbers, is_full_id};

/// What a pattern stands for; what it really is, the code behind decides with the text around it.
#[derive(Debug, Clone, Copy)]
enum Found {
    Pem,
    SwarmSecret,
    HttpDate,
    Date,
    GoTime,
    Rfc3339,
    Uuid,
    PortArrow,
    Colons,
    Ipv4,
    LayerLink,
    Veth,
    Random,
    Inode,
    /// The kernel's name for a Unix socket that nobody named.
    Autobind,
    Address,
    ProcPid,
    Pid,
    Duration,
    Fraction,
    Word,
    Digits,
}

/// In order of preference, where two begin at the same place. No groups inside: the number of the group names the row.
const PATTERNS: &[(Found, &str)] = &[
    (Found::Pem, r"-----BEGIN [A-Z ]+-----[^-]*-----END [A-Z ]+-----"),
    (Found::SwarmSecret, r"SWM(?:TKN|KEY)-1-[0-9A-Za-z+/=-]+"),
    (Found::HttpDate, r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"),
    (Found::Date, r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]?[0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} (?:[A-Z]{3,4} )?[0-9]{4}"),
    (
        Found::GoTime,
        r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)? [+-][0-9]{4} [A-Z]+(?: m=[+-][0-9.]+)?",
    ),
    (Found::Rfc3339, r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"),
    (Found::Uuid, r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"),
    (Found::PortArrow, r":[0-9]{4,5}->"),
    (Found::PortArrow, r":::[0-9]{4,5}->"),
    (Found::Colons, r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}"),
    (Found::Ipv4, r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}"),
    (Found::LayerLink, r"/l/[A-Z0-9]{26}"),
    (Found::Veth, r"veth[0-9a-f]{7,8}"),
    // Temporary names that Go and Podman make from a random number.
    (
        Found::Random,
        r"(?:docker-import-|docker-build(?:er)?-?|buildah-?|libpod_[a-z]+-?|api_load\.tar|oci|tar|tmp)[0-9]{6,11}",
    ),
    (Found::Inode, r":\[[0-9]{6,}\]"),
    (Found::Autobind, r"@[0-9a-f]{5}->"),
    (Found::Address, r"0x[0-9a-f]{8,16}"),
    (Found::ProcPid, r"/proc/[0-9]+"),
    (Found::Pid, r"\b[pP][iI][dD][ :=]{1,2}[0-9]+"),
    (
        Found::Duration,
        r"(?:Less than a second|About a minute|About an hour|[0-9]+ (?:second|minute|hour|day|week|month|year)s?)(?: ago)?",
    ),
    (Found::Fraction, r"[0-9]{10}\.[0-9]{1,9}"),
    (Found::Word, r"[0-9A-Za-z]{11,}"),
    (Found::Digits, r"[0-9]{10,11}"),
];

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    let groups: Vec<String> = PATTERNS.iter().map(|(_, pattern)| format!("({pattern})")).collect();
    Regex::new(&groups.join("|")).unwrap_or_else(|error| unreachable!("the patterns are constant: {error}"))
});

/// A found text with what surrounds it.
struct Place<'t> {
    before: &'t str,
    text: &'t str,
    after: &'t str,
}

impl Place<'_> {
    /// Whether it is a word of its own: no letter or digit on either side.
    fn alone(&self) -> bool {
        let part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        !part(self.before.chars().next_back()) && !part(self.after.chars().next())
    }

    /// Whether it is all there is.
    fn whole(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// The text before its last digits, and those digits.
    fn last_number(&self) -> (&str, &str) {
        let trimmed = self.text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        let start = trimmed.rfind(|letter: char| !letter.is_ascii_digit()).map_or(0, |at| at + 1);
        (&self.text[..start], &trimmed[start..])
    }
}

/// Replaces volatile texts by symbols.
pub(super) struct Scrub<'k> {
    pub(super) index: &'k Index,
    pub(super) numbers: Numbers,
}

impl Scrub<'_> {
    /// The text with all that is known or volatile as symbols.
    pub(super) fn text(&mut self, text: &str) -> String {
        let index = self.index;
        let mut result = String::with_capacity(text.len());
        for part in index.split(text) {
            match part {
                Ok(symbol) => result.push_str(&symbol),
                Err(literal) => self.patterns(literal, &mut result),
            }
        }
        result
    }

    fn patterns(&mut self, text: &str, result: &mut String) {
        // What is volatile has digits, but for some durations and some links to layers.
        let volatile = text.bytes().any(|byte| byte.is_ascii_digit())
            || text.contains(" a")
            || text.contains("/l/")
            || is_short_id(text);
        if !volatile {
            result.push_str(text);
            return;
        }
        let mut end = 0;
        for captures in PATTERN.captures_iter(text) {
            let group = (0..PATTERNS.len()).find_map(|row| Some((PATTERNS[row].0, captures.get(row + 1)?)));
            let Some((found, at)) = group else { continue };
            let place = Place { before: &text[..at.start()], text: at.as_str(), after: &text[at.end()..] };
            if let Some(symbol) = self.symbol(found, &place) {
                result.push_str(&text[end..at.start()]);
                result.push_str(&symbol);
                end = at.end();
            }
        }
        result.push_str(&text[end..]);
    }

    /// The symbol for a found text, or nothing when it is not what it looks like.
    fn symbol(&mut self, found: Found, place: &Place<'_>) -> Option<String> {
        let text = place.text;
        match found {
            Found::Pem if text.contains("PRIVATE") => Some("<private-key>".to_owned()),
            Found::Pem => Some("<certificate>".to_owned()),
            Found::SwarmSecret => {
                Some(if text.starts_with("SWMKEY") { "<swarm-key>" } else { "<swarm-token>" }.to_owned())
            }
            Found::HttpDate => Some("<http-date>".to_owned()),
            Found::Date => Some("<date>".to_owned()),
            Found::GoTime => Some("<go-time>".to_owned()),
            Found::Rfc3339 => rfc3339(text),
            Found::Uuid => place.alone().then(|| format!("<{}>", self.numbers.name("uuid", text))),
            Found::PortArrow => {
                let (before, port) = place.last_number();
                Some(format!("{before}{}->", self.port_text(port)?))
            }
            Found::Colons => self.colons(place),
            Found::Ipv4 => self.ipv4(place),
            Found::LayerLink => Some("/l/<layer-link>".to_owned()),
            Found::Veth => Some("<veth>".to_owned()),
            Found::Random => {
                let (before, _) = place.last_number();
                Some(format!("{before}<random>"))
            }
            Found::Inode => {
                let (_, inode) = place.last_number();
                Some(format!(":[<{}>]", self.numbers.name("inode", inode)))
            }
            Found::Autobind => Some("@<socket>->".to_owned()),
            Found::Address => place.alone().then(|| "<address>".to_owned()),
            // 1 is the container's own first process, and no other number of it is stable.
            Found::ProcPid => (place.alone() && text != "/proc/1").then(|| "/proc/<pid>".to_owned()),
            Found::Pid => {
                let (before, pid) = place.last_number();
                (!matches!(pid, "0" | "1")).then(|| format!("{before}<pid>"))
            }
            Found::Duration if text.ends_with(" ago") => Some("<duration> ago".to_owned()),
            Found::Duration => place.before.ends_with("Up ").then(|| "<duration>".to_owned()),
            Found::Fraction => {
                let seconds = text.split('.').next()?.parse().ok()?;
                let time = self.index.time(seconds).filter(|unit| *unit == "unix" && place.alone());
                time.map(|_| "<unix.nano>".to_owned())
            }
            Found::Word => self.word(place),
            Found::Digits => {
                let unit = self.index.time(text.parse().ok()?)?;
                place.alone().then(|| format!("<{unit}-text>"))
            }
        }
    }

    /// The symbol of a host port in a text: only ephemeral ones are volatile.
    pub(super) fn port_text(&mut self, port: &str) -> Option<String> {
        let ephemeral = (32_768..=60_999).contains(&port.parse::<u32>().ok()?);
        ephemeral.then(|| format!("<{}:text>", self.numbers.name("port", port)))
    }

    fn word(&mut self, place: &Place<'_>) -> Option<String> {
        let text = place.text;
        let hexadecimal = is_hexadecimal(text);
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if digits == text.len() {
            if let Some(unit) = text.parse().ok().and_then(|number| self.index.time(number)) {
                return Some(format!("<{unit}-text>"));
            }
            // One id in three hundred is all digits; where a builder names one, where it begins a full id, or where it is the
            // whole value (a layer in a push's progress), it is an id all the same.
            let named = ["---> ", "Running in ", "container ", "Successfully built "];
            let begins = || self.numbers.full(text).len() > 12;
            let id = match text.len() {
                // A whole value of eleven digits is no number that an engine would put into quotes, but Buildah's short form of an id; its
                // builds print the same behind an arrow.
                11 => place.whole() || place.before.ends_with("--> "),
                12 => place.whole() || begins() || named.iter().any(|words| place.before.ends_with(words)),
                _ => false,
            };
            if !id {
                return self.index.prefix(text);
            }
        }
        if is_full_id(text) {
            return Some(format!("<{}>", self.numbers.name("id", text)));
        }
        if hexadecimal && let Some(symbol) = self.index.prefix(text) {
            return Some(symbol);
        }
        // Buildah shortens to eleven.
        if hexadecimal && text.len() == 11 && digits > 0 {
            return Some(format!("<{}:prefix>", self.numbers.name("id", &self.numbers.full(text))));
        }
        // Twelve digits without a single one from 0 to 9 are a word, unless they begin a full id or are the whole value: a container's
        // host name (`cafcafedeedc`, seen in one run of some forty).
        let full = if hexadecimal && text.len() == 12 { self.numbers.full(text) } else { String::new() };
        if (digits > 0 || place.whole()) && !full.is_empty() || full.len() > 12 {
            return Some(format!("<{}:short>", self.numbers.name("id", &full)));
        }
        // The ids of swarm objects, and of networks that a swarm spans.
        let lower = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let swarm = text.len() == 25 && lower && digits > 0;
        swarm.then(|| format!("<{}>", self.numbers.name("id", text)))
    }

    /// Hexadecimal groups between colons: a MAC, an IPv6 address, or a time of day and no symbol.
    fn colons(&mut self, place: &Place<'_>) -> Option<String> {
        let text = place.text;
        if !place.alone() || place.after.starts_with(':') || place.before.ends_with([':', '.']) {
            return None;
        }
        let groups: Vec<&str> = text.split(':').collect();
        if groups.len() == 6 && groups.iter().all(|group| group.len() == 2) {
            let zero = groups.iter().all(|group| *group == "00");
            return (!zero).then(|| format!("<{}>", self.numbers.name("mac", &text.to_ascii_lowercase())));
        }
        let address: Ipv6Addr = text.parse().ok()?;
        let literal = address.is_unspecified() || address.is_loopback();
        (!literal).then(|| format!("<{}>", self.numbers.name("ipv6", &address.to_string())))
    }

    fn ipv4(&mut self, place: &Place<'_>) -> Option<String> {
        let number = |letter: char| letter == '.' || letter == '-';
        let longer = place.after.strip_prefix(number).is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
        if !place.alone() || longer || place.before.ends_with(number) {
            return None;
        }
        let address: Ipv4Addr = place.text.parse().ok()?;
        let literal = address.is_unspecified() || address.is_loopback() || address.is_broadcast();
        (!literal).then(|| format!("<{}>", self.numbers.name("ipv4", place.text)))
    }
}

/// A time by its shape. The zero time and the epoch say something and stay.
fn rfc3339(text: &str) -> Option<String> {
    if matches!(text, "0001-01-01T00:00:00Z" | "1970-01-01T00:00:00Z") {
        return None;
    }
    let time = text.get("2000-01-01T00:00:00".len()..)?;
    let fraction = if time.starts_with('.') { "nano" } else { "" };
    let zone = match time {
        _ if time.ends_with('Z') => "",
        _ if time.contains(['+', '-']) => "+offset",
        _ => "+no-zone",
    };
    Some(format!("<rfc3339{fraction}{zone}>"))
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a text may be an id as people see it: twelve hexadecimal digits and nothing else.
fn is_short_id(text: &str) -> bool {
    text.len() == 12 && is_hexadecimal(text)
}
