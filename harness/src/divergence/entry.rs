//! What DIVERGENCE.md declares, as data.

use semver::VersionReq;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::pattern::{Glob, ValuePattern};
use crate::compare::{Aspect, Classification, Kind};
use crate::engine::EngineIdentity;

/// An enum whose variants are written as fixed words, in TOML as in JSON.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word that is written.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(super) use words;

words! {
    /// What sort of divergence an entry declares. It bounds what the entry's matches may fit: see [`rule`](super::rule).
    Category {
        /// A container's exit status is another one.
        ExitStatus = "exit-status",
        /// Processes in a container that Docker would not have there, or lacks.
        ExtraProcess = "extra-process",
        /// Files in a container that Docker would not have there, or lacks.
        ExtraFile = "extra-file",
        /// Mounts in a container that Docker would not have there, or lacks.
        ExtraFilesystem = "extra-filesystem",
        /// An operation that is not implemented.
        MissingMethod = "missing-method",
        /// A parameter that is refused or ignored.
        UnsupportedParameter = "unsupported-parameter",
        /// Another HTTP status.
        StatusCode = "status-code",
        /// Another text for people.
        ErrorMessage = "error-message",
        /// Another JSON body.
        BodyField = "body-field",
        /// Another answer header.
        Header = "header",
        /// Other frames or bytes of attach, exec and logs.
        Stream = "stream",
        /// Another event.
        Event = "event",
        /// The same items in another order.
        Ordering = "ordering",
        /// Slower than Docker.
        Performance = "performance",
        /// Images are named, identified or listed differently.
        ImageIdentity = "image-identity",
        /// Logs are kept or read differently.
        Logging = "logging",
        /// API versions are negotiated differently.
        VersionNegotiation = "version-negotiation",
    }
}

words! {
    /// What the candidate's makers think of a divergence.
    Status {
        /// Meant to be so.
        ByDesign = "by-design",
        /// Should be mended.
        Deficiency = "deficiency",
        /// Will come.
        Roadmap = "roadmap",
    }
}

/// Everything that one DIVERGENCE.md declares.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DivergenceList {
    /// The file, as messages name it.
    pub file: String,
    /// The entries in file order.
    pub entries: Vec<Entry>,
}

impl DivergenceList {
    /// The entry with an id.
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The entries for earlier versions of this engine only.
    pub fn ended<'a>(&'a self, candidate: &'a EngineIdentity) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(|entry| entry.candidate.ends_before(candidate))
    }

    /// The entries that speak of these two engines.
    pub fn applicable<'a>(
        &'a self,
        reference: &'a EngineIdentity,
        candidate: &'a EngineIdentity,
    ) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(|entry| entry.applies(reference, candidate))
    }
}

/// One declared divergence.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The line of its heading.
    pub line: usize,
    /// The heading's text.
    pub title: String,
    /// The Markdown between the heading and the block.
    pub prose: String,
    /// The prose's first paragraph on one line: what a user notices.
    pub summary: String,
    /// Stable name in kebab-case, unique in the file.
    pub id: String,
    /// The engine that diverges.
    pub candidate: EngineRange,
    /// The reference from which it diverges; `None` for any.
    pub reference: Option<EngineRange>,
    /// Its sort.
    pub category: Category,
    /// What its makers think of it.
    pub status: Status,
    /// Where it is being worked on.
    pub tracker: Vec<String>,
    /// Where it is documented.
    pub source: Option<String>,
    /// Why no API call can show it; `None` for an entry that can be observed.
    pub unobservable: Option<String>,
    /// How many times slower than the reference the candidate may be (category `performance` only).
    pub slower: Option<f64>,
    /// The differences that it accounts for. Empty only when it is not observable.
    pub matches: Vec<Match>,
}

impl Entry {
    /// Whether it speaks of these two engines: not when each of its matches is for other versions.
    pub fn applies(&self, reference: &EngineIdentity, candidate: &EngineIdentity) -> bool {
        self.candidate.includes(candidate)
            && self.reference.as_ref().is_none_or(|range| range.includes(reference))
            && (self.unobservable.is_some() || self.matches_for(candidate).next().is_some())
    }

    /// The matches for this version of the candidate.
    pub fn matches_for<'a>(&'a self, candidate: &'a EngineIdentity) -> impl Iterator<Item = &'a Match> {
        self.matches.iter().filter(|one| is_in(one.versions.as_ref(), candidate))
    }

    /// Whether a person has yet to write what `lockstep accept` left open.
    pub fn is_draft(&self) -> bool {
        self.title.contains("TODO") || self.summary.contains("TODO")
    }
}

/// An engine, and which of its versions: `podman >=4.3, <5`, or `podman` for all.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineRange {
    /// The engine's name in lower case.
    pub engine: String,
    /// The versions; `None` for all.
    pub versions: Option<VersionReq>,
}

impl EngineRange {
    /// Whether the engine is meant. An engine whose version is no number is meant only by a name without versions.
    pub fn includes(&self, engine: &EngineIdentity) -> bool {
        self.engine == engine.engine && is_in(self.versions.as_ref(), engine)
    }
}

/// Whether an engine's version is in a range; `None` is all versions.
fn is_in(versions: Option<&VersionReq>, engine: &EngineIdentity) -> bool {
    versions.is_none_or(|versions| engine.semver().is_some_and(|version| versions.matches(&version)))
}

impl EngineRange {
    /// Whether the engine is meant, but this version is past the last one that is.
    pub fn ends_before(&self, engine: &EngineIdentity) -> bool {
        let (Some(versions), Some(version)) = (&self.versions, engine.semver()) else { return false };
        let past = |comparator: &semver::Comparator| {
            let alone = VersionReq { comparators: vec![comparator.clone()] };
            matches!(comparator.op, semver::Op::Less | semver::Op::LessEq) && !alone.matches(&version)
        };
        self.engine == engine.engine && versions.comparators.iter().any(past)
    }
}

impl std::fmt::Display for EngineRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.versions {
            None => f.write_str(&self.engine),
            Some(versions) => write!(f, "{} {versions}", self.engine),
        }
    }
}

/// Which differences an entry accounts for. What is given has to fit; what is not given fits anything.
/// Of several globs or kinds, one has to fit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Match {
    /// The line of its `[[match]]`.
    pub line: usize,
    /// The scenarios.
    pub scenarios: Vec<Glob>,
    /// The operations; empty for any.
    pub operations: Vec<Glob>,
    /// The aspect.
    pub aspect: Option<Aspect>,
    /// The pointers; empty for any, which only a classification or a latency allows.
    pub pointers: Vec<Glob>,
    /// The kinds; empty for any, which only a classification or a latency allows.
    pub kinds: Vec<Kind>,
    /// The reference's value.
    pub reference: Option<Value>,
    /// The candidate's value.
    pub candidate: Option<Value>,
    /// A pattern over the reference's value.
    pub reference_matches: Option<ValuePattern>,
    /// A pattern over the candidate's value.
    pub candidate_matches: Option<ValuePattern>,
    /// What the answer as a whole has to be recognised as.
    pub classification: Option<Classification>,
    /// The candidate's versions that it is for, of those that the entry is for; `None` for all of them.
    pub versions: Option<VersionReq>,
    /// Whether it may show or not: it is not healed when it does not.
    pub optional: bool,
}

impl Match {
    /// Whether it says anything of a value.
    pub fn has_value(&self) -> bool {
        self.reference.is_some()
            || self.candidate.is_some()
            || self.reference_matches.is_some()
            || self.candidate_matches.is_some()
    }
}
