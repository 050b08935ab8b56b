//! `probe` is the one program inside Lockstep's images.
//!
//! It is a static binary that needs nothing but itself: no shell, no libraries,
//! no name service. A container under test runs it either to *act* (exit with a
//! status, die by a signal, write to its streams) or to *observe* what the
//! engine gave it (mounts, limits, capabilities …) as one line of JSON.
//!
//! Called by a name that ends in `sh` it is a very small shell, see [`sh`].
//!
//! Anything wrong, in the call or in doing what was asked, is one line on
//! standard error and exit status 2.

mod args;
mod dns;
mod files;
mod observe;
mod process;
mod serve;
mod sh;
mod signals;
mod streams;
mod tcp;
mod terminal;

use std::process::ExitCode;

use args::{Failure, Outcome};

/// What one command does with the words after its name.
type Action = fn(&[String]) -> Outcome;

/// Every command: its name, what follows the name, and what it does.
const COMMANDS: &[(&str, &str, Action)] = &[
    ("exit", "N", process::exit),
    ("signal", "SIGNAL", signals::signal),
    ("child-signal", "SIGNAL", signals::child_signal),
    ("write", "STDOUT [STDERR]", streams::write),
    ("lines", "COUNT [stdout|stderr|both] [INTERVAL_MS]", streams::lines),
    ("echo", "[WORD...]", streams::echo),
    ("cat", "[FILE]", streams::cat),
    ("count", "", streams::count),
    ("sleep", "SECONDS", process::sleep),
    ("trap", "SIGNAL[,SIGNAL...] EXIT_STATUS [READY_TEXT]", signals::trap),
    ("wait-file", "PATH", files::wait_file),
    ("write-file", "PATH TEXT [MODE_OCTAL]", files::write_file),
    ("append-file", "PATH TEXT", files::append_file),
    ("read-file", "PATH", files::read_file),
    ("mkdir", "PATH", files::mkdir),
    ("remove", "PATH", files::remove),
    ("symlink", "TARGET PATH", files::symlink),
    ("stat", "PATH", files::stat),
    ("alloc", "BYTES[k|m|g] [HOLD_SECONDS]", process::alloc),
    ("spawn", "N SECONDS", process::spawn),
    ("tcp-listen", "PORT [TEXT]", tcp::listen),
    ("tcp-get", "HOST PORT", tcp::get),
    ("serve", "PORT|/SOCKET RULE...", serve::serve),
    ("resolve", "HOST", dns::resolve),
    ("then", "COMMAND... -- COMMAND...", process::then),
    ("tty", "", terminal::tty),
    ("winch", "[SECONDS]", terminal::winch),
    ("observe", "WHAT[,WHAT...] [PATH...]", observe::observe),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let (name, rest) = words.split_first().map_or(("probe", &[][..]), |(name, rest)| (name.as_str(), rest));
    let status = if name.ends_with("sh") { sh::main(rest) } else { dispatch(rest) };
    ExitCode::from(status)
}

/// Runs one command given as words, reports what goes wrong on standard error,
/// and returns the exit status.
fn dispatch(words: &[String]) -> u8 {
    let Some((name, rest)) = words.split_first() else {
        eprintln!("usage: probe COMMAND [ARGUMENT...]");
        for (name, usage, _) in COMMANDS {
            eprintln!("  {name} {usage}");
        }
        eprintln!("observe knows: {}", observe::names().join(" "));
        return 2;
    };
    let Some((_, usage, action)) = COMMANDS.iter().find(|command| command.0 == name) else {
        eprintln!("probe: unknown command `{name}`; `probe` alone lists them");
        return 2;
    };
    match action(rest) {
        Ok(status) => status,
        Err(Failure::Usage) => {
            eprintln!("probe {name}: usage: probe {name} {usage}");
            2
        }
        Err(Failure::Message(message)) => {
            eprintln!("probe {name}: {message}");
            2
        }
    }
}
