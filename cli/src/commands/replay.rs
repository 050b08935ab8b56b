//! `lockstep replay`: the recorded transcripts against DIVERGENCE.md, without any engine.

use crate::args::{Files, Format, ReplayArguments};
use crate::error::CliError;
use crate::keeping;
use lockstep_harness::divergence::DivergenceList;
use lockstep_harness::gate::{Pair, Verdict, replay as replayed, shard};
use lockstep_harness::report::{self, View};
use lockstep_harness::transcript::store::{Recorded, Store};
use std::thread;

/// How many remarks about the snapshots are printed.
const SHOWN: usize = 12;

/// Replays each recorded candidate; 1 when one of them does not conform or the snapshots are not in order.
pub fn replay(files: &Files, arguments: &ReplayArguments) -> Result<u8, CliError> {
    keeping::check(&arguments.record, arguments.shard)?;
    let list = super::divergences(files)?;
    let store = Store::open(&files.snapshots);
    let catalogue = lockstep_suites::catalogue().names();
    let candidates = super::candidates(&store, arguments.candidate.as_deref())?;
    if candidates.is_empty() {
        return Err(super::nothing_recorded(files));
    }
    let one = |recorded: &Recorded| replay_one(files, arguments, recorded, &list, &catalogue);
    // Side by side: with many versions recorded, that is what takes the time.
    let (problems, replayed) = thread::scope(|scope| {
        let check = scope.spawn(|| store.check(&catalogue));
        let threads: Vec<_> = candidates.iter().map(|recorded| scope.spawn(|| one(recorded))).collect();
        let replayed: Vec<_> = threads.into_iter().map(joined).collect();
        (joined(check), replayed)
    });
    let mut verdicts: Vec<Verdict> = Vec::new();
    for replayed in replayed {
        let (pairs, verdict) = replayed?;
        if arguments.format == Format::Terminal {
            if !verdicts.is_empty() {
                anstream::println!();
            }
            let view = View { verbose: arguments.verbose, quiet: arguments.quiet, ..View::detect() };
            anstream::print!("{}", report::terminal(&verdict, &list, &pairs, None, &view));
        }
        verdicts.push(verdict);
    }
    if arguments.format == Format::Json {
        anstream::println!("{}", report::json_all(&verdicts));
    }
    for problem in problems.iter().take(SHOWN) {
        anstream::eprintln!("{problem}");
    }
    if problems.len() > SHOWN {
        anstream::eprintln!("… and {} more about the snapshots", problems.len() - SHOWN);
    }
    let status = keeping::keep(&arguments.record, &verdicts)?;
    // The process ends here: taking thousands of transcripts apart is a tenth of a replay's time.
    std::mem::forget((store, candidates, verdicts));
    Ok(status.max(u8::from(!problems.is_empty())))
}

/// One candidate's pairs, of the shard that was asked for, and the verdict over them.
fn replay_one(
    files: &Files,
    arguments: &ReplayArguments,
    recorded: &Recorded,
    list: &DivergenceList,
    catalogue: &[String],
) -> Result<(Vec<Pair>, Verdict), CliError> {
    let all = replayed::pairs(recorded)?;
    let chosen: Vec<String> = all.iter().map(|pair| pair.name.clone()).collect();
    let taken = |pair: &Pair| arguments.shard.is_none_or(|shard| shard.takes(&pair.name));
    let pairs: Vec<Pair> = all.into_iter().filter(taken).collect();
    let mut verdict = replayed::judge(recorded, &pairs, list, catalogue);
    if let Some(shard) = arguments.shard {
        shard::mark(&mut verdict, shard, super::common(files, catalogue, &chosen)?, &chosen, &pairs, false);
    }
    Ok((pairs, verdict))
}

/// A thread's result; its panic goes on here.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
