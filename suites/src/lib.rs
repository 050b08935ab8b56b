//! Lockstep's scenarios: one file an API area, all in one [`catalogue`].

use lockstep_harness::scenario::Catalogue;

mod system;

/// Every scenario there is.
pub fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    system::add(&mut catalogue);
    catalogue
}
