//! Finding where two transcripts of one scenario differ.

mod difference;

pub use difference::{Aspect, Classification, Difference, Kind};
