//! HTTP itself, and the tables of bad input that come from the API's facts: each of their scenarios goes through all operations
//! of one tag, so that a new version of the API brings its cases along.

mod bodies;
mod connection;
mod parameters;
mod paths;
mod table;
mod wire;

use lockstep_harness::scenario::{Catalogue, Need};

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("protocol");
    // The cases are derived from the facts of this version: an older one has other operations and parameters.
    area.all_need(Need::Api("1.41".to_owned()));
    table::add(&mut area);
    parameters::add(&mut area);
    bodies::add(&mut area);
    paths::add(&mut area);
    wire::add(&mut area);
    connection::add(&mut area);
}
