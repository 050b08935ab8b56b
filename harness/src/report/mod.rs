//! Showing a verdict: to people on a terminal, in a browser and in a document, and to programs as JSON and in the formats
//! of CI systems. One file (or folder) a report; all but the terminal are made from [`Comparison`]s.
//!
//! All text of an engine goes through two doors on its way to a person: `mask` takes the secrets out, and `page`
//! escapes what a terminal would obey instead of showing.

mod code_quality;
mod command;
mod comparison;
mod coverage;
mod divergences;
mod finding;
mod github;
mod glance;
mod html;
mod json;
mod junit;
mod level;
mod markdown;
mod mask;
mod page;
mod place;
mod repro;
mod spec;
mod tap;
mod terminal;
#[cfg(test)]
mod tests;
mod text;
mod trace;

pub use code_quality::{gitlab, sarif};
pub use comparison::Comparison;
pub use coverage::{coverage, operation};
pub use divergences::divergences;
pub use github::{annotations, step_summary};
pub use glance::{glance, glance_at_text};
pub use html::{Written, html};
pub use json::{json, json_all, json_of};
pub use junit::junit;
pub use markdown::markdown;
pub use repro::{Repro, ReproError, repro};
pub use spec::spec;
pub use tap::tap;
pub use terminal::terminal;

use std::io::IsTerminal;

/// How a report is shown to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// With colours.
    pub colour: bool,
    /// The terminal's columns.
    pub width: usize,
    /// Name the scenarios of each declared divergence, and shorten no list.
    pub verbose: bool,
    /// Show only what fails, and the sum.
    pub quiet: bool,
    /// Add the wire for what is undeclared.
    pub trace: bool,
}

impl Default for View {
    /// Plain, 100 columns, short.
    fn default() -> Self {
        View { colour: false, width: 100, verbose: false, quiet: false, trace: false }
    }
}

impl View {
    /// For standard output as it is: coloured when it is a terminal that takes colours and neither `NO_COLOR` is set nor
    /// `CLICOLOR` is 0 (or `CLICOLOR_FORCE` is set); as wide as `COLUMNS` says, else as the terminal is.
    pub fn detect() -> View {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let off = std::env::var_os("CLICOLOR").is_some_and(|value| value == "0");
        let forced = set("CLICOLOR_FORCE");
        let colour = !set("NO_COLOR") && (forced || (std::io::stdout().is_terminal() && !dumb && !off));
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        View { colour, width: columns.or_else(terminal).unwrap_or(100).clamp(40, 240), ..View::default() }
    }
}
