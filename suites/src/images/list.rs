//! `GET /images/json`.

use super::{imported, importing, nameless, split, tagged};
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("list/by-reference", |s| Box::pin(by_reference(s)));
    area.add("list/by-label", |s| Box::pin(by_label(s)));
    area.add("list/by-two-labels", |s| Box::pin(by_two_labels(s)));
    area.add("list/by-reference-and-label", |s| Box::pin(by_reference_and_label(s)));
    area.add("list/by-before-and-since", |s| Box::pin(by_before_and_since(s)));
    area.add("list/dangling", |s| Box::pin(dangling(s)));
    area.add("list/two-names-of-one-image", |s| Box::pin(two_names(s)));
    area.add("list/with-digests", |s| Box::pin(with_digests(s)));
    for (case, filters, status) in [
        ("unknown", json!({ "nosuch": ["x"] }), 400),
        ("bad-dangling", json!({ "dangling": ["maybe"] }), 400),
        ("before-unknown-image", json!({ "before": ["nosuch"] }), 404),
    ] {
        area.add(&format!("list/bad-filters/{case}"), move |s| Box::pin(bad_filters(s, filters.clone(), status)));
    }
    area.add("list/bad-filters/malformed", |s| Box::pin(malformed_filters(s)));
}

async fn by_reference(s: &mut Session) -> Outcome {
    let name = imported(s, "listed").await?;
    let repository = split(&name).0.to_owned();
    for pattern in [name.clone(), repository.clone(), format!("{repository}:*"), format!("{repository}:other")] {
        s.call("GET /images/json", &[]).filters(json!({ "reference": [pattern] })).expect(200).await?;
    }
    Ok(())
}

async fn by_label(s: &mut Session) -> Outcome {
    imported(s, "listed").await?;
    let own = s.own();
    s.call("GET /images/json", &[]).filters(own.clone()).expect(200).await?;
    s.call("GET /images/json", &[]).query("all", "true").filters(own).expect(200).await?;
    Ok(())
}

/// An image has to have both.
async fn by_two_labels(s: &mut Session) -> Outcome {
    imported(s, "plain").await?;
    coloured(s, "coloured").await?;
    let labels = json!({ "label": [s.label(), "colour=blue"] });
    s.call("GET /images/json", &[]).filters(labels).expect(200).await?;
    Ok(())
}

/// Each of the two filters fits an image, and no image fits both.
async fn by_reference_and_label(s: &mut Session) -> Outcome {
    let plain = imported(s, "plain").await?;
    coloured(s, "coloured").await?;
    let both = json!({ "reference": [plain], "label": [format!("own={}", s.name("coloured"))] });
    s.call("GET /images/json", &[]).filters(both).expect(200).await?;
    Ok(())
}

/// Imports an image with two labels more, each in a change of its own (Podman makes one label of several in one).
async fn coloured(s: &mut Session, word: &str) -> Outcome {
    let (name, own) = (s.image_name(word), s.name(word));
    let label = format!("LABEL {}", s.label());
    importing(s, &name, "content.txt", &name)
        .query("changes", label)
        .query("changes", "LABEL colour=blue")
        .query("changes", format!("LABEL own={own}"))
        .expect(200)
        .await?;
    Ok(())
}

async fn by_before_and_since(s: &mut Session) -> Outcome {
    let name = imported(s, "listed").await?;
    let probe = s.image().to_owned();
    let label = s.label();
    // The probe's image is older than what this scenario imports.
    s.call("GET /images/json", &[]).filters(json!({ "since": [probe], "label": [label] })).expect(200).await?;
    s.call("GET /images/json", &[]).filters(json!({ "before": [name], "label": [label] })).expect(200).await?;
    Ok(())
}

async fn dangling(s: &mut Session) -> Outcome {
    nameless(s).await?;
    let label = s.label();
    s.call("GET /images/json", &[]).filters(json!({ "dangling": ["true"], "label": [label] })).expect(200).await?;
    s.call("GET /images/json", &[]).filters(json!({ "dangling": ["false"], "label": [label] })).expect(200).await?;
    Ok(())
}

async fn two_names(s: &mut Session) -> Outcome {
    let first = imported(s, "first").await?;
    let second = s.image_name("second");
    let (repository, tag) = split(&second);
    s.call("POST /images/{name}/tag", &[&first]).query("repo", repository).query("tag", tag).expect(201).await?;
    let own = s.own();
    s.call("GET /images/json", &[]).filters(own).expect(200).await?;
    Ok(())
}

async fn with_digests(s: &mut Session) -> Outcome {
    let name = tagged(s, "listed").await?;
    s.call("GET /images/json", &[]).query("digests", 1).filters(json!({ "reference": [name] })).expect(200).await?;
    Ok(())
}

async fn bad_filters(s: &mut Session, filters: Value, status: u16) -> Outcome {
    s.call("GET /images/json", &[]).filters(filters).expect(status).await?;
    Ok(())
}

async fn malformed_filters(s: &mut Session) -> Outcome {
    s.call("GET /images/json", &[]).query("filters", "{bad").expect(500).await?;
    Ok(())
}
