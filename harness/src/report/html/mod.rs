//! The report as a folder of static pages: they work from `file://`, ask nothing of any server, and need no JavaScript
//! (which adds filters). All text is escaped by the templates in `harness/templates/`.

mod candidate;
mod frame;
mod operation;
mod overview;
mod rows;
mod scenario;
mod site;
mod step;

use super::comparison::Comparison;
use askama::Template;
use site::Site;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// How many pages.
    pub pages: usize,
    /// Their bytes.
    pub bytes: usize,
}

/// What all pages load: half of a small page's weight, were it in each. `file:` in their security policy is for pages opened from disk.
const SHARED: [(&str, &str); 2] = [
    ("style.css", include_str!("../../../templates/style.css")),
    ("script.js", include_str!("../../../templates/script.js")),
];

/// A page that is still to be made.
enum Task<'s, 'a> {
    Overview,
    Operation(&'a str),
    Candidate(&'s site::Candidate<'a>),
    Scenarios(&'s site::Candidate<'a>),
    Scenario(&'s site::Candidate<'a>, usize),
}

/// Writes the report below a folder, which is made when it is not there. Pages of an earlier report are written over.
pub fn html(folder: &Path, comparisons: &[Comparison<'_>]) -> io::Result<Written> {
    let site = Site::new(comparisons);
    let mut tasks = vec![Task::Overview];
    tasks.extend(site.operations.iter().map(|operation| Task::Operation(operation)));
    for candidate in &site.candidates {
        tasks.extend([Task::Candidate(candidate), Task::Scenarios(candidate)]);
        tasks.extend((0..candidate.scenarios.len()).map(|at| Task::Scenario(candidate, at)));
    }
    let folders: BTreeSet<_> =
        tasks.iter().filter_map(|task| folder.join(task.path()).parent().map(Path::to_owned)).collect();
    folders.iter().try_for_each(std::fs::create_dir_all)?;
    for (name, text) in SHARED {
        std::fs::write(folder.join(name), text)?;
    }
    let (next, bytes) = (AtomicUsize::new(0), AtomicUsize::new(SHARED.iter().map(|(_, text)| text.len()).sum()));
    let work = || -> io::Result<()> {
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let page = task.render(&site)?;
            std::fs::write(folder.join(task.path()), &page)?;
            bytes.fetch_add(page.len(), Ordering::Relaxed);
        }
        Ok(())
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let own = work();
        let panicked = |_| Err(io::Error::other("a page could not be made"));
        others.into_iter().map(|other| other.join().unwrap_or_else(panicked)).fold(own, |all, one| all.and(one))
    })?;
    Ok(Written { pages: tasks.len(), bytes: bytes.into_inner() })
}

impl Task<'_, '_> {
    fn path(&self) -> String {
        match self {
            Task::Overview => "index.html".to_owned(),
            Task::Operation(operation) => site::operation_path(operation),
            Task::Candidate(candidate) => format!("{}/index.html", candidate.folder),
            Task::Scenarios(candidate) => format!("{}/scenarios.html", candidate.folder),
            Task::Scenario(candidate, at) => {
                let path = candidate.scenarios.get(*at).map(site::Scenario::path).unwrap_or_default();
                format!("{}/{path}", candidate.folder)
            }
        }
    }

    fn render(&self, site: &Site<'_>) -> io::Result<String> {
        let text = match self {
            Task::Overview => overview::page(site).render(),
            Task::Operation(operation) => operation::page(site, operation).render(),
            Task::Candidate(candidate) => candidate::page(site, candidate).render(),
            Task::Scenarios(candidate) => scenario::list(site, candidate).render(),
            Task::Scenario(candidate, at) => match scenario::page(site, candidate, *at) {
                Some(page) => page.render(),
                None => Ok(String::new()),
            },
        };
        text.map_err(io::Error::other)
    }
}
