//! The page that a report is written on: the only place that writes escape sequences, and the one that escapes all else.

use super::View;
use super::text::{escape, wrap};
use anstyle::{AnsiColor, Style};
use std::borrow::Cow;

/// What a piece of text is, which decides how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    /// A section's title.
    Title,
    /// An operation, an id.
    Name,
    /// What is there for orientation.
    Dim,
    /// The reference's side, and its part that differs.
    Reference,
    ReferenceStrong,
    /// The candidate's side, and its part that differs.
    Candidate,
    CandidateStrong,
    Good,
    Bad,
    Warning,
}

impl Tone {
    fn style(self) -> Style {
        let style = Style::new();
        match self {
            Tone::Plain => style,
            Tone::Title => style.bold().underline(),
            Tone::Name => style.bold(),
            Tone::Dim => style.dimmed(),
            Tone::Reference => style.fg_color(Some(AnsiColor::Red.into())),
            Tone::ReferenceStrong => style.fg_color(Some(AnsiColor::Red.into())).bold().invert(),
            Tone::Candidate => style.fg_color(Some(AnsiColor::Green.into())),
            Tone::CandidateStrong => style.fg_color(Some(AnsiColor::Green.into())).bold().invert(),
            Tone::Good => style.fg_color(Some(AnsiColor::Green.into())).bold(),
            Tone::Bad => style.fg_color(Some(AnsiColor::Red.into())).bold(),
            Tone::Warning => style.fg_color(Some(AnsiColor::Yellow.into())),
        }
    }
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span<'t>(pub Tone, pub Cow<'t, str>);

/// A piece of a line in some tone.
pub(super) fn span<'t>(tone: Tone, text: impl Into<Cow<'t, str>>) -> Span<'t> {
    Span(tone, text.into())
}

/// The growing report.
#[derive(Debug)]
pub(super) struct Page {
    out: String,
    colour: bool,
    /// The columns of a line.
    pub width: usize,
}

impl Page {
    /// An empty page.
    pub(super) fn new(view: &View) -> Page {
        Page { out: String::new(), colour: view.colour, width: view.width.max(40) }
    }

    /// The columns that are left after an indent.
    pub(super) fn room(&self, indent: usize) -> usize {
        self.width.saturating_sub(indent).max(20)
    }

    /// Writes one line. Whatever the pieces hold, it is one line.
    pub(super) fn line(&mut self, indent: usize, spans: &[Span<'_>]) {
        let start = self.out.len();
        self.out.extend(std::iter::repeat_n(' ', indent));
        for Span(tone, text) in spans {
            let (style, text) = (tone.style(), escape(text));
            match self.colour && *tone != Tone::Plain && !text.is_empty() {
                true => self.out.push_str(&format!("{style}{text}{style:#}")),
                false => self.out.push_str(&text),
            }
        }
        let end = start + self.out[start..].trim_end_matches(' ').len();
        self.out.truncate(end);
        self.out.push('\n');
    }

    /// Writes one line in one tone.
    pub(super) fn say(&mut self, indent: usize, tone: Tone, text: &str) {
        self.line(indent, &[span(tone, text)]);
    }

    /// Writes items on as many lines as they need.
    pub(super) fn list(&mut self, indent: usize, tone: Tone, items: &[String], separator: &str) {
        for line in wrap(items, separator, self.room(indent)) {
            self.say(indent, tone, &line);
        }
    }

    /// Starts a section.
    pub(super) fn section(&mut self, tone: Tone, title: &str) {
        self.blank();
        self.say(0, tone, title);
    }

    /// Writes an empty line, unless there is one already.
    pub(super) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// The report.
    pub(super) fn finish(self) -> String {
        self.out
    }
}
