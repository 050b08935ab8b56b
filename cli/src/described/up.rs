//! Which engines `lockstep engines up` holds, for `lockstep engines down`.

use crate::error::CliError;
use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};

/// Lives as long as the engine; dropping it removes the note.
pub struct Note {
    path: PathBuf,
}

impl Drop for Note {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn folder() -> PathBuf {
    super::cache().join("up")
}

/// Notes that this process holds the engine.
pub fn note(name: &str) -> Result<Note, CliError> {
    let path = folder().join(format!("{}.{}", std::process::id(), name.replace('/', "_")));
    let write = || {
        std::fs::create_dir_all(folder())?;
        std::fs::write(&path, "")
    };
    write().map_err(|problem| CliError::Write { path: path.clone(), problem })?;
    Ok(Note { path })
}

/// Ends the holders of these engines, of all without a name. What it ended; a name that nobody holds is an error.
pub fn end(names: &[String]) -> Result<Vec<String>, CliError> {
    let mut ended = Vec::new();
    for entry in std::fs::read_dir(folder()).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let Some((pid, name)) = file.split_once('.') else { continue };
        let Some(pid) = pid.parse::<i32>().ok().and_then(Pid::from_raw) else { continue };
        if !is_holder(pid) {
            // It was killed before it could remove its note.
            let _ = std::fs::remove_file(entry.path());
        } else if (names.is_empty() || names.iter().any(|wanted| wanted == name))
            && kill_process(pid, Signal::TERM).is_ok()
        {
            ended.push(name.to_owned());
        }
    }
    match names.iter().find(|name| !ended.contains(name)) {
        Some(name) => Err(CliError::Usage(format!("no `lockstep engines up {name}` is running"))),
        None => Ok(ended),
    }
}

/// Whether the process runs this very program with `engines`: its id may be another's by now.
fn is_holder(pid: Pid) -> bool {
    let process = PathBuf::from(format!("/proc/{}", pid.as_raw_nonzero()));
    let program = |path: &Path| std::fs::read_link(path).ok();
    let same = program(&process.join("exe")).is_some_and(|exe| Some(exe) == std::env::current_exe().ok());
    let words = std::fs::read(process.join("cmdline")).unwrap_or_default();
    same && words.split(|byte| *byte == 0).any(|word| word == b"engines")
}
