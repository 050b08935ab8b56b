//! The engines that Docker's own client knows: DOCKER_HOST with its certificates, and contexts.
//!
//! Read as docker CLI 20.10 to 28 do it: `cli/flags/options.go` (DOCKER_CERT_PATH, DOCKER_TLS, DOCKER_TLS_VERIFY),
//! `cli/command/cli.go` `resolveContextName` (DOCKER_HOST, DOCKER_CONTEXT, `currentContext`, in this order), `cli/context/store`
//! (`contexts/meta/<sha256 of the name>/meta.json`, `contexts/tls/<same>/docker/*.pem`) and `opts/hosts.go` (the default host).

use super::{Endpoint, EngineError, Named, Target, TlsFiles};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Looks a variable up; an empty one counts as not set.
pub(super) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// This process's environment.
pub(super) fn process_environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// An endpoint and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) endpoint: Endpoint,
    /// Its certificates, where it is reached over TLS.
    pub(super) tls: Option<TlsFiles>,
}

impl Target {
    /// Where the target is, and the certificates to use there: those given by flags, else those that Docker's variables or
    /// the context name. A context has its own: flags do not apply to it. `None` for a daemon that is yet to be launched.
    pub(super) fn resolve(
        &self,
        given: Option<&TlsFiles>,
        variables: Variables<'_>,
    ) -> Result<Option<Place>, EngineError> {
        let place = match self {
            Target::Private(_) => return Ok(None),
            Target::Named(Named::Context(name)) if name != "default" => return context(name, variables).map(Some),
            Target::Named(Named::Context(_)) => default_place(variables)?,
            Target::Named(Named::Environment) => match current_context(variables)? {
                Some(name) => return context(&name, variables).map(Some),
                None => default_place(variables)?,
            },
            Target::Endpoint(endpoint) => secured(endpoint.clone(), variables),
        };
        let given = given.cloned().unwrap_or_default();
        let tls = matches!(place.endpoint, Endpoint::Tls(_)).then(|| given.or(place.tls.unwrap_or_default()));
        Ok(Some(Place { endpoint: place.endpoint, tls }))
    }

    /// Whether `--tls-*` flags have a meaning for it.
    pub fn takes_tls_flags(&self) -> bool {
        match self {
            Target::Private(_) => false,
            Target::Named(_) => true,
            Target::Endpoint(endpoint) => {
                matches!(secured(endpoint.clone(), &process_environment).endpoint, Endpoint::Tls(_))
            }
        }
    }
}

/// DOCKER_HOST, else the usual socket: what the context `default` stands for.
pub(super) fn default_place(variables: Variables<'_>) -> Result<Place, EngineError> {
    let tls = docker_tls(variables).is_some();
    let Some(host) = variables("DOCKER_HOST") else {
        // opts/hosts.go: with TLS, the default host is tcp://localhost:2376.
        return Ok(if tls {
            secured(Endpoint::Tcp("localhost:2376".to_owned()), variables)
        } else {
            Place { endpoint: Endpoint::Unix(PathBuf::from("/var/run/docker.sock")), tls: None }
        });
    };
    docker_host(&host)
        .map(|endpoint| secured(endpoint, variables))
        .map_err(|problem| EngineError::Configuration(format!("DOCKER_HOST={host}: {problem}")))
}

/// A host as Docker's client writes it; without a scheme it is tcp.
fn docker_host(host: &str) -> Result<Endpoint, String> {
    let written = match host {
        "unix://" => "unix:///var/run/docker.sock".to_owned(),
        _ if host.contains("://") => host.to_owned(),
        _ => format!("tcp://{host}"),
    };
    match written.parse() {
        Ok(Target::Endpoint(endpoint)) => Ok(endpoint),
        Err(EngineError::BadEndpoint { problem, .. }) => Err(problem),
        _ => Err("it is no endpoint".to_owned()),
    }
}

/// With DOCKER_TLS_VERIFY (or DOCKER_TLS), tcp:// is TLS; https:// takes the certificates that these name too.
fn secured(endpoint: Endpoint, variables: Variables<'_>) -> Place {
    let tls = docker_tls(variables);
    match endpoint {
        Endpoint::Tcp(host) if tls.is_some() => Place { endpoint: Endpoint::Tls(host), tls },
        Endpoint::Tls(_) => Place { endpoint, tls },
        _ => Place { endpoint, tls: None },
    }
}

/// The files of DOCKER_CERT_PATH (default: the configuration folder) when DOCKER_TLS_VERIFY or DOCKER_TLS is set to anything, `0` too.
/// The client certificate and its key may be absent, the authority may not; DOCKER_TLS alone asks for TLS without verifying the engine.
fn docker_tls(variables: Variables<'_>) -> Option<TlsFiles> {
    let verify = variables("DOCKER_TLS_VERIFY").is_some();
    if !verify && variables("DOCKER_TLS").is_none() {
        return None;
    }
    let folder = variables("DOCKER_CERT_PATH").map(PathBuf::from).or_else(|| config_folder(variables))?;
    let files = TlsFiles::from_folder(&folder);
    Some(TlsFiles { ca: verify.then(|| folder.join("ca.pem")), skip_verify: !verify, ..files })
}

