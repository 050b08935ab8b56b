//! Talking to an engine: where it is, how it is started, how requests and streams reach it.

mod client;
mod connect;
mod context;
pub mod discover;
mod endpoint;
mod error;
mod identity;
pub mod image;
pub mod launch;
mod refusal;
mod ssh;
pub mod stream;
mod tls;
mod version;
mod wire;

pub(crate) use client::lock;
pub use client::{Client, Headers, Limits, Opened, WireAnswer, WireRequest};
pub use connect::{Engine, Facts, Front};
pub use endpoint::{Endpoint, Family, Named, Target};
pub use error::EngineError;
pub use identity::EngineIdentity;
pub use launch::{
    DAEMON_JSON, Daemon, GO_RUNTIME, Start, can_launch, docker, end_all, launch, missing_helpers, on_path, podman,
    sweep,
};
pub use ssh::{SshPlace, sweep_sockets};
pub use tls::TlsFiles;
pub use version::{ApiRange, ApiVersion, negotiate};
pub use wire::Connection;
