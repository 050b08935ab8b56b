//! An engine in use: reached or launched, named, and at a negotiated API version.

use super::context::process_environment;
use super::launch::{Daemon, launch};
use super::version::{ApiRange, ApiVersion, bounds_told};
use super::{Client, Endpoint, EngineError, EngineIdentity, Limits, Target, TlsFiles, WireAnswer, WireRequest};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An engine that answers.
pub struct Engine {
    /// The way to it.
    pub client: Client,
    /// Its name and versions.
    pub identity: EngineIdentity,
    /// The API versions it speaks.
    pub range: ApiRange,
    /// Whether scenarios may act on all that is on it: launched by Lockstep, or marked so.
    pub disposable: bool,
    /// Paths that the normaliser turns into symbols.
    pub facts: Facts,
    /// What answers in place of the engine itself, in words for people; `None` when it answers itself.
    pub stand_in: Option<String>,
    daemon: Option<Daemon>,
    front: Option<Front>,
}

/// Something that listens in front of a private daemon and answers for it.
pub struct Front {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// What it is, in words for people.
    pub words: String,
    /// Lives as long as the engine; dropping it ends it.
    pub guard: Box<dyn Send + Sync>,
}

/// What is known of an engine besides its name.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Where it keeps its data (`DockerRootDir` of `/info`).
    pub data_root: Option<String>,
    /// The folder of a launched daemon.
    pub folder: Option<String>,
    /// The name of a launched daemon's control group.
    pub group: Option<String>,
}

impl Engine {
    /// Launches or reaches the engine and asks who it is. `role` is what messages call it until then.
    pub async fn start(
        target: &Target,
        role: &str,
        tls: Option<&TlsFiles>,
        limits: Limits,
    ) -> Result<Engine, EngineError> {
        let (client, daemon) = match target {
            Target::Private(family) => {
                let (client, daemon) = launch(*family, limits).await?;
                (client, Some(daemon))
            }
            _ => match target.resolve(tls, &process_environment)? {
                Some(place) => (Client::new(place.endpoint, place.tls.as_ref(), role, limits)?, None),
                None => return Err(EngineError::Configuration(format!("{role}: this engine has no endpoint"))),
            },
        };
        let (identity, range) = identify(&client, limits).await?;
        let facts = facts(&client, daemon.as_ref()).await?;
        let disposable = daemon.is_some();
        Ok(Engine { client, identity, range, disposable, facts, stand_in: None, daemon, front: None })
    }

    /// The engine that something in front of a private daemon makes of it. `direct` is the way to the daemon itself.
    pub async fn behind(
        front: Front,
        (direct, daemon): (Client, Daemon),
        role: &str,
        limits: Limits,
    ) -> Result<Engine, EngineError> {
        let client = Client::new(front.endpoint.clone(), None, role, limits)?.with_log(Some(daemon.log().to_owned()));
        let (identity, range) = identify(&client, limits).await?;
        let facts = facts(&direct, Some(&daemon)).await?;
        let stand_in = Some(front.words.clone());
        let (daemon, front) = (Some(daemon), Some(front));
        Ok(Engine { client, identity, range, disposable: true, facts, stand_in, daemon, front })
    }

    /// The engine that something which is not this process's daemon holds, for as long as the guard lives.
    pub async fn fronted(front: Front, role: &str, limits: Limits) -> Result<Engine, EngineError> {
        let client = Client::new(front.endpoint.clone(), None, role, limits)?;
        let (identity, range) = identify(&client, limits).await?;
        let facts = facts(&client, None).await?;
        let front = Some(front);
        Ok(Engine { client, identity, range, disposable: true, facts, stand_in: None, daemon: None, front })
    }

    /// The name of this engine's snapshot folder. At another API version than its own highest it answers otherwise, and has another one:
    /// `docker-20.10`, `docker-20.10-api-1.21`.
    pub fn slug(&self) -> String {
        let slug = self.identity.slug();
        if self.is_in_lane() { format!("{slug}-api-{}", self.identity.api) } else { slug }
    }

