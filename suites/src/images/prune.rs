//! `POST /images/prune`.

// An engine prunes once at a time and answers 409 meanwhile, so that every scenario here is alone.

use super::{imported, nameless, sweep};
use lockstep_harness::scenario::{Area, Need, Outcome, Session};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("prune/dangling-with-label", |s| Box::pin(dangling_with_label(s))).alone();
    area.add("prune/named-with-label", |s| Box::pin(named_with_label(s))).alone();
    area.add("prune/keeps-named", |s| Box::pin(keeps_named(s))).alone();
    area.add("prune/all-dangling", |s| Box::pin(all_dangling(s))).needs(Need::Disposable);
    for (case, filters) in [("unknown", json!({ "nosuch": ["x"] })), ("bad-dangling", json!({ "dangling": ["maybe"] }))]
    {
        area.add(&format!("prune/bad-filters/{case}"), move |s| Box::pin(bad_filters(s, filters.clone()))).alone();
    }
    area.add("prune/bad-filters/malformed", |s| Box::pin(malformed_filters(s))).alone();
}

async fn dangling_with_label(s: &mut Session) -> Outcome {
    nameless(s).await?;
    let own = s.own();
    s.call("POST /images/prune", &[]).filters(own.clone()).expect(200).await?;
    s.call("GET /images/json", &[]).filters(own).expect(200).await?;
    Ok(())
}

async fn named_with_label(s: &mut Session) -> Outcome {
    imported(s, "pruned").await?;
    let label = s.label();
    s.call("POST /images/prune", &[]).filters(json!({ "dangling": ["false"], "label": [label] })).expect(200).await?;
    let own = s.own();
    s.call("GET /images/json", &[]).filters(own).expect(200).await?;
    Ok(())
}

async fn keeps_named(s: &mut Session) -> Outcome {
    imported(s, "kept").await?;
    let own = s.own();
    s.call("POST /images/prune", &[]).filters(own.clone()).expect(200).await?;
    s.call("GET /images/json", &[]).filters(own).expect(200).await?;
    Ok(())
}

async fn all_dangling(s: &mut Session) -> Outcome {
    sweep(s).await?;
    s.call("POST /images/prune", &[]).expect(200).await?;
    nameless(s).await?;
    s.call("POST /images/prune", &[]).expect(200).await?;
    Ok(())
}

async fn bad_filters(s: &mut Session, filters: Value) -> Outcome {
    s.call("POST /images/prune", &[]).filters(filters).expect(400).await?;
    Ok(())
}

async fn malformed_filters(s: &mut Session) -> Outcome {
    s.call("POST /images/prune", &[]).query("filters", "{bad").expect(500).await?;
    Ok(())
}
