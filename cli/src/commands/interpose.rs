//! `lockstep interpose`: the proxy alone, in front of any engine.

use crate::args::InterposeArguments;
use crate::error::CliError;
use crate::sdc;
use lockstep_interposer::{Interposer, Options};

/// Listens until the process is told to end, and warns when others can reach it.
pub async fn interpose(arguments: &InterposeArguments) -> Result<u8, CliError> {
    let profile = sdc::profile(&arguments.profile, &arguments.rules)?;
    let (listen, upstream) = (arguments.listen.parse()?, arguments.upstream.parse()?);
    let rules = profile.rules().len();
    // The user has said where; that it is exposed is worth a warning, not a refusal.
    let options = Options { allow_any: true, ..Options::default() };
    let running = Interposer::start(listen, upstream, profile, options).await?;
    if running.exposed() {
        anstream::eprintln!(
            "warning: {} is not on loopback: whoever can reach it controls the engine behind it",
            running.endpoint()
        );
    }
    anstream::println!("{}", running.endpoint());
    anstream::eprintln!("{} with {rules} rules in front of {}; Ctrl-C ends it", arguments.profile, arguments.upstream);
    std::future::pending().await
}
