//! A progress bar on a terminal, plain lines otherwise.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lockstep_harness::runner::{Observer, ScenarioRun, Taken};
use lockstep_harness::transcript::StepKind;
use std::io::IsTerminal;
use std::time::Instant;

/// How much is told while scenarios run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    /// Nothing.
    None,
    /// How far it is.
    Some,
    /// Each scenario with its steps as well.
    Steps,
}

impl Talk {
    /// From the flags.
    pub fn of(verbose: bool, quiet: bool) -> Talk {
        match (verbose, quiet) {
            (_, true) => Talk::None,
            (true, false) => Talk::Steps,
            (false, false) => Talk::Some,
        }
    }
}

/// Shows how far a run is, on standard error.
pub struct Progress {
    bar: ProgressBar,
    talk: Talk,
    plain: bool,
    total: usize,
    started: Instant,
    /// What ends the run at a finished scenario under --fail-fast.
    stop_at: Question,
    /// Why a result is to be taken again.
    doubtful: Question,
}

/// What is unlike in a finished scenario, in one line; nothing where all is as it should be.
pub type Question = Box<dyn Fn(&ScenarioRun) -> Option<String> + Send + Sync>;

impl Progress {
    /// A display for so many scenarios.
    pub fn new(total: usize, talk: Talk, stop_at: Question, doubtful: Question) -> Progress {
        let plain = !std::io::stderr().is_terminal();
        let hidden = plain || talk == Talk::None;
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        // The template is a constant; a wrong one would only cost the bar its looks.
        let template = "{bar:24} {pos}/{len} scenarios  {per_sec:.dim}  {eta} left  {wide_msg:.dim}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Progress { bar, talk, plain, total, started: Instant::now(), stop_at, doubtful }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// `250/813 scenarios, 12.5/s, 45 s left`.
    fn line(&self, done: u64) -> String {
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        let rate = done as f64 / seconds;
        let left = (self.total as u64).saturating_sub(done) as f64 / rate.max(0.001);
        format!("{done}/{} scenarios, {rate:.1}/s, {left:.0} s left", self.total)
    }
}

impl Observer for Progress {
    fn finished(&self, run: &ScenarioRun) -> bool {
        self.bar.inc(1);
        self.bar.set_message(run.name.clone());
        let done = self.bar.position();
        if self.talk == Talk::Steps {
            self.bar.suspend(|| anstream::eprint!("{}", steps(run)));
        }
        if self.plain && self.talk != Talk::None && (done.is_multiple_of(25) || done == self.total as u64) {
            anstream::eprintln!("{}", self.line(done));
        }
        (self.stop_at)(run).is_some()
    }

    fn doubtful(&self, run: &ScenarioRun) -> Option<String> {
        (self.doubtful)(run)
    }
}

/// A scenario and its steps, one a line, with what each engine answered.
fn steps(run: &ScenarioRun) -> String {
    let mut out = format!("{}\n", run.name);
    if let Some(not_run) = &run.not_run {
        out.push_str(&format!("  not run: {}\n", not_run.reason.escape_debug()));
    }
    let sides: Vec<&Taken> = run.reference.iter().chain(&run.candidate).collect();
    let longest = sides.iter().map(|taken| taken.transcript.steps.len()).max().unwrap_or(0);
    for at in 0..longest {
        let taken: Vec<_> = sides.iter().map(|side| side.transcript.steps.get(at)).collect();
        let operation = taken.iter().flatten().next().map_or("", |step| step.operation.as_str());
        let answers: Vec<String> = taken
            .iter()
            .map(|step| match step.map(|step| (&step.kind, step.duration)) {
                None => "-".to_owned(),
                Some((StepKind::Exchange(exchange), took)) => {
                    format!("{} ({:.1} ms)", exchange.answer.status, took.as_secs_f64() * 1000.0)
                }
                Some((StepKind::Observation(_), _)) => "seen".to_owned(),
                Some((StepKind::Cli(cli), _)) => format!("exit {}", cli.exit_status),
            })
            .collect();
        out.push_str(&format!("  {:>2}. {operation}: {}\n", at + 1, answers.join(", ")));
    }
    out
}
