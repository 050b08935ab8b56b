//! Pull, push, search and distribution, as far as they go where no registry answers: `127.0.0.1:1` refuses every connection.

use lockstep_harness::scenario::{Area, Outcome, Session};

const REFUSED: &str = "127.0.0.1:1/nosuch";
const DIGEST: &str = "127.0.0.1:1/nosuch@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// `{}` in base 64: nobody.
const NOBODY: &str = "e30=";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("pull/registry-refuses", |s| Box::pin(pull_refused(s))).waits("Podman tries three times");
    for (case, image) in [("upper-case", "UPPER"), ("bad-characters", "127.0.0.1:1/nosuch:t@@")] {
        area.add(&format!("pull/bad-reference/{case}"), move |s| Box::pin(pull_bad(s, image)));
    }
    area.add("pull/without-tag", |s| Box::pin(pull(s, REFUSED)));
    area.add("pull/by-digest", |s| Box::pin(pull(s, DIGEST)));
    area.add("pull/bad-platform", |s| Box::pin(pull_bad_platform(s))).waits("Podman tries three times");
    area.add("push/unknown-image", |s| Box::pin(push_unknown(s)));
    area.add("push/registry-refuses", |s| Box::pin(push_refused(s))).waits("Podman tries three times");
    area.add("push/without-auth-header", |s| Box::pin(push_without_auth(s)));
    area.add("search/registry-refuses", |s| Box::pin(search_refused(s)));
    area.add("search/bad-limit", |s| Box::pin(search_bad_limit(s)));
    area.add("distribution/registry-refuses", |s| Box::pin(distribution_refused(s)));
    area.add("distribution/bad-reference", |s| Box::pin(distribution_bad(s)));
}

async fn pull_refused(s: &mut Session) -> Outcome {
    s.call("POST /images/create", &[]).query("fromImage", REFUSED).query("tag", "t").progress().expect(500).await?;
    Ok(())
}

async fn pull(s: &mut Session, image: &str) -> Outcome {
    s.call("POST /images/create", &[]).query("fromImage", image).progress().expect(500).await?;
    Ok(())
}

async fn pull_bad(s: &mut Session, image: &str) -> Outcome {
    s.call("POST /images/create", &[]).query("fromImage", image).progress().expect(400).await?;
    Ok(())
}

async fn pull_bad_platform(s: &mut Session) -> Outcome {
    let call = s.call("POST /images/create", &[]).query("fromImage", REFUSED).query("tag", "t");
    call.query("platform", "not/a/good/platform").progress().expect(400).await?;
    Ok(())
}

async fn push_unknown(s: &mut Session) -> Outcome {
    let call = s.call("POST /images/{name}/push", &[REFUSED]).query("tag", "t").header("x-registry-auth", NOBODY);
    call.progress().expect(200).await?;
    Ok(())
}

async fn push_refused(s: &mut Session) -> Outcome {
    let image = super::imported(s, "first").await?;
    let repository = format!("127.0.0.1:1/{}", s.name("pushed"));
    s.remember("image", &format!("{repository}:t"));
    s.call("POST /images/{name}/tag", &[&image]).query("repo", &repository).query("tag", "t").expect(201).await?;
    let call = s.call("POST /images/{name}/push", &[&repository]).query("tag", "t").header("x-registry-auth", NOBODY);
    call.progress().expect(200).await?;
    Ok(())
}

async fn push_without_auth(s: &mut Session) -> Outcome {
    s.call("POST /images/{name}/push", &[REFUSED]).query("tag", "t").progress().expect(400).await?;
    Ok(())
}

async fn search_refused(s: &mut Session) -> Outcome {
    s.call("GET /images/search", &[]).query("term", REFUSED).expect(500).await?;
    Ok(())
}

async fn search_bad_limit(s: &mut Session) -> Outcome {
    s.call("GET /images/search", &[]).query("term", REFUSED).query("limit", "abc").expect(500).await?;
    Ok(())
}

async fn distribution_refused(s: &mut Session) -> Outcome {
    s.call("GET /distribution/{name}/json", &[REFUSED]).any_age().expect(500).await?;
    Ok(())
}

async fn distribution_bad(s: &mut Session) -> Outcome {
    s.call("GET /distribution/{name}/json", &["UPPER"]).expect(400).await?;
    Ok(())
}
