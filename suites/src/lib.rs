//! Lockstep's scenarios: one file an API area, all in one [`catalogue`].

use lockstep_harness::scenario::Catalogue;

mod cli;
mod containers;
mod system;

/// Every scenario there is.
pub fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    cli::add(&mut catalogue);
    containers::add(&mut catalogue);
    system::add(&mut catalogue);
    catalogue
}
