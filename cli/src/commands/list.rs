//! `lockstep list`.

use crate::args::ListArguments;
use crate::error::CliError;

/// Prints the scenarios' names, one a line.
pub fn list(arguments: &ListArguments) -> Result<u8, CliError> {
    let taken = |name: &str| arguments.shard.is_none_or(|shard| shard.takes(name));
    for scenario in super::select(&arguments.only)?.into_iter().filter(|scenario| taken(&scenario.name)) {
        anstream::println!("{}", scenario.name);
    }
    Ok(0)
}
