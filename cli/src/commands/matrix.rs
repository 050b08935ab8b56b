//! `lockstep matrix`: one reference against every engine that has a name, pair after pair.

use crate::args::{Files, MatrixArguments};
use crate::commands::merge::{Results, read};
use crate::described::{self, Source, container};
use crate::error::CliError;
use crate::sdc;
use lockstep_harness::engine::ApiVersion;
use lockstep_harness::gate::shard::Common;
use lockstep_harness::gate::{ResultDocument, ScenarioVerdict};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// What is known of an interrupted matrix, in its folder.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    /// What all its results have in common; with others the matrix begins anew.
    common: Common,
    pairs: BTreeMap<String, Finished>,
}

/// A pair that came to a result.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Finished {
    /// The exit status of its run.
    status: i32,
    seconds: f64,
}

/// A candidate, and the API version that both are driven at: the highest that both speak, where none is given.
#[derive(Debug, Clone)]
struct Pair {
    candidate: String,
    api: Option<String>,
}

impl std::fmt::Display for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.candidate)?;
        self.api.iter().try_for_each(|api| write!(f, " at {api}"))
    }
}

/// One row of the table.
struct Row {
    pair: Pair,
    outcome: Result<(Finished, ResultDocument), String>,
}

/// Runs what has no result yet, writes them all as one, and shows a table.
pub async fn matrix(files: &Files, arguments: &MatrixArguments) -> Result<u8, CliError> {
    let names: Vec<String> = super::select(&arguments.only)?.into_iter().map(|scenario| scenario.name).collect();
    let common = super::common(files, &lockstep_suites::catalogue().names(), &names)?;
    let pairs = pairs(arguments)?;
    let folder = &arguments.results;
    std::fs::create_dir_all(folder).map_err(|problem| CliError::Write { path: folder.clone(), problem })?;
    let mut state = resume(folder, common);
    let mut rows = Vec::new();
    for (index, one) in pairs.iter().enumerate() {
        let pair = format!("{one} against {}", arguments.reference);
        let place = format!("{}/{}", index + 1, pairs.len());
        let lane = one.api.as_ref().map(|api| format!("--api-{api}")).unwrap_or_default();
        let key = format!("{}--{}{lane}", arguments.reference, one.candidate);
        let file = folder.join(format!("{key}.json"));
        if let Some((finished, result)) = state.pairs.get(&key).cloned().zip(result(&file)) {
            anstream::eprintln!("{place} {pair}: finished before");
            rows.push(Row { pair: one.clone(), outcome: Ok((finished, result)) });
            continue;
        }
        anstream::eprintln!("{place} {pair}: running");
        let outcome = match run(files, arguments, one, &file).await {
            Ok(finished) => match result(&file) {
                Some(result) => {
                    state.pairs.insert(key, finished.clone());
                    save(folder, &state)?;
                    Ok((finished, result))
                }
                None => Err("its result cannot be read".to_owned()),
            },
            Err(reason) => Err(reason),
        };
        rows.push(Row { pair: one.clone(), outcome });
    }
    let all: Vec<&ResultDocument> = rows.iter().filter_map(|row| Some(&row.outcome.as_ref().ok()?.1)).collect();
    // Strings, numbers and lists alone: serde_json has nothing to refuse.
    write(&folder.join("matrix.json"), &serde_json::to_string_pretty(&all).unwrap_or_default())?;
    table(&arguments.reference, &rows);
    Ok(status(&rows))
}

/// 1 when a gate failed, else 3 when a pair was not run.
fn status(rows: &[Row]) -> u8 {
    let failed = |row: &Row| matches!(&row.outcome, Ok((finished, _)) if finished.status != 0);
    match (rows.iter().any(failed), rows.iter().any(|row| row.outcome.is_err())) {
        (true, _) => 1,
        (false, true) => 3,
        (false, false) => 0,
    }
}

/// Those that were named, else all that engines.toml describes and that can be had here, and sdc-docker.
fn candidates(arguments: &MatrixArguments) -> Result<Vec<String>, CliError> {
    if !arguments.candidate.is_empty() {
        return Ok(arguments.candidate.clone());
    }
    let pulls = std::env::var_os(container::ON).is_some();
    let all = described::load(&arguments.engines)?.into_iter();
    let mut names: Vec<String> = all
        .filter(|one| pulls || !matches!(one.source, Source::Image { .. }))
        .map(|description| description.name)
        .collect();
    names.push(sdc::NAME.to_owned());
    Ok(names)
}

/// Each candidate at each API version.
fn pairs(arguments: &MatrixArguments) -> Result<Vec<Pair>, CliError> {
    for version in &arguments.api_version {
        version.parse::<ApiVersion>().map_err(CliError::Engine)?;
    }
    let lanes: Vec<Option<String>> = match arguments.api_version.as_slice() {
        [] => vec![None],
        versions => versions.iter().map(|version| Some(version.trim_start_matches('v').to_owned())).collect(),
    };
    let at = |candidate: String| lanes.iter().map(move |api| Pair { candidate: candidate.clone(), api: api.clone() });
    Ok(candidates(arguments)?.into_iter().flat_map(at).collect())
}

