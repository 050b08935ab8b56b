//! `GET /networks`.

use super::bridge;
use lockstep_harness::scenario::{Area, Need, Outcome, Session};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("list/all-there-are", |s| Box::pin(all(s))).needs(Need::Disposable);
    area.add("list/by-name-id-and-label", |s| Box::pin(by_name_id_and_label(s)));
    area.add("list/by-part-of-name", |s| Box::pin(by_part_of_name(s)));
    for (case, key, yes, no, third) in [
        ("driver", "driver", "bridge", "nosuch", 32),
        ("type", "type", "custom", "builtin", 33),
        ("scope", "scope", "local", "swarm", 34),
        ("dangling", "dangling", "true", "false", 35),
    ] {
        area.add(&format!("list/by-{case}"), move |s| Box::pin(by_key(s, key, yes, no, third)));
    }
    for (case, filters, status) in [
        ("unknown", json!({ "nosuch": ["x"] }), 400),
        ("bad-type", json!({ "type": ["nosuch"] }), 500),
        ("bad-dangling", json!({ "dangling": ["maybe"] }), 400),
    ] {
        area.add(&format!("list/bad-filters/{case}"), move |s| Box::pin(bad_filters(s, filters.clone(), status)));
    }
    area.add("list/bad-filters/malformed", |s| Box::pin(malformed_filters(s)));
}

async fn all(s: &mut Session) -> Outcome {
    s.call("GET /networks", &[]).expect(200).await?;
    Ok(())
}

async fn by_name_id_and_label(s: &mut Session) -> Outcome {
    let id = bridge(s, "net", 30).await?;
    let (name, label) = (s.name("net"), s.label());
    for filters in [
        json!({ "name": [name] }),
        json!({ "id": [id] }),
        json!({ "label": [label] }),
        json!({ "label": ["io.lockstep.never"] }),
    ] {
        s.call("GET /networks", &[]).filters(filters).independent().expect(200).await?;
    }
    Ok(())
}

async fn by_part_of_name(s: &mut Session) -> Outcome {
    bridge(s, "partial", 31).await?;
    let part = s.name("part");
    s.call("GET /networks", &[]).filters(json!({ "name": [part] })).expect(200).await?;
    Ok(())
}

async fn by_key(s: &mut Session, key: &str, yes: &str, no: &str, third: u8) -> Outcome {
    bridge(s, "net", third).await?;
    let label = s.label();
    for value in [yes, no] {
        s.call("GET /networks", &[])
            .filters(json!({ key: [value], "label": [label] }))
            .independent()
            .expect(200)
            .await?;
    }
    Ok(())
}

async fn bad_filters(s: &mut Session, filters: Value, status: u16) -> Outcome {
    s.call("GET /networks", &[]).filters(filters).expect(status).await?;
    Ok(())
}

async fn malformed_filters(s: &mut Session) -> Outcome {
    s.call("GET /networks", &[]).query("filters", "{bad").expect(500).await?;
    Ok(())
}
