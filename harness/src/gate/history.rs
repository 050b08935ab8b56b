//! Results over time: one JSON line a run, appended to a file.
//!
//! A line keeps one letter a scenario. The names stand only in the first line of each list of scenarios; later lines name
//! them by digest, so a run costs about as many bytes as there are scenarios.

use super::{ResultDocument, ScenarioVerdict, Source, Verdict};
use crate::engine::EngineIdentity;
use crate::transcript::snapshot::digest;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Always 1.
    pub schema: u32,
    /// When it was appended, RFC 3339 in UTC.
    pub at: String,
    /// The reference.
    pub reference: EngineIdentity,
    /// The candidate.
    pub candidate: EngineIdentity,
    /// The API version both were driven at.
    pub api_version: String,
    /// Live or recorded.
    pub source: Source,
    /// Whether the gate passed.
    pub conforms: bool,
    /// How many differences there were.
    pub differences: usize,
    /// How many of them nobody declared.
    pub undeclared: usize,
    /// The digest of the scenarios' names.
    pub names: String,
    /// The names, in the first line of the file with this digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenarios: Option<Vec<String>>,
    /// One letter a scenario, see [`letter`].
    pub verdicts: String,
}

/// `.` conforms, `d` declared, `u` undeclared, `c` changed, `h` healed, `b` blocked, `-` not run.
pub fn letter(verdict: ScenarioVerdict) -> char {
    match verdict {
        ScenarioVerdict::Conforms => '.',
        ScenarioVerdict::Declared => 'd',
        ScenarioVerdict::Undeclared => 'u',
        ScenarioVerdict::Changed => 'c',
        ScenarioVerdict::Healed => 'h',
        ScenarioVerdict::Blocked => 'b',
        ScenarioVerdict::NotRun => '-',
    }
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {problem}")]
pub struct HistoryError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

/// All runs of a file, oldest first as they stand there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// The lines.
    pub lines: Vec<Line>,
    names: HashMap<String, Vec<String>>,
}

/// What changed between two runs of one candidate, as scenarios' names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Further from the reference, or from what is declared, than before.
    pub broken: Vec<String>,
    /// Nearer.
    pub healed: Vec<String>,
}

impl History {
    /// Reads a file's text.
    pub fn parse(text: &str) -> Result<History, HistoryError> {
        let mut history = History::default();
        for (index, row) in text.lines().enumerate().filter(|(_, row)| !row.trim().is_empty()) {
            let wrong = |problem: String| HistoryError { line: index + 1, problem };
            let line: Line = serde_json::from_str(row).map_err(|problem| wrong(problem.to_string()))?;
            if line.schema != 1 {
                return Err(wrong(format!("is of schema {}; this Lockstep reads schema 1", line.schema)));
            }
            if let Some(names) = &line.scenarios {
                history.names.insert(line.names.clone(), names.clone());
            }
            history.lines.push(line);
        }
        // Lines may have been sorted or joined by a merge: names are looked up when all have been read.
        for (index, line) in history.lines.iter().enumerate() {
            let known = history.names.get(&line.names).map(Vec::len);
            if known != Some(line.verdicts.chars().count()) {
                let problem = "no line names its scenarios, or not as many as it has verdicts".to_owned();
                return Err(HistoryError { line: index + 1, problem });
            }
        }
        Ok(history)
    }

    /// The line for a verdict at a moment, to be appended after those that are here.
    pub fn line(&self, verdict: &Verdict, at: std::time::SystemTime) -> Line {
        let result: &ResultDocument = &verdict.result;
        let names: Vec<String> = result.scenarios.iter().map(|one| one.name.clone()).collect();
        let of_names = digest(&names.join("\n"));
        Line {
            schema: 1,
            at: humantime::format_rfc3339_seconds(at).to_string(),
            reference: result.reference.clone(),
            candidate: result.candidate.clone(),
            api_version: result.api_version.clone(),
            source: result.source,
            conforms: verdict.conforms(),
            differences: result.differences.len(),
            undeclared: verdict.accounting.undeclared.len(),
            scenarios: (!self.names.contains_key(&of_names)).then_some(names),
            names: of_names,
            verdicts: result.scenarios.iter().map(|one| letter(one.verdict)).collect(),
        }
    }

