//! `lockstep history`: how candidates fared over versions and time.

use crate::args::HistoryArguments;
use crate::error::CliError;
use crate::keeping::read_history;
use lockstep_harness::divergence::Glob;
use lockstep_harness::gate::history::{History, Line};

/// How many scenarios of a kind are named.
const SHOWN: usize = 10;

/// A table of all runs, and what the newest of each candidate broke and healed since the one before.
pub fn history(arguments: &HistoryArguments) -> Result<u8, CliError> {
    let path = &arguments.file;
    if !path.exists() {
        let problem = "is not there; `lockstep run --history FILE` writes it".to_owned();
        return Err(CliError::Read { path: path.clone(), problem });
    }
    let history = read_history(path)?;
    let glob = arguments.candidate.as_deref().map(Glob::segments);
    let shown = |line: &Line| {
        let name = format!("{}-{}", line.candidate.engine, line.candidate.version);
        glob.as_ref().is_none_or(|glob| glob.fits(&name))
    };
    let chosen: Vec<usize> = (0..history.lines.len()).filter(|index| shown(&history.lines[*index])).collect();
    if chosen.is_empty() {
        return Err(CliError::Usage(format!("{} holds no run that was asked for", path.display())));
    }
    anstream::println!(
        "{:20}  {:24}  {:18}  {:>4}  {:>8}  {:>8}  {:>11}  {:>10}  {:>6}  {:>6}",
        "when",
        "candidate",
        "reference",
        "API",
        "conform",
        "declared",
        "differences",
        "undeclared",
        "broken",
        "healed"
    );
    for index in &chosen {
        row(&history, *index);
    }
    for index in newest(&history, &chosen) {
        last_change(&history, index);
    }
    Ok(0)
}

fn row(history: &History, index: usize) {
    let line = &history.lines[index];
    let of = |letters: &str| line.verdicts.chars().filter(|letter| letters.contains(*letter)).count();
    let change = history.before(index).map(|before| history.change(before, line));
    let number = |count: Option<usize>| count.map_or_else(|| "-".to_owned(), |count| count.to_string());
    let (broken, healed) = (change.as_ref().map(|one| one.broken.len()), change.as_ref().map(|one| one.healed.len()));
    anstream::println!(
        "{:20}  {:24}  {:18}  {:>4}  {:>8}  {:>8}  {:>11}  {:>10}  {:>6}  {:>6}",
        line.at,
        format!("{} {}", line.candidate.engine, line.candidate.version),
        format!("{} {}", line.reference.engine, line.reference.version),
        line.api_version,
        format!("{}/{}", of("."), line.verdicts.chars().count() - of("-")),
        of("db"),
        line.differences,
        line.undeclared,
        number(broken),
        number(healed)
    );
}

/// The last of the chosen lines of each candidate engine.
fn newest(history: &History, chosen: &[usize]) -> Vec<usize> {
    let engine = |index: &usize| &history.lines[*index].candidate.engine;
    chosen
        .iter()
        .copied()
        .filter(|index| chosen.iter().rfind(|other| engine(other) == engine(index)) == Some(index))
        .collect()
}

fn last_change(history: &History, index: usize) {
    let line = &history.lines[index];
    let Some(before) = history.before(index) else { return };
    let change = history.change(before, line);
    for (word, names) in [("newly broken", &change.broken), ("newly healed", &change.healed)] {
        if names.is_empty() {
            continue;
        }
        anstream::println!(
            "\n{} {}, since {} ({} {}): {word}: {}",
            line.candidate.engine,
            line.candidate.version,
            before.at,
            before.candidate.engine,
            before.candidate.version,
            names.len()
        );
        for name in names.iter().take(SHOWN) {
            anstream::println!("  {name}");
        }
        if names.len() > SHOWN {
            anstream::println!("  and {} more", names.len() - SHOWN);
        }
    }
}
