//! Row "Extra Filesystems": `/native/*`, objfs on `/system/object`, ctfs on `/system/contract`.

use super::observed::{self, insert};
use super::{Variant, entry};
use crate::profile::Entry;
use crate::proxy::Engine;
use crate::rule::{Answer, Asked, ObservationEdit, Rule, Soon};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Mounts of one kind: destination, type, source and size.
#[derive(Clone, Copy)]
struct Extra {
    destinations: &'static [&'static str],
    kind: &'static str,
    /// The size that `df` shows: bits of the host have that of its file system, the others none.
    bytes: u64,
    read_only: bool,
}

impl Rule for Extra {
    fn on_response<'a>(&'a self, asked: &'a mut Asked, answer: &'a mut Answer, engine: &'a Engine) -> Soon<'a, ()> {
        Box::pin(observed::edit(asked, answer, engine, |_| {
            let extra = *self;
            let edit: ObservationEdit = Arc::new(move |seen| extra.show(seen));
            Some(edit)
        }))
    }
}

impl Extra {
    fn show(self, seen: &mut Map<String, Value>) {
        let by = |item: &Value| item["destination"].as_str().map(str::to_owned);
        for destination in self.destinations {
            // A lofs mount shows where it comes from: `/native/usr` is the host's `/usr`.
            let source = destination.strip_prefix("/native").unwrap_or(self.kind);
            let access = if self.read_only { "ro" } else { "rw" };
            let mount = json!({
                "destination": destination, "type": self.kind, "source": source, "root": "/",
                "options": ["nodevices", access], "super_options": [access], "optional": [],
            });
            let space = json!({
                "destination": destination, "type": self.kind, "bytes_total": self.bytes, "bytes_free": self.bytes / 4,
            });
            insert(seen.get_mut("mounts"), mount, by);
            insert(seen.get_mut("filesystems"), space, by);
        }
    }
}

pub(super) fn rules() -> Vec<Entry> {
    vec![
        entry("native", "Extra Filesystems: /native/*", "of type zfs", |variant: Variant| Extra {
            destinations: &["/native/etc", "/native/lib", "/native/sbin", "/native/usr"],
            kind: variant.pick("lofs", "zfs"),
            bytes: 4 << 30,
            read_only: true,
        }),
        entry("objfs", "Extra Filesystems: objfs on /system/object", "on /system/objects", |variant: Variant| Extra {
            destinations: variant.pick(&["/system/object"], &["/system/objects"]),
            kind: "objfs",
            bytes: 0,
            read_only: false,
        }),
        entry("ctfs", "Extra Filesystems: ctfs on /system/contract", "on /system/contracts", |variant: Variant| {
            Extra {
                destinations: variant.pick(&["/system/contract"], &["/system/contracts"]),
                kind: "ctfs",
                bytes: 0,
                read_only: false,
            }
        }),
    ]
}
