//! docs/known-differences.md is held against what is recorded: each row that names what finds it is right, and so are the sums.

use super::root;
use lockstep_harness::divergence::DivergenceList;
use lockstep_harness::gate::replay;
use lockstep_harness::transcript::store::Store;
use std::collections::{BTreeMap, BTreeSet};

/// The recorded Podmans: as the table calls them, and their snapshot folders.
const PODMANS: [(&str, &str); 3] = [("4.3", "podman-4.3"), ("5.4", "podman-5.4"), ("5.8", "podman-5.8-api-1.41")];

/// What a row says: these scenarios show this entry in these versions.
#[derive(Debug, PartialEq)]
struct Claim<'a> {
    scenarios: Vec<&'a str>,
    entry: &'a str,
    versions: Vec<&'a str>,
}

/// The claims of a row's last cell: `` `area/scenario`, `podman-entry` (4.3, 5.4) ``. An entry without versions behind it claims nothing.
fn claims(cell: &str) -> Vec<Claim<'_>> {
    let (mut claims, mut scenarios) = (Vec::new(), Vec::new());
    let mut parts = cell.split('`');
    parts.next();
    while let (Some(code), rest) = (parts.next(), parts.next().unwrap_or_default()) {
        if code.starts_with("podman-") {
            let listed = rest.strip_prefix(" (").and_then(|rest| rest.split([')', ';']).next()).unwrap_or_default();
            let versions: Vec<&str> =
                listed.split(", ").filter(|one| PODMANS.iter().any(|(name, _)| name == one)).collect();
            let scenarios = std::mem::take(&mut scenarios);
            if !versions.is_empty() {
                claims.push(Claim { scenarios, entry: code, versions });
            }
        } else if code.contains('/') {
            scenarios.push(code);
        }
    }
    claims
}

/// The rows of the table: their last cells.
fn rows(page: &str) -> Vec<&str> {
    page.lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| **") && !line.starts_with("| known"))
        .filter_map(|line| line.trim_end_matches(" |").rsplit(" | ").next())
        .collect()
}

/// Which entries each scenario shows, in each recorded Podman.
fn recorded() -> BTreeMap<&'static str, BTreeSet<(String, String)>> {
    let list = DivergenceList::load(&root().join("DIVERGENCE.md")).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let names = lockstep_suites::catalogue().names();
    let shown = |slug: &str| {
        let recorded = Store::open(root().join("snapshots")).load(slug).unwrap();
        let pairs = replay::pairs(&recorded).unwrap();
        let result = replay::judge(&recorded, &pairs, &list, &names).result;
        let shown = result.differences.into_iter().filter_map(|one| Some((one.scenario, one.divergence?)));
        shown.collect()
    };
    PODMANS.iter().map(|(name, slug)| (*name, shown(slug))).collect()
}

#[test]
fn what_is_said_to_be_found_is_recorded_so() {
    let page = std::fs::read_to_string(root().join("docs/known-differences.md")).unwrap();
    let recorded = recorded();
    let mut wrong = Vec::new();
    for claim in rows(&page).into_iter().flat_map(claims) {
        for version in &claim.versions {
            let shows = |scenario: &&str| recorded[version].contains(&((*scenario).to_owned(), claim.entry.to_owned()));
            if !claim.scenarios.iter().any(shows) {
                wrong.push(format!("{version}: {} does not show {}", claim.scenarios.join(", "), claim.entry));
            }
        }
    }
    assert!(wrong.is_empty(), "docs/known-differences.md:\n{}", wrong.join("\n"));
}

#[test]
fn the_sums_are_those_of_the_rows() {
    let page = std::fs::read_to_string(root().join("docs/known-differences.md")).unwrap();
    let rows: Vec<Vec<Claim<'_>>> = rows(&page).into_iter().map(claims).collect();
    let found = rows.iter().filter(|claims| !claims.is_empty()).count();
    let within = |version: &str| {
        let shows = |claims: &&Vec<Claim<'_>>| claims.iter().any(|claim| claim.versions.contains(&version));
        rows.iter().filter(shows).count()
    };
    let entries: BTreeSet<&str> = rows.iter().flatten().map(|claim| claim.entry).collect();
    let sentence = format!(
        "Of {}, **{found} are found** ({} show in Podman 4.3, {} in 5.4, {} in 5.8), through {} entries of",
        rows.len(),
        within("4.3"),
        within("5.4"),
        within("5.8"),
        entries.len()
    );
    assert!(page.contains(&sentence), "docs/known-differences.md has to say: {sentence}");
    let left = format!("{} are not:", rows.len() - found);
    assert!(page.contains(&left), "docs/known-differences.md has to say: {left}");
}

#[test]
fn a_row_may_name_several_scenarios_and_entries() {
    let cell = "`a/b` and `c`, `podman-x` (4.3, 5.4); `d/e`, `podman-y` (5.8; otherwise), as `podman-z`";
    let expected = [
        Claim { scenarios: vec!["a/b"], entry: "podman-x", versions: vec!["4.3", "5.4"] },
        Claim { scenarios: vec!["d/e"], entry: "podman-y", versions: vec!["5.8"] },
    ];
    assert_eq!(claims(cell), expected);
}
