//! `lockstep clean`: removes what an interrupted run left.

use crate::args::CleanArguments;
use crate::error::CliError;
use lockstep_harness::engine::{self, Engine, Limits, Target};
use lockstep_harness::scenario::{LABEL, remove_labelled};

/// Removes dead daemons' folders, and on each given engine what carries Lockstep's label.
pub async fn clean(arguments: &CleanArguments) -> Result<u8, CliError> {
    for folder in engine::sweep().into_iter().chain(engine::sweep_sockets()) {
        anstream::println!("removed {}", folder.display());
    }
    for given in &arguments.engines {
        let target: Target = given.parse()?;
        if matches!(target, Target::Private(_)) {
            return Err(CliError::Usage(format!(
                "'{given}' would launch a new private daemon, which has nothing to clean; give an endpoint"
            )));
        }
        let engine = Engine::start(&target, "engine", None, Limits::default()).await?;
        let removed = remove_labelled(&engine.client, LABEL).await?;
        anstream::println!("{given}: removed {removed} containers, networks and volumes labelled {LABEL}");
        engine.stop().await;
    }
    Ok(0)
}
