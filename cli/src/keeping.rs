//! What becomes of verdicts after they were printed: noted in a history, held against a baseline, turned into the exit status.

use crate::args::RecordKeeping;
use crate::commands::merge::{Results, read};
use crate::error::CliError;
use lockstep_harness::compare::Difference;
use lockstep_harness::gate::baseline::{Against, against};
use lockstep_harness::gate::history::History;
use lockstep_harness::gate::shard::Shard;
use lockstep_harness::gate::{ResultDocument, Verdict};
use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

/// How many differences of a kind are listed.
const SHOWN: usize = 20;

/// Appends to the history, then judges: by the baseline where one is given, else by the gate. The exit status.
pub fn keep(record: &RecordKeeping, verdicts: &[Verdict]) -> Result<u8, CliError> {
    if let Some(path) = &record.history {
        append(path, verdicts)?;
    }
    match &record.baseline {
        None => Ok(u8::from(verdicts.iter().any(|verdict| !verdict.conforms()))),
        Some(path) => hold(path, verdicts),
    }
}

/// Refuses files that cannot be used before anything is run for them.
pub fn check(record: &RecordKeeping, shard: Option<Shard>) -> Result<(), CliError> {
    if let (Some(shard), Some(_)) = (shard, &record.history) {
        let problem = format!("shard {shard} is no run to note; give --history to `lockstep merge`");
        return Err(CliError::Usage(problem));
    }
    if let Some(path) = &record.history {
        read_history(path)?;
    }
    if let Some(path) = &record.baseline {
        read(path)?;
    }
    Ok(())
}

/// Reads a history; a file that is not there yet is an empty one.
pub fn read_history(path: &Path) -> Result<History, CliError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(problem) if problem.kind() == std::io::ErrorKind::NotFound => return Ok(History::default()),
        Err(problem) => return Err(CliError::Read { path: path.to_owned(), problem: problem.to_string() }),
    };
    History::parse(&text).map_err(|error| CliError::Usage(format!("{}:{error}", path.display())))
}

fn append(path: &Path, verdicts: &[Verdict]) -> Result<(), CliError> {
    let mut history = read_history(path)?;
    let mut text = String::new();
    for verdict in verdicts {
        let line = history.line(verdict, SystemTime::now());
        // Strings, numbers and lists alone: serde_json has nothing to refuse.
        text.push_str(&serde_json::to_string(&line).unwrap_or_default());
        text.push('\n');
        history.push(line);
    }
    // One write in append mode: two runs that end together do not tear each other's lines.
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|problem| CliError::Write { path: path.to_owned(), problem })
}

/// Only what got worse fails. Told on standard error, so that a JSON result on standard output stays one.
fn hold(path: &Path, verdicts: &[Verdict]) -> Result<u8, CliError> {
    let baselines: Vec<ResultDocument> = match read(path)? {
        Results::One(result) => vec![*result],
        Results::Many(results) => results,
    };
    let mut status = 0;
    for verdict in verdicts {
        let of_pair = |baseline: &&ResultDocument| {
            baseline.candidate.engine == verdict.result.candidate.engine
                && baseline.reference.engine == verdict.result.reference.engine
        };
        let same =
            baselines.iter().find(|one| of_pair(one) && one.candidate.version == verdict.result.candidate.version);
        let Some(baseline) = same.or_else(|| baselines.iter().find(of_pair)).or(baselines.first()) else {
            return Err(CliError::Read { path: path.to_owned(), problem: "holds no result".to_owned() });
        };
        let wrong = |problem: String| CliError::Read { path: path.to_owned(), problem };
        let all = against(verdict, baseline).map_err(|error| wrong(error.to_string()))?;
        tell(path, baseline, verdict, &all);
        status = status.max(u8::from(!all.holds()));
    }
    Ok(status)
}

fn tell(path: &Path, baseline: &ResultDocument, verdict: &Verdict, all: &Against) {
    anstream::eprintln!("against {} ({}):", path.display(), baseline.candidate);
    if baseline.api_version != verdict.result.api_version {
        let (then, now) = (&baseline.api_version, &verdict.result.api_version);
        anstream::eprintln!("  note: it was taken at API {then}, this run at {now}: what differs may come from that");
    }
    list("worse", &all.worse);
    for (scenario, reason) in &all.lost {
        anstream::eprintln!("    {scenario} was compared then and is not now: {reason}");
    }
    list("healed", &all.healed);
    list("first seen, neither worse nor better", &all.first_seen);
    match all.holds() {
        true => anstream::eprintln!("  nothing got worse"),
        false => anstream::eprintln!("  {} got worse", all.worse.len() + all.lost.len()),
    }
}

fn list(title: &str, differences: &[Difference]) {
    if differences.is_empty() {
        return;
    }
    anstream::eprintln!("  {title}: {}", differences.len());
    for one in differences.iter().take(SHOWN) {
        let Difference { scenario, step, operation, pointer, kind, .. } = one;
        anstream::eprintln!("    {scenario}, step {step}, {operation} {pointer}: {kind}");
    }
    if differences.len() > SHOWN {
        anstream::eprintln!("    and {} more", differences.len() - SHOWN);
    }
}
