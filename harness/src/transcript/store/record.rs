//! Recording: first a plan of what changes, then the changes, in an order in which nothing is lost where it breaks off.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Store;
use super::error::StoreError;
use super::files::{self, file_text, pending_path, snapshot_path};
use super::index::{Entry, INDEX_FILE, Index};
use super::recorded::{Recorded, own_contents};
use crate::engine::EngineIdentity;
use crate::transcript::Transcript;
use crate::transcript::snapshot::{self, digest};

/// What came of a scenario while recording.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordedOutcome {
    /// It ran: its normalised transcript.
    Transcript(Transcript),
    /// It could not be run, and why.
    NotRun(String),
}

/// Whose answers are recorded.
#[derive(Debug, Clone)]
pub struct Whose {
    /// The engine's folder.
    pub slug: String,
    /// The engine.
    pub identity: EngineIdentity,
    /// `engine`, or what stood in for it, in words for people.
    pub recorded_from: String,
}

impl Whose {
    /// An engine itself, at its own API version.
    pub fn engine(identity: &EngineIdentity) -> Whose {
        Whose { slug: identity.slug(), identity: identity.clone(), recorded_from: "engine".to_owned() }
    }
}

/// What becomes of snapshots that change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordMode {
    /// They are replaced, and what is gone is removed.
    Accept,
    /// Those without a predecessor are written; the others wait as `.snap.new` for `cargo insta review`; nothing is removed.
    Review,
}

/// What a recording did. Each scenario given is in exactly one of the first five lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordSummary {
    /// The folder recorded into.
    pub slug: String,
    /// Recorded for the first time.
    pub new: Vec<String>,
    /// Other than recorded before; in [`RecordMode::Review`] these wait for review.
    pub changed: Vec<String>,
    /// As recorded before.
    pub unchanged: Vec<String>,
    /// Could not be run, and the index says so.
    pub not_run: Vec<String>,
    /// Could not be run, but what was recorded before is kept: [`RecordMode::Review`] removes nothing.
    pub kept: Vec<String>,
    /// How many of the scenarios are as on the base.
    pub equal: usize,
    /// No longer scenarios: removed, or in [`RecordMode::Review`] only found. Needs a complete recording.
    pub gone: Vec<String>,
    /// The files that wait for review.
    pub pending: Vec<PathBuf>,
    /// Folder and scenario of recordings that were equal to what changed here, and now have a copy of what it was.
    pub copied: Vec<(String, String)>,
}

/// What is to be done.
struct Plan<'a> {
    folder: PathBuf,
    old: Option<Recorded>,
    base: Option<&'a Recorded>,
    /// Earlier versions of the same engine held against the same base, the latest first.
    earlier: Vec<Recorded>,
    mode: RecordMode,
    index: Index,
    writes: BTreeMap<PathBuf, String>,
    removals: BTreeSet<PathBuf>,
    /// The contents that scenarios had before, where they have others now.
    replaced: BTreeMap<String, String>,
    summary: RecordSummary,
}

impl Store {
    /// Writes what came of scenarios on an engine into its folder.
    ///
    /// Other scenarios of that folder are left alone, unless the results are `complete`, that is those of the whole
    /// catalogue: then what is not among them is gone. Scenarios whose
    /// transcript is that of `base`, or of an earlier version with that base, get no file; without a `base`, a recording of some scenarios keeps the one in the index. Files are written before the index, and removed after it: where this breaks off, [`Store::check`] says what is
    /// left to do, and recording again does it.
    pub fn record(
        &self,
        whose: &Whose,
        base: Option<&Recorded>,
        results: &[(String, RecordedOutcome)],
        mode: RecordMode,
        complete: bool,
    ) -> Result<RecordSummary, StoreError> {
        let results = by_name(results)?;
        let Whose { slug, identity, recorded_from } = whose;
        let slug = slug.clone();
        files::check_slug(&slug)?;
        let _lock = files::lock(&self.root)?;
        let old = Recorded::open(&self.root, &slug, &[], &self.reads)?;
        if base.is_some_and(|base| base.slug == slug) {
            return Err(StoreError::BaseIsItself { slug });
        }
        // Held here, so that the plan can refer to it while it also owns the recording.
        let kept_base = match old.as_ref().and_then(|old| old.index.base.as_ref()) {
            Some(kept) if base.is_none() && !complete => Some(self.load(kept)?),
            _ => None,
        };
        let base = base.or(kept_base.as_ref());

        let mut index = Index::new(identity, recorded_from, base.map(|base| base.slug.clone()));
        if let Some(old) = &old {
            let left: Vec<_> =
                old.index.scenarios.iter().filter(|(name, _)| !results.contains_key(name.as_str())).collect();
            if old.index.identity() != *identity && mode == RecordMode::Review && !complete && !left.is_empty() {
                let (recorded, now) = (Box::new(old.index.identity()), Box::new(identity.clone()));
                return Err(StoreError::OtherVersion { slug, recorded, now });
            }
            index.scenarios = old.index.scenarios.clone();
        }
        let summary = RecordSummary { slug: slug.clone(), ..RecordSummary::default() };
        let (writes, removals, replaced) = Default::default();
        let (folder, earlier) = (self.root.join(&slug), self.earlier(&slug, &index)?);
        let mut plan = Plan { folder, old, base, earlier, mode, index, writes, removals, replaced, summary };
        for (name, outcome) in &results {
            match outcome {
                RecordedOutcome::Transcript(transcript) => plan.transcript(name, transcript)?,
                RecordedOutcome::NotRun(reason) => plan.not_run(name, reason)?,
            }
        }
        if complete {
            plan.gone(&results)?;
        }
        plan.same_base(&results)?;
        plan.apply(self)
    }

