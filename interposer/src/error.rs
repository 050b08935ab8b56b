//! What can go wrong before the proxy runs.

use crate::Endpoint;

/// An error of this crate, each with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address that cannot be read.
    #[error("`{given}` is no address: {problem}; expected unix:///path or tcp://host:port")]
    BadEndpoint {
        /// The text as given.
        given: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A TCP address that others could reach.
    #[error(
        "listening on {0} would give everybody who can reach it control over the engine; use a Unix socket or a loopback address, or say that any address is allowed"
    )]
    Exposed(Endpoint),
    /// The listener cannot be made.
    #[error("cannot listen on {endpoint}: {problem}")]
    Listen {
        /// The address to listen on.
        endpoint: Endpoint,
        /// Why not.
        problem: String,
    },
    /// No profile has this name.
    #[error("no profile is called `{name}`; there are {}", known.join(", "))]
    UnknownProfile {
        /// The name as given.
        name: String,
        /// The names there are.
        known: Vec<&'static str>,
    },
    /// The profile has no rule of this name.
    #[error("the profile {profile} has no rule called `{name}`; its rules are {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") })]
    UnknownRule {
        /// The profile's name.
        profile: &'static str,
        /// The rule's name as given.
        name: String,
        /// The names of the profile's rules.
        known: Vec<&'static str>,
    },
}
