//! A real registry on the engine's loopback, with accounts and without, and what only a made-up one answers: search and tokens.

mod accounts;
mod made_up;
mod open;

use crate::images::{imported, split};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use lockstep_harness::scenario::{Catalogue, Registry, Session, Stop};
use serde_json::json;

const PULL: &str = "POST /images/create";
const PUSH: &str = "POST /images/{name}/push";
const DISTRIBUTION: &str = "GET /distribution/{name}/json";
/// `{}` in base 64: nobody.
const NOBODY: &str = "e30=";

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("registry");
    open::add(&mut area);
    accounts::add(&mut area);
    made_up::add(&mut area);
}

/// A user's `X-Registry-Auth`.
pub(crate) fn login(user: &str, password: &str, host: &str) -> String {
    URL_SAFE.encode(json!({ "username": user, "password": password, "serveraddress": host }).to_string())
}

/// A small image of the scenario's own under a name of the registry's; that name without its tag, which is `t`.
async fn named(s: &mut Session, registry: &Registry) -> Result<String, Stop> {
    let image = imported(s, "small").await?;
    let repository = format!("{}/{}", registry.host(), split(&image).0);
    s.remember("image", &format!("{repository}:t"));
    s.call("POST /images/{name}/tag", &[&image]).query("repo", &repository).query("tag", "t").expect(201).await?;
    Ok(repository)
}

/// The same, pushed and taken away again here, whatever else it is called.
async fn pushed(s: &mut Session, registry: &Registry) -> Result<String, Stop> {
    let repository = named(s, registry).await?;
    let call = s.call(PUSH, &[&repository]).query("tag", "t").header("x-registry-auth", NOBODY);
    call.progress().expect(200).await?;
    s.call("DELETE /images/{name}", &[&format!("{repository}:t")]).expect(200).await?;
    let image = s.image_name("small");
    s.call("DELETE /images/{name}", &[&image]).expect(200).await?;
    Ok(repository)
}
