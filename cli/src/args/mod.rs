//! The command line: its commands here, their flags in a file a kind of command.

mod engines;
mod live;
mod recorded;

use clap::{Args, Parser, Subcommand, ValueEnum};
pub use engines::*;
pub use live::*;
pub use recorded::*;
use std::path::PathBuf;

/// Runs identical Docker API scenarios on real Docker (the reference) and on another engine (the candidate), and holds
/// every difference against DIVERGENCE.md.
///
/// Without a command: runs live when engines are found or can be launched, else replays the recorded transcripts, and
/// says which.
///
/// Exit statuses: 0 conforms (declared divergences included), 1 the gate fails, 2 usage or bad input, 3 an engine cannot
/// be reached or was lost.
#[derive(Debug, Parser)]
#[command(name = "lockstep", version, max_term_width = 110)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The files it works on.
    #[command(flatten)]
    pub files: Files,
}

/// Where the declared divergences and the snapshots are.
#[derive(Debug, Args, Clone)]
pub struct Files {
    /// The list of declared divergences.
    #[arg(long, global = true, default_value = "DIVERGENCE.md", value_name = "FILE")]
    pub divergences: PathBuf,
    /// The folder of recorded transcripts.
    #[arg(long, global = true, default_value = "snapshots", value_name = "DIR")]
    pub snapshots: PathBuf,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run scenarios on both engines and gate what differs.
    Run(Box<RunArguments>),
    /// Run scenarios and write their transcripts to snapshots.
    Record(RecordArguments),
    /// Hold the recorded transcripts against DIVERGENCE.md, without any engine.
    Replay(ReplayArguments),
    /// Write reports of the recorded transcripts, all candidates in one, without any engine.
    Report(ReportArguments),
    /// Print a shell script with curl that shows a recorded difference on any two sockets, without Lockstep.
    Repro(ReproArguments),
    /// List the scenarios.
    List(ListArguments),
    /// Show all declared divergences by category, with status, source and verdict (from the recorded transcripts, or --live).
    Divergences(DivergencesArguments),
    /// Draft DIVERGENCE.md entries for the recorded differences that nobody declared.
    Accept(AcceptArguments),
    /// Join the JSON results of all shards of a run and judge the whole.
    Merge(MergeArguments),
    /// Run one reference against all engines of engines.toml, pair after pair; interrupted, it goes on where it was.
    Matrix(MatrixArguments),
    /// Show in which versions of a candidate each divergence shows.
    Since(SinceArguments),
    /// Show how candidates fared over versions and time, from a file that --history wrote.
    History(HistoryArguments),
    /// Show what the recorded scenarios drive of the API, and what is missing.
    Coverage(CoverageArguments),
    /// Hold the recorded answers against the API's OpenAPI document: where the engine departs from it.
    Spec(SpecArguments),
    /// Remove what an earlier run left behind.
    Clean(CleanArguments),
    /// Start an engine of Lockstep's own, print its endpoint, and end it at Ctrl-C.
    Engines(EnginesArguments),
    /// Run a proxy in front of an engine that makes it diverge as a profile says.
    Interpose(InterposeArguments),
    /// Print the completions of a shell, for instance `lockstep completions bash >/etc/bash_completion.d/lockstep`.
    Completions(CompletionsArguments),
    /// Print the manual page, or write one a command with --dir.
    Man(ManArguments),
    /// Compare the time of the scenarios' requests through the harness, or through an interposer, with the same requests sent directly.
    Bench(BenchArguments),
}

impl Default for Command {
    fn default() -> Self {
        Command::Run(Box::new(RunArguments { fallback: true, ..defaults() }))
    }
}

/// The values that flags have when none is given. A derived `Default` knows nothing of them: its deadline would be 0 seconds.
pub fn defaults<A: Args>() -> A {
    let given = A::augment_args(clap::Command::new("lockstep")).get_matches_from(["lockstep"]);
    A::from_arg_matches(&given).unwrap_or_else(|error| error.exit())
}

/// `completions`.
#[derive(Debug, Args, Clone)]
pub struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `man`.
#[derive(Debug, Args, Clone, Default)]
pub struct ManArguments {
    /// Write lockstep.1, lockstep-run.1 and so on there.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// What goes to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Terminal,
    /// The machine-readable result.
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_command_flags_have_their_defaults() {
        let (Command::Run(none), Ok(Arguments { command: Some(Command::Run(run)), .. })) =
            (Command::default(), Arguments::try_parse_from(["lockstep", "run"]))
        else {
            panic!("no run")
        };
        assert!(none.fallback && !run.fallback);
        assert_eq!(format!("{:?}", RunArguments { fallback: false, ..*none }), format!("{run:?}"));
    }
}
