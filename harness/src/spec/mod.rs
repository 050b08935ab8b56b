//! Answers held against the API's document, which neither engine has to fit.
//!
//! [`departures`] lists where an engine's recorded answers depart from it; [`Judge`] says of a difference which side fits.
//! Looked at are types, null, required members, lists of values, times, and whether a status is documented. Both take
//! normalised transcripts: what a symbol stands for is known to [`normalise`](crate::normalise).

mod breach;
mod departure;
mod view;

pub use breach::{Breach, Found, in_answer};
pub use departure::{Departure, Departures, departures};
pub use view::{Fit, Judge, Sides, view};

#[cfg(test)]
mod tests;
