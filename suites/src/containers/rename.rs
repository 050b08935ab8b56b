//! Rename.

use super::{NOSUCH, inspect, named, running};
use lockstep_harness::scenario::{Area, Outcome, Session};

const RENAME: &str = "POST /containers/{id}/rename";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("rename/by-name", |s| Box::pin(by_name(s)));
    area.add("rename/running", |s| Box::pin(rename_running(s)));
    area.add("rename/leading-slash", |s| Box::pin(leading_slash(s)));
    area.add("rename/taken", |s| Box::pin(taken(s)));
    area.add("rename/to-own-name", |s| Box::pin(own_name(s)));
    area.add("rename/missing", |s| Box::pin(missing(s)));
    for (case, name) in [("empty", ""), ("slash-inside", "a/b"), ("one-character", "a")] {
        area.add(&format!("rename/refused-{case}"), move |s| Box::pin(refused(s, name)));
    }
    area.add("rename/without-name", |s| Box::pin(without_name(s)));
}

/// The old name finds nothing any more, and is free.
async fn by_name(s: &mut Session) -> Outcome {
    let (old, new) = (s.name("old"), s.name("new"));
    named(s, &old).await?;
    s.call(RENAME, &[&old]).query("name", &new).expect(204).await?;
    inspect(s, &new).await?;
    s.call("GET /containers/{id}/json", &[&old]).expect(404).await?;
    named(s, &old).await?;
    Ok(())
}

async fn rename_running(s: &mut Session) -> Outcome {
    let c = running(s).await?;
    let new = s.name("new");
    s.call(RENAME, &[&c]).query("name", &new).expect(204).await?;
    inspect(s, &c).await
}

async fn leading_slash(s: &mut Session) -> Outcome {
    let (old, new) = (s.name("old"), s.name("new"));
    let c = named(s, &old).await?;
    s.call(RENAME, &[&c]).query("name", format!("/{new}")).expect(204).await?;
    inspect(s, &c).await
}

async fn taken(s: &mut Session) -> Outcome {
    let (one, two) = (s.name("one"), s.name("two"));
    let c = named(s, &one).await?;
    named(s, &two).await?;
    s.call(RENAME, &[&c]).query("name", &two).expect(409).await?;
    inspect(s, &c).await
}

async fn own_name(s: &mut Session) -> Outcome {
    let name = s.name("same");
    let c = named(s, &name).await?;
    s.call(RENAME, &[&c]).query("name", &name).expect(400).await?;
    Ok(())
}

async fn missing(s: &mut Session) -> Outcome {
    let name = s.name("new");
    s.call(RENAME, &[NOSUCH]).query("name", name).expect(404).await?;
    Ok(())
}

async fn refused(s: &mut Session, new: &str) -> Outcome {
    let name = s.name("kept");
    let c = named(s, &name).await?;
    s.call(RENAME, &[&c]).query("name", new).expect(400).await?;
    inspect(s, &c).await
}

async fn without_name(s: &mut Session) -> Outcome {
    let name = s.name("kept");
    let c = named(s, &name).await?;
    s.call(RENAME, &[&c]).expect(400).await?;
    Ok(())
}
