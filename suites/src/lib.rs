//! Lockstep's scenarios: one file an API area, all in one [`catalogue`].

use lockstep_harness::scenario::Catalogue;

mod archive;
mod archives;
mod attach;
mod build;
mod cli;
mod containers;
mod events;
mod exec;
mod exit_status;
mod images;
mod in_container;
mod latency;
mod log_drivers;
mod logs;
mod networks;
mod plugins;
mod protocol;
mod registry;
mod settings;
mod stats;
mod swarm;
mod system;
mod top;
mod volumes;

pub use latency::MANAGEMENT as LATENCY;

/// Every scenario there is.
pub fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    archive::add(&mut catalogue);
    attach::add(&mut catalogue);
    build::add(&mut catalogue);
    cli::add(&mut catalogue);
    containers::add(&mut catalogue);
    events::add(&mut catalogue);
    exec::add(&mut catalogue);
    exit_status::add(&mut catalogue);
    images::add(&mut catalogue);
    in_container::add(&mut catalogue);
    latency::add(&mut catalogue);
    log_drivers::add(&mut catalogue);
    logs::add(&mut catalogue);
    networks::add(&mut catalogue);
    plugins::add(&mut catalogue);
    protocol::add(&mut catalogue);
    registry::add(&mut catalogue);
    settings::add(&mut catalogue);
    swarm::add(&mut catalogue);
    stats::add(&mut catalogue);
    system::add(&mut catalogue);
    top::add(&mut catalogue);
    volumes::add(&mut catalogue);
    catalogue
}
