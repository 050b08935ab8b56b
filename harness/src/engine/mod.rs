//! Talking to an engine: where it is, how it is started, how requests and streams reach it.

mod identity;

pub use identity::EngineIdentity;
