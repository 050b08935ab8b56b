//! Building images from a tar context.

mod broken;
mod parameters;

use crate::archives;
use lockstep_harness::scenario::{Call, Catalogue, Outcome, Session, Stop};
use serde_json::json;

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("build");
    area.add("from-scratch", |s| Box::pin(from_scratch(s)));
    area.add("run-in-probe-image", |s| Box::pin(run(s)));
    area.add("every-metadata-instruction", |s| Box::pin(metadata(s)));
    area.add("copy-between-stages", |s| Box::pin(stages(s)));
    area.add("dockerignore-is-for-the-client", |s| Box::pin(dockerignore(s)));
    area.add("built-image-runs", |s| Box::pin(runs(s)));
    area.add("second-build-uses-cache", |s| Box::pin(cache(s)));
    parameters::add(&mut area);
    broken::add(&mut area);
    area.add("prune/twice", |s| Box::pin(prune(s))).needs(lockstep_harness::scenario::Need::Disposable);
    area.add("prune/bad-filters", |s| Box::pin(prune_bad_filters(s))).alone();
}

/// A build of these files with the scenario's label, its stream read to the end.
///
/// No two scenarios may share their first instructions: the stream would show which of them was first to fill the cache.
fn build<'s>(s: &'s mut Session, entries: &[(&str, &str)]) -> Call<'s> {
    let (key, value) =
        s.label().split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())).unwrap_or_default();
    let labels = json!({ key: value });
    s.call("POST /build", &[]).query("labels", labels).tar(archives::files(entries)).progress()
}

/// Builds a Dockerfile alone, quietly, under a name of the scenario's own and gives the name.
async fn built(s: &mut Session, dockerfile: &str) -> Result<String, Stop> {
    let name = s.image_name("built");
    build(s, &[("Dockerfile", dockerfile)]).query("t", &name).query("q", 1).expect(200).await?;
    Ok(name)
}

async fn inspect(s: &mut Session, name: &str) -> Outcome {
    s.call("GET /images/{name}/json", &[name]).expect(200).await?;
    Ok(())
}

async fn from_scratch(s: &mut Session) -> Outcome {
    let name = s.image_name("built");
    let context = [("Dockerfile", "FROM scratch\nADD a.txt /a.txt\n"), ("a.txt", "from the context\n")];
    build(s, &context).query("t", &name).expect(200).await?;
    inspect(s, &name).await?;
    s.call("GET /images/{name}/history", &[&name]).expect(200).await?;
    Ok(())
}

async fn run(s: &mut Session) -> Outcome {
    let dockerfile = format!(
        "FROM {}\nRUN probe write-file /made.txt made\nCMD [\"probe\", \"read-file\", \"/made.txt\"]\n",
        s.image()
    );
    let name = s.image_name("built");
    build(s, &[("Dockerfile", &dockerfile)]).query("t", &name).expect(200).await?;
    inspect(s, &name).await?;
    s.call("GET /images/{name}/history", &[&name]).expect(200).await?;
    Ok(())
}

async fn metadata(s: &mut Session) -> Outcome {
    let dockerfile = format!(
        "FROM {}\nLABEL colour=blue\nENV ONE=1 TWO=two\nWORKDIR /srv\nUSER tester\nEXPOSE 80 81/udp\nVOLUME /data\n\
         STOPSIGNAL SIGINT\nHEALTHCHECK --interval=9s --retries=2 CMD probe exit 0\nENTRYPOINT [\"probe\"]\nCMD [\"exit\", \"5\"]\n\
         SHELL [\"/bin/sh\", \"-c\"]\nONBUILD RUN probe exit 0\nMAINTAINER someone\n",
        s.image()
    );
    let name = built(s, &dockerfile).await?;
    inspect(s, &name).await
}

async fn stages(s: &mut Session) -> Outcome {
    // A stage of its own stays behind as a dangling image: its label says whose it is.
    let dockerfile = format!(
        "FROM {0} AS first\nLABEL {1}\nRUN probe write-file /made.txt made\nFROM {0}\nCOPY --from=first /made.txt /copied.txt\n",
        s.image(),
        s.label()
    );
    let name = built(s, &dockerfile).await?;
    s.observe_command("files", &["probe", "read-file", "/copied.txt"], json!({ "Image": name })).await?;
    Ok(())
}

/// The classic builder leaves it to the command line what `.dockerignore` keeps out of the context.
async fn dockerignore(s: &mut Session) -> Outcome {
    let name = s.image_name("built");
    let context = [
        ("Dockerfile", "FROM scratch\nCOPY secret.txt /\n"),
        (".dockerignore", "secret.txt\n"),
        ("secret.txt", "not to be copied\n"),
    ];
    build(s, &context).query("t", &name).expect(200).await?;
    Ok(())
}

async fn runs(s: &mut Session) -> Outcome {
    let dockerfile = format!("FROM {}\nENV STATUS=6\nCMD [\"probe\", \"exit\", \"6\"]\n", s.image());
    let name = built(s, &dockerfile).await?;
    let container = s.start(json!({ "Image": name })).await?;
    s.call("POST /containers/{id}/wait", &[&container]).expect(200).await?;
    s.until_exited(&container).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    Ok(())
}

async fn cache(s: &mut Session) -> Outcome {
    let dockerfile = format!("FROM {0}\nLABEL first={1}\nLABEL second={1}\n", s.image(), s.label());
    let first = built(s, &dockerfile).await?;
    let second = s.image_name("again");
    build(s, &[("Dockerfile", &dockerfile)]).query("t", &second).expect(200).await?;
    inspect(s, &first).await?;
    inspect(s, &second).await
}

async fn prune(s: &mut Session) -> Outcome {
    s.call("POST /build/prune", &[]).query("all", 1).expect(200).await?;
    s.call("POST /build/prune", &[]).query("all", "maybe").expect(200).await?;
    s.call("POST /build/prune", &[]).query("keep-storage", 1 << 20).expect(200).await?;
    s.call("POST /build/prune", &[]).query("keep-storage", "lots").expect(500).await?;
    Ok(())
}

async fn prune_bad_filters(s: &mut Session) -> Outcome {
    s.call("POST /build/prune", &[]).filters(json!({ "nosuch": ["x"] })).expect(400).await?;
    s.call("POST /build/prune", &[]).query("filters", "{bad").expect(500).await?;
    Ok(())
}
