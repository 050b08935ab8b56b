//! `lockstep engines`: an engine of Lockstep's own, for as long as its user wants it.

use crate::args::EnginesArguments;
use crate::engines::Place;
use crate::error::CliError;
use lockstep_harness::engine::Limits;

/// Starts the engine, prints its endpoint on standard output, and waits: Ctrl-C and SIGTERM end the process, and the engine with it.
pub async fn engines(arguments: &EnginesArguments) -> Result<u8, CliError> {
    let place: Place = arguments.engine.parse()?;
    if !place.is_launched() {
        let problem = format!("'{}' is there already; use docker, podman or sdc-docker", arguments.engine);
        return Err(CliError::Usage(problem));
    }
    place.check_rules(&arguments.rules)?;
    let engine = place.start("engine", &arguments.rules, None, Limits::default()).await?;
    anstream::println!("{}", engine.client.endpoint());
    anstream::eprintln!("{} is ready; Ctrl-C ends it", engine.identity);
    std::future::pending().await
}
