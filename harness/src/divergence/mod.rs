//! DIVERGENCE.md.
mod account;
mod check;
mod decode;
mod draft;
mod entry;
mod error;
mod fields;
mod parse;
mod pattern;
#[cfg(test)]
mod tests;

pub use check::{Operations, Rule, Scope, rule};
pub use entry::{Category, DivergenceList, EngineRange, Entry, Match, Status};
pub use error::{At, Error};
pub use pattern::{Glob, ValuePattern};
