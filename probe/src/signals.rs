//! Commands about signals, and the names of signals.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use signal_hook::iterator::Signals;
use signal_hook::low_level;

use crate::args::{Failure, Outcome, about, failed, number, put, put_line, unescape};
use crate::process::myself;

/// Names of the signals 1 to 31 on Linux.
const NAMES: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
    "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
    "PWR", "SYS",
];

/// The first real-time signal programs may use.
const REAL_TIME_MIN: i32 = 34;

/// The last signal there is.
const LAST: i32 = 64;

/// Reads a signal given as a number or a name, with or without `SIG`, in any case.
pub fn parse(text: &str) -> Result<i32, Failure> {
    let unknown = || failed(format!("no signal `{text}`"));
    if let Ok(signal) = text.parse() {
        return if (1..=LAST).contains(&signal) { Ok(signal) } else { Err(unknown()) };
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    if let Some(index) = NAMES.iter().position(|known| *known == name) {
        return i32::try_from(index + 1).map_err(|_| unknown());
    }
    match name {
        "IOT" => return Ok(6),
        "CLD" => return Ok(17),
        "POLL" => return Ok(29),
        "RTMIN" => return Ok(REAL_TIME_MIN),
        "RTMAX" => return Ok(LAST),
        _ => {}
    }
    let signal = if let Some(offset) = name.strip_prefix("RTMIN+") {
        offset.parse().ok().and_then(|up| REAL_TIME_MIN.checked_add(up))
    } else if let Some(offset) = name.strip_prefix("RTMAX-") {
        offset.parse().ok().and_then(|down| LAST.checked_sub(down))
    } else {
        None
    };
    signal.filter(|signal| (REAL_TIME_MIN..=LAST).contains(signal)).ok_or_else(unknown)
}

/// The full name of a signal, such as `SIGTERM`.
pub fn name(signal: i32) -> String {
    let known = usize::try_from(signal - 1).ok().and_then(|index| NAMES.get(index));
    match known {
        Some(name) => format!("SIG{name}"),
        None if signal == REAL_TIME_MIN => "SIGRTMIN".to_owned(),
        None if signal > REAL_TIME_MIN => format!("SIGRTMIN+{}", signal - REAL_TIME_MIN),
        None => format!("SIG{signal}"),
    }
}

/// `signal SIGNAL`: dies by a signal it sends to itself.
///
/// A PID 1 cannot: the kernel drops every signal for it that has no handler,
/// when the signal comes from inside its PID namespace. It sends the signal all
/// the same, waits 200 ms, and then ends with 128 + SIGNAL, as a shell would
/// report it; for SIGABRT it calls `abort`, which ends even PID 1 (by the
/// illegal instruction at the end of `abort`, so mostly seen as SIGSEGV, 139).
///
/// A signal whose default is not to end the process (CHLD, CONT, URG, WINCH;
/// STOP and its like once continued) also ends with 128 + SIGNAL.
pub fn signal(args: &[String]) -> Outcome {
    let [text] = args else {
        return Err(Failure::Usage);
    };
    let signal = parse(text)?;
    let first = std::process::id() == 1;
    let harmless = matches!(signal, 17..=23 | 28);
    if !first && !harmless {
        // Restores the default handling, unblocks, and sends. Comes back only
        // for signals it does not know, which nobody has given a handler.
        let _ = low_level::emulate_default_handler(signal);
    }
    low_level::raise(signal).map_err(about("raise"))?;
    std::thread::sleep(Duration::from_millis(200));
    if first && signal == 6 {
        std::process::abort();
    }
    status_of(signal)
}

/// `child-signal SIGNAL`: has a child that dies by the signal, and ends with the
/// status a shell gives for that, 128 + SIGNAL. Works as PID 1 too.
pub fn child_signal(args: &[String]) -> Outcome {
    let [text] = args else {
        return Err(Failure::Usage);
    };
    let signal = parse(text)?;
    let ended = myself().args(["signal", &signal.to_string()]).status().map_err(about("child"))?;
    match (ended.signal(), ended.code()) {
        (Some(signal), _) => status_of(signal),
        (None, code) => Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(2)),
    }
}

fn status_of(signal: i32) -> Outcome {
    u8::try_from(128 + signal).map_err(about("status"))
}

/// `trap SIGNAL[,SIGNAL...] EXIT_STATUS [READY_TEXT]`: says it is ready, waits
/// for one of the signals, names it, and ends with the status.
pub fn trap(args: &[String]) -> Outcome {
    let (list, status, ready) = match args {
        [list, status] => (list, status, "ready"),
        [list, status, ready] => (list, status, ready.as_str()),
        _ => return Err(Failure::Usage),
    };
    let status = number(status)?;
    let wanted = list.split(',').map(parse).collect::<Result<Vec<i32>, Failure>>()?;
    if let Some(signal) = wanted.iter().find(|signal| signal_hook::consts::FORBIDDEN.contains(signal)) {
        return Err(failed(format!("{} cannot be caught", name(*signal))));
    }
    let mut signals = Signals::new(&wanted).map_err(about(list))?;
    let mut ready = unescape(ready);
    ready.push(b'\n');
    put(&ready)?;
    if let Some(signal) = signals.forever().next() {
        put_line(&format!("caught {}", name(signal)))?;
    }
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        assert_eq!(parse("TERM"), Ok(15));
        assert_eq!(parse("sigterm"), Ok(15));
        assert_eq!(parse("15"), Ok(15));
        assert_eq!(parse("HUP"), Ok(1));
        assert_eq!(parse("WINCH"), Ok(28));
        assert_eq!(parse("CONT"), Ok(18));
        assert_eq!(parse("SYS"), Ok(31));
        assert_eq!(parse("IOT"), Ok(6));
    }

    #[test]
    fn real_time() {
        assert_eq!(parse("RTMIN"), Ok(34));
        assert_eq!(parse("SIGRTMIN+3"), Ok(37));
        assert_eq!(parse("RTMAX-1"), Ok(63));
        assert!(parse("RTMIN+31").is_err());
        assert!(parse("RTMAX-40").is_err());
        assert_eq!(name(34), "SIGRTMIN");
        assert_eq!(name(37), "SIGRTMIN+3");
    }

    #[test]
    fn nonsense() {
        for text in ["", "0", "65", "-1", "SIG", "TERMINATE", "RTMIN+x"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn there_and_back() {
        for signal in (1..=31).chain(34..=64) {
            assert_eq!(parse(&name(signal)), Ok(signal));
        }
    }
}
