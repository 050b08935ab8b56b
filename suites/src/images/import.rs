//! `POST /images/create?fromSrc=-`.

use super::split;
use crate::archives;
use lockstep_harness::scenario::{Area, Outcome, Session};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("import/repo-and-tag", |s| Box::pin(repo_and_tag(s)));
    area.add("import/tag-within-repo", |s| Box::pin(tag_within_repo(s)));
    area.add("import/message-and-changes", |s| Box::pin(message_and_changes(s)));
    area.add("import/labels-in-one-change", |s| Box::pin(labels_in_one_change(s)));
    area.add("import/unknown-change", |s| Box::pin(unknown_change(s)));
    area.add("import/upper-case-repo", |s| Box::pin(upper_case_repo(s)));
    area.add("import/no-archive", |s| Box::pin(no_archive(s)));
}

async fn repo_and_tag(s: &mut Session) -> Outcome {
    let name = s.image_name("imported");
    let (repository, tag) = split(&name);
    // Where the tag is ignored, this is what has to be removed.
    s.remember("image", &format!("{repository}:latest"));
    let label = format!("LABEL {}", s.label());
    super::importing(s, repository, "a.txt", "repo and tag\n")
        .query("tag", tag)
        .query("changes", label)
        .expect(200)
        .await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    Ok(())
}

async fn tag_within_repo(s: &mut Session) -> Outcome {
    let name = super::imported(s, "imported").await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    Ok(())
}

async fn labels_in_one_change(s: &mut Session) -> Outcome {
    let name = s.image_name("labelled");
    let labels = format!("LABEL {} colour=blue \"taste\"=\"sweet and sour\"", s.label());
    super::importing(s, &name, "c.txt", "labels in one change\n").query("changes", labels).expect(200).await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    Ok(())
}

async fn message_and_changes(s: &mut Session) -> Outcome {
    let name = s.image_name("imported");
    let label = format!("LABEL {}", s.label());
    super::importing(s, &name, "b.txt", "message and changes\n")
        .query("message", "brought in")
        .query("changes", label)
        .query("changes", "ENV COLOUR=blue")
        .query("changes", "CMD [\"/run\", \"me\"]")
        .query("changes", "WORKDIR /srv")
        .query("changes", "EXPOSE 80/tcp")
        .expect(200)
        .await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    s.call("GET /images/{name}/history", &[&name]).expect(200).await?;
    Ok(())
}

async fn unknown_change(s: &mut Session) -> Outcome {
    let name = s.image_name("imported");
    s.call("POST /images/create", &[])
        .query("fromSrc", "-")
        .query("repo", &name)
        .query("changes", "NOSUCH thing")
        .tar(archives::files(&[("c.txt", "unknown change\n")]))
        .expect(400)
        .await?;
    Ok(())
}

async fn upper_case_repo(s: &mut Session) -> Outcome {
    s.call("POST /images/create", &[])
        .query("fromSrc", "-")
        .query("repo", "UPPER")
        .tar(archives::files(&[("d.txt", "upper case\n")]))
        .expect(400)
        .await?;
    Ok(())
}

async fn no_archive(s: &mut Session) -> Outcome {
    let name = s.image_name("imported");
    s.call("POST /images/create", &[])
        .query("fromSrc", "-")
        .query("repo", &name)
        .tar(archives::garbage())
        .expect(500)
        .await?;
    Ok(())
}