    /// Whether it is driven at another API version than its own highest.
    pub fn is_in_lane(&self) -> bool {
        self.identity.api != self.range.max.to_string()
    }

    /// Whether the engine takes requests of this version. If its refusal tells bounds that `/version` did not, they are in `range` now,
    /// and another version may be agreed on; any other refusal is an error.
    pub async fn accepts(&mut self, version: ApiVersion) -> Result<bool, EngineError> {
        let path = format!("/v{version}/version");
        let answer = self.client.send_bare(&format!("GET {path}"), &get(&path)).await?;
        let text = String::from_utf8_lossy(&answer.body);
        match answer.status {
            400 if self.range.narrow(&text) => Ok(false),
            400 => {
                let speaks = self.range;
                let problem = format!(
                    "it says that it speaks API {speaks}, but refuses API {version}: {}\n  give another with --api-version",
                    brief(&text)
                );
                Err(self.client.unusable(problem))
            }
            _ => Ok(true),
        }
    }

    /// From now on requests carry this version.
    pub fn use_api(&mut self, version: ApiVersion) {
        self.identity.api = version.to_string();
        self.client.set_identity(&self.identity.engine, Some(&self.identity.api));
    }

    /// Its user says that nothing on it is of worth.
    pub fn mark_disposable(&mut self) {
        self.disposable = true;
    }

    /// Whether Lockstep started it, itself or in a container.
    pub fn is_own(&self) -> bool {
        self.daemon.is_some() || self.front.is_some()
    }

    /// The daemon behind it, where Lockstep launched it.
    pub fn daemon(&self) -> Option<&Daemon> {
        self.daemon.as_ref()
    }

    /// The log of a launched daemon.
    pub fn log(&self) -> Option<&Path> {
        self.daemon.as_ref().map(Daemon::log)
    }

    /// Keeps a copy of a launched daemon's log outside its folder.
    pub fn keep_log(&self) -> Option<PathBuf> {
        self.daemon.as_ref().and_then(keep_log)
    }

    /// Ends it, where Lockstep launched it.
    pub async fn stop(self) {
        drop(self.front);
        if let Some(daemon) = self.daemon {
            daemon.stop().await;
        }
    }
}

/// Who answers, and which API versions it speaks.
async fn identify(client: &Client, limits: Limits) -> Result<(EngineIdentity, ApiRange), EngineError> {
    let answer = first_version(client, limits).await?;
    let version: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    let unusable = |problem: &str| client.unusable(format!("{problem}; is this a Docker-compatible engine?"));
    let mut range = ApiRange::of(&version).map_err(|problem| unusable(&problem))?;
    if range.has_no_minimum() {
        // Its refusal of a version that nobody speaks any more tells.
        let refusal = client.send_bare("GET /v1.0/version", &get("/v1.0/version")).await?;
        if refusal.status == 400 {
            range.narrow(&String::from_utf8_lossy(&refusal.body));
        }
    }
    let own = version["Version"].as_str().ok_or_else(|| unusable("GET /version answers without a Version"))?;
    let server = answer.headers.iter().find(|(name, _)| name == "server").map_or("", |(_, value)| value);
    let identity =
        EngineIdentity { engine: family_name(&version, server), version: plain(own), api: range.max.to_string() };
    client.set_identity(&identity.engine, None);
    Ok((identity, range))
}

/// What is known of an engine besides its name.
async fn facts(client: &Client, daemon: Option<&Daemon>) -> Result<Facts, EngineError> {
    let info = client.send_bare("GET /info", &get("/info")).await?;
    let info: Value = serde_json::from_slice(&info.body).unwrap_or(Value::Null);
    let data_root = info["DockerRootDir"].as_str().map(str::to_owned);
    let folder = daemon.map(|daemon| daemon.folder().display().to_string());
    // Control groups are named after the folder.
    let group = folder.as_deref().and_then(|folder| Some(folder.rsplit('/').next()?.rsplit_once('-')?.0.to_owned()));
    Ok(Facts { data_root, folder, group })
}

