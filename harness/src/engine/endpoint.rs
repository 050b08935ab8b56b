//! Where an engine listens.

use super::EngineError;
use super::ssh::SshPlace;
use std::path::PathBuf;

/// What a person may give as `--reference` or `--candidate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Launch a private daemon of this family from the binaries on PATH.
    Private(Family),
    /// Talk to an engine that is already there.
    Endpoint(Endpoint),
    /// Talk to the engine that Docker's own client knows under this name.
    Named(Named),
}

/// An engine that Docker's client knows: looked up when it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// `context:NAME`: a context that `docker context create` made, or `default`.
    Context(String),
    /// `env`: the engine that `docker` itself would talk to here.
    Environment,
}

/// The families that Lockstep can launch by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// `dockerd`.
    Docker,
    /// `podman system service`.
    Podman,
}

impl Family {
    /// The name used everywhere: `docker`, `podman`.
    pub fn name(self) -> &'static str {
        match self {
            Family::Docker => "docker",
            Family::Podman => "podman",
        }
    }
}

/// An address of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A Unix socket.
    Unix(PathBuf),
    /// `host:port`: plain HTTP, unless DOCKER_TLS_VERIFY (or DOCKER_TLS) turns it into TLS, as for `docker -H tcp://…`.
    Tcp(String),
    /// Plain HTTP whatever the environment says: `host:port`.
    Http(String),
    /// HTTP over TLS: `host:port`.
    Tls(String),
    /// Through the system's `ssh` and the far side's `docker system dial-stdio`.
    Ssh(SshPlace),
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Endpoint::Unix(path) => write!(f, "unix://{}", path.display()),
            Endpoint::Tcp(host) => write!(f, "tcp://{host}"),
            Endpoint::Http(host) => write!(f, "http://{host}"),
            Endpoint::Tls(host) => write!(f, "https://{host}"),
            Endpoint::Ssh(place) => write!(f, "ssh://{place}"),
        }
    }
}

impl std::str::FromStr for Target {
    type Err = EngineError;

    /// Reads `docker`, `podman`, `env`, `context:NAME`, `unix:///path`, `tcp://host:port`, `http://host:port`,
    /// `https://host:port` or `ssh://user@host:port/path`. Nothing is looked up or opened yet.
    fn from_str(given: &str) -> Result<Self, EngineError> {
        let bad = |problem: &str| EngineError::BadEndpoint { given: given.to_owned(), problem: problem.to_owned() };
        if let Some(name) = given.strip_prefix("context:") {
            let named = Target::Named(Named::Context(name.to_owned()));
            return if name.is_empty() { Err(bad("context: needs a name, as in context:default")) } else { Ok(named) };
        }
        let (scheme, rest) = match given.split_once("://") {
            Some(parts) => parts,
            None => {
                return match given {
                    "docker" => Ok(Target::Private(Family::Docker)),
                    "podman" => Ok(Target::Private(Family::Podman)),
                    "env" => Ok(Target::Named(Named::Environment)),
                    "" => Err(bad("it is empty")),
                    _ => Err(bad("it has no scheme and is no engine that Lockstep can launch")),
                };
            }
        };
        let host = rest.trim_end_matches('/');
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Target::Endpoint(Endpoint::Unix(PathBuf::from(rest)))),
            "unix" => Err(bad("a Unix socket needs an absolute path, as in unix:///var/run/docker.sock")),
            "tcp" | "http" | "https" if host.is_empty() || host.contains('/') => {
                Err(bad("expected HOST:PORT after the scheme, without a path"))
            }
            "tcp" => Ok(Target::Endpoint(Endpoint::Tcp(with_port(host, 2375)))),
            "http" => Ok(Target::Endpoint(Endpoint::Http(with_port(host, 2375)))),
            "https" => Ok(Target::Endpoint(Endpoint::Tls(with_port(host, 2376)))),
            "ssh" => SshPlace::parse(rest)
                .map(|place| Target::Endpoint(Endpoint::Ssh(place)))
                .map_err(|problem| bad(&problem)),
            other => Err(bad(&format!("the scheme {other}:// is not known"))),
        }
    }
}

/// The host with Docker's usual port when it names none.
fn with_port(host: &str, port: u16) -> String {
    let after_bracket = host.rsplit(']').next().unwrap_or(host);
    if after_bracket.contains(':') { host.to_owned() } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("docker", "Private(Docker)")]
    #[case("podman", "Private(Podman)")]
    #[case("unix:///run/docker.sock", "unix:///run/docker.sock")]
    #[case("tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375")]
    #[case("http://localhost", "http://localhost:2375")]
    #[case("https://[::1]", "https://[::1]:2376")]
    #[case("ssh://me@host:2222/run/docker.sock", "ssh://me@host:2222/run/docker.sock")]
    #[case("env", "Named(Environment)")]
    #[case("context:far", "Named(Context(\"far\"))")]
    fn reads_what_people_write(#[case] given: &str, #[case] read: &str) {
        let target: Target = given.parse().unwrap();
        let shown = match &target {
            Target::Endpoint(endpoint) => endpoint.to_string(),
            private => format!("{private:?}"),
        };
        assert_eq!(shown, read);
    }

    #[rstest]
    #[case("", "it is empty")]
    #[case("containerd", "no scheme")]
    #[case("unix://run/x", "absolute path")]
    #[case("tcp://", "HOST:PORT")]
    #[case("tcp://h:1/v1.41", "without a path")]
    #[case("context:", "needs a name")]
    #[case("ssh://", "names no host")]
    #[case("ssh://me:secret@host", "password")]
    #[case("npipe:////./pipe", "npipe:// is not known")]
    fn refuses_what_is_no_engine(#[case] given: &str, #[case] said: &str) {
        let error = given.parse::<Target>().unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert!(error.is_usage());
    }
}
