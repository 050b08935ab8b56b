//! Steps taken with a command-line client: what a person at a terminal sees.

use super::Stop;
use super::session::Session;
use crate::transcript::{CliRun, StepKind};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;

/// The longest that one run of a client may take.
const DEADLINE: Duration = Duration::from_secs(60);

impl Session {
    /// Runs the `docker` command with these arguments against the engine and records exit status, standard output and standard error.
    /// The operation is the command's first word or two, as the caller names it: `docker run`, `docker network ls`.
    pub async fn docker(&mut self, operation: &str, arguments: &[&str]) -> Result<CliRun, Stop> {
        let program = docker_program().ok_or_else(|| Stop::NotRun("docker is not on PATH".to_owned()))?;
        self.command(operation, &program, "docker", arguments, "").await
    }

    /// Builds with `docker build`, BuildKit's way: the client opens a session, through which the builder fetches the Dockerfile. The arguments
    /// are those of `docker build --file - FOLDER`, with an empty folder.
    pub async fn docker_buildkit(&mut self, arguments: &[&str], dockerfile: &str) -> Result<CliRun, Stop> {
        let program = docker_program().ok_or_else(|| Stop::NotRun("docker is not on PATH".to_owned()))?;
        let folder = || tempfile::tempdir().map_err(|problem| Stop::NotRun(format!("a temporary folder: {problem}")));
        // The client leaves its key among its settings.
        let (context, settings) = (folder()?, folder()?);
        let [context, settings] = [&context, &settings].map(|folder| folder.path().display().to_string());
        self.know(&context, "context");
        let arguments = [&["build", "--file", "-"], arguments, &[&context]].concat();
        let environment = [("DOCKER_BUILDKIT", "1"), ("DOCKER_CONFIG", settings.as_str())];
        let started = Instant::now();
        let mut run = self.run(&program, "docker", &arguments, dockerfile, &environment).await?;
        if run.exit_status != 0 {
            // The client says which of its two connections failed first: another one each time.
            run.stderr = String::new();
        }
        self.push("docker build", StepKind::Cli(run.clone()), started.elapsed());
        Ok(run)
    }

    /// Runs another client that reads DOCKER_HOST (`docker-compose`), with this standard input.
    pub async fn client(
        &mut self,
        operation: &str,
        name: &str,
        arguments: &[&str],
        input: &str,
    ) -> Result<CliRun, Stop> {
        if !crate::engine::on_path(name) {
            return Err(Stop::NotRun(format!("{name} is not on PATH")));
        }
        self.command(operation, Path::new(name), name, arguments, input).await
    }

    async fn command(
        &mut self,
        operation: &str,
        program: &Path,
        shown: &str,
        arguments: &[&str],
        input: &str,
    ) -> Result<CliRun, Stop> {
        let started = Instant::now();
        let run = self.run(program, shown, arguments, input, &[]).await?;
        self.push(operation, StepKind::Cli(run.clone()), started.elapsed());
        Ok(run)
    }

    /// A run that is no step yet, with more in its environment.
    async fn run(
        &self,
        program: &Path,
        shown: &str,
        arguments: &[&str],
        input: &str,
        environment: &[(&str, &str)],
    ) -> Result<CliRun, Stop> {
        let mut command = tokio::process::Command::new(program);
        command.args(arguments).kill_on_drop(true).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // The engine, the API version and plain output, whatever the user's own settings are.
        command.env("DOCKER_HOST", self.engine.client.endpoint().to_string()).env("DOCKER_API_VERSION", self.api());
        command.env("DOCKER_BUILDKIT", "0").env("DOCKER_CLI_HINTS", "false").env("COMPOSE_API_VERSION", self.api());
        command
            .env_remove("DOCKER_CONTEXT")
            .env("DOCKER_CONFIG", "/nonexistent")
            .env("NO_COLOR", "1")
            .env("COLUMNS", "200");
        command.envs(environment.iter().copied());
        let failed = |problem: std::io::Error| Stop::NotRun(format!("{} does not start: {problem}", program.display()));
        let mut child = command.spawn().map_err(failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A client that reads nothing closes its end: that is its right.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        let mut run = CliRun {
            command: std::iter::once(shown).chain(arguments.iter().copied()).map(str::to_owned).collect(),
            exit_status: -1,
            stdout: String::new(),
            stderr: String::new(),
        };
        match tokio::time::timeout(DEADLINE, child.wait_with_output()).await {
            Ok(Ok(output)) => {
                run.exit_status = status_of(output.status);
                run.stdout = String::from_utf8_lossy(&output.stdout).into_owned();
                run.stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            }
            Ok(Err(error)) => run.stderr = format!("(lockstep: {error})"),
            Err(_) => run.stderr = format!("(lockstep: not ended after {} s)", DEADLINE.as_secs()),
        }
        Ok(run)
    }
}

/// The docker command: LOCKSTEP_DOCKER, else the distribution's, else the first on PATH. The version of the client shows in its texts.
fn docker_program() -> Option<PathBuf> {
    let named = std::env::var_os("LOCKSTEP_DOCKER").map(PathBuf::from);
    let distribution = PathBuf::from("/usr/bin/docker");
    named
        .or_else(|| distribution.exists().then_some(distribution))
        .or_else(|| crate::engine::on_path("docker").then(|| PathBuf::from("docker")))
}

/// As a shell gives it: 128 + N for signal N.
fn status_of(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}
