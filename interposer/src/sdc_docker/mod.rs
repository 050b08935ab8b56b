//! SDC Docker as documented in October 2016.

mod editor;

pub(crate) use editor::Editor;

use crate::profile::Entry;

/// Every rule, in the order in which they have their turn.
pub(crate) fn rules() -> Vec<Entry> {
    Vec::new()
}
