//! How far two answers are apart, in one word.

use crate::compare::{Aspect, Classification, Difference, Kind};

/// How far a step of the candidate is from the reference's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Same,
    Headers,
    Body,
    Status,
    Missing,
    NotReached,
}

impl Level {
    pub(super) const ALL: [Level; 6] =
        [Level::Same, Level::Headers, Level::Body, Level::Status, Level::Missing, Level::NotReached];

    /// The class in the style sheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Level::Same => "same",
            Level::Headers => "headers",
            Level::Body => "body",
            Level::Status => "status",
            Level::Missing => "missing",
            Level::NotReached => "lost",
        }
    }

    /// What a person reads.
    pub(super) fn word(self) -> &'static str {
        match self {
            Level::Same => "same answer",
            Level::Headers => "only headers differ",
            Level::Body => "body or output differs",
            Level::Status => "status differs",
            Level::Missing => "method missing",
            Level::NotReached => "not reached",
        }
    }

    /// The level of one difference.
    pub(super) fn of(difference: &Difference) -> Level {
        match (difference.kind, difference.classification, difference.aspect) {
            (Kind::NotReached, ..) => Level::NotReached,
            (_, Some(Classification::MissingMethod), _) => Level::Missing,
            (_, _, Aspect::Status) => Level::Status,
            (_, _, Aspect::Cli) if difference.pointer == "/cli/exit_status" => Level::Status,
            (_, _, Aspect::Header) => Level::Headers,
            _ => Level::Body,
        }
    }
}

/// How many steps are how far apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally([usize; 6]);

/// A part of a bar.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub class: &'static str,
    pub word: &'static str,
    pub count: usize,
    /// Of a bar that is 100 wide.
    pub x: String,
    pub width: String,
}

impl Tally {
    pub(super) fn add(&mut self, level: Level) {
        self.0[level as usize] += 1;
    }

    pub(super) fn total(&self) -> usize {
        self.0.iter().sum()
    }

    /// How many steps of a hundred gave the same status and body, rounded down: 100 is all of them.
    pub(super) fn percent(&self) -> usize {
        let same = self.0[Level::Same as usize] + self.0[Level::Headers as usize];
        (same * 100).checked_div(self.total()).unwrap_or(0)
    }

    /// The cell's shade, 0 (nothing is the same) to 5 (all is).
    pub(super) fn shade(&self) -> usize {
        match self.percent() {
            100 => 5,
            percent => percent / 20,
        }
    }

    /// The non-empty parts of a bar.
    pub(super) fn parts(&self) -> Vec<Part> {
        let total = self.total().max(1) as f64;
        let mut at = 0.0;
        let mut parts = Vec::new();
        for level in Level::ALL {
            let count = self.0[level as usize];
            let width = count as f64 * 100.0 / total;
            if count > 0 {
                parts.push(Part {
                    class: level.class(),
                    word: level.word(),
                    count,
                    x: format!("{at:.2}"),
                    width: format!("{width:.2}"),
                });
            }
            at += width;
        }
        parts
    }

    /// `12 same answer, 3 status differs`.
    pub(super) fn words(&self) -> String {
        let parts = self.parts();
        parts.iter().map(|part| format!("{} {}", part.count, part.word)).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_alone_leave_an_answer_the_same() {
        let mut tally = Tally::default();
        [Level::Same, Level::Headers, Level::Body].into_iter().for_each(|level| tally.add(level));
        assert_eq!((tally.percent(), tally.shade()), (66, 3));
        assert_eq!(tally.words(), "1 same answer, 1 only headers differ, 1 body or output differs");
    }

    #[test]
    fn nothing_less_than_all_is_a_hundred() {
        let mut tally = Tally::default();
        (0..999).for_each(|_| tally.add(Level::Same));
        assert_eq!((tally.percent(), tally.shade()), (100, 5));
        tally.add(Level::Status);
        assert_eq!((tally.percent(), tally.shade()), (99, 4));
    }
}
