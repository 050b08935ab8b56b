//! A registry that is open to everybody.

use super::{DISTRIBUTION, NOBODY, PULL, PUSH, named, pushed};
use lockstep_harness::scenario::{Access, Area, Need, Outcome, Registry, Session};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("push-and-pull", |s| Box::pin(push_and_pull(s))).needs(Registry::needs());
    area.add("pull-by-digest", |s| Box::pin(by_digest(s))).needs(Registry::needs());
    area.add("all-tags", |s| Box::pin(all_tags(s))).needs(Registry::needs());
    area.add("digest-after-push", |s| Box::pin(digest_after_push(s))).needs(Registry::needs());
    area.add("disk-usage-once-pushed", |s| Box::pin(disk_usage(s))).needs(Registry::needs()).needs(Need::Disposable);
    area.add("manifest-list", |s| Box::pin(manifest_list(s))).needs(Registry::needs());
    area.add("push-twice", |s| Box::pin(push_twice(s))).needs(Registry::needs());
    area.add("missing", |s| Box::pin(missing(s))).needs(Registry::needs());
    area.add("build-pulls", |s| Box::pin(build_pulls(s))).needs(Registry::needs());
}

async fn push_and_pull(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Open).await?;
    let repository = pushed(s, &registry).await?;
    let name = format!("{repository}:t");
    s.call(DISTRIBUTION, &[&name]).independent().expect(200).await?;
    s.call(PULL, &[]).query("fromImage", &repository).query("tag", "t").progress().expect(200).await?;
    s.call("GET /images/{name}/json", &[&name]).independent().expect(200).await?;
    // What is there already is not pulled again.
    s.call(PULL, &[]).query("fromImage", &name).progress().independent().expect(200).await?;
    Ok(())
}

async fn by_digest(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Open).await?;
    let repository = pushed(s, &registry).await?;
    s.call(PULL, &[]).query("fromImage", &repository).query("tag", "t").progress().expect(200).await?;
    let name = format!("{repository}:t");
    let digest = s.call("GET /images/{name}/json", &[&name]).expect(200).await?.text("/RepoDigests/0")?;
    s.call("DELETE /images/{name}", &[&name]).expect(200).await?;
    s.remember("image", &digest);
    let (_, hex) = digest.split_once('@').unwrap_or_default();
    s.call(PULL, &[]).query("fromImage", &repository).query("tag", hex).progress().expect(200).await?;
    s.call("GET /images/{name}/json", &[&digest]).independent().expect(200).await?;
    s.call(DISTRIBUTION, &[&digest]).independent().expect(200).await?;
    let nosuch = format!("sha256:{}", "0".repeat(64));
    s.call(PULL, &[]).query("fromImage", &repository).query("tag", nosuch).progress().independent().expect(404).await?;
    Ok(())
}

/// A push without a tag is one of all tags, and so is a pull.
async fn all_tags(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Open).await?;
    let repository = named(s, &registry).await?;
    let name = format!("{repository}:t");
    s.remember("image", &format!("{repository}:u"));
    s.call("POST /images/{name}/tag", &[&name]).query("repo", &repository).query("tag", "u").expect(201).await?;
    s.call(PUSH, &[&repository]).header("x-registry-auth", NOBODY).progress().independent().expect(200).await?;
    s.call(PULL, &[]).query("fromImage", &repository).progress().independent().expect(200).await?;
    Ok(())
}

/// The digest that the image says it has once it is pushed is the one that the registry knows it by.
async fn digest_after_push(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Open).await?;
    let name = format!("{}:t", named(s, &registry).await?);
    s.call("GET /images/{name}/json", &[&name]).independent().expect(200).await?;
    let call = s.call(PUSH, &[&name]).header("x-registry-auth", NOBODY);
    call.progress().expect(200).await?;
    let digest = s.call("GET /images/{name}/json", &[&name]).expect(200).await?.text("/RepoDigests/0")?;
    s.remember("image", &digest);
    let (repository, digest) = digest.split_once('@').unwrap_or_default();
    let call = s.call(PULL, &[]).query("fromImage", repository).query("tag", digest);
    call.progress().expect(200).await?;
    Ok(())
}

