//! Where to listen and where the engine is.

use crate::Error;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// A Unix socket or a TCP address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A Unix socket's path.
    Unix(PathBuf),
    /// `host:port`.
    Tcp(String),
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Endpoint::Unix(path) => write!(f, "unix://{}", path.display()),
            Endpoint::Tcp(host) => write!(f, "tcp://{host}"),
        }
    }
}

impl FromStr for Endpoint {
    type Err = Error;

    /// Reads `unix:///path`, `tcp://host:port` or `http://host:port`.
    fn from_str(given: &str) -> Result<Self, Error> {
        let bad = |problem: &str| Error::BadEndpoint { given: given.to_owned(), problem: problem.to_owned() };
        let (scheme, rest) = given.split_once("://").ok_or_else(|| bad("it has no scheme"))?;
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Endpoint::Unix(PathBuf::from(rest))),
            "unix" => Err(bad("a Unix socket needs an absolute path")),
            "tcp" | "http" => {
                let host = rest.trim_end_matches('/');
                let port = host.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
                if host.contains('/') || port.is_none() {
                    return Err(bad("a host and a port are needed"));
                }
                Ok(Endpoint::Tcp(host.to_owned()))
            }
            _ => Err(bad("this scheme is not known here")),
        }
    }
}

/// A connected socket of either kind.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

impl Endpoint {
    /// Connects.
    pub(crate) async fn connect(&self) -> std::io::Result<Box<dyn Socket>> {
        match self {
            Endpoint::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
            Endpoint::Tcp(host) => {
                let stream = TcpStream::connect(host.as_str()).await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }

    /// Whether others than this machine's users could reach a listener here. A name counts as reachable unless it is `localhost`.
    pub fn is_exposed(&self) -> bool {
        match self {
            Endpoint::Unix(_) => false,
            Endpoint::Tcp(host) => match host.parse::<SocketAddr>() {
                Ok(address) => !loopback(address.ip()),
                Err(_) => host.rsplit_once(':').is_none_or(|(name, _)| name != "localhost"),
            },
        }
    }
}

/// `::ffff:127.0.0.1` counts too.
fn loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("unix:///run/d.sock", false)]
    #[case("tcp://127.0.0.1:0", false)]
    #[case("tcp://127.8.0.1:2375", false)]
    #[case("tcp://[::1]:2375", false)]
    #[case("tcp://[::ffff:127.0.0.1]:2375", false)]
    #[case("tcp://localhost:2375", false)]
    #[case("tcp://0.0.0.0:2375", true)]
    #[case("tcp://[::]:2375", true)]
    #[case("tcp://10.0.0.1:2375", true)]
    #[case("tcp://localhost.example.org:2375", true)]
    fn tells_who_could_reach_it(#[case] given: &str, #[case] exposed: bool) {
        let endpoint: Endpoint = given.parse().unwrap();
        assert_eq!(endpoint.is_exposed(), exposed);
        assert_eq!(endpoint.to_string(), given);
    }

    #[rstest]
    #[case("docker")]
    #[case("unix://relative")]
    #[case("tcp://host")]
    #[case("tcp://host:1/path")]
    #[case("https://host:1")]
    fn refuses(#[case] given: &str) {
        assert!(given.parse::<Endpoint>().is_err());
    }
}
