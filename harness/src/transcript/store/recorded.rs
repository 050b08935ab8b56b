//! One engine's recording, read when it is asked for.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{StoreError, StoreProblem};
use super::files;
use super::index::{Entry, INDEX_FILE, Index};
use super::reads::{Kept, Reads};
use crate::transcript::Transcript;
use crate::transcript::snapshot::{digest, normal_form, split_front_matter};

/// The snapshots of one engine version. Loading reads the index alone; transcripts are read when they are asked for, once.
#[derive(Debug)]
pub struct Recorded {
    /// The folder's name, for instance `docker-20.10`.
    pub slug: String,
    /// What was run.
    pub index: Index,
    folder: PathBuf,
    base: Option<Arc<Recorded>>,
    /// Earlier versions of the same engine, by folder.
    earlier: BTreeMap<String, Arc<Recorded>>,
    reads: Reads,
}

impl Recorded {
    /// Reads the index of a folder and of those it builds on; `None` where it has none. `chain` are the folders that led here.
    pub(super) fn open(root: &Path, slug: &str, chain: &[String], reads: &Reads) -> Result<Option<Self>, StoreError> {
        let folder = root.join(slug);
        let Some(index) = Index::read(&folder.join(INDEX_FILE))? else {
            return Ok(None);
        };
        let mut chain = chain.to_vec();
        chain.push(slug.to_owned());
        let open = |other: &str| {
            if chain.iter().any(|slug| slug == other) {
                let chain = chain.iter().cloned().chain([other.to_owned()]).collect();
                return Err(StoreError::BaseCycle { slug: slug.to_owned(), chain });
            }
            Self::open(root, other, &chain, reads)?.map(Arc::new).ok_or_else(|| not_recorded(root, other))
        };
        let base = index.base.as_deref().map(open).transpose()?;
        let stand_ins = index.stand_ins().into_iter();
        let earlier = stand_ins.map(|slug| Ok((slug.to_owned(), open(slug)?))).collect::<Result<_, StoreError>>()?;
        let (slug, reads) = (slug.to_owned(), reads.clone());
        Ok(Some(Recorded { slug, index, folder, base, earlier, reads }))
    }

    /// The recording whose transcripts stand in where this engine's are the same.
    pub fn base(&self) -> Option<&Recorded> {
        self.base.as_deref()
    }

    /// The recording that stands in for a scenario that is equal to another's.
    fn stand_in(&self, to: Option<&str>) -> Option<&Recorded> {
        match to {
            None => self.base(),
            Some(slug) => self.earlier.get(slug).map(Arc::as_ref),
        }
    }

    /// The name of that recording.
    fn stand_in_name(&self, to: Option<&str>) -> String {
        to.map(str::to_owned).or_else(|| self.index.base.clone()).unwrap_or_default()
    }

    /// Whether this is a candidate held against a reference, and not a reference: an engine recorded at another API version has the
    /// same engine as its base.
    pub fn is_candidate(&self) -> bool {
        let own = &self.index;
        self.base().is_some_and(|base| (&base.index.engine, &base.index.version) != (&own.engine, &own.version))
    }

    /// Where a scenario's own snapshot is, if it has one.
    pub fn path(&self, scenario: &str) -> PathBuf {
        files::snapshot_path(&self.folder, scenario)
    }

    /// A scenario's transcript on this engine, its own or the base's; `None` where it was not run or is not known.
    pub fn transcript(&self, scenario: &str) -> Result<Option<Arc<Transcript>>, StoreError> {
        match self.index.scenarios.get(scenario) {
            None | Some(Entry::NotRun(_)) => Ok(None),
            Some(Entry::Recorded(_)) => self.own_transcript(scenario).map(Some),
            Some(Entry::Equal { to, .. }) => {
                // The digest makes sure that the other still says what it said then.
                self.kept(scenario)?;
                self.stand_in(to.as_deref()).map_or(Ok(None), |other| other.transcript(scenario))
            }
        }
    }

    /// All transcripts on this engine, in the order of their scenarios' names.
    pub fn transcripts(&self) -> Result<Vec<Arc<Transcript>>, StoreError> {
        let mut all = Vec::new();
        for name in self.index.scenarios.keys() {
            all.extend(self.transcript(name)?);
        }
        Ok(all)
    }

    /// A scenario's snapshot as text, without front matter, its own or the base's; `None` where it was not run or is not known.
    pub fn contents(&self, scenario: &str) -> Result<Option<String>, StoreError> {
        Ok(self.kept(scenario)?.map(|kept| kept.contents()))
    }

    /// The file that a scenario's snapshot is in, its own or the base's.
    fn kept(&self, scenario: &str) -> Result<Option<Arc<Kept>>, StoreError> {
        match self.index.scenarios.get(scenario) {
            None | Some(Entry::NotRun(_)) => Ok(None),
            Some(Entry::Recorded(_)) => self.own(scenario).map(Some),
            Some(Entry::Equal { digest: recorded, to }) => {
                let kept = match self.stand_in(to.as_deref()) {
                    Some(other) => other.kept(scenario)?,
                    None => None,
                };
                match kept.filter(|kept| kept.digest == *recorded) {
                    None => Err(StoreError::BaseMoved {
                        slug: self.slug.clone(),
                        base: self.stand_in_name(to.as_deref()),
                        scenario: scenario.to_owned(),
                    }),
                    kept => Ok(kept),
                }
            }
        }
    }

