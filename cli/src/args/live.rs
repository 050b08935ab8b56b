//! The flags of commands that run scenarios on engines.

use super::{Format, Outputs, RecordKeeping};
use clap::Args;
use lockstep_harness::gate::shard::Shard;
use std::path::PathBuf;

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
