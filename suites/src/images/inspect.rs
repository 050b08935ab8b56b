//! `GET /images/{name}/json` and `/history`.

use super::{imported, split};
use lockstep_harness::scenario::{Area, Outcome, Session};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("inspect/by-name", |s| Box::pin(by_name(s)));
    area.add("inspect/by-name-without-tag", |s| Box::pin(without_tag(s)));
    area.add("inspect/by-id", |s| Box::pin(by_id(s)));
    area.add("inspect/probe", |s| Box::pin(probe(s)));
    for (case, name, status) in
        [("unknown", "nosuch", 404), ("unknown-id", "0123456789ab", 404), ("upper-case", "UPPER", 400)]
    {
        area.add(&format!("inspect/{case}"), move |s| Box::pin(fails(s, name, status)));
    }
    area.add("history/imported", |s| Box::pin(history(s)));
    area.add("history/unknown", |s| Box::pin(history_of_unknown(s)));
}

async fn by_name(s: &mut Session) -> Outcome {
    let name = imported(s, "seen").await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    Ok(())
}

/// Without a tag, `latest` is meant, whatever other tags there are.
async fn without_tag(s: &mut Session) -> Outcome {
    let name = imported(s, "seen").await?;
    s.call("GET /images/{name}/json", &[split(&name).0]).expect(404).await?;
    Ok(())
}

async fn by_id(s: &mut Session) -> Outcome {
    let name = imported(s, "seen").await?;
    let id = s.call("GET /images/{name}/json", &[&name]).expect(200).await?.id()?;
    let bare = id.trim_start_matches("sha256:").to_owned();
    s.know(&bare, "imported-id");
    for reference in [id.as_str(), bare.as_str(), &bare[..bare.len().min(12)]] {
        s.call("GET /images/{name}/json", &[reference]).independent().expect(200).await?;
    }
    Ok(())
}

async fn probe(s: &mut Session) -> Outcome {
    let image = s.image().to_owned();
    s.call("GET /images/{name}/json", &[&image]).expect(200).await?;
    Ok(())
}

async fn fails(s: &mut Session, name: &str, status: u16) -> Outcome {
    s.call("GET /images/{name}/json", &[name]).expect(status).await?;
    Ok(())
}

async fn history(s: &mut Session) -> Outcome {
    let name = imported(s, "seen").await?;
    s.call("GET /images/{name}/history", &[&name]).expect(200).await?;
    Ok(())
}

async fn history_of_unknown(s: &mut Session) -> Outcome {
    s.call("GET /images/{name}/history", &["nosuch"]).expect(404).await?;
    Ok(())
}
