//! A progress bar on a terminal, plain lines otherwise.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lockstep_harness::runner::{Observer, ScenarioRun};
use std::io::IsTerminal;

/// Shows how far a run is, on standard error.
pub struct Progress {
    bar: ProgressBar,
    plain: bool,
    total: usize,
    /// Whether a finished scenario ends the run under --fail-fast.
    stop_at: Question,
    /// Whether a result is to be taken again.
    doubtful: Question,
}

/// Something to ask about a finished scenario.
pub type Question = Box<dyn Fn(&ScenarioRun) -> bool + Send + Sync>;

impl Progress {
    /// A display for so many scenarios.
    pub fn new(total: usize, stop_at: Question, doubtful: Question) -> Progress {
        let plain = !std::io::stderr().is_terminal();
        let target = if plain { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        // The template is a constant; a wrong one would only cost the bar its looks.
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} scenarios  {elapsed}  {msg}") {
            bar.set_style(style);
        }
        Progress { bar, plain, total, stop_at, doubtful }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Progress {
    fn finished(&self, run: &ScenarioRun) -> bool {
        self.bar.inc(1);
        self.bar.set_message(run.name.clone());
        let done = self.bar.position();
        if self.plain && (done.is_multiple_of(25) || done == self.total as u64) {
            anstream::eprintln!("{done}/{} scenarios", self.total);
        }
        (self.stop_at)(run)
    }

    fn doubtful(&self, run: &ScenarioRun) -> bool {
        (self.doubtful)(run)
    }
}
