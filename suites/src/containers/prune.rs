//! Prune: with filters that spare what is not this scenario's, and without on an engine of its own.

use super::{created, exited, running};
use lockstep_harness::scenario::{Area, Need, Outcome, Session};
use serde_json::{Value, json};

const PRUNE: &str = "POST /containers/prune";

/// All of them alone: Docker refuses a prune while another one is at work, and a candidate may pass over the filter.
pub(super) fn add(area: &mut Area<'_>) {
    area.add("prune/label", |s| Box::pin(label(s))).alone();
    area.add("prune/label-not", |s| Box::pin(label_not(s))).alone();
    area.add("prune/until", |s| Box::pin(until(s))).alone();
    area.add("prune/nothing", |s| Box::pin(pruned(s, json!({}), 200))).alone();
    area.add("prune/refuses/unknown-filter", |s| Box::pin(pruned(s, json!({ "bogus": ["x"] }), 400))).alone();
    area.add("prune/refuses/until-nonsense", |s| Box::pin(pruned(s, json!({ "until": ["x"] }), 500))).alone();
    area.add("prune/refuses/broken-json", |s| Box::pin(broken_json(s))).needs(Need::Disposable);
    area.add("prune/everything", |s| Box::pin(everything(s))).needs(Need::Disposable);
}

/// A step: prune what carries this scenario's label and passes the other filters too.
async fn pruned(s: &mut Session, mut filters: Value, status: u16) -> Outcome {
    filters["label"] = json!([s.label()]);
    s.call(PRUNE, &[]).filters(filters).independent().expect(status).await?;
    Ok(())
}

/// A step: what there is still.
async fn left(s: &mut Session) -> Outcome {
    let own = s.own();
    s.call("GET /containers/json", &[]).query("all", true).filters(own).expect(200).await?;
    Ok(())
}

/// Whatever does not run goes, also what never ran.
async fn label(s: &mut Session) -> Outcome {
    created(s).await?;
    exited(s, 0).await?;
    let paused = running(s).await?;
    s.call("POST /containers/{id}/pause", &[&paused]).expect(204).await?;
    pruned(s, json!({}), 200).await?;
    left(s).await
}

async fn label_not(s: &mut Session) -> Outcome {
    s.create(json!({ "Cmd": super::forever(), "Labels": { "keep": "yes" } })).await?;
    created(s).await?;
    pruned(s, json!({ "label!": ["keep"] }), 200).await?;
    left(s).await
}

/// Only what was made before the time goes.
async fn until(s: &mut Session) -> Outcome {
    created(s).await?;
    pruned(s, json!({ "until": ["1h"] }), 200).await?;
    left(s).await?;
    pruned(s, json!({ "until": ["-1h"] }), 200).await?;
    left(s).await
}

async fn broken_json(s: &mut Session) -> Outcome {
    created(s).await?;
    s.call(PRUNE, &[]).query("filters", "{").expect(400).await?;
    left(s).await
}

async fn everything(s: &mut Session) -> Outcome {
    // What an earlier scenario has left is not this one's.
    s.quiet("POST", "/containers/prune", None).await?;
    exited(s, 0).await?;
    running(s).await?;
    s.call(PRUNE, &[]).expect(200).await?;
    left(s).await
}
