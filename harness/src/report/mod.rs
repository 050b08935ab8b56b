//! Showing a verdict: to people on a terminal, and to programs as JSON.
//!
//! All text of an engine goes through two doors on its way to a person: `mask` takes the secrets out, and `page`
//! escapes what a terminal would obey instead of showing.

mod coverage;
mod json;
mod mask;
mod page;
mod spec;
mod terminal;
#[cfg(test)]
mod tests;
mod text;
mod trace;

pub use coverage::{coverage, operation};
pub use json::{json, json_all};
pub use spec::spec;
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
    /// Add the wire for what is undeclared.
    pub trace: bool,
}

impl Default for View {
    /// Plain, 100 columns, short.
    fn default() -> Self {
        View { colour: false, width: 100, verbose: false, trace: false }
    }
}

impl View {
    /// For standard output as it is: coloured when it is a terminal that takes colours and `NO_COLOR` is not set (or
    /// `CLICOLOR_FORCE` is), as wide as `COLUMNS` says.
    pub fn detect() -> View {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let forced = set("CLICOLOR_FORCE");
        let colour = !set("NO_COLOR") && (forced || (std::io::stdout().is_terminal() && !dumb));
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        View { colour, width: columns.unwrap_or(100).clamp(40, 240), ..View::default() }
    }
}
