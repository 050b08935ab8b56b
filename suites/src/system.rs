//! Ping, version, info, and routes that do not exist.

use lockstep_harness::scenario::{Catalogue, Outcome, Session};

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("system");
    area.add("ping", |s| Box::pin(ping(s)));
    area.add("version", |s| Box::pin(version(s)));
    area.add("info", |s| Box::pin(info(s)));
    area.add("unknown-route", |s| Box::pin(unknown_route(s)));
}

async fn ping(s: &mut Session) -> Outcome {
    s.call("GET /_ping", &[]).expect(200).await?;
    s.call("HEAD /_ping", &[]).expect(200).await?;
    Ok(())
}

async fn version(s: &mut Session) -> Outcome {
    s.call("GET /version", &[]).expect(200).await?;
    Ok(())
}

async fn info(s: &mut Session) -> Outcome {
    s.call("GET /info", &[]).expect(200).await?;
    Ok(())
}

async fn unknown_route(s: &mut Session) -> Outcome {
    s.call("GET /nosuch", &[]).path("/nosuch").expect(404).await?;
    s.call("POST /containers/{id}/nosuch", &["x"]).expect(404).await?;
    Ok(())
}
