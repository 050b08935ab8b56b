//! Engines at addresses that people have: over TLS, over ssh, by Docker's contexts and variables, and with odd versions.

#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod certificates;
mod process;
mod ssh;
mod tls;
mod versions;