    /// The recordings of earlier versions of an engine that have the same base, the latest first.
    fn earlier(&self, whose: &str, index: &Index) -> Result<Vec<Recorded>, StoreError> {
        let Some(version) = index.base.as_ref().and_then(|_| index.identity().semver()) else {
            return Ok(Vec::new());
        };
        let mut earlier = Vec::new();
        for slug in self.slugs()?.into_iter().filter(|slug| slug != whose) {
            let Some(other) = Recorded::open(&self.root, &slug, &[], &self.reads)? else { continue };
            let same = other.index.engine == index.engine && other.index.base == index.base;
            if let Some(its) = other.index.identity().semver().filter(|its| same && *its < version) {
                earlier.push((its, other));
            }
        }
        earlier.sort_by(|(one, _), (other, _)| other.cmp(one));
        Ok(earlier.into_iter().map(|(_, recorded)| recorded).collect())
    }
}

impl Plan<'_> {
    fn transcript(&mut self, name: &str, transcript: &Transcript) -> Result<(), StoreError> {
        let (path, pending) = (snapshot_path(&self.folder, name), pending_path(&self.folder, name));
        let text = snapshot::write(transcript);
        let own = own_contents(&path)?;
        let before = match &own {
            Some(contents) => Some(contents.clone()),
            None => self.before(name)?,
        };
        let as_base = match self.base {
            Some(base) => base.contents(name)?.is_some_and(|contents| contents == text),
            None => false,
        };
        let list = match &before {
            None => &mut self.summary.new,
            Some(before) if *before == text => &mut self.summary.unchanged,
            Some(_) => &mut self.summary.changed,
        };
        list.push(name.to_owned());
        self.summary.equal += usize::from(as_base);
        let to = if as_base { None } else { self.as_earlier(name, &text)? };

        let recorded = digest(&text);
        let changed = before.as_ref().is_some_and(|before| *before != text);
        if let Some(before) = before.filter(|_| changed) {
            if self.mode == RecordMode::Review {
                if own.is_none() {
                    // So far the base's file stood in. A copy shows the reviewer what changes, and is what stays where
                    // the change is rejected.
                    self.writes.insert(path, file_text(name, &before));
                }
                self.replaced.insert(name.to_owned(), before);
                self.writes.insert(pending.clone(), file_text(name, &text));
                self.summary.pending.push(pending);
                self.index.scenarios.insert(name.to_owned(), Entry::Recorded(recorded));
                return Ok(());
            }
            self.replaced.insert(name.to_owned(), before);
        }
        self.removals.insert(pending);
        let entry = if as_base || to.is_some() {
            self.removals.insert(path);
            Entry::Equal { digest: recorded, to }
        } else {
            if own.is_none_or(|own| own != text) {
                self.writes.insert(path, file_text(name, &text));
            }
            Entry::Recorded(recorded)
        };
        self.index.scenarios.insert(name.to_owned(), entry);
        Ok(())
    }

    /// The earlier version whose own file says the same.
    fn as_earlier(&self, name: &str, text: &str) -> Result<Option<String>, StoreError> {
        for other in &self.earlier {
            let own = matches!(other.index.scenarios.get(name), Some(Entry::Recorded(_)));
            if own && other.contents(name)?.is_some_and(|contents| contents == text) {
                return Ok(Some(other.slug.clone()));
            }
        }
        Ok(None)
    }

    fn not_run(&mut self, name: &str, reason: &str) -> Result<(), StoreError> {
        let ran = !matches!(self.index.scenarios.get(name), None | Some(Entry::NotRun(_)));
        if ran && self.mode == RecordMode::Review {
            self.summary.kept.push(name.to_owned());
            return Ok(());
        }
        self.drop_files(name)?;
        self.summary.not_run.push(name.to_owned());
        self.index.scenarios.insert(name.to_owned(), Entry::NotRun(reason.to_owned()));
        Ok(())
    }

    /// What is in the folder or the index, but not among the results of the whole catalogue.
    fn gone(&mut self, results: &BTreeMap<&str, &RecordedOutcome>) -> Result<(), StoreError> {
        let found = files::find(&self.folder)?;
        let mut names: BTreeSet<String> = self.index.scenarios.keys().cloned().collect();
        names.extend(found.snapshots.into_keys().chain(found.pending.into_keys()));
        for name in names.into_iter().filter(|name| !results.contains_key(name.as_str())) {
            if self.mode == RecordMode::Accept {
                self.drop_files(&name)?;
                self.index.scenarios.remove(&name);
            }
            self.summary.gone.push(name);
        }
        Ok(())
    }

    fn drop_files(&mut self, name: &str) -> Result<(), StoreError> {
        if let Some(before) = self.before(name)? {
            self.replaced.insert(name.to_owned(), before);
        }
        self.removals.extend([snapshot_path(&self.folder, name), pending_path(&self.folder, name)]);
        Ok(())
    }

    /// The contents that the index and the files say, before this recording; a file that is missing is no contents.
    fn before(&self, name: &str) -> Result<Option<String>, StoreError> {
        let Some(old) = &self.old else {
            return Ok(None);
        };
        match old.contents(name) {
            Err(StoreError::Missing { .. } | StoreError::BaseMoved { .. }) => Ok(None),
            other => other,
        }
    }

    /// Scenarios that this recording leaves alone must not be equal to another base than they were.
    fn same_base(&self, results: &BTreeMap<&str, &RecordedOutcome>) -> Result<(), StoreError> {
        let Some(old) = &self.old else { return Ok(()) };
        let untouched = |name: &str| !results.contains_key(name) || self.summary.kept.iter().any(|kept| kept == name);
        let left = |(name, entry): (&String, &Entry)| {
            (matches!(entry, Entry::Equal { to: None, .. }) && untouched(name)).then(|| name.clone())
        };
        let left: Vec<String> = self.index.scenarios.iter().filter_map(left).collect();
        if left.is_empty() || self.index.base == old.index.base {
            return Ok(());
        }
        let (recorded, now) = (old.index.base.clone(), self.index.base.clone());
        Err(StoreError::OtherBase { slug: old.slug.clone(), recorded, now, left })
    }

    fn apply(mut self, store: &Store) -> Result<RecordSummary, StoreError> {
        for slug in store.slugs()? {
            if slug != self.summary.slug && !self.replaced.is_empty() {
                self.keep_dependent(&store.root, &slug)?;
            }
        }
        for (path, text) in &self.writes {
            files::write(path, text)?;
        }
        write_index(&self.folder, &self.index)?;
        for path in self.removals.iter().filter(|path| !self.writes.contains_key(*path)) {
            files::remove(path, &self.folder)?;
        }
        Ok(self.summary)
    }

    /// Gives a recording that builds on this one its own copy of what is replaced here.
    fn keep_dependent(&mut self, root: &Path, slug: &str) -> Result<(), StoreError> {
        let folder = root.join(slug);
        let Some(mut index) = Index::read(&folder.join(INDEX_FILE))? else {
            return Ok(());
        };
        let replaced_slug = Some(self.summary.slug.as_str());
        let is_base = index.base.as_deref() == replaced_slug;
        let mut copied = false;
        for (name, before) in &self.replaced {
            let Some(entry) = index.scenarios.get_mut(name) else {
                continue;
            };
            if let Entry::Equal { digest: recorded, to } = &*entry
                && (to.as_deref() == replaced_slug || (to.is_none() && is_base))
                && *recorded == digest(before)
            {
                files::write(&snapshot_path(&folder, name), &file_text(name, before))?;
                *entry = Entry::Recorded(recorded.clone());
                self.summary.copied.push((slug.to_owned(), name.clone()));
                copied = true;
            }
        }
        if copied { write_index(&folder, &index) } else { Ok(()) }
    }
}

fn write_index(folder: &Path, index: &Index) -> Result<(), StoreError> {
    let (path, text) = (folder.join(INDEX_FILE), index.to_text()?);
    if files::read(&path)?.as_deref() == Some(text.as_str()) { Ok(()) } else { files::write(&path, &text) }
}

/// The results by name, each checked.
fn by_name(results: &[(String, RecordedOutcome)]) -> Result<BTreeMap<&str, &RecordedOutcome>, StoreError> {
    let mut by_name = BTreeMap::new();
    for (name, outcome) in results {
        files::check_name(name)?;
        let problem = |problem: String| StoreError::Results { scenario: name.clone(), problem };
        if let RecordedOutcome::Transcript(transcript) = outcome
            && transcript.scenario != *name
        {
            return Err(problem(format!("was given the transcript of `{}`", transcript.scenario)));
        }
        if by_name.insert(name.as_str(), outcome).is_some() {
            return Err(problem("was given two results".to_owned()));
        }
    }
    Ok(by_name)
}
