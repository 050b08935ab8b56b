//! For every parameter of the API that is a boolean or a number: values that are none, and values out of range.

use super::table::{call, operations, tags};
use lockstep_harness::scenario::{Area, Outcome, Session};

pub(super) fn add(area: &mut Area<'_>) {
    for tag in tags() {
        let typed = |kind: &str| {
            operations(&tag).any(|facts| facts.query.values().any(|found| found.starts_with(kind)))
        };
        let (booleans, integers) = (typed("boolean"), typed("integer"));
        let name = tag.to_lowercase();
        if booleans {
            let tag = tag.clone();
            area.add(&format!("bad-boolean/{name}"), move |s| {
                let tag = tag.clone();
                Box::pin(async move { bad(s, &tag, "boolean", &["maybe", ""]).await })
            });
        }
        if integers {
            let tag = tag.clone();
            area.add(&format!("bad-integer/{name}"), move |s| {
                let tag = tag.clone();
                Box::pin(async move { bad(s, &tag, "integer", &["many", "-1", "1.5", "99999999999999999999", ""]).await })
            });
        }
    }
}

async fn bad(s: &mut Session, tag: &str, kind: &str, values: &[&str]) -> Outcome {
    for facts in operations(tag) {
        for name in facts.query.iter().filter(|(_, found)| found.starts_with(kind)).map(|(name, _)| name) {
            for value in values {
                call(s, facts, name).query(name, value).answered().await?;
            }
        }
    }
    Ok(())
}
