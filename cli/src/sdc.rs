//! `sdc-docker`: a private Docker behind a proxy that diverges as SDC Docker is documented to.

use crate::args::RuleArguments;
use crate::error::CliError;
use lockstep_harness::engine::{self, Daemon, Endpoint, Engine, Family, Front, Limits};
use lockstep_interposer::{Interposer, Options, Profile};

/// The name that `--reference`, `--candidate` and `engines` take.
pub const NAME: &str = "sdc-docker";

/// What snapshots of it say they were recorded from.
const WORDS: &str = "interposer (documented behaviour)";

/// A profile without some of its rules and with some altered. An unknown name is an error that tells the known ones.
pub fn profile(name: &str, rules: &RuleArguments) -> Result<Profile, CliError> {
    let mut profile = Profile::by_name(name)?;
    for rule in &rules.alter_rule {
        profile = profile.altered(rule)?;
    }
    for rule in &rules.without_rule {
        profile = profile.without(rule)?;
    }
    Ok(profile)
}

/// Launches the Docker and its proxy.
pub async fn start(profile: Profile, role: &str, limits: Limits) -> Result<Engine, CliError> {
    let (direct, daemon) = engine::launch(Family::Docker, limits).await?;
    let front = front(&direct, &daemon, profile).await?;
    Ok(Engine::behind(front, (direct, daemon), role, limits).await?)
}

/// The proxy, on a socket in the daemon's folder, which only this user may enter.
async fn front(direct: &engine::Client, daemon: &Daemon, profile: Profile) -> Result<Front, CliError> {
    let socket = daemon.folder().join("sdc.sock");
    let listen = lockstep_interposer::Endpoint::Unix(socket.clone());
    let upstream = direct.endpoint().to_string().parse()?;
    let running = Interposer::start(listen, upstream, profile, Options::default()).await?;
    Ok(Front { endpoint: Endpoint::Unix(socket), words: WORDS.to_owned(), guard: Box::new(running) })
}
