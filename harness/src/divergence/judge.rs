//! How each entry stands once every difference is given.

use super::account::{EntryVerdict, Exercised, MatchVerdict, Slot, UnmatchedMatch, Verdict};
use super::entry::{DivergenceList, Entry, Match};
use super::fit::{fits_operation, fits_scenario};
use crate::compare::{Aspect, Difference, Kind};

/// How far a run looked for a match.
enum Looked {
    /// The catalogue has no such scenario.
    NoScenario,
    /// Not everywhere.
    Partly,
    /// Everywhere, but no scenario drives such an operation.
    NoOperation,
    /// Everywhere.
    Fully,
}

fn looked(one: &Match, exercised: &Exercised<'_>, differences: &[Difference]) -> Looked {
    let scenarios: Vec<&String> = exercised.catalogue.iter().filter(|name| fits_scenario(one, name)).collect();
    if scenarios.is_empty() {
        return Looked::NoScenario;
    }
    let not_reached = differences.iter().any(|difference| {
        difference.kind == Kind::NotReached
            && fits_scenario(one, &difference.scenario)
            && fits_operation(one, &difference.operation)
    });
    let ran: Option<Vec<_>> = scenarios.iter().map(|name| exercised.ran.get(*name)).collect();
    match ran {
        None => Looked::Partly,
        Some(_) if one.aspect == Some(Aspect::Latency) && !exercised.latency => Looked::Partly,
        Some(_) if not_reached => Looked::Partly,
        Some(ran) if !ran.iter().any(|driven| driven.iter().any(|name| fits_operation(one, name))) => {
            Looked::NoOperation
        }
        Some(_) => Looked::Fully,
    }
}

/// The verdict of one entry from what its matches met and the number of differences it accounts for; what to delete goes to `unmatched`.
pub(super) fn judge(
    list: &DivergenceList,
    (entry, accounted): (&Entry, usize),
    own: &[&Slot<'_>],
    exercised: &Exercised<'_>,
    differences: &[Difference],
    unmatched: &mut Vec<UnmatchedMatch>,
) -> EntryVerdict {
    let mut matches = Vec::new();
    let mut delete = |line: usize, text: String| {
        unmatched.push(UnmatchedMatch { entry: entry.id.clone(), line, text: format!("{}: {text}", entry.id) });
    };
    for slot in own {
        let line = slot.rule.line;
        let at = format!("match at {}:{line}", list.file);
        let verdict = if slot.fits > 0 {
            Verdict::Holds
        } else if slot.changed > 0 {
            Verdict::Changed
        } else {
            match looked(slot.rule, exercised, differences) {
                Looked::NoScenario => {
                    delete(
                        line,
                        format!(
                            "{at} fits no scenario of the catalogue; correct its scenario, or delete the match (or the entry)"
                        ),
                    );
                    Verdict::Healed
                }
                Looked::Partly => Verdict::NotExercised,
                _ if slot.rule.optional => Verdict::Holds,
                Looked::NoOperation => {
                    delete(
                        line,
                        format!(
                            "{at} fits no operation that its scenarios drive; correct its operation, or delete the match (or the entry)"
                        ),
                    );
                    Verdict::Healed
                }
                Looked::Fully => {
                    delete(
                        line,
                        format!(
                            "{at} fits no difference: the candidate no longer differs there; delete the match (or the entry)"
                        ),
                    );
                    Verdict::Healed
                }
            }
        };
        matches.push(MatchVerdict { line, verdict, differences: slot.fits });
    }
    let has = |verdict| matches.iter().any(|one| one.verdict == verdict);
    let required_hold =
        own.iter().zip(&matches).any(|(slot, one)| !slot.rule.optional && one.verdict == Verdict::Holds);
    // Elsewhere in the catalogue the entry may still be needed: a partial run cannot tell.
    let everywhere = || own.iter().all(|slot| matches!(looked(slot.rule, exercised, differences), Looked::Fully));
    let verdict = if entry.unobservable.is_some() {
        Verdict::NotObservable
    } else if has(Verdict::Changed) {
        Verdict::Changed
    } else if has(Verdict::Healed) {
        Verdict::Healed
    } else if accounted == 0 && required_hold && everywhere() {
        delete(
            entry.line,
            format!(
                "the entry at {}:{} accounts for no difference: more specific entries account for all that it fits; \
                 delete the entry",
                list.file, entry.line
            ),
        );
        Verdict::Healed
    } else if !has(Verdict::Holds) {
        Verdict::NotExercised
    } else {
        Verdict::Holds
    };
    EntryVerdict {
        id: entry.id.clone(),
        title: entry.title.clone(),
        category: entry.category,
        status: entry.status,
        verdict,
        differences: accounted,
        matches,
    }
}
