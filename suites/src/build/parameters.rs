//! What `POST /build` takes in its query.

use super::{build, inspect};
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::json;

pub(super) fn add(area: &mut Area<'_>) {
    area.add("parameters/buildargs", |s| Box::pin(buildargs(s)));
    area.add("parameters/unused-buildarg", |s| Box::pin(unused_buildarg(s)));
    area.add("parameters/labels", |s| Box::pin(labels(s)));
    area.add("parameters/target", |s| Box::pin(target(s)));
    area.add("parameters/quiet", |s| Box::pin(quiet(s)));
    area.add("parameters/two-tags", |s| Box::pin(two_tags(s)));
    area.add("parameters/nocache", |s| Box::pin(nocache(s)));
    area.add("parameters/dockerfile", |s| Box::pin(dockerfile(s)));
    area.add("parameters/removes-intermediate-containers", |s| Box::pin(removes_intermediate(s)));
    area.add("parameters/extra-hosts", |s| Box::pin(extra_hosts(s)));
    for (case, name, value, status) in [
        ("target-unknown", "target", "nosuch", 400),
        ("tag-upper-case", "t", "UPPER", 500),
        ("buildargs-malformed", "buildargs", "{bad", 400),
        ("version", "version", "7", 500),
        ("remote", "remote", "127.0.0.1:1/x", 500),
    ] {
        area.add(&format!("parameters/bad/{case}"), move |s| Box::pin(bad(s, name, value, status)));
    }
}

async fn buildargs(s: &mut Session) -> Outcome {
    let name = s.image_name("built");
    let dockerfile = format!("FROM {}\nARG COLOUR=blue\nARG SHAPE=round\nENV SEEN=$COLOUR-$SHAPE\n", s.image());
    let call = build(s, &[("Dockerfile", &dockerfile)]).query("t", &name).query("q", 1);
    call.query("buildargs", json!({ "COLOUR": "red" })).expect(200).await?;
    inspect(s, &name).await
}

async fn unused_buildarg(s: &mut Session) -> Outcome {
    let name = s.image_name("built");
    let dockerfile = format!("FROM {}\nLABEL whose={}\n", s.image(), s.label());
    let call = build(s, &[("Dockerfile", &dockerfile)]).query("t", &name);
    call.query("buildargs", json!({ "NOSUCH": "1" })).expect(200).await?;
    Ok(())
}

async fn labels(s: &mut Session) -> Outcome {
    let name = s.image_name("built");
    let (key, value) =
        s.label().split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())).unwrap_or_default();
    let dockerfile = format!("FROM {}\nLABEL colour=blue shape=round\n", s.image());
    s.call("POST /build", &[])
        .query("t", &name)
        .query("q", 1)
        .query("labels", json!({ key: value, "colour": "red" }))
        .tar(crate::archives::files(&[("Dockerfile", &dockerfile)]))
        .progress()
        .expect(200)
        .await?;
    inspect(s, &name).await
}

async fn target(s: &mut Session) -> Outcome {
    let name = s.image_name("built");
    let dockerfile = format!("FROM {0} AS one\nLABEL stage=one\nFROM {0} AS two\nLABEL stage=two\n", s.image());
    build(s, &[("Dockerfile", &dockerfile)]).query("t", &name).query("q", 1).query("target", "one").expect(200).await?;
    inspect(s, &name).await
}

async fn quiet(s: &mut Session) -> Outcome {
    let name = s.image_name("built");
    let dockerfile = format!("FROM {}\nRUN probe echo loud\n", s.image());
    build(s, &[("Dockerfile", &dockerfile)]).query("t", &name).query("q", 1).expect(200).await?;
    Ok(())
}

async fn two_tags(s: &mut Session) -> Outcome {
    let (one, two) = (s.image_name("one"), s.image_name("two"));
    let dockerfile = format!("FROM {}\nLABEL whose={}\n", s.image(), s.label());
    build(s, &[("Dockerfile", &dockerfile)]).query("t", &one).query("t", &two).query("q", 1).expect(200).await?;
    inspect(s, &two).await
}

async fn nocache(s: &mut Session) -> Outcome {
    let dockerfile = format!("FROM {}\nLABEL first={}\n", s.image(), s.label());
    for word in ["one", "two"] {
        let name = s.image_name(word);
        build(s, &[("Dockerfile", &dockerfile)]).query("t", &name).query("nocache", 1).expect(200).await?;
    }
    Ok(())
}

async fn dockerfile(s: &mut Session) -> Outcome {
    let name = s.image_name("built");
    let text = format!("FROM {}\nLABEL which=other\n", s.image());
    let context = [("Dockerfile", "FROM scratch\nLABEL which=default\n"), ("docker/Other.df", &text)];
    build(s, &context).query("t", &name).query("q", 1).query("dockerfile", "docker/Other.df").expect(200).await?;
    inspect(s, &name).await
}

async fn removes_intermediate(s: &mut Session) -> Outcome {
    let name = s.image_name("built");
    let dockerfile = format!("FROM {}\nRUN probe echo once\n", s.image());
    build(s, &[("Dockerfile", &dockerfile)]).query("t", &name).query("rm", 1).query("forcerm", 1).expect(200).await?;
    Ok(())
}

async fn extra_hosts(s: &mut Session) -> Outcome {
    let name = s.image_name("built");
    let dockerfile = format!("FROM {}\nRUN probe resolve far.example\n", s.image());
    build(s, &[("Dockerfile", &dockerfile)])
        .query("t", &name)
        .query("extrahosts", "far.example:10.9.8.7")
        .expect(200)
        .await?;
    Ok(())
}

async fn bad(s: &mut Session, name: &str, value: &str, status: u16) -> Outcome {
    // What an engine builds all the same has to go.
    s.image_name("never");
    let dockerfile = format!("FROM scratch\nLABEL whose={}\n", s.label());
    build(s, &[("Dockerfile", &dockerfile)]).query(name, value).expect(status).await?;
    Ok(())
}
