//! Builds that fail, before the stream begins or within it.

use super::build;
use crate::archives;
use lockstep_harness::scenario::{Area, Outcome, Session};

pub(super) fn add(area: &mut Area<'_>) {
    for (case, dockerfile, status) in [
        ("from-without-image", "FROM\n", 400),
        ("unknown-instruction", "FROM scratch\nNOSUCH x\n", 400),
        ("empty-dockerfile", "", 400),
        ("run-before-from", "RUN x\n", 400),
        ("upper-case-image", "FROM UPPER\n", 200),
        ("nothing-but-from-scratch", "FROM scratch\n", 200),
        ("copy-of-a-missing-file", "FROM scratch\nCOPY missing /\n", 200),
        ("copy-from-outside-the-context", "FROM scratch\nCOPY ../missing /\n", 200),
    ] {
        area.add(&format!("broken/{case}"), move |s| Box::pin(fails(s, dockerfile, status)));
    }
    area.add("broken/image-of-a-registry-that-refuses", |s| Box::pin(fails(s, "FROM 127.0.0.1:1/nosuch\n", 200)))
        .waits("Podman tries three times");
    area.add("broken/no-dockerfile", |s| Box::pin(no_dockerfile(s)));
    area.add("broken/named-dockerfile-missing", |s| Box::pin(named_dockerfile(s, "other")));
    area.add("broken/dockerfile-outside-the-context", |s| Box::pin(named_dockerfile(s, "../other")));
    area.add("broken/run-fails", |s| Box::pin(run_fails(s)));
    area.add("broken/context-is-no-archive", |s| Box::pin(no_archive(s)));
}

async fn fails(s: &mut Session, dockerfile: &str, status: u16) -> Outcome {
    let name = s.image_name("never");
    build(s, &[("Dockerfile", dockerfile)]).query("t", &name).expect(status).await?;
    Ok(())
}

async fn no_dockerfile(s: &mut Session) -> Outcome {
    build(s, &[("readme.txt", "nothing to build\n")]).expect(500).await?;
    Ok(())
}

async fn named_dockerfile(s: &mut Session, path: &str) -> Outcome {
    build(s, &[("Dockerfile", "FROM scratch\nLABEL a=1\n")]).query("dockerfile", path).expect(500).await?;
    Ok(())
}

async fn run_fails(s: &mut Session) -> Outcome {
    let dockerfile = format!("FROM {}\nRUN probe write out && probe exit 3\n", s.image());
    let name = s.image_name("never");
    build(s, &[("Dockerfile", &dockerfile)]).query("t", &name).query("forcerm", 1).expect(200).await?;
    s.call("GET /images/{name}/json", &[&name]).expect(404).await?;
    Ok(())
}

async fn no_archive(s: &mut Session) -> Outcome {
    s.call("POST /build", &[]).tar(archives::garbage()).expect(500).await?;
    Ok(())
}
