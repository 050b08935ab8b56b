//! SDC Docker as documented in October 2016: the source document `docs/api/divergence.md` of TritonDataCenter/sdc-docker, and what
//! its code of that date answers (read at commit a7aed3c5). Nothing here was measured on Triton.
//!
//! Rules have their turn in the order of the list: versions first, then what is missing, then what is refused, then what answers
//! look like; texts and headers last, so that they apply to all answers.

mod editor;
mod errors;
mod exit_status;
mod files;
mod filesystems;
mod identity;
mod images;
mod latency;
mod logging;
mod missing;
mod observed;
mod processes;
mod refuse;
mod routes;
mod shapes;
mod versions;

pub(crate) use editor::Editor;

use crate::profile::{Entry, RuleInfo};
use crate::rule::Rule;
use std::sync::Arc;

/// Which way a rule behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// As the source says.
    Documented,
    /// Otherwise, to show that a suite notices.
    Altered,
}

impl Variant {
    /// The one value or the other.
    pub(crate) fn pick<T>(self, documented: T, altered: T) -> T {
        match self {
            Variant::Documented => documented,
            Variant::Altered => altered,
        }
    }
}

/// An entry from what makes the rule.
fn entry<R: Rule + 'static>(
    name: &'static str,
    row: &'static str,
    alteration: &'static str,
    make: impl Fn(Variant) -> R,
) -> Entry {
    let info = RuleInfo { name, row, alteration };
    Entry { info, documented: Arc::new(make(Variant::Documented)), altered: Arc::new(make(Variant::Altered)) }
}

/// Every rule, in the order in which they have their turn.
pub(crate) fn rules() -> Vec<Entry> {
    let groups = [
        versions::rules(),
        missing::rules(),
        images::rules(),
        logging::rules(),
        refuse::rules(),
        files::rules(),
        filesystems::rules(),
        exit_status::rules(),
        shapes::rules(),
        processes::rules(),
        identity::rules(),
        errors::rules(),
        latency::rules(),
        identity::headers(),
    ];
    groups.into_iter().flatten().collect()
}
