//! Lockstep's scenarios: one file an API area, all in one [`catalogue`].

use lockstep_harness::scenario::Catalogue;

mod cli;
mod containers;
mod archives;
mod build;
mod events;
mod images;
mod networks;
mod plugins;
mod swarm;
mod cli;
mod system;
mod volumes;

/// Every scenario there is.
pub fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    cli::add(&mut catalogue);
    containers::add(&mut catalogue);
    build::add(&mut catalogue);
    events::add(&mut catalogue);
    images::add(&mut catalogue);
    networks::add(&mut catalogue);
    plugins::add(&mut catalogue);
    swarm::add(&mut catalogue);
    cli::add(&mut catalogue);
    system::add(&mut catalogue);
    volumes::add(&mut catalogue);
    catalogue
}
