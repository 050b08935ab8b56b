//! `POST /images/{name}/tag`.

use super::{imported, split};
use lockstep_harness::scenario::{Area, Outcome, Session};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("tag/another-name", |s| Box::pin(another_name(s)));
    area.add("tag/moves-from-another-image", |s| Box::pin(moves(s)));
    area.add("tag/twice-the-same", |s| Box::pin(twice(s)));
    area.add("tag/without-tag-is-latest", |s| Box::pin(without_tag(s)));
    for (case, repo, tag) in
        [("upper-case-repo", "UPPER", "t"), ("slash-in-tag", "lower", "bad/tag"), ("no-repo", "", "t")]
    {
        area.add(&format!("tag/bad/{case}"), move |s| Box::pin(bad(s, repo, tag)));
    }
    area.add("tag/unknown-image", |s| Box::pin(unknown(s)));
}

async fn another_name(s: &mut Session) -> Outcome {
    let name = super::tagged(s, "tagged").await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    Ok(())
}

async fn moves(s: &mut Session) -> Outcome {
    let (one, two) = (imported(s, "one").await?, imported(s, "two").await?);
    let (repository, tag) = split(&two);
    s.call("POST /images/{name}/tag", &[&one]).query("repo", repository).query("tag", tag).expect(201).await?;
    s.call("GET /images/{name}/json", &[&two]).expect(200).await?;
    Ok(())
}

async fn twice(s: &mut Session) -> Outcome {
    let name = super::tagged(s, "tagged").await?;
    let (repository, tag) = split(&name);
    s.call("POST /images/{name}/tag", &[&name]).query("repo", repository).query("tag", tag).expect(201).await?;
    Ok(())
}

async fn without_tag(s: &mut Session) -> Outcome {
    let image = imported(s, "first").await?;
    let name = s.image_name("tagged");
    let latest = format!("{}:latest", split(&name).0);
    s.remember("image", &latest);
    s.call("POST /images/{name}/tag", &[&image]).query("repo", split(&name).0).expect(201).await?;
    s.call("GET /images/{name}/json", &[&latest]).expect(200).await?;
    Ok(())
}

async fn bad(s: &mut Session, repo: &str, tag: &str) -> Outcome {
    let image = s.image().to_owned();
    s.call("POST /images/{name}/tag", &[&image]).query("repo", repo).query("tag", tag).expect(500).await?;
    Ok(())
}

async fn unknown(s: &mut Session) -> Outcome {
    s.call("POST /images/{name}/tag", &["nosuch"])
        .query("repo", "lockstep-never")
        .query("tag", "t")
        .expect(404)
        .await?;
    Ok(())
}