/// Only an image that a registry knows has a digest there.
async fn disk_usage(s: &mut Session) -> Outcome {
    crate::images::sweep(s).await?;
    let registry = s.registry(Access::Open).await?;
    let name = format!("{}:t", named(s, &registry).await?);
    let call = s.call(PUSH, &[&name]).header("x-registry-auth", NOBODY);
    call.progress().expect(200).await?;
    s.call("GET /system/df", &[]).expect(200).await?;
    Ok(())
}

/// One name for several platforms, which no engine here makes: it is laid into the registry.
async fn manifest_list(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Open).await?;
    let manifest = |number: u8, platform: serde_json::Value| {
        serde_json::json!({
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "digest": format!("sha256:{}", number.to_string().repeat(64)),
            "size": 500,
            "platform": platform,
        })
    };
    let list = serde_json::json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.list.v2+json",
        "manifests": [
            manifest(1, serde_json::json!({ "architecture": "arm", "os": "linux", "variant": "v7", "features": ["sse4"] })),
            manifest(2, serde_json::json!({ "architecture": "amd64", "os": "windows", "os.version": "10.0.1", "os.features": ["win32k"] })),
        ],
    });
    let repository = s.name("several");
    let digest = registry.lay(&repository, &list.to_string(), &[])?;
    s.know(&digest, "list");
    let name = format!("{}/{repository}:t", registry.host());
    s.call(DISTRIBUTION, &[&name]).independent().expect(200).await?;
    // There is none for this machine in it.
    s.call(PULL, &[]).query("fromImage", &name).progress().independent().answered().await?;
    Ok(())
}

async fn push_twice(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Open).await?;
    let repository = named(s, &registry).await?;
    for _ in 0..2 {
        let call = s.call(PUSH, &[&repository]).query("tag", "t").header("x-registry-auth", NOBODY);
        call.progress().expect(200).await?;
    }
    // What is no base 64 is nobody; what is no JSON in the body is not.
    let call = s.call(PUSH, &[&repository]).query("tag", "t").header("x-registry-auth", "!!");
    call.progress().independent().expect(200).await?;
    let call = s.call(PUSH, &[&repository]).query("tag", "t").body("application/json", "{bad");
    call.progress().independent().expect(400).await?;
    Ok(())
}

async fn missing(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Open).await?;
    let repository = named(s, &registry).await?;
    let nobody = ("x-registry-auth", NOBODY);
    s.call(PULL, &[])
        .query("fromImage", &repository)
        .query("tag", "nosuch")
        .progress()
        .independent()
        .expect(404)
        .await?;
    s.call(DISTRIBUTION, &[&format!("{repository}:nosuch")]).independent().answered().await?;
    s.call(PUSH, &[&repository])
        .query("tag", "nosuch")
        .header(nobody.0, nobody.1)
        .progress()
        .independent()
        .expect(200)
        .await?;
    let digest = format!("{repository}@sha256:{}", "0".repeat(64));
    s.call(PUSH, &[&digest]).header(nobody.0, nobody.1).progress().independent().expect(200).await?;
    let upper = format!("{}/UPPER", registry.host());
    s.call(PUSH, &[&upper]).header(nobody.0, nobody.1).progress().independent().expect(500).await?;
    Ok(())
}

/// `pull` asks the registry for what is here already.
async fn build_pulls(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Open).await?;
    let repository = pushed(s, &registry).await?;
    let name = s.image_name("built");
    let (key, value) = s.label().split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())).unwrap_or_default();
    for from in ["t", "nosuch"] {
        let dockerfile = format!("FROM {repository}:{from}\nLABEL from={from}\n");
        s.call("POST /build", &[])
            .query("t", &name)
            .query("pull", 1)
            .query("labels", serde_json::json!({ &key: value }))
            .tar(crate::archives::files(&[("Dockerfile", &dockerfile)]))
            .progress()
            .independent()
            .answered()
            .await?;
    }
    Ok(())
}
