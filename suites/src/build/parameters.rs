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
    area.add("parameters/limits", |s| Box::pin(limits(s)));
    area.add("parameters/networkmode", |s| Box::pin(networkmode(s)));
    area.add("parameters/cachefrom", |s| Box::pin(cachefrom(s)));
    area.add("parameters/cachefrom-of-nothing", |s| Box::pin(cachefrom_of_nothing(s)));
    area.add("parameters/of-buildkit-alone", |s| Box::pin(of_buildkit(s)));
    area.add("parameters/bad/packed", |s| Box::pin(bad_packed(s)));
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

/// The limits of a build's steps, as its container has them.
async fn limits(s: &mut Session) -> Outcome {
    let name = s.image_name("built");
    // The label comes first, so that every container of the build has it.
    let dockerfile = format!("FROM {}\nLABEL {}\nRUN probe write-file /made limits\n", s.image(), s.label());
    let mut call = build(s, &[("Dockerfile", &dockerfile)]).query("t", &name).query("rm", 0).query("nocache", 1);
    for (parameter, value) in [
        ("memory", "67108864"),
        ("memswap", "134217728"),
        ("cpushares", "512"),
        ("cpuperiod", "50000"),
        ("cpuquota", "25000"),
        ("cpusetcpus", "0"),
        ("shmsize", "8388608"),
    ] {
        call = call.query(parameter, value);
    }
    call.query("q", 1).expect(200).await?;
    // The container of the step was kept: its settings are those of the build.
    let own = s.own();
    let found = s.call("GET /containers/json", &[]).query("all", 1).filters(own).independent().expect(200).await?;
    for at in 0..3 {
        if let Ok(name) = found.text(&format!("/{at}/Names/0")) {
            s.know(name.trim_start_matches('/'), &format!("build-name:{at}"));
        }
    }
    let container = found.text("/0/Id")?;
    s.remember("container", &container);
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    Ok(())
}

async fn networkmode(s: &mut Session) -> Outcome {
    for mode in ["none", "lockstep-nosuch"] {
        let name = s.image_name(mode);
        let dockerfile = format!("FROM {}\nRUN probe write-file /{mode} {}\n", s.image(), s.label());
        let call = build(s, &[("Dockerfile", &dockerfile)]).query("t", &name);
        call.query("networkmode", mode).independent().expect(200).await?;
    }
    Ok(())
}

/// Only the steps of the images named may be reused.
async fn cachefrom(s: &mut Session) -> Outcome {
    let dockerfile = format!("FROM {}\nLABEL cached={}\n", s.image(), s.label());
    let first = super::built(s, &dockerfile).await?;
    for (word, from) in [("from", first.as_str()), ("other", "lockstep-nosuch:t")] {
        let name = s.image_name(word);
        let call = build(s, &[("Dockerfile", &dockerfile)]).query("t", &name);
        call.query("cachefrom", json!([from])).independent().expect(200).await?;
    }
    Ok(())
}

/// An empty list is no list: docker's own command sends it with every build.
async fn cachefrom_of_nothing(s: &mut Session) -> Outcome {
    let dockerfile = format!("FROM {}\nLABEL cached={}\n", s.image(), s.label());
    super::built(s, &dockerfile).await?;
    let name = s.image_name("again");
    let call = build(s, &[("Dockerfile", &dockerfile)]).query("t", &name);
    call.query("cachefrom", "[]").expect(200).await?;
    Ok(())
}

/// The classic builder has no use for these.
async fn of_buildkit(s: &mut Session) -> Outcome {
    for (word, parameter, value, status) in [
        ("outputs", "outputs", "[{\"Type\":\"tar\"}]", 200),
        ("platform", "platform", "linux/amd64", 200),
        ("squash", "squash", "1", 400),
        ("squash-no", "squash", "0", 200),
    ] {
        let name = s.image_name(word);
        let dockerfile = format!("FROM scratch\nLABEL {word}={}\n", s.label());
        let call = build(s, &[("Dockerfile", &dockerfile)]).query("t", &name);
        call.query(parameter, value).independent().expect(status).await?;
    }
    Ok(())
}

/// Values that are none, all of a Dockerfile that cannot be read, so that nothing is built where they are overlooked.
async fn bad_packed(s: &mut Session) -> Outcome {
    for (parameter, value) in [
        ("cachefrom", "{bad"),
        ("outputs", "{bad"),
        ("labels", "{bad"),
        ("ulimits", "{bad"),
        ("platform", "a/b/c/d"),
        ("memory", "lots"),
        ("memswap", "lots"),
        ("cpushares", "lots"),
        ("cpuperiod", "lots"),
        ("cpuquota", "lots"),
        ("shmsize", "lots"),
        ("cpusetcpus", "lots"),
        ("networkmode", "container:lockstep-nosuch"),
        ("isolation", "bogus"),
        ("pull", "maybe"),
    ] {
        let context = crate::archives::files(&[("Dockerfile", "FROM scratch\nFROM\n")]);
        s.call("POST /build", &[]).query(parameter, value).tar(context).progress().answered().await?;
    }
    Ok(())
}

async fn bad(s: &mut Session, name: &str, value: &str, status: u16) -> Outcome {
    // What an engine builds all the same has to go.
    s.image_name("never");
    let dockerfile = format!("FROM scratch\nLABEL whose={}\n", s.label());
    build(s, &[("Dockerfile", &dockerfile)]).query(name, value).expect(status).await?;
    Ok(())
}
