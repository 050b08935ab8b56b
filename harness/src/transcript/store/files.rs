//! Where snapshots lie, and reading and writing them so that nothing is ever half there.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::error::StoreError;
use crate::transcript::snapshot::normal_form;

const SNAP: &str = ".snap";
const PENDING: &str = ".snap.new";

/// Whether a name can be a scenario's: its segments become folders and a file, on any file system.
pub(super) fn check_name(name: &str) -> Result<(), StoreError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.+=,@".contains(c);
    let segment = |segment: &str| !segment.is_empty() && !segment.starts_with('.') && segment.chars().all(allowed);
    if name.split('/').all(segment) { Ok(()) } else { Err(StoreError::Name { name: name.to_owned() }) }
}

/// Whether a name can be an engine's folder.
pub(super) fn check_slug(slug: &str) -> Result<(), StoreError> {
    check_name(slug)?;
    if slug.contains('/') {
        return Err(StoreError::Name { name: slug.to_owned() });
    }
    Ok(())
}

/// A scenario's snapshot in an engine's folder.
pub(super) fn snapshot_path(folder: &Path, scenario: &str) -> PathBuf {
    folder.join(format!("{scenario}{SNAP}"))
}

/// A scenario's snapshot that waits for review.
pub(super) fn pending_path(folder: &Path, scenario: &str) -> PathBuf {
    folder.join(format!("{scenario}{PENDING}"))
}

/// A snapshot file as insta writes it: front matter, then the contents with one line feed at the end.
pub(super) fn file_text(scenario: &str, contents: &str) -> String {
    // insta leaves a name with a slash bare, and would quote what YAML takes for a number or a truth value.
    let quote = if scenario.contains('/') && !scenario.contains(',') && !scenario.starts_with(['-', '=', '@']) {
        ""
    } else {
        "\""
    };
    format!("---\nsource: suites\nexpression: {quote}{scenario}{quote}\n---\n{}", normal_form(contents))
}

/// A file's text; `None` where there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<String>, StoreError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(source) => Err(failed("read", path)(source)),
    }
}

/// Writes a file in one step: readers see the old text or the new, also where this process dies in between.
pub(super) fn write(path: &Path, text: &str) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed("create", folder))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lockstep-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any other new file: what the umask leaves of it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(failed("write in", folder))?;
    file.write_all(text.as_bytes()).map_err(failed("write", path))?;
    file.persist(path).map_err(|error| failed("write", path)(error.error))?;
    Ok(())
}

/// Removes a file where it is there, and the folders that this leaves empty below `top`.
pub(super) fn remove(path: &Path, top: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other.map_err(failed("remove", path))?,
    }
    for folder in path.ancestors().skip(1).take_while(|folder| *folder != top && folder.starts_with(top)) {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

/// The snapshot files of one engine, by scenario.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// `….snap`
    pub(super) snapshots: BTreeMap<String, PathBuf>,
    /// `….snap.new`
    pub(super) pending: BTreeMap<String, PathBuf>,
}

/// All snapshot files below an engine's folder; symbolic links to folders are not followed.
pub(super) fn find(folder: &Path) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = open.pop() {
        for (path, name, is_dir) in entries(&folder)? {
            let full = format!("{prefix}{name}");
            if is_dir {
                open.push((path, full + "/"));
            } else if let Some(scenario) = full.strip_suffix(PENDING) {
                found.pending.insert(scenario.to_owned(), path);
            } else if let Some(scenario) = full.strip_suffix(SNAP) {
                found.snapshots.insert(scenario.to_owned(), path);
            }
        }
    }
    Ok(found)
}

/// The folders in a folder that is perhaps not there, sorted.
pub(super) fn folders(root: &Path) -> Result<Vec<String>, StoreError> {
    let mut names: Vec<String> =
        entries(root)?.into_iter().filter(|(_, _, is_dir)| *is_dir).map(|(_, name, _)| name).collect();
    names.sort();
    Ok(names)
}

/// What is in a folder, hidden entries left out: path, name, whether it is a folder.
fn entries(folder: &Path) -> Result<Vec<(PathBuf, String, bool)>, StoreError> {
    let listing = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(failed("list", folder))?,
    };
    let mut entries = Vec::new();
    for entry in listing {
        let entry = entry.map_err(failed("list", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            let is_dir = entry.file_type().map_err(failed("list", folder))?.is_dir();
            entries.push((entry.path(), name, is_dir));
        }
    }
    Ok(entries)
}

/// Waits until no other process records into this root; released when dropped. Where the system cannot lock a folder, nobody waits.
pub(super) fn lock(root: &Path) -> Result<Option<File>, StoreError> {
    fs::create_dir_all(root).map_err(failed("create", root))?;
    Ok(File::open(root).ok().filter(|folder| folder.lock().is_ok()))
}

pub(super) fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { doing, path, source }
}
