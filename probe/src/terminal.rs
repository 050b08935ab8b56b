//! Commands about the terminal.

use std::io::{stderr, stdin, stdout};
use std::time::{Duration, Instant};

use rustix::termios::{Winsize, isatty, tcgetwinsize};
use serde_json::json;
use signal_hook::consts::SIGWINCH;
use signal_hook::iterator::Signals;

use crate::args::{Failure, Outcome, about, put_json, put_line, seconds};

/// `tty`: which streams are terminals, and the window size of the first that is.
pub fn tty(args: &[String]) -> Outcome {
    if !args.is_empty() {
        return Err(Failure::Usage);
    }
    let size = size();
    put_json(&json!({
        "stdin": isatty(stdin()),
        "stdout": isatty(stdout()),
        "stderr": isatty(stderr()),
        "rows": size.map(|size| size.ws_row),
        "columns": size.map(|size| size.ws_col),
    }))?;
    Ok(0)
}

/// `winch [SECONDS]`: prints `ROWS COLUMNS` (`none` without a terminal), and again
/// whenever a SIGWINCH comes with another size, until the time (60 s) is over.
pub fn winch(args: &[String]) -> Outcome {
    let time = match args {
        [] => Duration::from_secs(60),
        [time] => seconds(time)?,
        _ => return Err(Failure::Usage),
    };
    let started = Instant::now();
    let mut signals = Signals::new([SIGWINCH]).map_err(about("SIGWINCH"))?;
    let mut last = shown();
    put_line(&last)?;
    while started.elapsed() < time {
        if signals.pending().next().is_some() {
            let now = shown();
            if now != last {
                put_line(&now)?;
                last = now;
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(0)
}

fn size() -> Option<Winsize> {
    tcgetwinsize(stdin()).or_else(|_| tcgetwinsize(stdout())).or_else(|_| tcgetwinsize(stderr())).ok()
}

fn shown() -> String {
    size().map_or_else(|| "none".to_owned(), |size| format!("{} {}", size.ws_row, size.ws_col))
}