    /// A scenario's own file.
    fn own(&self, scenario: &str) -> Result<Arc<Kept>, StoreError> {
        let path = self.path(scenario);
        match self.reads.get(&path)? {
            None => Err(StoreError::Missing { scenario: scenario.to_owned(), path }),
            Some(kept) => Ok(kept),
        }
    }

    /// Scenarios whose own file is not what was recorded. One that waits for review is not among them.
    pub fn edited(&self) -> Result<Vec<String>, StoreError> {
        let mut edited = Vec::new();
        for (scenario, entry) in &self.index.scenarios {
            if let Entry::Recorded(recorded) = entry
                && let Some(kept) = self.reads.get(&self.path(scenario))?
                && kept.digest != *recorded
                && !self.awaits_review(scenario, recorded)?
            {
                edited.push(scenario.clone());
            }
        }
        Ok(edited)
    }

    /// The `.snap.new` files that wait for review.
    pub fn pending(&self) -> Result<Vec<PathBuf>, StoreError> {
        Ok(files::find(&self.folder)?.pending.into_values().collect())
    }

    /// Everything in this folder that is not in order.
    pub(super) fn problems(&self, catalogue: &[String]) -> Result<Vec<StoreProblem>, StoreError> {
        let slug = || self.slug.clone();
        let found = files::find(&self.folder)?;
        let mut problems = Vec::new();
        for (scenario, path) in found.snapshots {
            if !matches!(self.index.scenarios.get(&scenario), Some(Entry::Recorded(_))) {
                problems.push(StoreProblem::Orphan { slug: slug(), path });
            }
        }
        problems.extend(found.pending.into_values().map(|path| StoreProblem::Pending { slug: slug(), path }));
        let known: HashSet<&String> = catalogue.iter().collect();
        for (scenario, entry) in &self.index.scenarios {
            if !known.contains(scenario) {
                problems.push(StoreProblem::Gone { slug: slug(), scenario: scenario.clone() });
            }
            problems.extend(self.problem(scenario, entry));
        }
        for scenario in catalogue.iter().filter(|name| !self.index.scenarios.contains_key(*name)) {
            problems.push(StoreProblem::NotRecorded { slug: slug(), scenario: scenario.clone() });
        }
        Ok(problems)
    }

    /// What is wrong with one line of the index.
    fn problem(&self, scenario: &str, entry: &Entry) -> Option<StoreProblem> {
        let to = match entry {
            Entry::Equal { to, .. } => to.as_deref(),
            _ => None,
        };
        let (slug, scenario_name, path) = (self.slug.clone(), scenario.to_owned(), self.path(scenario));
        let check = || -> Result<Option<StoreProblem>, StoreError> {
            let Entry::Recorded(recorded) = entry else {
                return self.kept(scenario).map(|_| None);
            };
            if self.awaits_review(scenario, recorded)? {
                return Ok(None);
            }
            self.own_transcript(scenario)?;
            let edited = self.own(scenario)?.digest != *recorded;
            Ok(edited.then(|| StoreProblem::Edited {
                slug: slug.clone(),
                scenario: scenario_name.clone(),
                path: path.clone(),
            }))
        };
        match check() {
            Ok(problem) => problem,
            Err(StoreError::Missing { scenario, path }) if path.starts_with(&self.folder) => {
                Some(StoreProblem::Missing { slug, scenario, path })
            }
            // The base's own check says that its file is missing.
            Err(StoreError::Missing { scenario, .. }) => {
                Some(StoreProblem::BaseMoved { slug, base: self.stand_in_name(to), scenario })
            }
            Err(StoreError::BaseMoved { slug, base, scenario }) => {
                Some(StoreProblem::BaseMoved { slug, base, scenario })
            }
            Err(error) => Some(StoreProblem::Unreadable { slug, error: error.to_string() }),
        }
    }

    /// Whether the contents that the index means are in a `.snap.new`.
    fn awaits_review(&self, scenario: &str, recorded: &str) -> Result<bool, StoreError> {
        let pending = own_contents(&files::pending_path(&self.folder, scenario))?;
        Ok(pending.is_some_and(|contents| digest(&contents) == recorded))
    }

    fn own_transcript(&self, scenario: &str) -> Result<Arc<Transcript>, StoreError> {
        let transcript = self.own(scenario)?.transcript()?;
        if transcript.scenario != scenario {
            let (found, path) = (transcript.scenario.clone(), self.path(scenario));
            return Err(StoreError::Misplaced { scenario: scenario.to_owned(), path, found });
        }
        Ok(transcript)
    }
}

/// The contents of a snapshot file in normal form; `None` where there is no such file.
pub(super) fn own_contents(path: &Path) -> Result<Option<String>, StoreError> {
    Ok(files::read(path)?.map(|text| normal_form(split_front_matter(&text).1)))
}

/// The error for a folder without an index.
pub(super) fn not_recorded(root: &Path, slug: &str) -> StoreError {
    let path = root.join(slug).join(INDEX_FILE);
    let mut known = files::folders(root).unwrap_or_default();
    known.retain(|folder| root.join(folder).join(INDEX_FILE).exists());
    let slug = slug.to_owned();
    StoreError::NotRecorded { slug, path, known }
}
