//! Commands about being a process: ending, sleeping, growing, having children.

use std::hint::black_box;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use crate::args::{Failure, Outcome, about, bytes, failed, number, put_line, seconds};

/// `exit N`: ends with status N.
pub fn exit(args: &[String]) -> Outcome {
    let [status] = args else {
        return Err(Failure::Usage);
    };
    number(status)
}

/// `sleep SECONDS`: sleeps without touching any signal's handling, so as PID 1
/// it is the process that ignores SIGTERM.
pub fn sleep(args: &[String]) -> Outcome {
    let [time] = args else {
        return Err(Failure::Usage);
    };
    std::thread::sleep(seconds(time)?);
    Ok(0)
}

/// `alloc BYTES [HOLD_SECONDS]`: takes memory, touches all of it, says so, holds it.
pub fn alloc(args: &[String]) -> Outcome {
    let (size, hold) = match args {
        [size] => (bytes(size)?, None),
        [size, hold] => (bytes(size)?, Some(seconds(hold)?)),
        _ => return Err(Failure::Usage),
    };
    let mut memory: Vec<u8> = Vec::new();
    memory.try_reserve_exact(size).map_err(|_| failed(format!("cannot allocate {size} bytes")))?;
    memory.resize(size, 0xa5);
    let memory = black_box(memory);
    put_line(&format!("allocated {}", memory.len()))?;
    if let Some(hold) = hold {
        std::thread::sleep(hold);
    }
    drop(black_box(memory));
    Ok(0)
}

/// `spawn N SECONDS`: has N sleeping children, says so, waits for them.
pub fn spawn(args: &[String]) -> Outcome {
    let [count, time] = args else {
        return Err(Failure::Usage);
    };
    seconds(time)?;
    let count: usize = number(count)?;
    let mut children = Vec::new();
    let mut refused = None;
    for index in 0..count {
        match myself().args(["sleep", time]).spawn() {
            Ok(child) => children.push(child),
            Err(error) => {
                refused = Some(format!("child {} of {count}: {error}", index + 1));
                break;
            }
        }
    }
    put_line(&format!("spawned {}", children.len()))?;
    for mut child in children {
        child.wait().map_err(about("wait"))?;
    }
    refused.map_or(Ok(0), |message| Err(failed(message)))
}

/// `then A... -- B...`: runs commands one after the other in this process, up to
/// the first that does not end with 0; the last one's status is the status.
pub fn then(args: &[String]) -> Outcome {
    if args.is_empty() {
        return Err(Failure::Usage);
    }
    let commands: Vec<&[String]> = args.split(|word| word == "--").collect();
    if commands.iter().any(|command| command.is_empty()) {
        return Err(failed("a command is missing beside `--`"));
    }
    for command in commands {
        let status = crate::dispatch(command);
        if status != 0 {
            return Ok(status);
        }
    }
    Ok(0)
}

/// This program again, as a child to be.
pub fn myself() -> Command {
    let path = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/bin/probe"));
    let mut command = Command::new(path);
    command.arg0("probe");
    command
}
