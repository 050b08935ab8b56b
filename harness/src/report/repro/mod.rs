//! A difference without Lockstep: a shell script with curl (or the docker command) for any two sockets.

mod shell;
mod steps;
mod symbols;

use super::comparison::Comparison;
use super::finding::short;
use super::level::Level;
use super::mask::Mask;
use super::place::places;
use crate::compare::{Difference, Kind};
use crate::transcript::Transcript;

/// Why there is no script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReproError {
    /// No scenario of that name has transcripts.
    #[error("{0} is no scenario with transcripts; `lockstep list` shows the names")]
    Unknown(String),
    /// Nothing differs there.
    #[error("{scenario} shows no difference{}", step.map_or_else(String::new, |step| format!(" in step {step}")))]
    Same {
        /// The scenario.
        scenario: String,
        /// The step that was asked for.
        step: Option<usize>,
    },
    /// A step cannot be done with curl alone.
    #[error("{scenario}, step {step}: {reason}")]
    Unfit {
        /// The scenario.
        scenario: String,
        /// The step.
        step: usize,
        /// What keeps it from being done.
        reason: String,
    },
}

/// A script, and what it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Repro {
    /// The script's text.
    pub script: String,
    /// The step it ends with, counted from 1.
    pub step: usize,
    /// The difference it shows.
    pub difference: Difference,
}

/// A script that shows a scenario's difference: in the given step, else in the step where most is amiss (what nobody
/// declared before all else).
pub fn repro(comparison: &Comparison<'_>, scenario: &str, step: Option<usize>) -> Result<Repro, ReproError> {
    let Some((reference, _)) = comparison.transcripts(scenario) else {
        return Err(ReproError::Unknown(scenario.to_owned()));
    };
    let all = &comparison.verdict.result.differences;
    let own = all.iter().filter(|one| one.scenario == scenario && one.kind != Kind::NotReached);
    let own: Vec<&Difference> = own.filter(|one| step.is_none_or(|step| one.step == step)).collect();
    let Some(worst) = own.iter().max_by_key(|one| rank(one)) else {
        return Err(ReproError::Same { scenario: scenario.to_owned(), step });
    };
    let unfit = |(step, reason)| ReproError::Unfit { scenario: scenario.to_owned(), step, reason };
    let body = steps::script(reference, worst, &comparison.verdict.result.api_version).map_err(unfit)?;
    let own = own.iter().copied().filter(|one| one.step == worst.step);
    let text = format!("{}{}", heading(comparison, reference, worst, own), body);
    Ok(Repro { script: text, step: worst.step, difference: (*worst).clone() })
}

/// What nobody declared first, then what is furthest apart, then what comes first.
fn rank(difference: &Difference) -> (bool, Level, std::cmp::Reverse<usize>) {
    (difference.divergence.is_none(), Level::of(difference), std::cmp::Reverse(difference.step))
}

/// The comment at the top: what it shows and how to run it.
fn heading<'d>(
    comparison: &Comparison<'_>,
    reference: &Transcript,
    worst: &Difference,
    own: impl Iterator<Item = &'d Difference>,
) -> String {
    let mut lines = vec![
        format!("{}, step {} of {}: {}", worst.scenario, worst.step, reference.steps.len(), worst.operation),
        String::new(),
        format!("What {} says, and what {} says:", comparison.reference(), comparison.candidate()),
    ];
    let mut all = places(own);
    all.sort_by_key(|place| place.example().map(|one| std::cmp::Reverse(rank(one))));
    for place in all.iter().take(8) {
        let Some(one) = place.example() else { continue };
        let mask = Mask::of(&one.operation);
        let value = |value| short(&mask.at(&one.pointer, value));
        lines.push(match one.kind {
            Kind::Missing => format!("  {}: {}, not there", one.pointer, value(&one.reference)),
            Kind::Extra => format!("  {}: not there, {}", one.pointer, value(&one.candidate)),
            _ => format!("  {}: {}, {}", one.pointer, value(&one.reference), value(&one.candidate)),
        });
    }
    if all.len() > 8 {
        lines.push(format!("  and {} more places", all.len() - 8));
    }
    lines.extend(
        [
            "",
            "sh repro.sh /var/run/docker.sock /run/podman/podman.sock",
            "",
            "IMAGE names an image that has sh; API is the version to speak. Needs curl.",
        ]
        .map(str::to_owned),
    );
    let comment = |line: String| match super::text::escape(&line).trim_end() {
        "" => "#\n".to_owned(),
        line => format!("# {line}\n"),
    };
    let comments: String = lines.into_iter().map(comment).collect();
    format!("#!/bin/sh\n{comments}")
}
