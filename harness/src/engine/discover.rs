//! Engines that are on this machine already.

use super::context::{default_place, process_environment};
use super::{Endpoint, Named, Target};
use std::path::{Path, PathBuf};

/// An engine that may be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where.
    pub endpoint: Endpoint,
    /// What named it: a variable or the usual place.
    pub from: String,
    /// What to start it by: certificates that DOCKER_CERT_PATH names go with it.
    pub target: Target,
}

/// DOCKER_HOST, then the sockets of Docker and Podman, rootless ones too; only those that exist. Nothing is opened.
pub fn find() -> Vec<Found> {
    find_in(process_environment, Path::exists)
}

fn find_in(variable: impl Fn(&str) -> Option<String>, exists: impl Fn(&Path) -> bool) -> Vec<Found> {
    let mut found = Vec::new();
    if variable("DOCKER_HOST").is_some()
        && let Ok(place) = default_place(&variable)
    {
        let target = Target::Named(Named::Environment);
        found.push(Found { endpoint: place.endpoint, from: "DOCKER_HOST".to_owned(), target });
    }
    let runtime = variable("XDG_RUNTIME_DIR").map(PathBuf::from);
    let home = variable("HOME").map(PathBuf::from);
    let usual = [
        Some(PathBuf::from("/var/run/docker.sock")),
        runtime.as_ref().map(|folder| folder.join("docker.sock")),
        home.as_ref().map(|folder| folder.join(".docker/run/docker.sock")),
        runtime.as_ref().map(|folder| folder.join("podman/podman.sock")),
        Some(PathBuf::from("/run/podman/podman.sock")),
    ];
    for path in usual.into_iter().flatten().filter(|path| exists(path)) {
        let from = path.display().to_string();
        let endpoint = Endpoint::Unix(path);
        found.push(Found { target: Target::Endpoint(endpoint.clone()), endpoint, from });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_host_comes_first_and_rootless_sockets_are_found() {
        let variables = |name: &str| match name {
            "DOCKER_HOST" => Some("tcp://127.0.0.1:2376".to_owned()),
            "DOCKER_TLS_VERIFY" => Some("1".to_owned()),
            "DOCKER_CERT_PATH" => Some("/nowhere".to_owned()),
            "XDG_RUNTIME_DIR" => Some("/run/user/1000".to_owned()),
            _ => None,
        };
        let found = find_in(variables, |path| path.starts_with("/run/user/1000/podman"));
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].endpoint, Endpoint::Tls("127.0.0.1:2376".to_owned()));
        assert_eq!(found[0].target, Target::Named(Named::Environment));
        assert_eq!(found[1].from, "/run/user/1000/podman/podman.sock");
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        assert_eq!(find_in(|_| None, |_| false), []);
    }
}
