//! What a container's management costs: its operations are timed when a declared divergence is about latency.

use lockstep_harness::scenario::{Catalogue, Outcome, Session};

/// The scenario whose operations are timed.
pub const MANAGEMENT: &str = "latency/management";

/// Adds the area's scenario.
pub fn add(catalogue: &mut Catalogue) {
    catalogue.area("latency").add("management", |s| Box::pin(management(s)));
}

async fn management(s: &mut Session) -> Outcome {
    let name = s.name("renamed");
    let container = s.start_probe(&["sleep", "60"]).await?;
    s.call("POST /containers/{id}/rename", &[&container]).query("name", &name).independent().expect(204).await?;
    s.call("POST /containers/{id}/kill", &[&container]).independent().expect(204).await?;
    s.until(&container, "/State/Running", &serde_json::json!(false)).await?;
    s.call("DELETE /containers/{id}", &[&container]).expect(204).await?;
    Ok(())
}