/// DOCKER_CONFIG, else `~/.docker`.
fn config_folder(variables: Variables<'_>) -> Option<PathBuf> {
    variables("DOCKER_CONFIG").map(PathBuf::from).or_else(|| Some(PathBuf::from(variables("HOME")?).join(".docker")))
}

/// The context that `docker` uses now, unless it is the default one.
fn current_context(variables: Variables<'_>) -> Result<Option<String>, EngineError> {
    if variables("DOCKER_HOST").is_some() {
        return Ok(None);
    }
    let name = match (variables("DOCKER_CONTEXT"), config_folder(variables)) {
        (Some(name), _) => Some(name),
        (None, Some(folder)) if folder.join("config.json").exists() => {
            let file = folder.join("config.json");
            json(&file)?["currentContext"].as_str().map(str::to_owned)
        }
        _ => None,
    };
    Ok(name.filter(|name| !name.is_empty() && name != "default"))
}

/// The endpoint and certificates of a context.
fn context(name: &str, variables: Variables<'_>) -> Result<Place, EngineError> {
    let folder = config_folder(variables).map(|folder| folder.join("contexts")).ok_or_else(|| {
        EngineError::Configuration(format!("context '{name}': neither DOCKER_CONFIG nor HOME says where contexts are"))
    })?;
    let digest: String = Sha256::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let file = folder.join("meta").join(&digest).join("meta.json");
    if !file.exists() {
        return Err(EngineError::Configuration(format!(
            "there is no Docker context '{name}' in {}; known are: {}\n  `docker context create` makes one",
            folder.display(),
            known(&folder).join(", ")
        )));
    }
    let meta = json(&file)?;
    let wrong = |problem: &str| EngineError::Configuration(format!("context '{name}' ({}): {problem}", file.display()));
    let docker = &meta["Endpoints"]["docker"];
    let host = docker["Host"]
        .as_str()
        .filter(|host| !host.is_empty())
        .ok_or_else(|| wrong("it has no docker endpoint (Endpoints.docker.Host)"))?;
    let endpoint = docker_host(host).map_err(|problem| wrong(&format!("its host {host}: {problem}")))?;
    let files = TlsFiles::from_folder(&folder.join("tls").join(&digest).join("docker"));
    let skip_verify = docker["SkipTLSVerify"].as_bool().unwrap_or(false);
    let wants_tls = skip_verify || files != TlsFiles::default();
    // Like the docker CLI (cli/context/docker/load.go): tcp:// is TLS as soon as the context says anything about TLS.
    let endpoint = match endpoint {
        Endpoint::Tcp(host) if wants_tls => Endpoint::Tls(host),
        other => other,
    };
    let tls = matches!(endpoint, Endpoint::Tls(_)).then_some(TlsFiles { skip_verify, ..files });
    Ok(Place { endpoint, tls })
}

/// The names of all contexts, `default` first.
fn known(folder: &Path) -> Vec<String> {
    let listed = std::fs::read_dir(folder.join("meta")).into_iter().flatten().flatten();
    let named =
        listed.filter_map(|entry| json(&entry.path().join("meta.json")).ok()?["Name"].as_str().map(str::to_owned));
    let mut names: Vec<String> = named.collect();
    names.sort();
    names.insert(0, "default".to_owned());
    names
}

