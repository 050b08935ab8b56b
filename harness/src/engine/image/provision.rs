//! Bringing the probe image onto an engine, by whichever way it has.

use super::super::{Client, EngineError, WireAnswer, WireRequest};
use super::archive::{build_context, changes, content, load_archive, rootfs_tar};
use super::{CONTENT_LABEL, IMAGE};
use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// The image that scenarios use on one engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provisioned {
    /// Its name.
    pub image: String,
    /// Its id, as the engine's inspection gives it.
    pub id: String,
    /// How it came there.
    pub how: How,
}

/// The ways an image may come onto an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It was there.
    Present,
    /// `POST /images/load`.
    Load,
    /// `POST /images/create?fromSrc=-`.
    Import,
    /// `POST /build`.
    Build,
    /// `POST /images/create?fromImage=…` of the image that the user named.
    Pull,
}

impl How {
    /// A word for messages.
    pub fn name(self) -> &'static str {
        match self {
            How::Present => "present",
            How::Load => "load",
            How::Import => "import",
            How::Build => "build",
            How::Pull => "pull",
        }
    }
}

/// Makes sure that the engine has the probe image: keeps one with this very content, else loads, imports or builds it, else pulls the named one.
pub async fn provision(client: &Client, named: Option<&str>) -> Result<Provisioned, EngineError> {
    provision_by(client, named, How::Load).await
}

/// The same, trying one way before the others: how an image came onto an engine shows in its history, so two engines that are
/// compared should have it in the same way.
pub async fn provision_by(client: &Client, named: Option<&str>, first: How) -> Result<Provisioned, EngineError> {
    if let Ok(image) = inspect(client, IMAGE).await
        && image.content.as_deref() == Some(content())
    {
        return Ok(Provisioned { image: IMAGE.to_owned(), id: image.id, how: How::Present });
    }
    let image = bring(client, named, first).await?;
    if image.how == How::Load {
        // Docker remembers when an image was last tagged, which a load is not and the first scenario that tags it would be.
        let (repository, tag) = IMAGE.split_once(':').unwrap_or((IMAGE, "latest"));
        let target = format!("/images/{}/tag?repo={}&tag={tag}", encode(IMAGE), encode(repository));
        match client.send("tag of the probe image", &post(target, Bytes::new())).await {
            Err(error) if !error.is_local() => return Err(error),
            _ => {}
        }
    }
    Ok(image)
}

async fn bring(client: &Client, named: Option<&str>, first: How) -> Result<Provisioned, EngineError> {
    let mut attempts = Vec::new();
    let mut ways = [How::Load, How::Import, How::Build];
    ways.sort_by_key(|how| *how != first);
    for how in ways {
        match attempt(client, how, request(how)).await {
            Ok(image) if image.content.as_deref() == Some(content()) => {
                return Ok(Provisioned { image: IMAGE.to_owned(), id: image.id, how });
            }
            // An engine that drops labels has the image all the same, once it has said that it took it.
            Ok(image) if image.content.is_none() => {
                return Ok(Provisioned { image: IMAGE.to_owned(), id: image.id, how });
            }
            Ok(_) => attempts
                .push(format!("  {}: the engine says it took the image, but still has an older {IMAGE}", how.name())),
            Err(Failure::Refused(problem)) => attempts.push(format!("  {}: {problem}", how.name())),
            Err(Failure::Engine(error)) if error.is_local() => attempts.push(format!("  {}: {error}", how.name())),
            Err(Failure::Engine(error)) => return Err(error),
        }
    }
    let Some(named) = named else {
        attempts.push("  pull: no image was named".to_owned());
        return Err(failed(client, &attempts));
    };
    if let Ok(image) = inspect(client, named).await {
        return Ok(Provisioned { image: named.to_owned(), id: image.id, how: How::Present });
    }
    match pull(client, named).await {
        Ok(image) => Ok(Provisioned { image: named.to_owned(), id: image.id, how: How::Pull }),
        Err(problem) => {
            attempts.push(format!("  pull of {named}: {problem}"));
            Err(failed(client, &attempts))
        }
    }
}

fn failed(client: &Client, attempts: &[String]) -> EngineError {
    EngineError::Provision { engine: client.name(), attempts: attempts.join("\n") }
}

/// What an inspection says of an image.
struct Image {
    id: String,
    content: Option<String>,
}

enum Failure {
    /// The engine answered, but did not take the image.
    Refused(String),
    /// The exchange itself failed.
    Engine(EngineError),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Refused(problem) => f.write_str(problem),
            Failure::Engine(error) => error.fmt(f),
        }
    }
}

fn request(how: How) -> WireRequest {
    let (target, body) = match how {
        How::Load => ("/images/load?quiet=true".to_owned(), load_archive(IMAGE)),
        How::Import => {
            let changes: String = changes().iter().map(|line| format!("&changes={}", encode(line))).collect();
            // The tag within `repo`, as the API allows: Podman 4.3 ignores `tag` here.
            (format!("/images/create?fromSrc=-&repo={}{changes}", encode(IMAGE)), rootfs_tar())
        }
        _ => (format!("/build?t={}&rm=true&forcerm=true", encode(IMAGE)), build_context()),
    };
    post(target, body.into())
}

