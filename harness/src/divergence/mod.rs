//! DIVERGENCE.md: what is known to differ and why, and holding the differences of a run against it.
//!
//! # The file
//!
//! Markdown for people. A `##`, `###` or `####` heading starts a section; a section with one fenced `toml` block is an
//! entry, any other is plain prose. Between heading and block stands at least one paragraph, and the first says in plain
//! words what a user will notice. An example that is not meant for the gate is fenced as `text`.
//!
//! | field | |
//! |---|---|
//! | `id` | kebab-case, unique in the file |
//! | `candidate` | the engine that diverges and which of its versions: `"podman >=4.3, <5"`, or `"podman"` for all |
//! | `reference` | the same for the reference, when it matters |
//! | `category`, `status` | see [`Category`] and [`Status`]; the category bounds the matches, see [`rule`] |
//! | `tracker` | https URL(s) where it is being worked on |
//! | `source` | where it is documented |
//! | `observable = false`, `reason` | for what no API call can show; such an entry has no matches |
//! | `slower` | the greatest ratio of latencies, `"<= 20x"`; only with category `performance` |
//! | `[[match]]` | one or more: which differences the entry accounts for |
//!
//! Of a match, what is given has to fit, and of an array one item:
//!
//! | field | |
//! |---|---|
//! | `scenario` | [glob](Glob) (or array): `*` stays within one segment, `**` crosses them. Required |
//! | `operation` | glob (or array) in which `*` crosses slashes; braces stand for themselves |
//! | `aspect` | one aspect; without it, those that the category allows |
//! | `pointer` | glob (or array). Required without `classification` |
//! | `kind` | a kind (or array). Required without `classification` |
//! | `reference`, `candidate` | exact values |
//! | `reference_matches`, `candidate_matches` | [patterns](ValuePattern) over the whole value; TOML has no null, so write `candidate_matches = "null"` |
//! | `classification` | `"missing-method"`: all that differs in an answer that says so |
//! | `versions` | `">=5"`: the match is for these of the entry's versions alone |
//! | `optional` | `true` tolerates either form: the match may show or not, and is not healed when it does not |
//!
//! Matches of category `performance` have the aspect `latency` and need neither pointer nor kind. Latency wavers, so most of
//! them want `optional = true`.
//!
//! # Accounting
//!
//! [`account`] gives each difference to the most specific match that fits it and says how each entry stands. The gate fails
//! on what is left over: differences that nobody declared, matches that no difference fits any more (healed), and
//! differences that stand where a match says but show otherwise (changed).
//!
//! ````
//! use std::collections::{BTreeMap, BTreeSet};
//!
//! use lockstep_harness::compare::{Aspect, Difference, Kind};
//! use lockstep_harness::divergence::{DivergenceList, Exercised, Verdict, account};
//! use lockstep_harness::engine::EngineIdentity;
//!
//! let text = r#"
//! ### A container's exit status is lost
//!
//! `docker run` ends with status 0 whatever the command ended with.
//!
//! ```toml
//! id = "podman-run-exit-status"
//! candidate = "podman >=4.3, <5"
//! category = "exit-status"
//! status = "deficiency"
//!
//! [[match]]
//! scenario = "containers/exit-status/*"
//! operation = "POST /containers/{id}/wait"
//! pointer = "/body/StatusCode"
//! kind = "value"
//! candidate = 0
//! ```
//! "#;
//! let list = DivergenceList::parse("DIVERGENCE.md", text).unwrap();
//!
//! let engine = |engine: &str, version: &str| EngineIdentity {
//!     engine: engine.to_owned(),
//!     version: version.to_owned(),
//!     api: "1.41".to_owned(),
//! };
//! let scenario = "containers/exit-status/7".to_owned();
//! let operation = "POST /containers/{id}/wait".to_owned();
//! let ran = BTreeMap::from([(scenario.clone(), BTreeSet::from([operation.clone()]))]);
//! let mut differences = [Difference {
//!     scenario: scenario.clone(),
//!     step: 3,
//!     operation,
//!     aspect: Aspect::Body,
//!     pointer: "/body/StatusCode".to_owned(),
//!     kind: Kind::Value,
//!     reference: 7.into(),
//!     candidate: 0.into(),
//!     classification: None,
//!     divergence: None,
//! }];
//! let accounting = account(
//!     &list,
//!     &engine("docker", "20.10.24"),
//!     &engine("podman", "4.3.1"),
//!     &Exercised { catalogue: &[scenario], ran: &ran, latency: false },
//!     &mut differences,
//! );
//! assert!(accounting.is_clean());
//! assert_eq!(accounting.entries[0].verdict, Verdict::Holds);
//! assert_eq!(differences[0].divergence.as_deref(), Some("podman-run-exit-status"));
//! ````

mod account;
mod check;
mod decode;
mod decode_match;
mod draft;
mod draft_text;
mod entry;
mod error;
mod fields;
mod fit;
mod judge;
mod parse;
mod pattern;
#[cfg(test)]
mod tests;

pub use account::{Accounting, Changed, EntryVerdict, Exercised, MatchVerdict, UnmatchedMatch, Verdict, account};
pub use check::{Operations, Rule, Scope, rule};
pub use draft::{draft, draft_beside};
pub use entry::{Category, DivergenceList, EngineRange, Entry, Match, Status};
pub use error::{At, Error};
pub use pattern::{Glob, ValuePattern};
