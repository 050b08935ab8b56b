//! Lockstep's scenarios: one file an API area, all in one [`catalogue`].

use lockstep_harness::scenario::Catalogue;

mod archives;
mod build;
mod cli;
mod containers;
mod events;
mod images;
mod networks;
mod plugins;
mod swarm;
mod system;
mod volumes;

/// Every scenario there is.
pub fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    build::add(&mut catalogue);
    cli::add(&mut catalogue);
    containers::add(&mut catalogue);
    events::add(&mut catalogue);
    images::add(&mut catalogue);
    networks::add(&mut catalogue);
    plugins::add(&mut catalogue);
    swarm::add(&mut catalogue);
    system::add(&mut catalogue);
    volumes::add(&mut catalogue);
    catalogue
}
