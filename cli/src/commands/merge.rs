//! `lockstep merge`: the results of all shards as one, judged as a whole.

use crate::args::{Files, Format, MergeArguments};
use crate::error::CliError;
use crate::keeping;
use lockstep_harness::gate::merge::{Part, merge as join};
use lockstep_harness::gate::{ResultDocument, Verdict};
use lockstep_harness::report::{self, View};
use std::path::Path;

/// What a file holds: `run` prints one result, `replay` an array of them.
pub enum Results {
    /// Of `run`.
    One(Box<ResultDocument>),
    /// Of `replay`, one a candidate.
    Many(Vec<ResultDocument>),
}

/// Joins, prints as `run` (or `replay`) would have printed the whole, and gates.
pub fn merge(files: &Files, arguments: &MergeArguments) -> Result<u8, CliError> {
    keeping::check(&arguments.record, None)?;
    let list = super::divergences(files)?;
    let catalogue = lockstep_suites::catalogue().names();
    let own = super::common(files, &catalogue, &[])?;
    let mut single = Vec::new();
    let mut columns: Vec<Vec<Part>> = Vec::new();
    for path in &arguments.results {
        let file = path.display().to_string();
        match read(path)? {
            Results::One(result) => single.push(Part { file, result: *result }),
            Results::Many(results) => {
                columns.push(results.into_iter().map(|result| Part { file: file.clone(), result }).collect())
            }
        }
    }
    let one = columns.is_empty();
    let groups = match (one, single.is_empty()) {
        (true, _) => vec![single],
        (false, true) => by_candidate(columns)?,
        (false, false) => {
            return Err(CliError::Usage("results of `run` and of `replay` are no parts of one run".to_owned()));
        }
    };
    let verdicts: Vec<Verdict> =
        groups.into_iter().map(|parts| join(parts, &list, &catalogue, &own)).collect::<Result<_, _>>()?;
    match (arguments.format, verdicts.as_slice()) {
        (Format::Json, [verdict]) if one => anstream::println!("{}", report::json(verdict)),
        (Format::Json, _) => anstream::println!("{}", report::json_all(&verdicts)),
        (Format::Terminal, _) => {
            let view = View { verbose: arguments.verbose, ..View::detect() };
            for verdict in &verdicts {
                anstream::print!("{}", report::terminal(verdict, &list, &[], None, &view));
            }
        }
    }
    keeping::keep(&arguments.record, &verdicts)
}

/// The i-th result of each file belongs to the i-th candidate.
fn by_candidate(files: Vec<Vec<Part>>) -> Result<Vec<Vec<Part>>, CliError> {
    let candidates = files.first().map_or(0, Vec::len);
    if files.iter().any(|file| file.len() != candidates) {
        return Err(CliError::Usage("the files hold results of different numbers of candidates".to_owned()));
    }
    let mut groups: Vec<Vec<Part>> = (0..candidates).map(|_| Vec::new()).collect();
    for (group, part) in files.into_iter().flat_map(|file| file.into_iter().enumerate()) {
        groups[group].push(part);
    }
    Ok(groups)
}

/// Reads a file with a result; errors name the line.
pub fn read(path: &Path) -> Result<Results, CliError> {
    let wrong = |problem: String| CliError::Read { path: path.to_owned(), problem };
    let text = std::fs::read_to_string(path).map_err(|problem| wrong(format!("cannot be read: {problem}")))?;
    let expected = "is no JSON result of `lockstep run --format json`";
    let parsed = match text.trim_start().starts_with('[') {
        true => serde_json::from_str(&text).map(Results::Many),
        false => serde_json::from_str(&text).map(|result| Results::One(Box::new(result))),
    };
    let results = parsed.map_err(|problem| {
        let (line, column) = (problem.line(), problem.column());
        let place = path.display();
        CliError::Usage(format!("{place}:{line}:{column}: {expected}: {problem}"))
    })?;
    let schemas: Vec<u32> = match &results {
        Results::One(result) => vec![result.schema],
        Results::Many(all) => all.iter().map(|result| result.schema).collect(),
    };
    match schemas.into_iter().find(|schema| *schema != 1) {
        Some(schema) => Err(wrong(format!("is of schema {schema}; this Lockstep reads schema 1"))),
        None => Ok(results),
    }
}