/// The state of an earlier matrix with the same scenarios and divergences; else a new one.
fn resume(folder: &Path, common: Common) -> State {
    let text = std::fs::read_to_string(folder.join("state.json")).unwrap_or_default();
    match serde_json::from_str::<State>(&text) {
        Ok(state) if state.common == common => state,
        Ok(_) => {
            anstream::eprintln!(
                "scenarios or DIVERGENCE.md changed since {} was written: all pairs run",
                folder.display()
            );
            State { common, pairs: BTreeMap::new() }
        }
        Err(_) => State { common, pairs: BTreeMap::new() },
    }
}

fn save(folder: &Path, state: &State) -> Result<(), CliError> {
    write(&folder.join("state.json"), &serde_json::to_string_pretty(state).unwrap_or_default())
}

/// Whole or not at all: an interrupted matrix must not leave half a file.
fn write(path: &Path, text: &str) -> Result<(), CliError> {
    let part = path.with_extension("part");
    std::fs::write(&part, text)
        .and_then(|()| std::fs::rename(&part, path))
        .map_err(|problem| CliError::Write { path: path.to_owned(), problem })
}

fn result(file: &Path) -> Option<ResultDocument> {
    match read(file) {
        Ok(Results::One(result)) => Some(*result),
        _ => None,
    }
}

/// One pair, in a process of its own: whatever an engine does to it, the others have their turn. The error is why it was not run.
async fn run(files: &Files, arguments: &MatrixArguments, pair: &Pair, file: &Path) -> Result<Finished, String> {
    let started = Instant::now();
    let (part, log) = (file.with_extension("part"), file.with_extension("log"));
    let open = |path: &PathBuf| std::fs::File::create(path).map_err(|error| format!("{}: {error}", path.display()));
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    // When this process is killed, the kernel tells that one to end.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM", "--"]).arg(own).arg("run");
    command.args(["--reference", &arguments.reference, "--candidate", &pair.candidate, "--format", "json"]);
    command.args(pair.api.iter().flat_map(|api| ["--api-version", api]));
    command.arg("--jobs").arg(arguments.jobs.to_string()).arg("--engines").arg(&arguments.engines);
    command.arg("--divergences").arg(&files.divergences).arg("--snapshots").arg(&files.snapshots);
    command.args(arguments.only.iter().flat_map(|glob| ["--only", glob]));
    command.stdin(Stdio::null()).stdout(open(&part)?).stderr(open(&log)?);
    let child = command.spawn().map_err(|error| format!("setpriv does not start: {error}"))?;
    let mut running = Running(child);
    let status = running.0.wait().await.map_err(|error| error.to_string())?;
    match status.code() {
        Some(code @ (0 | 1)) => {
            std::fs::rename(&part, file).map_err(|error| format!("{}: {error}", file.display()))?;
            Ok(Finished { status: code, seconds: started.elapsed().as_secs_f64() })
        }
        _ => {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            let said = text.lines().find_map(|line| line.strip_prefix("lockstep: ")).unwrap_or("it gave no reason");
            Err(format!("{said} ({status}; {})", log.display()))
        }
    }
}

/// A pair under way. Dropping it, as at Ctrl-C, ends it and waits until its engines are gone.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let Some(pid) = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) else { return };
        let _ = kill_process(pid, Signal::TERM);
        let until = Instant::now() + Duration::from_secs(15);
        while matches!(self.0.try_wait(), Ok(None)) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn table(reference: &str, rows: &[Row]) {
    anstream::println!("reference: {reference}");
    anstream::println!(
        "{:18}  {:20}  {:>4}  {:>7}  {:>8}  {:>7}  {:>10}  {:>7}  {:>11}  {:>6}",
        "candidate",
        "version",
        "API",
        "conform",
        "declared",
        "blocked",
        "undeclared",
        "not run",
        "differences",
        "time"
    );
    for Row { pair, outcome } in rows {
        let candidate = pair.to_string();
        let (finished, result) = match outcome {
            Ok(outcome) => outcome,
            Err(reason) => {
                anstream::println!("{candidate:18}  not run: {reason}");
                continue;
            }
        };
        let of =
            |wanted: &[ScenarioVerdict]| result.scenarios.iter().filter(|one| wanted.contains(&one.verdict)).count();
        anstream::println!(
            "{candidate:18}  {:20}  {:>4}  {:>7}  {:>8}  {:>7}  {:>10}  {:>7}  {:>11}  {:>4.0} s",
            format!("{} {}", result.candidate.engine, result.candidate.version),
            result.api_version,
            of(&[ScenarioVerdict::Conforms]),
            of(&[ScenarioVerdict::Declared]),
            of(&[ScenarioVerdict::Blocked]),
            of(&[ScenarioVerdict::Undeclared, ScenarioVerdict::Changed, ScenarioVerdict::Healed]),
            of(&[ScenarioVerdict::NotRun]),
            result.differences.len(),
            finished.seconds
        );
    }
}
