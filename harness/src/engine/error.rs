//! What can go wrong between Lockstep and an engine.

use std::path::PathBuf;

/// Trouble with an engine or on the way to it. Each message says what failed, where, and what to do next.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// The text given as an engine is none.
    #[error(
        "'{given}' is no engine: {problem}\n  use docker or podman (a private daemon is launched), sdc-docker (a private Docker played otherwise), unix:///path/to.sock, tcp://HOST:PORT, https://HOST:PORT, ssh://USER@HOST, context:NAME, or env (the engine that docker itself would use)"
    )]
    BadEndpoint {
        /// The text as given.
        given: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Nobody answers at the endpoint.
    #[error("{engine} at {endpoint} cannot be reached: {problem}\n  is the engine running, and may this user open it?")]
    Unreachable {
        /// Reference or candidate, or the engine's name.
        engine: String,
        /// The endpoint as a person would write it.
        endpoint: String,
        /// The transport's own words.
        problem: String,
    },
    /// The engine answered before and does not any more.
    #[error("{engine} at {endpoint} was lost during {during}: {problem}\n  its log may say why{}", log.as_ref().map(|path| format!(": {}", path.display())).unwrap_or_default())]
    Lost {
        /// The engine's name.
        engine: String,
        /// The endpoint as a person would write it.
        endpoint: String,
        /// The operation under way.
        during: String,
        /// The transport's own words.
        problem: String,
        /// The log of a daemon that Lockstep launched.
        log: Option<PathBuf>,
    },
    /// An exchange took longer than its deadline.
    #[error("{engine}: no answer to {during} within {limit_ms} ms")]
    Deadline {
        /// The engine's name.
        engine: String,
        /// The operation under way.
        during: String,
        /// The deadline in milliseconds.
        limit_ms: u128,
    },
    /// The engine closed the connection, or answered something that is not HTTP, while it still answers other requests.
    #[error("{engine}: {during} was not answered: {problem}")]
    NoAnswer {
        /// The engine's name.
        engine: String,
        /// The operation under way.
        during: String,
        /// The transport's own words.
        problem: String,
    },
    /// A body or stream is larger than the bound.
    #[error("{engine}: the answer to {during} is larger than {limit} bytes")]
    TooLarge {
        /// The engine's name.
        engine: String,
        /// The operation under way.
        during: String,
        /// The bound in bytes.
        limit: usize,
    },
    /// The engine answered something that Lockstep cannot work with, before any scenario ran.
    #[error("{engine} at {endpoint}: {problem}")]
    Unusable {
        /// The engine's name.
        engine: String,
        /// The endpoint as a person would write it.
        endpoint: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A private daemon could not be launched.
    #[error("cannot launch a private {engine}: {problem}{}", log_tail(log))]
    Launch {
        /// `docker` or `podman`.
        engine: String,
        /// What failed, and what to do.
        problem: String,
        /// The last lines of its log.
        log: String,
    },
    /// An API version that cannot be used.
    #[error("{0}")]
    ApiVersion(String),
    /// Docker's own configuration (a context, DOCKER_HOST) does not lead to an engine.
    #[error("{0}")]
    Configuration(String),
    /// A certificate or key file is missing or wrong.
    #[error("{}: {problem}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what is expected.
        problem: String,
    },
    /// The probe image could not be brought onto the engine.
    #[error(
        "{engine}: the probe image could not be provisioned:\n{attempts}\n  an engine needs one of load, import, build or pull of a named image (--image)"
    )]
    Provision {
        /// The engine's name.
        engine: String,
        /// One line an attempt.
        attempts: String,
    },
}

fn log_tail(log: &str) -> String {
    if log.is_empty() { String::new() } else { format!("\n  the last lines of its log:\n{log}") }
}

impl EngineError {
    /// Whether the command line was wrong (exit status 2) rather than an engine out of reach (3).
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            EngineError::BadEndpoint { .. }
                | EngineError::Certificate { .. }
                | EngineError::ApiVersion(_)
                | EngineError::Configuration(_)
        )
    }

    /// Whether only one exchange failed and the engine may go on.
    pub fn is_local(&self) -> bool {
        matches!(self, EngineError::Deadline { .. } | EngineError::NoAnswer { .. } | EngineError::TooLarge { .. })
    }
}
