//! Gives every difference to a declared entry, or to none, and every entry its verdict.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::check::rule;
use super::entry::{Category, DivergenceList, Entry, Match, Status, words};
use super::fit::{Fit, describe_difference, describe_match, fit, fits_operation, fits_scenario, score};
use super::judge::judge;
use super::pattern::Glob;
use crate::compare::{Aspect, Difference, Kind};
use crate::engine::EngineIdentity;

/// What a run exercised: without it a partial run could not tell a healed divergence from one that nobody looked for.
#[derive(Debug, Clone, Copy)]
pub struct Exercised<'a> {
    /// The names of all scenarios that there are, run or not.
    pub catalogue: &'a [String],
    /// The scenarios that ran on both engines, and the operations that the reference drove in each.
    pub ran: &'a BTreeMap<String, BTreeSet<String>>,
    /// Whether latencies were measured.
    pub latency: bool,
}

words! {
    /// How a declared divergence, or one of its matches, stands after a run.
    Verdict {
        /// It shows as declared.
        Holds = "holds",
        /// It was looked for and no longer shows.
        Healed = "healed",
        /// It shows otherwise than declared.
        Changed = "changed",
        /// This run did not look for all of it.
        NotExercised = "not-exercised",
        /// No API call can show it.
        NotObservable = "not-observable",
    }
}

/// The verdict of one entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EntryVerdict {
    /// The entry's id.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Its category.
    pub category: Category,
    /// Its status.
    pub status: Status,
    /// How it stands.
    pub verdict: Verdict,
    /// How many differences it accounts for, those not reached because of it included.
    pub differences: usize,
    /// Its matches in file order.
    pub matches: Vec<MatchVerdict>,
}

/// The verdict of one match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchVerdict {
    /// The line of its `[[match]]`.
    pub line: usize,
    /// How it stands.
    pub verdict: Verdict,
    /// How many differences it fits, whichever entry accounts for them.
    pub differences: usize,
}

/// A difference that stands where an entry declares one, but shows otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The entry's id.
    pub entry: String,
    /// The index of the difference.
    pub difference: usize,
    /// The line of the match.
    pub line: usize,
    /// What the match expects.
    pub expected: String,
    /// The whole message for people.
    pub text: String,
}

/// A match (or a whole entry) to delete: nothing needs it any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmatchedMatch {
    /// The entry's id.
    pub entry: String,
    /// The line of the match, or of the entry's heading when the whole entry is meant.
    pub line: usize,
    /// The whole message for people.
    pub text: String,
}

/// Where every difference and every entry went.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Accounting {
    /// The entries that speak of the two engines, in file order.
    pub entries: Vec<EntryVerdict>,
    /// The indexes of the differences that nobody declared. What was not reached because of an undeclared or changed
    /// difference is not repeated here.
    pub undeclared: Vec<usize>,
    /// The differences that show otherwise than declared.
    pub changed: Vec<Changed>,
    /// What is declared and no longer shows.
    pub unmatched: Vec<UnmatchedMatch>,
}

impl Accounting {
    /// Whether the gate has nothing to complain of.
    pub fn is_clean(&self) -> bool {
        self.undeclared.is_empty() && self.changed.is_empty() && self.unmatched.is_empty()
    }
}

/// A match with what it met.
pub(super) struct Slot<'a> {
    /// The index among the applicable entries.
    pub entry: usize,
    pub rule: &'a Match,
    /// How many differences it fits.
    pub fits: usize,
    /// How many differences stand in its place but show otherwise.
    pub changed: usize,
}

/// Which matches a scenario may have: most name theirs, and only the others have to be tried.
struct Places {
    named: HashMap<String, Vec<usize>>,
    patterns: Vec<usize>,
}

