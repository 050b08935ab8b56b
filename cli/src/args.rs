//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
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
    Run(RunArguments),
    /// Run scenarios and write their transcripts to snapshots.
    Record(RecordArguments),
    /// Hold the recorded transcripts against DIVERGENCE.md, without any engine.
    Replay(ReplayArguments),
    /// List the scenarios.
    List(ListArguments),
    /// Draft DIVERGENCE.md entries for the recorded differences that nobody declared.
    Accept(AcceptArguments),
    /// Show what the recorded scenarios drive of the API, and what is missing.
    Coverage(CoverageArguments),
    /// Hold the recorded answers against the API's OpenAPI document: where the engine departs from it.
    Spec(SpecArguments),
    /// Remove what an earlier run left behind.
    Clean(CleanArguments),
    /// Compare the time of the scenarios' requests through the harness with the same requests sent bare.
    Bench(BenchArguments),
}

impl Default for Command {
    fn default() -> Self {
        Command::Run(RunArguments { fallback: true, ..RunArguments::default() })
    }
}

/// Which engines, and how to reach them.
#[derive(Debug, Args, Clone, Default)]
pub struct EngineArguments {
    /// The oracle: docker or podman (a private daemon is launched), unix:///path, tcp://HOST:PORT, https://HOST:PORT,
    /// ssh://USER@HOST (as Docker's client does it), context:NAME (a Docker context), or env (what docker itself would use).
    /// Default: a private Docker, else the first engine found (DOCKER_HOST, the usual sockets).
    #[arg(long, value_name = "ENGINE", env = "LOCKSTEP_REFERENCE")]
    pub reference: Option<String>,
    /// The engine under test, written the same way. Default: a private Podman.
    #[arg(long, value_name = "ENGINE", env = "LOCKSTEP_CANDIDATE")]
    pub candidate: Option<String>,
    /// Drive both at this API version instead of the highest that both speak.
    #[arg(long, value_name = "VERSION")]
    pub api_version: Option<String>,
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
    /// The longest that one exchange may take, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub deadline: u64,
}

/// Which scenarios, and how.
#[derive(Debug, Args, Clone, Default)]
pub struct Selection {
    /// Only scenarios whose name fits this glob (* within a part, ** across); may be repeated.
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// How many scenarios run at the same time.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
}

/// `run`.
#[derive(Debug, Args, Clone, Default)]
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
    /// Name the scenarios of each declared divergence.
    #[arg(long, short)]
    pub verbose: bool,
    /// Repeat the run this often; every run must pass.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub repeat: u16,
    /// Set when no command was given: replay when there is no engine.
    #[arg(skip)]
    pub fallback: bool,
}

/// `record`.
#[derive(Debug, Args, Clone, Default)]
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
}

/// `list`.
#[derive(Debug, Args, Clone, Default)]
pub struct ListArguments {
    /// Only scenarios whose name fits this glob; may be repeated.
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
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

/// `bench`.
#[derive(Debug, Args, Clone, Default)]
pub struct BenchArguments {
    /// The engine: docker, podman or an endpoint.
    #[arg(long, value_name = "ENGINE", default_value = "docker")]
    pub engine: String,
    /// How many interleaved rounds.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub rounds: u16,
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
