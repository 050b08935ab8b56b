//! What can be wrong with a DIVERGENCE.md.

use super::entry::Category;

/// A place in a file, written `DIVERGENCE.md:12`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One thing that is wrong with a DIVERGENCE.md. Every message says where it is, what was found, what was expected and
/// what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error(
        "{file}: cannot be read: {source}; expected a Markdown file in UTF-8. Create it: an empty one declares nothing"
    )]
    Read {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A block is not TOML.
    #[error("{at}: this is not TOML: {message}. The block has to be valid TOML: correct this line")]
    Syntax {
        /// The line in the Markdown file.
        at: At,
        /// What the TOML parser says.
        message: String,
    },
    /// A block belongs to no entry.
    #[error(
        "{at}: a toml block stands before any entry's heading; expected a `##`, `###` or `####` heading and a paragraph \
         before it. Add them, or fence the block as `text` when it is only an example"
    )]
    BlockBeforeHeading {
        /// The block's first line.
        at: At,
    },
    /// A section has two blocks.
    #[error(
        "{at}: a second toml block in the section \"{title}\", the first is at line {first}; expected one block a section. \
         Give it a heading of its own, or join the two"
    )]
    SecondBlock {
        /// The second block's first line.
        at: At,
        /// The section's heading.
        title: String,
        /// The first block's first line.
        first: usize,
    },
    /// An entry has no prose.
    #[error(
        "{at}: the entry \"{title}\" has no prose; expected a paragraph between heading and toml block whose first sentence \
         says what a user will notice. Write it"
    )]
    NoProse {
        /// The heading's line.
        at: At,
        /// The heading.
        title: String,
    },
    /// A field that is not known.
    #[error("{at}: unknown field `{field}` in {table}; expected one of {known}. {advice}")]
    UnknownField {
        /// The field's line.
        at: At,
        /// The field.
        field: String,
        /// `the entry` or `a [[match]]`.
        table: &'static str,
        /// All that are known.
        known: String,
        /// What was probably meant.
        advice: String,
    },
    /// A required field is not there.
    #[error("{at}: {table} has no `{field}`; expected {expected}. Add it")]
    MissingField {
        /// The table's line.
        at: At,
        /// `the entry` or `a [[match]]`.
        table: &'static str,
        /// The field.
        field: &'static str,
        /// What it holds.
        expected: String,
    },
    /// A field holds another type or a value that it cannot hold.
    #[error("{at}: `{field}` is {found}; expected {expected}. {advice}")]
    BadValue {
        /// The field's line.
        at: At,
        /// The field.
        field: String,
        /// What it holds.
        found: String,
        /// What it should hold.
        expected: String,
        /// What to do.
        advice: String,
    },
    /// Two entries have one id.
    #[error(
        "{at}: the id `{id}` is taken by the entry at line {first}; expected an id of its own. Rename one of the two"
    )]
    DuplicateId {
        /// The second id's line.
        at: At,
        /// The id.
        id: String,
        /// The first id's line.
        first: usize,
    },
    /// Fields that contradict each other.
    #[error("{at}: {found}; expected {expected}. {advice}")]
    Conflict {
        /// The line of what contradicts.
        at: At,
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
        /// What to do.
        advice: String,
    },
    /// A match could swallow differences of another sort than its entry declares.
    #[error("{at}: the match of `{id}` is too wide for category {category}: {found}; expected {expected}. {advice}")]
    TooWide {
        /// The match's line.
        at: At,
        /// The entry.
        id: String,
        /// Its category.
        category: Category,
        /// What is too wide.
        found: String,
        /// What the category allows.
        expected: String,
        /// What to do.
        advice: String,
    },
}

impl Error {
    /// The place, unless the whole file is meant.
    pub fn at(&self) -> Option<&At> {
        match self {
            Error::Read { .. } => None,
            Error::Syntax { at, .. }
            | Error::BlockBeforeHeading { at }
            | Error::SecondBlock { at, .. }
            | Error::NoProse { at, .. }
            | Error::UnknownField { at, .. }
            | Error::MissingField { at, .. }
            | Error::BadValue { at, .. }
            | Error::DuplicateId { at, .. }
            | Error::Conflict { at, .. }
            | Error::TooWide { at, .. } => Some(at),
        }
    }
}
