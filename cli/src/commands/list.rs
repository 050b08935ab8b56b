//! `lockstep list`.

use crate::args::ListArguments;
use crate::error::CliError;

/// Prints the scenarios' names, one a line.
pub fn list(arguments: &ListArguments) -> Result<u8, CliError> {
    for scenario in super::select(&arguments.only)? {
        anstream::println!("{}", scenario.name);
    }
    Ok(0)
}