impl Places {
    fn of(slots: &[Slot<'_>]) -> Places {
        let mut places = Places { named: HashMap::new(), patterns: Vec::new() };
        for (index, slot) in slots.iter().enumerate() {
            let names: Option<Vec<String>> = slot.rule.scenarios.iter().map(Glob::exact).collect();
            match names {
                Some(names) => names.into_iter().for_each(|name| places.named.entry(name).or_default().push(index)),
                None => places.patterns.push(index),
            }
        }
        places
    }

    /// In file order, which decides between equals.
    fn slots_for(&self, scenario: &str, slots: &[Slot<'_>]) -> Vec<usize> {
        let fitting = self.patterns.iter().copied().filter(|slot| fits_scenario(slots[*slot].rule, scenario));
        let mut all: Vec<usize> = self.named.get(scenario).into_iter().flatten().copied().chain(fitting).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Sets `divergence` of every difference and says what became of every entry that speaks of the two engines.
///
/// Of all matches that fit a difference the most specific one takes it: the one that fixes most characters of scenario,
/// operation and pointer, explicit values and a classification counting for more than any text; of equals the first in
/// the file. What was not reached goes to a match of kind `not-reached`, else to where the step that blocked it went.
pub fn account(
    list: &DivergenceList,
    reference: &EngineIdentity,
    candidate: &EngineIdentity,
    exercised: &Exercised<'_>,
    differences: &mut [Difference],
) -> Accounting {
    let entries: Vec<&Entry> = list.applicable(reference, candidate).collect();
    let mut slots: Vec<Slot<'_>> = Vec::new();
    for (entry, declared) in entries.iter().enumerate() {
        slots.extend(declared.matches_for(candidate).map(|rule| Slot { entry, rule, fits: 0, changed: 0 }));
    }
    let places = Places::of(&slots);
    let mut accounting = Accounting::default();
    let mut of_scenario: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut of_operation: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    let mut given = vec![None; differences.len()];
    for (index, difference) in differences.iter().enumerate() {
        let not_reached = difference.kind == Kind::NotReached;
        let (scenario, operation) = (difference.scenario.as_str(), difference.operation.as_str());
        let here = of_operation.entry((scenario, operation)).or_insert_with(|| {
            let of_scenario = of_scenario.entry(scenario).or_insert_with(|| places.slots_for(scenario, &slots));
            of_scenario.iter().copied().filter(|slot| fits_operation(slots[*slot].rule, operation)).collect()
        });
        let (mut best, mut near) = (None, None);
        for &slot in here.iter() {
            if not_reached && slots[slot].rule.kinds != [Kind::NotReached] {
                continue;
            }
            let (rule_of, declared) = (slots[slot].rule, entries[slots[slot].entry]);
            match fit(rule_of, rule(declared.category), declared.slower, difference) {
                Fit::Full => {
                    slots[slot].fits += 1;
                    better(&mut best, score(rule_of, difference), slot);
                }
                Fit::Changed => better(&mut near, score(rule_of, difference), slot),
                Fit::None => {}
            }
        }
        match (best, near) {
            (Some((_, slot)), _) => given[index] = Some(entries[slots[slot].entry].id.clone()),
            (None, Some((_, slot))) => {
                slots[slot].changed += 1;
                accounting.changed.push(changed(list, entries[slots[slot].entry], slots[slot].rule, index, difference));
            }
            // Its cause is looked for below.
            (None, None) if not_reached => {}
            (None, None) => accounting.undeclared.push(index),
        }
    }
    for (difference, divergence) in differences.iter_mut().zip(given) {
        difference.divergence = divergence;
    }
    accounting.undeclared.extend(give_not_reached(differences));
    accounting.undeclared.sort_unstable();
    let mut accounted: HashMap<&str, usize> = HashMap::new();
    for id in differences.iter().filter_map(|difference| difference.divergence.as_deref()) {
        *accounted.entry(id).or_default() += 1;
    }
    for (index, entry) in entries.iter().enumerate() {
        let accounted = accounted.get(entry.id.as_str()).copied().unwrap_or(0);
        let own: Vec<&Slot<'_>> = slots.iter().filter(|slot| slot.entry == index).collect();
        let verdict = judge(list, (entry, accounted), &own, exercised, differences, &mut accounting.unmatched);
        accounting.entries.push(verdict);
    }
    accounting
}

fn better(best: &mut Option<(usize, usize)>, score: usize, slot: usize) {
    if best.is_none_or(|(highest, _)| score > highest) {
        *best = Some((score, slot));
    }
}

fn changed(list: &DivergenceList, entry: &Entry, rule: &Match, index: usize, difference: &Difference) -> Changed {
    let expected = describe_match(entry, rule);
    let text = format!(
        "{}: match at {}:{} declares {expected}, but {} step {} shows {}; find out why, then correct the match",
        entry.id,
        list.file,
        rule.line,
        difference.scenario,
        difference.step,
        describe_difference(difference),
    );
    Changed { entry: entry.id.clone(), difference: index, line: rule.line, expected, text }
}

/// Gives what was not reached, and has no match of its own, to the divergence of the step that blocked it: the nearest earlier one that
/// differs. Returns the indexes of those that no such step precedes; one that differs in headers or time alone blocks nothing.
fn give_not_reached(differences: &mut [Difference]) -> Vec<usize> {
    let mut lost = Vec::new();
    let mut of_scenario: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, difference) in differences.iter().enumerate() {
        of_scenario.entry(&difference.scenario).or_default().push(index);
    }
    let mut given: Vec<(usize, Option<String>)> = Vec::new();
    for here in of_scenario.values() {
        for &index in here {
            if differences[index].kind != Kind::NotReached || differences[index].divergence.is_some() {
                continue;
            }
            match blocked_by(differences, here, differences[index].step) {
                Some(divergence) => given.push((index, divergence)),
                None => lost.push(index),
            }
        }
    }
    for (index, divergence) in given {
        differences[index].divergence = divergence;
    }
    lost
}

/// The divergence of the step that blocked this one, `None` in `Some` where nobody declared it; `None` where no step could have.
/// `here` are the indexes of the scenario's differences.
fn blocked_by(differences: &[Difference], here: &[usize], step: usize) -> Option<Option<String>> {
    let all = here.iter().map(|index| &differences[*index]);
    let earlier = || all.clone().filter(|other| other.kind != Kind::NotReached && other.step < step);
    let blocking = earlier().map(|other| other.step).max()?;
    let of_step: Vec<&Difference> = earlier().filter(|other| other.step == blocking).collect();
    let likeliest = of_step.iter().map(|other| likelihood(other)).min().filter(|likelihood| *likelihood <= 1)?;
    let causes: Vec<_> = of_step.iter().filter(|other| likelihood(other) == likeliest).collect();
    // An undeclared difference among the causes is never excused by a declared one beside it.
    Some(match causes.iter().all(|cause| cause.divergence.is_some()) {
        true => causes.first().and_then(|cause| cause.divergence.clone()),
        false => None,
    })
}

/// How likely a difference blocks what comes after it; less is likelier.
fn likelihood(difference: &Difference) -> u8 {
    match difference.aspect {
        Aspect::Status => 0,
        Aspect::Body | Aspect::Stream | Aspect::Observation | Aspect::Event | Aspect::Cli => 1,
        Aspect::Header => 2,
        Aspect::Latency => 3,
    }
}