fn json(file: &Path) -> Result<Value, EngineError> {
    let wrong = |problem: String| EngineError::Configuration(format!("{}: {problem}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    serde_json::from_str(&text).map_err(|error| wrong(format!("is no JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn resolve(target: &str, variables: &[(&str, &str)]) -> Result<Place, EngineError> {
        let look = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        target.parse::<Target>().unwrap().resolve(None, &look).map(Option::unwrap)
    }

    #[rstest]
    #[case("env", &[], "unix:///var/run/docker.sock", None)]
    #[case("env", &[("DOCKER_HOST", "unix://")], "unix:///var/run/docker.sock", None)]
    #[case("env", &[("DOCKER_HOST", "far:2375")], "tcp://far:2375", None)]
    #[case("env", &[("DOCKER_HOST", "ssh://me@far")], "ssh://me@far", None)]
    #[case("context:default", &[("DOCKER_HOST", "tcp://far"), ("DOCKER_TLS_VERIFY", "0"), ("HOME", "/h")], "https://far:2375", Some("/h/.docker/ca.pem"))]
    #[case("env", &[("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CONFIG", "/c")], "https://localhost:2376", Some("/c/ca.pem"))]
    #[case("tcp://far:1", &[("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/p")], "https://far:1", Some("/p/ca.pem"))]
    #[case("https://far:1", &[("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/p")], "https://far:1", Some("/p/ca.pem"))]
    #[case("http://far:1", &[("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/p")], "http://far:1", None)]
    #[case("tcp://far:1", &[("DOCKER_CERT_PATH", "/p")], "tcp://far:1", None)]
    fn reads_dockers_variables(
        #[case] target: &str,
        #[case] variables: &[(&str, &str)],
        #[case] endpoint: &str,
        #[case] ca: Option<&str>,
    ) {
        let place = resolve(target, variables).unwrap();
        assert_eq!(place.endpoint.to_string(), endpoint);
        assert_eq!(place.tls.and_then(|tls| tls.ca), ca.map(PathBuf::from));
    }

    #[test]
    fn docker_tls_alone_does_not_verify() {
        let place = resolve("env", &[("DOCKER_HOST", "tcp://far"), ("DOCKER_TLS", "1"), ("HOME", "/h")]).unwrap();
        assert_eq!(place.tls, Some(TlsFiles { skip_verify: true, ..TlsFiles::default() }));
    }

    /// The folders that `docker context create far` (CLI 28.2.2) makes.
    fn contexts() -> (tempfile::TempDir, PathBuf) {
        let config = tempfile::tempdir().unwrap();
        for (name, endpoint) in [
            ("far", r#"{"Host":"tcp://far:2376","SkipTLSVerify":false}"#),
            ("lax", r#"{"Host":"tcp://lax:2376","SkipTLSVerify":true}"#),
            ("plain", r#"{"Host":"tcp://plain:2375","SkipTLSVerify":false}"#),
            ("shell", r#"{"Host":"ssh://me@far","SkipTLSVerify":false}"#),
            ("odd", r#"{"Host":"fd://3","SkipTLSVerify":false}"#),
            ("empty", "{}"),
        ] {
            let sum: String = Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
            let meta = config.path().join("contexts/meta").join(&sum);
            std::fs::create_dir_all(&meta).unwrap();
            let text = format!(r#"{{"Name":"{name}","Metadata":{{}},"Endpoints":{{"docker":{endpoint}}}}}"#);
            std::fs::write(meta.join("meta.json"), text).unwrap();
            if name == "far" {
                let tls = config.path().join("contexts/tls").join(&sum).join("docker");
                std::fs::create_dir_all(&tls).unwrap();
                std::fs::write(tls.join("ca.pem"), "").unwrap();
            }
        }
        let path = config.path().to_owned();
        (config, path)
    }

    #[rstest]
    #[case("far", "https://far:2376", true, false)]
    #[case("lax", "https://lax:2376", true, true)]
    #[case("plain", "tcp://plain:2375", false, false)]
    #[case("shell", "ssh://me@far", false, false)]
    fn reads_contexts(#[case] name: &str, #[case] endpoint: &str, #[case] tls: bool, #[case] skip: bool) {
        let (_config, path) = contexts();
        let config = path.to_str().unwrap();
        let place = resolve(&format!("context:{name}"), &[("DOCKER_CONFIG", config)]).unwrap();
        assert_eq!(place.endpoint.to_string(), endpoint);
        assert_eq!(place.tls.is_some(), tls);
        assert_eq!(place.tls.as_ref().is_some_and(|tls| tls.skip_verify), skip);
        assert_eq!(place, resolve("env", &[("DOCKER_CONFIG", config), ("DOCKER_CONTEXT", name)]).unwrap());
        std::fs::write(path.join("config.json"), format!(r#"{{"currentContext":"{name}"}}"#)).unwrap();
        assert_eq!(place, resolve("env", &[("DOCKER_CONFIG", config)]).unwrap());
        let other = resolve("env", &[("DOCKER_CONFIG", config), ("DOCKER_HOST", "unix:///x")]).unwrap();
        assert_eq!(other.endpoint.to_string(), "unix:///x");
    }

    #[rstest]
    #[case("context:nowhere", &[], "no Docker context 'nowhere'")]
    #[case("context:nowhere", &[], "known are: default, empty, far, lax, odd, plain, shell")]
    #[case("context:empty", &[], "no docker endpoint")]
    #[case("context:odd", &[], "fd:// is not known")]
    #[case("env", &[("DOCKER_HOST", "npipe:////./pipe/x")], "DOCKER_HOST=npipe:////./pipe/x")]
    fn says_what_is_wrong_and_exits_2(#[case] target: &str, #[case] variables: &[(&str, &str)], #[case] says: &str) {
        let (_config, path) = contexts();
        let variables = [variables, &[("DOCKER_CONFIG", path.to_str().unwrap())]].concat();
        let error = resolve(target, &variables).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(error.is_usage());
    }

    #[test]
    fn flags_come_before_variables_file_by_file() {
        let look = |name: &str| match name {
            "DOCKER_TLS_VERIFY" => Some("1".to_owned()),
            "DOCKER_CERT_PATH" => Some("/p".to_owned()),
            _ => None,
        };
        let given = TlsFiles { cert: Some("/c.pem".into()), ..TlsFiles::default() };
        let place = "https://far".parse::<Target>().unwrap().resolve(Some(&given), &look).unwrap().unwrap();
        let tls = place.tls.unwrap();
        assert_eq!((tls.ca, tls.cert), (Some("/p/ca.pem".into()), Some("/c.pem".into())));
    }
}
