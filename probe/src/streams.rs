//! Commands about the three standard streams.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::time::Duration;

use crate::args::{Failure, Outcome, about, failed, number, put, put_error, put_line, unescape};

/// `write STDOUT [STDERR]`: writes these texts, escapes interpreted, no newline added.
pub fn write(args: &[String]) -> Outcome {
    let (out, error) = match args {
        [out] => (out, None),
        [out, error] => (out, Some(error)),
        _ => return Err(Failure::Usage),
    };
    put(&unescape(out))?;
    if let Some(error) = error {
        put_error(&unescape(error))?;
    }
    Ok(0)
}

/// `lines COUNT [STREAM] [INTERVAL_MS]`: writes `line 1` to `line COUNT`; with
/// `both`, odd lines go to standard output and even ones to standard error.
pub fn lines(args: &[String]) -> Outcome {
    let (count, stream, interval) = match args {
        [count] => (count, "stdout", 0),
        [count, stream] => (count, stream.as_str(), 0),
        [count, stream, interval] => (count, stream.as_str(), number(interval)?),
        _ => return Err(Failure::Usage),
    };
    let count: u64 = number(count)?;
    for index in 1..=count {
        let line = format!("line {index}\n");
        match stream {
            "stdout" => put(line.as_bytes())?,
            "stderr" => put_error(line.as_bytes())?,
            "both" if index % 2 == 1 => put(line.as_bytes())?,
            "both" => put_error(line.as_bytes())?,
            other => return Err(failed(format!("no stream `{other}`"))),
        }
        if interval > 0 && index < count {
            std::thread::sleep(Duration::from_millis(interval));
        }
    }
    Ok(0)
}

/// `echo [WORDS...]`: the words, a space between them, and a newline.
pub fn echo(args: &[String]) -> Outcome {
    put_line(&args.join(" "))?;
    Ok(0)
}

/// `cat [FILE]`: copies standard input or the file to standard output.
pub fn cat(args: &[String]) -> Outcome {
    match args {
        [] => pump(std::io::stdin().lock(), "standard input", put)?,
        [path] => pump(File::open(path).map_err(about(path))?, path, put)?,
        _ => return Err(Failure::Usage),
    };
    Ok(0)
}

/// `count`: reads standard input to its end, then prints how many bytes came.
pub fn count(args: &[String]) -> Outcome {
    if !args.is_empty() {
        return Err(Failure::Usage);
    }
    let total = pump(std::io::stdin().lock(), "standard input", |_| Ok(()))?;
    put_line(&total.to_string())?;
    Ok(0)
}

/// Hands on everything a reader gives, piece by piece as it comes; returns how
/// many bytes that was.
pub fn pump(mut from: impl Read, name: &str, mut to: impl FnMut(&[u8]) -> Result<(), Failure>) -> Result<u64, Failure> {
    let mut buffer = vec![0; 65536];
    let mut total = 0;
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(total),
            Ok(length) => {
                total += length as u64;
                to(&buffer[..length])?;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(about(name)(error)),
        }
    }
}
