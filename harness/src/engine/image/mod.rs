//! The probe image: one static binary in archives made in this process, brought onto an engine without any registry.

mod archive;

pub use archive::{load_archive, rootfs};

use super::{Client, EngineError, WireRequest};
use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// The image's name on every engine.
pub const IMAGE: &str = "lockstep/probe:1";

/// An image that is there.
#[derive(Debug, Clone)]
pub struct Provisioned {
    /// Its name, for `Image` of create.
    pub image: String,
    /// Its id as inspect gives it.
    pub id: String,
    /// The way it came.
    pub how: How,
}

/// The ways an image can come onto an engine, tried in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It was there with this very content.
    Present,
    /// `POST /images/load`.
    Load,
    /// `POST /images/create?fromSrc=-`.
    Import,
    /// `POST /build` from a context.
    Build,
    /// `POST /images/create?fromImage=…` of a named image.
    Pull,
}

/// Brings the probe image onto the engine: load, else import, else build, else pull of `named`.
pub async fn provision(client: &Client, named: Option<&str>) -> Result<Provisioned, EngineError> {
    if let Some(id) = inspect(client, IMAGE, Some(&archive::digest())).await? {
        return Ok(Provisioned { image: IMAGE.to_owned(), id, how: How::Present });
    }
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (repository, tag) = IMAGE.split_once(':').unwrap_or((IMAGE, "1"));
    let import = format!("/images/create?fromSrc=-&repo={}&tag={tag}&changes={}", encode(repository), encode("ENV PATH=/bin"));
    let mut ways = vec![
        (How::Load, IMAGE, "/images/load".to_owned(), Bytes::from(load_archive())),
        (How::Import, IMAGE, import, Bytes::from(rootfs())),
        (How::Build, IMAGE, format!("/build?t={}", encode(IMAGE)), Bytes::from(archive::context())),
    ];
    if let Some(named) = named {
        ways.push((How::Pull, named, format!("/images/create?fromImage={}", encode(named)), Bytes::new()));
    }
    let mut attempts = Vec::new();
    for (how, image, target, body) in ways {
        let headers = vec![("content-type".to_owned(), "application/x-tar".to_owned())];
        let request = WireRequest { method: "POST".to_owned(), target, headers, body };
        let said = match client.send("provisioning the probe image", &request).await {
            Ok(answer) => format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body).trim()),
            Err(error) if error.is_local() => error.to_string(),
            Err(error) => return Err(error),
        };
        if let Some(id) = inspect(client, image, None).await? {
            return Ok(Provisioned { image: image.to_owned(), id, how });
        }
        attempts.push(format!("    {how:?}: {}", said.chars().take(300).collect::<String>()));
    }
    Err(EngineError::Provision { engine: client.name(), attempts: attempts.join("\n") })
}

/// The image's id, when it is there (and made from this very binary, when a digest is given).
async fn inspect(client: &Client, image: &str, digest: Option<&str>) -> Result<Option<String>, EngineError> {
    let request = WireRequest {
        method: "GET".to_owned(),
        target: format!("/images/{image}/json"),
        headers: Vec::new(),
        body: Bytes::new(),
    };
    let answer = client.send("GET /images/{name}/json", &request).await?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    let label = body.pointer("/Config/Labels/io.lockstep.probe").and_then(Value::as_str);
    if answer.status != 200 || (digest.is_some() && label != digest) {
        return Ok(None);
    }
    Ok(body["Id"].as_str().map(str::to_owned))
}