    /// Adds a line, as reading it from the file would.
    pub fn push(&mut self, line: Line) {
        if let Some(names) = &line.scenarios {
            self.names.insert(line.names.clone(), names.clone());
        }
        self.lines.push(line);
    }

    /// The verdicts of one line by scenario.
    fn by_name(&self, line: &Line) -> BTreeMap<&str, char> {
        let names = self.names.get(&line.names).map(Vec::as_slice).unwrap_or_default();
        names.iter().map(String::as_str).zip(line.verdicts.chars()).collect()
    }

    /// What became of the scenarios that both lines ran.
    pub fn change(&self, before: &Line, after: &Line) -> Change {
        let (then, now) = (self.by_name(before), self.by_name(after));
        let mut change = Change::default();
        for (name, letter) in now {
            // From best to worst. What was not run is neither better nor worse.
            let rank = |letter: char| ".hdbcu".find(letter);
            let Some((was, is)) = then.get(name).and_then(|was| rank(*was)).zip(rank(letter)) else { continue };
            match was.cmp(&is) {
                std::cmp::Ordering::Less => change.broken.push(name.to_owned()),
                std::cmp::Ordering::Greater => change.healed.push(name.to_owned()),
                std::cmp::Ordering::Equal => {}
            }
        }
        change
    }

    /// The line before this one that is about the same candidate engine, reference engine and API version.
    pub fn before(&self, index: usize) -> Option<&Line> {
        let line = self.lines.get(index)?;
        let key = |line: &Line| {
            (line.candidate.engine.clone(), line.reference.engine.clone(), line.api_version.clone(), line.source)
        };
        self.lines[..index].iter().rev().find(|other| key(other) == key(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn line(candidate: &str, names: Option<&[&str]>, verdicts: &str) -> Line {
        let engine = |engine: &str, version: &str| EngineIdentity {
            engine: engine.to_owned(),
            version: version.to_owned(),
            api: "1.41".to_owned(),
        };
        Line {
            schema: 1,
            at: "2026-01-01T00:00:00Z".to_owned(),
            reference: engine("docker", "20.10.24"),
            candidate: engine("podman", candidate),
            api_version: "1.41".to_owned(),
            source: Source::Live,
            conforms: true,
            differences: 1,
            undeclared: 0,
            names: "names".to_owned(),
            scenarios: names.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
            verdicts: verdicts.to_owned(),
        }
    }

    fn text(lines: &[Line]) -> String {
        lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n").collect()
    }

    #[rstest]
    #[case("..", ".u", &["b"], &[])]
    #[case(".u", "..", &[], &["b"])]
    #[case(".d", "uh", &["a"], &["b"])]
    #[case("-b", ".b", &[], &[])]
    #[case("db", "bd", &["a"], &["b"])]
    fn tells_what_broke_and_what_healed(
        #[case] before: &str,
        #[case] after: &str,
        #[case] broken: &[&str],
        #[case] healed: &[&str],
    ) {
        let history =
            History::parse(&text(&[line("4.3.1", Some(&["a", "b"]), before), line("5.4.2", None, after)])).unwrap();
        let change = history.change(history.before(1).unwrap(), &history.lines[1]);
        assert_eq!(change.broken, broken);
        assert_eq!(change.healed, healed);
    }

    #[test]
    fn the_names_may_stand_in_a_later_line() {
        assert!(History::parse(&text(&[line("1", None, ".."), line("2", Some(&["a", "b"]), "..")])).is_ok());
    }

    #[test]
    fn a_wrong_line_is_named() {
        let good = text(&[line("1", Some(&["a"]), ".")]);
        assert_eq!(History::parse(&format!("{good}{{}}\n")).unwrap_err().line, 2);
        assert_eq!(History::parse(&(good + &text(&[line("1", None, "..")]))).unwrap_err().line, 2);
    }

    #[test]
    fn another_candidate_s_line_is_not_the_one_before() {
        let mut other = line("1.0.0", None, "u");
        other.candidate.engine = "else".to_owned();
        let history = History::parse(&text(&[line("4.3.1", Some(&["a"]), "."), other])).unwrap();
        assert_eq!(history.before(1), None);
    }
}
