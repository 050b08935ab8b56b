//! For every parameter of the API that is a boolean or a number: values that are none, and values out of range.

use super::table::{call, groups, operations, parameters};
use lockstep_harness::scenario::{Area, Outcome, Session};

/// Docker takes every text for yes but `0`, `no`, `false`, `none` and nothing at all.
const BOOLEANS: &[&str] = &["maybe", ""];
const INTEGERS: &[&str] = &["many", "-1", "1.5", "99999999999999999999", ""];

pub(super) fn add(area: &mut Area<'_>) {
    for group in groups() {
        for (kind, values) in [("boolean", BOOLEANS), ("integer", INTEGERS)] {
            if operations(group).any(|facts| parameters(facts, kind).next().is_some()) {
                area.add(&format!("bad-{kind}/{group}"), move |s| Box::pin(bad(s, group, kind, values)));
            }
        }
    }
}

async fn bad(s: &mut Session, group: &str, kind: &str, values: &[&str]) -> Outcome {
    for facts in operations(group) {
        for name in parameters(facts, kind) {
            for value in values {
                call(s, facts, name).query(name, value).answered().await?;
            }
        }
    }
    Ok(())
}
