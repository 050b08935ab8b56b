//! Which engine answered.

use semver::Version;
use serde::{Deserialize, Serialize};

/// An engine's name and versions, as its `/version` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineIdentity {
    /// The family in lower case: `docker`, `podman`, `sdc-docker`, or what the engine calls itself.
    pub engine: String,
    /// The engine's own version without a distribution's suffix, for instance `20.10.24`.
    pub version: String,
    /// The API version the two engines were driven at, for instance `1.41`.
    pub api: String,
}

impl EngineIdentity {
    /// The version as semver, missing parts filled with 0 (`4.3` is `4.3.0`), zero-padded numbers tolerated; `None` when it has no leading number.
    pub fn semver(&self) -> Option<Version> {
        let core: String = self.version.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let mut numbers = core.split('.').filter(|part| !part.is_empty()).map(|part| part.parse::<u64>().ok());
        let major = numbers.next()??;
        let minor = numbers.next().flatten().unwrap_or(0);
        let patch = numbers.next().flatten().unwrap_or(0);
        Some(Version::new(major, minor, patch))
    }

    /// The name of this engine version's snapshot folder: engine, major and minor, for instance `docker-20.10`.
    pub fn slug(&self) -> String {
        match self.semver() {
            Some(version) => {
                // Docker writes 20.10, not 20.10.0: major and minor tell behaviour apart, patches rarely do.
                format!("{}-{}.{}", self.engine, version.major, version.minor)
            }
            None => self.engine.clone(),
        }
    }
}

impl std::fmt::Display for EngineIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} (API {})", self.engine, self.version, self.api)
    }
}
