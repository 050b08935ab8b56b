//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use lockstep_harness::gate::shard::Shard;
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

/// Which engines, and how to reach them.
#[derive(Debug, Args, Clone)]
pub struct EngineArguments {
    /// The oracle: a name of engines.toml (docker-26.1), docker or podman (a private daemon is launched), sdc-docker (a private Docker behind a proxy that diverges
    /// as SDC Docker is documented to), unix:///path, tcp://HOST:PORT, https://HOST:PORT, ssh://USER@HOST (as Docker's client does it), context:NAME (a Docker context), or env (what docker itself would use).
    /// Default: a private Docker, else the first engine found (DOCKER_HOST, the usual sockets).
    #[arg(long, value_name = "ENGINE", env = "LOCKSTEP_REFERENCE")]
    pub reference: Option<String>,
    /// The engine under test, written the same way. Default: a private Podman.
    #[arg(long, value_name = "ENGINE", env = "LOCKSTEP_CANDIDATE")]
    pub candidate: Option<String>,
    /// The file that describes engines by name, which --reference and --candidate take too (`lockstep engines list`).
    #[arg(long, value_name = "FILE", default_value = "engines.toml")]
    pub engines: PathBuf,
    /// Drive both at this API version instead of the highest that both speak.
    #[arg(long, value_name = "VERSION")]
    pub api_version: Option<String>,
    /// The candidate's version, where its own /version does not tell its release: DIVERGENCE.md's ranges are held against it.
    #[arg(long, value_name = "VERSION")]
    pub candidate_version: Option<String>,
    /// The given endpoints hold nothing of worth: scenarios that act on a whole engine may run there.
    #[arg(long)]
    pub disposable: bool,
    /// An image to pull when the engine takes neither load, import nor build.
    #[arg(long, value_name = "NAME")]
    pub image: Option<String>,
    /// Certificate authority for https:// endpoints of either side (PEM). Without the --tls flags, DOCKER_CERT_PATH is
    /// read when DOCKER_TLS_VERIFY is set; a context has its own files, so two contexts may have different ones.
    #[arg(long, value_name = "FILE")]
    pub tls_ca: Option<PathBuf>,
    /// Client certificate (PEM).
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The client certificate's key (PEM).
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// What sdc-docker does otherwise.
    #[command(flatten)]
    pub rules: RuleArguments,
    /// The longest that one exchange may take, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub deadline: u64,
}

/// Which rules of the profile do not apply as documented.
#[derive(Debug, Args, Clone, Default)]
pub struct RuleArguments {
    /// Leave out this rule of the profile (of sdc-docker as the candidate, else as the reference); may be repeated.
    #[arg(long, value_name = "NAME")]
    pub without_rule: Vec<String>,
    /// Let this rule of the profile misbehave otherwise than documented; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub alter_rule: Vec<String>,
}

/// Which scenarios, and how.
#[derive(Debug, Args, Clone, Default)]
pub struct Selection {
    /// Only scenarios whose name fits this glob (* within a part, ** across); may be repeated.
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// How many scenarios run at the same time on each engine. From 2 on, those that want an engine for themselves run meanwhile on a second
    /// one like it, where Lockstep launches it.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
}

/// `run`.
#[derive(Debug, Args, Clone)]
pub struct RunArguments {
    /// The engines.
    #[command(flatten)]
    pub engines: EngineArguments,
    /// The scenarios.
    #[command(flatten)]
    pub selection: Selection,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub format: Format,
    /// Stop at the first scenario that differs in an undeclared way.
    #[arg(long)]
    pub fail_fast: bool,
    /// Add the wire (requests and answers as sent, secrets masked) for what is undeclared.
    #[arg(long)]
    pub trace: bool,
    /// Tell each step as it is taken, and the scenarios of each declared divergence.
    #[arg(long, short)]
    pub verbose: bool,
    /// Run only this part of the chosen scenarios, for instance 2/4: the same that `cargo nextest run --partition hash:2/4`
    /// takes. `lockstep merge` joins the parts' JSON results.
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Shard>,
    /// Which earlier result to hold it against, and where to note it.
    #[command(flatten)]
    pub record: RecordKeeping,
    /// Show only what fails, and the sum.
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Repeat the run this often; every run must pass.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub repeat: u16,
    /// The reports to write besides.
    #[command(flatten)]
    pub outputs: Outputs,
    /// Set when no command was given: replay when there is no engine.
    #[arg(skip)]
    pub fallback: bool,
}

