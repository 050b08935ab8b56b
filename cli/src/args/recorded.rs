//! The flags of commands that work on what was recorded, without any engine.

use super::Format;
use clap::Args;
use lockstep_harness::gate::shard::Shard;
use std::path::PathBuf;

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