/// Copies a daemon's log beside the temporary folders: the daemon's own folder goes with it.
fn keep_log(daemon: &Daemon) -> Option<PathBuf> {
    let kept = std::env::temp_dir().join(format!("{}.log", daemon.folder().file_name()?.to_string_lossy()));
    std::fs::copy(daemon.log(), &kept).ok().map(|_| kept)
}

/// The first exchange: who is there. An engine that takes no request without a version says in its refusal which one it takes.
async fn first_version(client: &Client, limits: Limits) -> Result<WireAnswer, EngineError> {
    let patience = match client.endpoint() {
        // Host look-up, key exchange and a command on the far side.
        Endpoint::Ssh(_) => limits.deadline,
        _ => Duration::from_secs(4).min(limits.deadline),
    };
    let answer = client.send_first("GET /version", &get("/version"), patience).await?;
    if answer.status != 400 {
        return Ok(answer);
    }
    let text = String::from_utf8_lossy(&answer.body);
    // Go's net/http and nginx say so; others just end the connection.
    if text.contains("HTTP request to an HTTPS server") || text.contains("plain HTTP request was sent to HTTPS port") {
        return Err(client.unusable("it speaks TLS: write https://HOST:PORT (with --tls-ca, --tls-cert and --tls-key), or set DOCKER_TLS_VERIFY=1".to_owned()));
    }
    match bounds_told(&text) {
        (Some(told), _) | (None, Some(told)) => {
            let path = format!("/v{told}/version");
            client.send_bare(&format!("GET {path}"), &get(&path)).await
        }
        (None, None) => Err(client.unusable(format!("GET /version answers 400: {}", brief(&text)))),
    }
}

/// The beginning of a text that an engine sent, in one line.
fn brief(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 300 { format!("{}…", line.chars().take(300).collect::<String>()) } else { line }
}

fn get(target: &str) -> WireRequest {
    WireRequest { method: "GET".to_owned(), target: target.to_owned(), headers: Vec::new(), body: Default::default() }
}

/// What the engine calls itself: Docker's first component is "Engine", Podman's "Podman Engine" (20.10.24, 4.3.1). SDC Docker names
/// Triton in its Server header, and where a front end has taken that away, it is the one that runs on node.
fn family_name(version: &Value, server: &str) -> String {
    let runs_on_node = version["GoVersion"].as_str().is_some_and(|go| go.starts_with("node"));
    if server.starts_with("Triton/") || runs_on_node {
        return "sdc-docker".to_owned();
    }
    let component = version.pointer("/Components/0/Name").and_then(Value::as_str).unwrap_or("Engine");
    match component {
        "Engine" => "docker".to_owned(),
        "Podman Engine" => "podman".to_owned(),
        other => other.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
    }
}

/// `20.10.24+dfsg1` without the distribution's suffix.
fn plain(version: &str) -> String {
    version.split(['+', '~', '-']).next().unwrap_or(version).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case(json!({"Components": [{"Name": "Engine"}]}), "Docker/20.10.24 (linux)", "docker")]
    #[case(json!({"Components": [{"Name": "Podman Engine"}]}), "Libpod/4.3.1 (linux)", "podman")]
    #[case(json!({}), "Triton/1.9.0 (linux)", "sdc-docker")]
    #[case(json!({"GoVersion": "node0.10.48"}), "nginx", "sdc-docker")]
    #[case(json!({"Components": [{"Name": "My Engine"}]}), "", "my-engine")]
    fn names_the_family(#[case] version: Value, #[case] server: &str, #[case] name: &str) {
        assert_eq!(family_name(&version, server), name);
    }

    #[test]
    fn leaves_the_distribution_out_of_the_version() {
        assert_eq!(plain("20.10.24+dfsg1"), "20.10.24");
        assert_eq!(plain("5.0.0-rc1"), "5.0.0");
    }
}
