//! Nothing recorded waits for review. The file stands here, among the snapshots, because `cargo insta review` looks for them beside the sources
//! of a package's targets.
#![allow(missing_docs)]

use std::path::{Path, PathBuf};

fn pending(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            pending(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "new") {
            found.push(path);
        }
    }
}

#[test]
fn no_snapshot_waits_for_review() {
    let mut found = Vec::new();
    pending(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots"), &mut found);
    assert!(found.is_empty(), "recorded and not reviewed (cargo insta review): {found:#?}");
}
