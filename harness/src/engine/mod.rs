//! Talking to an engine: where it is, how it is started, how requests and streams reach it.

mod client;
mod endpoint;
mod error;
mod identity;
pub mod stream;
mod tls;

pub use client::{Client, Headers, Limits, Opened, WireAnswer, WireRequest};
pub use endpoint::{Endpoint, Family, Target};
pub use error::EngineError;
pub use identity::EngineIdentity;
pub use tls::TlsFiles;