/// `record`.
#[derive(Debug, Args, Clone)]
pub struct RecordArguments {
    /// The engines. Without --candidate only the reference is recorded.
    #[command(flatten)]
    pub engines: EngineArguments,
    /// The scenarios.
    #[command(flatten)]
    pub selection: Selection,
    /// Overwrite changed snapshots at once instead of writing `.snap.new` files for `cargo insta review`.
    #[arg(long)]
    pub accept: bool,
}

/// `replay`.
#[derive(Debug, Args, Clone, Default)]
pub struct ReplayArguments {
    /// Only candidates whose snapshot folder fits this glob, for instance podman-*.
    #[arg(long, value_name = "GLOB")]
    pub candidate: Option<String>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub format: Format,
    /// Name the scenarios of each declared divergence.
    #[arg(long, short)]
    pub verbose: bool,
    /// Only this part of the scenarios, as `lockstep run --shard` takes it.
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Shard>,
    /// Which earlier result to hold it against, and where to note it.
    #[command(flatten)]
    pub record: RecordKeeping,
    /// Show only what fails, and the sum.
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// Results over time.
#[derive(Debug, Args, Clone, Default)]
pub struct RecordKeeping {
    /// Append the result to this file, one JSON line a candidate, for `lockstep history`.
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// Only what got worse than this earlier JSON result fails; what healed since is printed.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
}

/// `merge`.
#[derive(Debug, Args, Clone, Default)]
pub struct MergeArguments {
    /// The JSON results of all shards (`lockstep run --shard K/N --format json`), in any order.
    #[arg(required = true, value_name = "RESULT")]
    pub results: Vec<PathBuf>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub format: Format,
    /// Name the scenarios of each declared divergence.
    #[arg(long, short)]
    pub verbose: bool,
    /// Which earlier result to hold it against, and where to note it.
    #[command(flatten)]
    pub record: RecordKeeping,
}

/// `matrix`.
#[derive(Debug, Args, Clone, Default)]
pub struct MatrixArguments {
    /// The oracle.
    #[arg(long, value_name = "ENGINE", default_value = "docker-20.10")]
    pub reference: String,
    /// Only these candidates; may be repeated. Default: all that engines.toml describes (those from a registry only with
    /// LOCKSTEP_CONTAINERS_ON), and sdc-docker.
    #[arg(long, value_name = "ENGINE")]
    pub candidate: Vec<String>,
    /// Each pair at this API version instead of the highest that both speak; may be repeated. What an engine does not speak is not run.
    #[arg(long, value_name = "VERSION")]
    pub api_version: Vec<String>,
    /// Only scenarios whose name fits this glob; may be repeated.
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// How many scenarios run at the same time on each engine. From 2 on, those that want an engine for themselves run meanwhile on a second
    /// one like it, where Lockstep launches it.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
    /// Where results are kept: one a pair, and matrix.json with all.
    #[arg(long, value_name = "DIR", default_value = "matrix")]
    pub results: PathBuf,
    /// The file that describes engines by name.
    #[arg(long, value_name = "FILE", default_value = "engines.toml")]
    pub engines: PathBuf,
}

/// `since`.
#[derive(Debug, Args, Clone, Default)]
pub struct SinceArguments {
    /// JSON results of several versions, for instance matrix/matrix.json. Default: the recorded transcripts.
    #[arg(value_name = "RESULT")]
    pub results: Vec<PathBuf>,
}

/// `history`.
#[derive(Debug, Args, Clone, Default)]
pub struct HistoryArguments {
    /// The file that `--history` wrote.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only candidates whose name and version fit this glob, for instance 'podman-*'.
    #[arg(long, value_name = "GLOB")]
    pub candidate: Option<String>,
}

/// The reports that can be written. A file that is not named, or `-`, is standard output.
#[derive(Debug, Args, Clone, Default)]
#[command(next_help_heading = "Reports")]
pub struct Outputs {
    /// Write the report for people as a folder of static pages; open DIR/index.html.
    #[arg(long, value_name = "DIR")]
    pub html: Option<PathBuf>,
    /// Write "How CANDIDATE differs from Docker" for the engine's own documentation.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub markdown: Option<PathBuf>,
    /// Write JUnit XML: one case a scenario, declared divergences as properties.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub junit: Option<PathBuf>,
    /// Write the machine-readable result; docs/result.schema.json describes it.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub json: Option<PathBuf>,
    /// Write TAP 14.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub tap: Option<PathBuf>,
    /// Write GitLab's code quality report.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub gitlab: Option<PathBuf>,
    /// Write SARIF 2.1.0.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub sarif: Option<PathBuf>,
    /// Print GitHub annotations on standard output, and append the summary to $GITHUB_STEP_SUMMARY where that is set.
    #[arg(long)]
    pub github: bool,
}

impl Outputs {
    /// Whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        let files = [&self.html, &self.markdown, &self.junit, &self.json, &self.tap, &self.gitlab, &self.sarif];
        files.iter().all(|file| file.is_none()) && !self.github
    }
}

