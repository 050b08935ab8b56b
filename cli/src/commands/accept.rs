//! `lockstep accept`: drafts entries for what is recorded and not declared.

use crate::args::{AcceptArguments, Files};
use crate::error::CliError;
use lockstep_harness::compare::Difference;
use lockstep_harness::divergence;
use lockstep_harness::gate::replay;
use lockstep_harness::transcript::store::Store;
use std::io::Write;

/// Appends the drafts to DIVERGENCE.md (or prints them), for a person to edit: each starts as a TODO.
pub fn accept(files: &Files, arguments: &AcceptArguments) -> Result<u8, CliError> {
    let list = super::divergences(files)?;
    let store = Store::open(&files.snapshots);
    let catalogue = lockstep_suites::catalogue().names();
    let mut taken: Vec<String> = list.entries.iter().map(|entry| entry.id.clone()).collect();
    let mut drafts = String::new();
    for recorded in super::candidates(&store, arguments.candidate.as_deref())? {
        let pairs = replay::pairs(&recorded)?;
        let verdict = replay::judge(&recorded, &pairs, &list, &catalogue);
        let undeclared: Vec<&Difference> =
            verdict.accounting.undeclared.iter().map(|index| &verdict.result.differences[*index]).collect();
        if undeclared.is_empty() {
            continue;
        }
        let ids: Vec<&str> = taken.iter().map(String::as_str).collect();
        let draft = divergence::draft_beside(&verdict.result.candidate, &undeclared, &ids);
        anstream::eprintln!("{}: drafted entries for {} differences", recorded.slug, undeclared.len());
        if let Ok(parsed) = divergence::DivergenceList::parse("draft", &draft) {
            taken.extend(parsed.entries.into_iter().map(|entry| entry.id));
        }
        drafts.push_str(&draft);
    }
    if drafts.is_empty() {
        anstream::eprintln!("every recorded difference is declared");
        return Ok(0);
    }
    if arguments.print {
        anstream::print!("{drafts}");
        return Ok(0);
    }
    let write = || {
        let mut file = std::fs::OpenOptions::new().append(true).open(&files.divergences)?;
        file.write_all(format!("\n{drafts}").as_bytes())
    };
    write().map_err(|problem| CliError::Write { path: files.divergences.clone(), problem })?;
    anstream::eprintln!(
        "appended to {}; give each a plain sentence, a category and a status",
        files.divergences.display()
    );
    Ok(0)
}
