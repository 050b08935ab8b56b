//! Lockstep's harness: runs Docker API scenarios on two engines, normalises, compares and accounts what differs.
//!
//! Data goes one way: a [`scenario`] runs in a session on an [`engine`], which gives a [`transcript`]; that is
//! [normalised](normalise), two of them are [compared](compare), the differences are held against
//! [DIVERGENCE.md](divergence), and the [`gate`] decides. [`report`] shows it.
pub mod api;
pub mod bench;
pub mod compare;
pub mod coverage;
pub mod divergence;
pub mod engine;
pub mod gate;
pub mod normalise;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod spec;
pub mod transcript;