fn post(target: String, body: Bytes) -> WireRequest {
    let headers = vec![("content-type".to_owned(), "application/x-tar".to_owned())];
    WireRequest { method: "POST".to_owned(), target, headers, body }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Sends the request, and believes the engine only when the image can be inspected afterwards.
async fn attempt(client: &Client, how: How, request: WireRequest) -> Result<Image, Failure> {
    let during = format!("{} of the probe image", how.name());
    let answer = client.send(&during, &request).await.map_err(Failure::Engine)?;
    check(&answer).map_err(Failure::Refused)?;
    inspect(client, IMAGE).await
}

async fn pull(client: &Client, named: &str) -> Result<Image, Failure> {
    let (repository, tag) = split_name(named);
    let target = format!("/images/create?fromImage={}&tag={}", encode(repository), encode(tag));
    let request = WireRequest { method: "POST".to_owned(), target, headers: Vec::new(), body: Bytes::new() };
    let answer = client.send(&format!("pull of {named}"), &request).await.map_err(Failure::Engine)?;
    check(&answer).map_err(Failure::Refused)?;
    inspect(client, named).await
}

/// A name's repository and its tag or digest; the port of a registry is no tag.
fn split_name(named: &str) -> (&str, &str) {
    if let Some(parts) = named.split_once('@') {
        return parts;
    }
    match named.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (named, "latest"),
    }
}

/// Whether the answer, or the last line of its progress text, says that it failed.
fn check(answer: &WireAnswer) -> Result<(), String> {
    let text = String::from_utf8_lossy(&answer.body);
    if answer.status >= 300 {
        let said = serde_json::from_str::<Value>(&text).ok();
        let said = said.as_ref().and_then(|body| body.get("message").and_then(Value::as_str)).unwrap_or(&text).trim();
        return Err(format!("status {}: {}", answer.status, shorten(said)));
    }
    let mut lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    match lines.find_map(|line| line.get("error").and_then(Value::as_str).map(str::to_owned)) {
        Some(problem) => Err(shorten(problem.trim())),
        None => Ok(()),
    }
}

fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

async fn inspect(client: &Client, name: &str) -> Result<Image, Failure> {
    let target = format!("/images/{name}/json");
    let request = WireRequest { method: "GET".to_owned(), target, headers: Vec::new(), body: Bytes::new() };
    let answer = client.send(&format!("inspection of {name}"), &request).await.map_err(Failure::Engine)?;
    let body = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    match text("/Id") {
        Some(id) if answer.status == 200 => Ok(Image { id, content: text(&format!("/Config/Labels/{CONTENT_LABEL}")) }),
        _ => {
            Err(Failure::Refused(format!("the engine took it, but GET /images/{name}/json answers {}", answer.status)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Family, Limits, launch};
    use super::*;
    use rstest::rstest;
    use std::time::Duration;

    fn answer(status: u16, body: &str) -> WireAnswer {
        WireAnswer { status, headers: Vec::new(), body: body.to_owned().into(), duration: Duration::ZERO }
    }

    #[rstest]
    #[case("host:5000/some/probe", "host:5000/some/probe", "latest")]
    #[case("host:5000/some/probe:2", "host:5000/some/probe", "2")]
    #[case("probe", "probe", "latest")]
    #[case("probe@sha256:ab", "probe", "sha256:ab")]
    fn splits_names(#[case] named: &str, #[case] repository: &str, #[case] tag: &str) {
        assert_eq!(split_name(named), (repository, tag));
    }

    #[rstest]
    #[case(200, "{\"stream\":\"Loaded\"}\n", None)]
    #[case(200, "{\"status\":\"x\"}\n{\"error\":\"no space\",\"errorDetail\":{}}\n", Some("no space"))]
    #[case(501, "{\"message\":\"not implemented\"}", Some("status 501: not implemented"))]
    #[case(404, "page not found\n", Some("status 404: page not found"))]
    fn believes_no_failed_answer(#[case] status: u16, #[case] body: &str, #[case] said: Option<&str>) {
        let problem = check(&answer(status, body)).err();
        assert_eq!(problem.as_deref(), said);
    }

    #[rstest]
    #[case(Family::Docker)]
    #[case(Family::Podman)]
    #[tokio::test]
    #[ignore = "launches an engine"]
    async fn comes_onto_an_engine_by_each_way(#[case] family: Family) {
        let (client, daemon) = launch(family, Limits::default()).await.unwrap();
        for how in [How::Import, How::Build, How::Load] {
            let image =
                attempt(&client, how, request(how)).await.unwrap_or_else(|problem| panic!("{}: {problem}", how.name()));
            assert_eq!(image.content.as_deref(), Some(content()), "{}", how.name());
            let gone = WireRequest {
                method: "DELETE".to_owned(),
                target: format!("/images/{IMAGE}?force=true"),
                headers: Vec::new(),
                body: Bytes::new(),
            };
            assert_eq!(client.send("removal", &gone).await.unwrap().status, 200);
        }
        let error = pull(&client, "127.0.0.1:1/none:1").await.err().unwrap().to_string();
        assert!(error.contains("connection refused"), "{error}");
        daemon.stop().await;
    }
}
