//! What every report is written from.

use crate::compare::Difference;
use crate::divergence::DivergenceList;
use crate::gate::{Pair, Verdict};
use crate::transcript::{Step, Transcript};

/// One candidate against one reference: the verdict, with the transcripts and the declarations it was made from.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'a> {
    /// What the gate says.
    pub verdict: &'a Verdict,
    /// DIVERGENCE.md.
    pub list: &'a DivergenceList,
    /// The transcripts.
    pub pairs: &'a [Pair],
}

impl<'a> Comparison<'a> {
    /// The transcripts of a scenario, the reference's first, where both were taken.
    pub(super) fn transcripts(&self, scenario: &str) -> Option<(&'a Transcript, &'a Transcript)> {
        // Recorded pairs are sorted by name, live ones are not.
        let pair = self.pairs.iter().find(|pair| pair.name == scenario)?;
        pair.transcripts.as_ref().map(|(reference, candidate)| (&**reference, &**candidate))
    }

    /// The reference's step that a difference is about.
    pub(super) fn step(&self, difference: &Difference) -> Option<&'a Step> {
        let (reference, _) = self.transcripts(&difference.scenario)?;
        step(reference, difference.step)
    }

    /// `podman 4.3.1`.
    pub(super) fn candidate(&self) -> String {
        let engine = &self.verdict.result.candidate;
        format!("{} {}", engine.engine, engine.version)
    }

    /// `docker 20.10.24`.
    pub(super) fn reference(&self) -> String {
        let engine = &self.verdict.result.reference;
        format!("{} {}", engine.engine, engine.version)
    }
}

/// A step by its number, counted from 1.
pub(super) fn step(transcript: &Transcript, number: usize) -> Option<&Step> {
    transcript.steps.get(number.checked_sub(1)?)
}