/// `report`.
#[derive(Debug, Args, Clone, Default)]
pub struct ReportArguments {
    /// Only candidates whose snapshot folder fits this glob, for instance podman-*.
    #[arg(long, value_name = "GLOB")]
    pub candidate: Option<String>,
    /// The reports to write.
    #[command(flatten)]
    pub outputs: Outputs,
}

/// `repro`.
#[derive(Debug, Args, Clone, Default)]
pub struct ReproArguments {
    /// The scenario, for instance containers/wait/removed.
    #[arg(required_unless_present_any = ["all", "probe_image"])]
    pub scenario: Option<String>,
    /// Write a script for every scenario that differs, NAME.sh below DIR.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["scenario", "step"])]
    pub all: Option<PathBuf>,
    /// Write Lockstep's own image as `docker load` takes it, for the scripts that need it.
    #[arg(long, value_name = "FILE")]
    pub probe_image: Option<PathBuf>,
    /// The step that has to differ, counted from 1. Default: where most is amiss.
    #[arg(long, value_name = "N")]
    pub step: Option<usize>,
    /// Only candidates whose snapshot folder fits this glob, for instance podman-*.
    #[arg(long, value_name = "GLOB")]
    pub candidate: Option<String>,
}

/// `list`.
#[derive(Debug, Args, Clone, Default)]
pub struct ListArguments {
    /// Only scenarios whose name fits this glob; may be repeated.
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// Only this part of them, as `lockstep run --shard` takes it.
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Shard>,
}

/// `divergences`.
#[derive(Debug, Args, Clone)]
pub struct DivergencesArguments {
    /// Run the scenarios now, instead of reading the recorded transcripts.
    #[arg(long)]
    pub live: bool,
    /// The engines. Without --live, --candidate is an engine's name or a glob over snapshot folders (sdc-docker, podman-4.*).
    #[command(flatten)]
    pub engines: EngineArguments,
    /// The scenarios, with --live.
    #[command(flatten)]
    pub selection: Selection,
}

/// `accept`.
#[derive(Debug, Args, Clone, Default)]
pub struct AcceptArguments {
    /// Only candidates whose snapshot folder fits this glob.
    #[arg(long, value_name = "GLOB")]
    pub candidate: Option<String>,
    /// Print the draft instead of appending it to DIVERGENCE.md.
    #[arg(long)]
    pub print: bool,
}

