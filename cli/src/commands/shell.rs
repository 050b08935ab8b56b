//! `lockstep completions` and `lockstep man`: what a packager installs beside the program.

use crate::args::{Arguments, CompletionsArguments, ManArguments};
use crate::error::CliError;
use clap::CommandFactory;
use std::path::Path;

/// Prints the completions of a shell.
pub fn completions(arguments: &CompletionsArguments) -> Result<u8, CliError> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "lockstep", &mut text);
    put(Path::new("-"), &String::from_utf8_lossy(&text))
}

/// Prints the manual page, or writes one a command.
pub fn man(arguments: &ManArguments) -> Result<u8, CliError> {
    let command = Arguments::command();
    match &arguments.dir {
        Some(folder) => {
            std::fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(command, folder))
                .map_err(|problem| CliError::Write { path: folder.clone(), problem })?;
            Ok(0)
        }
        None => {
            let mut text = Vec::new();
            let rendered = clap_mangen::Man::new(command).render(&mut text);
            rendered.map_err(|problem| CliError::Write { path: "-".into(), problem })?;
            put(Path::new("-"), &String::from_utf8_lossy(&text))
        }
    }
}

fn put(path: &Path, text: &str) -> Result<u8, CliError> {
    super::report::put(path, text).map_err(|problem| CliError::Write { path: path.to_owned(), problem })?;
    Ok(0)
}
