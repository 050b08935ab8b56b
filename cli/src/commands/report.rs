//! `lockstep report`: the reports of recorded transcripts, and how any command writes reports.

use crate::args::{Files, Outputs, ReportArguments};
use crate::error::CliError;
use lockstep_harness::divergence::DivergenceList;
use lockstep_harness::gate::{Pair, Verdict, replay as replayed};
use lockstep_harness::report::{self, Comparison};
use lockstep_harness::transcript::store::Store;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes what is asked for, about all recorded candidates together. The exit status is 0: the gate is `replay`.
pub fn report(files: &Files, arguments: &ReportArguments) -> Result<u8, CliError> {
    if arguments.outputs.is_empty() {
        return Err(CliError::Usage(
            "say what to write, for instance --html DIR; `lockstep report --help` lists it".to_owned(),
        ));
    }
    let list = super::divergences(files)?;
    let store = Store::open(&files.snapshots);
    let catalogue = lockstep_suites::catalogue().names();
    let mut judged: Vec<(Verdict, Vec<Pair>)> = Vec::new();
    for recorded in super::candidates(&store, arguments.candidate.as_deref())? {
        let pairs = replayed::pairs(&recorded)?;
        judged.push((replayed::judge(&recorded, &pairs, &list, &catalogue), pairs));
    }
    if judged.is_empty() {
        return Err(super::nothing_recorded(files));
    }
    let comparisons: Vec<Comparison<'_>> =
        judged.iter().map(|(verdict, pairs)| Comparison { verdict, list: &list, pairs }).collect();
    write(&arguments.outputs, &comparisons)?;
    Ok(0)
}

/// Makes the text of a report.
type Make = fn(&[Comparison<'_>]) -> String;

/// Writes the reports that the flags ask for, and says where they are.
fn write(outputs: &Outputs, comparisons: &[Comparison<'_>]) -> Result<(), CliError> {
    if let Some(folder) = &outputs.html {
        let written = report::html(folder, comparisons).map_err(|problem| unwritten(folder, problem))?;
        let index = folder.join("index.html");
        anstream::eprintln!("{}: {} pages, {:.1} MB", index.display(), written.pages, written.bytes as f64 / 1e6);
    }
    let texts: [(&Option<PathBuf>, Make); 6] = [
        (&outputs.markdown, report::markdown),
        (&outputs.junit, report::junit),
        (&outputs.json, report::json_of),
        (&outputs.tap, report::tap),
        (&outputs.gitlab, report::gitlab),
        (&outputs.sarif, report::sarif),
    ];
    for (path, make) in texts {
        if let Some(path) = path {
            let text = make(comparisons);
            put(path, &text).map_err(|problem| unwritten(path, problem))?;
            if path != Path::new("-") {
                anstream::eprintln!("{}: {:.1} kB", path.display(), text.len() as f64 / 1e3);
            }
        }
    }
    if outputs.github {
        put(Path::new("-"), &report::annotations(comparisons)).map_err(|problem| unwritten(Path::new("-"), problem))?;
        if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from) {
            let summary = report::step_summary(comparisons);
            let file = std::fs::OpenOptions::new().create(true).append(true).open(&path);
            file.and_then(|mut file| file.write_all(summary.as_bytes()))
                .map_err(|problem| unwritten(&path, problem))?;
        }
    }
    Ok(())
}

/// Writes a text to a file, or to standard output where the file is `-`.
pub fn put(path: &Path, text: &str) -> std::io::Result<()> {
    if path == Path::new("-") {
        return std::io::stdout().write_all(text.as_bytes());
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}

/// One comparison's reports.
pub fn write_one(outputs: &Outputs, verdict: &Verdict, list: &DivergenceList, pairs: &[Pair]) -> Result<(), CliError> {
    write(outputs, &[Comparison { verdict, list, pairs }])
}

fn unwritten(path: &Path, problem: std::io::Error) -> CliError {
    CliError::Write { path: path.to_owned(), problem }
}