/// `coverage`.
#[derive(Debug, Args, Clone, Default)]
pub struct CoverageArguments {
    /// The API version whose facts count. Default: the one that was recorded, or the next older known one.
    #[arg(long, value_name = "VERSION")]
    pub api: Option<String>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub format: Format,
    /// List what is not driven: parameters, body properties, statuses, parts of answers.
    #[arg(long)]
    pub missing: bool,
    /// Show one operation with its scenarios, parameters and statuses: 'POST /containers/create'; * stands for any text.
    #[arg(long, value_name = "OPERATION", conflicts_with_all = ["missing", "format"])]
    pub operation: Option<String>,
}

/// `spec`.
#[derive(Debug, Args, Clone, Default)]
pub struct SpecArguments {
    /// Look at this recorded candidate instead of the references: podman, or a glob of snapshot folders.
    #[arg(long, value_name = "GLOB")]
    pub candidate: Option<String>,
    /// The API version whose document counts. Default: the one that was recorded, or the next older known one.
    #[arg(long, value_name = "VERSION")]
    pub api: Option<String>,
    /// Only this operation; * stands for any text.
    #[arg(long, value_name = "OPERATION")]
    pub operation: Option<String>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub format: Format,
}

/// `clean`.
#[derive(Debug, Args, Clone, Default)]
pub struct CleanArguments {
    /// Engines to remove Lockstep's containers, networks and volumes from (found by label). Without any, only the
    /// folders of private daemons whose owner is gone are removed.
    #[arg(value_name = "ENGINE")]
    pub engines: Vec<String>,
}

/// `engines`.
#[derive(Debug, Args, Clone)]
#[command(args_conflicts_with_subcommands = true)]
pub struct EnginesArguments {
    /// What to do; without, ENGINE is started as by `up`.
    #[command(subcommand)]
    pub action: Option<EnginesAction>,
    /// The engine to start.
    #[command(flatten)]
    pub up: UpArguments,
    /// The file that describes engines by name.
    #[arg(long, value_name = "FILE", default_value = "engines.toml", global = true)]
    pub engines: PathBuf,
}

/// The parts of `engines`.
#[derive(Debug, Subcommand, Clone)]
pub enum EnginesAction {
    /// Show the engines that have a name, and whether they can be started.
    List,
    /// Build what runs in containers, start each once, and hold it to its version. What is built already is kept.
    Build {
        /// Only these; all without.
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Start an engine, print its endpoint, and end it at Ctrl-C (or by `down`).
    Up(UpArguments),
    /// End engines that `up` started elsewhere; all without a name.
    Down {
        /// Only these.
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
}

/// `engines up`.
#[derive(Debug, Args, Clone)]
pub struct UpArguments {
    /// docker, podman, sdc-docker, or a name of engines.toml.
    #[arg(value_name = "ENGINE")]
    pub engine: Option<String>,
    /// What sdc-docker does otherwise.
    #[command(flatten)]
    pub rules: RuleArguments,
}

/// `interpose`.
#[derive(Debug, Args, Clone)]
pub struct InterposeArguments {
    /// pass-through or sdc-docker.
    #[arg(long, value_name = "NAME")]
    pub profile: String,
    /// The engine: unix:///path or tcp://HOST:PORT.
    #[arg(long, value_name = "ENDPOINT", default_value = "unix:///var/run/docker.sock")]
    pub upstream: String,
    /// Where to listen: unix:///path (only its owner may open it) or tcp://HOST:PORT (port 0 takes a free one).
    #[arg(long, value_name = "ENDPOINT")]
    pub listen: String,
    /// What the profile does otherwise.
    #[command(flatten)]
    pub rules: RuleArguments,
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

/// `bench`.
#[derive(Debug, Args, Clone, Default)]
pub struct BenchArguments {
    /// The engine: docker, podman or an endpoint.
    #[arg(long, value_name = "ENGINE", default_value = "docker")]
    pub engine: String,
    /// The file that describes engines by name.
    #[arg(long, value_name = "FILE", default_value = "engines.toml")]
    pub engines: PathBuf,
    /// How many interleaved rounds.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub rounds: u16,
    /// Measure what a pass-through interposer costs instead: a ping's latency, an archive up and down.
    #[arg(long)]
    pub interposer: bool,
    /// How large the archive is, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 256, requires = "interposer", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub size: u16,
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
