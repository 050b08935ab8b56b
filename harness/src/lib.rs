//! Lockstep's harness: runs Docker API scenarios on two engines, normalises, compares and accounts what differs.
pub mod compare;
pub mod divergence;
pub mod engine;
pub mod transcript;
