//! Snapshot files as they were read: each is read, hashed and parsed once, however many recordings stand on it.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::error::StoreError;
use super::files;
use crate::transcript::Transcript;
use crate::transcript::snapshot::{digest_of_normal, normal_form, parse, split_front_matter};

/// The files that were read, by path. A file that was replaced since is read again.
#[derive(Debug, Clone, Default)]
pub(super) struct Reads(Arc<Mutex<HashMap<PathBuf, Place>>>);

/// One file, locked while it is read: who wants the same one waits for it.
type Place = Arc<Mutex<Option<Arc<Kept>>>>;

/// What tells one state of a file from another: snapshots are never written in place, so another state is another inode.
type Stamp = (u64, u64, i64, i64);

/// A snapshot file.
#[derive(Debug)]
pub(super) struct Kept {
    stamp: Stamp,
    path: PathBuf,
    text: String,
    /// Of its contents in normal form.
    pub(super) digest: String,
    parsed: Mutex<Option<Arc<Transcript>>>,
}

impl Reads {
    /// The file as it is now; `None` where there is none.
    pub(super) fn get(&self, path: &Path) -> Result<Option<Arc<Kept>>, StoreError> {
        let stamp = match fs::metadata(path) {
            Ok(found) => (found.ino(), found.size(), found.mtime(), found.mtime_nsec()),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(source) => return Err(files::failed("read", path)(source)),
        };
        let place = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(path.to_owned()).or_default().clone();
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = place.as_ref().filter(|kept| kept.stamp == stamp) {
            return Ok(Some(Arc::clone(kept)));
        }
        *place = files::read(path)?.map(|text| {
            let digest = digest_of_normal(&normal_form(split_front_matter(&text).1));
            Arc::new(Kept { stamp, path: path.to_owned(), text, digest, parsed: Mutex::default() })
        });
        Ok(place.clone())
    }
}

impl Kept {
    /// The contents in normal form, without front matter.
    pub(super) fn contents(&self) -> String {
        normal_form(split_front_matter(&self.text).1)
    }

    /// The transcript that it holds.
    pub(super) fn transcript(&self) -> Result<Arc<Transcript>, StoreError> {
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        match &*parsed {
            Some(transcript) => Ok(Arc::clone(transcript)),
            None => Ok(Arc::clone(parsed.insert(Arc::new(parse(&self.path, &self.text)?)))),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once_until_it_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.snap");
        let reads = Reads::default();
        let read = || reads.get(&path).unwrap();
        let write = |contents: &str| files::write(&path, &files::file_text("a/b", contents)).unwrap();
        assert!(read().is_none());
        write("# a/b\n");
        let first = read().unwrap();
        assert!(Arc::ptr_eq(&first, &read().unwrap()));
        write("# a/c\n");
        let second = read().unwrap();
        assert_eq!((first.contents().as_str(), second.contents().as_str()), ("# a/b\n", "# a/c\n"));
        assert_ne!(first.digest, second.digest);
        fs::remove_file(&path).unwrap();
        assert!(read().is_none());
    }
}
