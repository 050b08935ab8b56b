//! The flags of commands that start, serve, measure or clean up engines.

use super::RuleArguments;
use clap::{Args, Subcommand};
use std::path::PathBuf;

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
