//! What the matches of each category may fit: the one table, and the checks that read it.
//!
//! An entry that is wide enough to swallow a difference of another sort than it declares would hide a regression, so that
//! is an error in the file and not a matter of taste.

use super::entry::{Category, Entry, Match};
use super::error::{At, Error};
use super::pattern::Glob;
use crate::compare::{Aspect, Kind};

/// What the matches of one category may fit.
#[derive(Debug)]
pub struct Rule {
    /// The category.
    pub category: Category,
    /// Each pointer of a match has to stay within one of these scopes.
    pub scopes: &'static [Scope],
    /// Whether a match may rest on `classification`.
    pub classification: bool,
    /// Whether a match needs an operation or scenarios without `*`.
    pub placed: bool,
    /// The rule in words, as messages say it.
    pub words: &'static str,
}

impl Rule {
    /// Whether differences of this aspect belong to the category. A match that names no aspect fits these only.
    pub fn allows(&self, aspect: Aspect) -> bool {
        let open = |scope: &Scope| scope.aspects.is_empty() || scope.aspects.contains(&aspect);
        self.classification || self.scopes.iter().any(open)
    }
}

/// One thing that the matches of a category may fit. What is empty bounds nothing.
#[derive(Debug)]
pub struct Scope {
    /// The aspects.
    pub aspects: &'static [Aspect],
    /// The pointers: each of these and what is below it.
    pub pointers: &'static [&'static str],
    /// The kinds.
    pub kinds: &'static [Kind],
    /// The operations.
    pub operations: Operations,
}

/// Which operations a scope is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operations {
    /// Any, or none named.
    Any,
    /// Exactly one, without `*`.
    One,
    /// These, without `*`.
    Only(&'static [&'static str]),
}

const ARCHIVE: Operations = Operations::Only(&[
    "GET /containers/{id}/archive",
    "HEAD /containers/{id}/archive",
    "PUT /containers/{id}/archive",
    "GET /containers/{id}/changes",
    "GET /containers/{id}/export",
]);
const SEEN_INSIDE: Scope = scope(&[Aspect::Observation], &["/observation"], &[]);
const SEEN_IN_ARCHIVES: Scope = Scope {
    operations: ARCHIVE,
    ..scope(
        &[Aspect::Status, Aspect::Body, Aspect::Header],
        &["/status", "/body", "/headers/x-docker-container-path-stat"],
        &[],
    )
};
const ANYTHING: &[Scope] = &[scope(&[], &[], &[])];
const PLACED: &str = "an operation, or scenarios without `*`";

const fn scope(aspects: &'static [Aspect], pointers: &'static [&'static str], kinds: &'static [Kind]) -> Scope {
    Scope { aspects, pointers, kinds, operations: Operations::Any }
}

const fn bounded(category: Category, scopes: &'static [Scope], words: &'static str) -> Rule {
    Rule { category, scopes, classification: false, placed: false, words }
}

const fn free(category: Category) -> Rule {
    Rule { category, scopes: ANYTHING, classification: true, placed: true, words: PLACED }
}

/// The table.
static RULES: &[Rule] = &[
    bounded(
        Category::ExitStatus,
        &[
            scope(&[Aspect::Cli], &["/cli/exit_status", "/cli/stdout"], &[]),
            scope(&[Aspect::Body, Aspect::Event], &["/body"], &[Kind::Value, Kind::Missing, Kind::Type]),
        ],
        "/cli/exit_status, /cli/stdout, or /body… with the kinds value, missing and type",
    ),
    bounded(
        Category::ExtraProcess,
        &[SEEN_INSIDE, scope(&[Aspect::Body], &["/body/Processes", "/body/Titles"], &[])],
        "/observation…, or /body/Processes… of top",
    ),
    bounded(
        Category::ExtraFile,
        &[SEEN_INSIDE, SEEN_IN_ARCHIVES],
        "/observation…, or /status, /body… and the path's header of one of the exact operations archive, changes and export",
    ),
    bounded(
        Category::ExtraFilesystem,
        &[SEEN_INSIDE, SEEN_IN_ARCHIVES],
        "/observation…, or /status, /body… and the path's header of one of the exact operations archive, changes and export",
    ),
    Rule {
        category: Category::MissingMethod,
        scopes: &[Scope { operations: Operations::One, ..scope(&[Aspect::Status], &["/status"], &[]) }],
        classification: true,
        placed: true,
        words: "classification = \"missing-method\", or /status of one exact operation",
    },
    free(Category::UnsupportedParameter),
    bounded(
        Category::StatusCode,
        &[
            scope(&[Aspect::Status], &["/status"], &[]),
            // Another status brings another answer.
            Scope {
                operations: Operations::One,
                ..scope(
                    &[Aspect::Body, Aspect::Header, Aspect::Stream, Aspect::Event],
                    &["/body", "/headers", "/frames"],
                    &[],
                )
            },
        ],
        "/status, and with one exact operation also /body…, /headers… and /frames…",
    ),
    bounded(
        Category::ErrorMessage,
        &[
            scope(&[Aspect::Body, Aspect::Stream], &["/body"], &[Kind::Missing, Kind::Extra, Kind::Type, Kind::Value]),
            scope(&[Aspect::Cli], &["/cli/stderr", "/cli/stdout"], &[]),
        ],
        "text: /body…, /cli/stderr or /cli/stdout, and any kind but order",
    ),
    bounded(
        Category::BodyField,
        &[scope(&[Aspect::Body], &["/body"], &[]), SEEN_INSIDE],
        "/body…, or /observation… for what a container sees",
    ),
    bounded(Category::Header, &[scope(&[Aspect::Header], &["/headers"], &[])], "/headers…"),
    bounded(
        Category::Stream,
        &[scope(&[Aspect::Stream, Aspect::Body], &["/frames", "/body"], &[])],
        "/frames…, or /body… of a stream or of progress",
    ),
    bounded(
        Category::Event,
        &[scope(&[Aspect::Event], &[], &[]), scope(&[Aspect::Body], &["/body"], &[])],
        "/body…, or anything with aspect = \"event\"",
    ),
    bounded(Category::Ordering, &[scope(&[], &[], &[Kind::Order])], "kind = \"order\""),
    bounded(Category::Performance, &[scope(&[Aspect::Latency], &[], &[])], "aspect = \"latency\""),
    free(Category::ImageIdentity),
    free(Category::Logging),
    free(Category::VersionNegotiation),
];

/// What the matches of a category may fit.
///
/// | category | pointers, kinds, aspects |
/// |---|---|
/// | `exit-status` | `/cli/exit_status`; `/body…` with the kinds `value`, `missing`, `type` |
/// | `extra-process` | `/observation…`; `/body/Processes…`, `/body/Titles…` |
/// | `extra-file`, `extra-filesystem` | `/observation…`; `/status`, `/body…` of exactly archive, changes or export |
/// | `missing-method` | `classification = "missing-method"`; `/status` of one exact operation |
/// | `status-code` | `/status`; `/body…`, `/headers…`, `/frames…` of one exact operation |
/// | `error-message` | `/body…`, `/cli/stderr`, `/cli/stdout`, every kind but `order` |
/// | `body-field` | `/body…`, aspect `body` |
/// | `header` | `/headers…` |
/// | `stream` | `/frames…`, `/body…`, aspect `stream` |
/// | `event` | aspect `event`; `/body…` |
/// | `ordering` | kind `order` |
/// | `performance` | aspect `latency` |
/// | `unsupported-parameter`, `image-identity`, `logging`, `version-negotiation` | anything, with an operation or scenarios without `*` |
///
/// Whatever the category: a pointer that takes a whole answer (`/status`, `/body`, `/frames/**`, …) in scenarios with `**` needs a value, which tells its cause from others;
/// without `classification` the first segment of a pointer has no `*`; scenario `**` with a pointer
/// that ends in `/**` needs an operation; `classification` needs an operation or a scenario narrower than `**`. Kind `not-reached` alone
/// fits any category, with scenarios without `*`.
pub fn rule(category: Category) -> &'static Rule {
    // The table has every category (a test holds it to that); the last is free and placed, which is the safest to fall to.
    RULES.iter().find(|rule| rule.category == category).unwrap_or(&RULES[RULES.len() - 1])
}

/// Adds what is too wide in an entry to `errors`.
pub(super) fn check(entry: &Entry, file: &str, errors: &mut Vec<Error>) {
    for one in &entry.matches {
        if let Some((found, expected, advice)) = too_wide(rule(entry.category), one) {
            errors.push(Error::TooWide {
                at: At { file: file.to_owned(), line: one.line },
                id: entry.id.clone(),
                category: entry.category,
                found,
                expected,
                advice: advice.to_owned(),
            });
        }
    }
}

const NARROW: &str = "Narrow the match";
const WITH_VALUE: &str = "reference, candidate, reference_matches or candidate_matches, or scenarios without `**`";
const MOVE: &str = "Narrow the match, or declare it in an entry of the category it belongs to";

fn too_wide(rule: &Rule, one: &Match) -> Option<(String, String, &'static str)> {
    let everywhere = one.scenarios.iter().any(Glob::is_everything);
    let any_operation = one.operations.is_empty() || one.operations.iter().any(Glob::is_everything);
    let exact_scenarios = one.scenarios.iter().all(|glob| glob.exact().is_some());
    // What is not reached since a state never came: the scenario alone says what is meant.
    if one.kinds == [Kind::NotReached] {
        let expected = "exact scenarios, without `*`".to_owned();
        return (!exact_scenarios).then(|| ("kind `not-reached`".to_owned(), expected, NARROW));
    }
    if one.classification.is_some() {
        if !rule.classification {
            return Some(("`classification`".to_owned(), rule.words.to_owned(), MOVE));
        }
        if everywhere && any_operation {
            let found = "`classification` in every scenario and for any operation";
            return Some((found.to_owned(), "an operation, or a narrower scenario".to_owned(), NARROW));
        }
        return None;
    }
    if rule.placed && any_operation && !exact_scenarios {
        return Some(("neither an operation nor exact scenarios".to_owned(), rule.words.to_owned(), NARROW));
    }
    let areas = one.scenarios.iter().any(Glob::crosses_segments);
    for pointer in &one.pointers {
        if pointer.root().is_none() {
            let expected = "a first segment without `*`, such as /body, /headers or /status";
            return Some((format!("pointer `{pointer}`"), expected.to_owned(), NARROW));
        }
        if everywhere && any_operation && pointer.is_deep() {
            let found = format!("pointer `{pointer}` in every scenario and for any operation");
            return Some((found, "an operation, a narrower scenario or one field".to_owned(), NARROW));
        }
        if areas && !one.has_value() && takes_a_whole_answer(pointer) {
            let found = format!("pointer `{pointer}` without a value in scenarios with `**`");
            return Some((found, WITH_VALUE.to_owned(), NARROW));
        }
    }
    outside(rule, one).map(|found| (found, rule.words.to_owned(), MOVE))
}

/// Whether a pointer takes all that an answer may say: its status, its whole body or stream, or everything in one of these.
pub(super) fn takes_a_whole_answer(pointer: &Glob) -> bool {
    ["/status", "/body", "/frames"].contains(&pointer.as_str()) || pointer.takes_all_below_its_root()
}

/// What of a match is in none of the rule's scopes.
fn outside(rule: &Rule, one: &Match) -> Option<String> {
    if one.pointers.is_empty() {
        let within = rule.scopes.iter().any(|scope| scope.pointers.is_empty() && scope.has_rest_of(one).is_none());
        return (!within).then(|| describe_aspect(one));
    }
    for pointer in &one.pointers {
        let near = rule.scopes.iter().filter(|scope| scope.has_pointer(pointer));
        let mut failures = near.map(|scope| scope.has_rest_of(one));
        match failures.next() {
            None => return Some(format!("pointer `{pointer}`")),
            Some(None) => {}
            Some(Some(first)) => {
                if !failures.any(|failure| failure.is_none()) {
                    return Some(format!("pointer `{pointer}` with {first}"));
                }
            }
        }
    }
    None
}

fn describe_aspect(one: &Match) -> String {
    one.aspect.map_or_else(|| "no pointer".to_owned(), |aspect| format!("aspect `{aspect}`"))
}

impl Scope {
    fn has_pointer(&self, pointer: &Glob) -> bool {
        self.pointers.is_empty() || self.pointers.iter().any(|prefix| pointer.is_under(prefix))
    }

    /// What of a match, its pointers aside, this scope has not.
    fn has_rest_of(&self, one: &Match) -> Option<String> {
        let exact: Option<Vec<String>> = one.operations.iter().map(Glob::exact).collect();
        let operations = match self.operations {
            Operations::Any => true,
            Operations::One => exact.is_some_and(|names| matches!(names.as_slice(), [name] if name.contains(' '))),
            Operations::Only(known) => {
                exact.is_some_and(|names| !names.is_empty() && names.iter().all(|name| known.contains(&name.as_str())))
            }
        };
        if !operations {
            return Some("no such exact operation".to_owned());
        }
        if let Some(kind) = one.kinds.iter().find(|kind| !self.kinds.is_empty() && !self.kinds.contains(kind)) {
            return Some(format!("kind `{kind}`"));
        }
        // Where only the aspect bounds, it has to be named.
        if one.aspect.is_none() && self.pointers.is_empty() && !self.aspects.is_empty() {
            return Some("no aspect".to_owned());
        }
        let aspect = one.aspect.filter(|aspect| !self.aspects.is_empty() && !self.aspects.contains(aspect));
        aspect.map(|aspect| format!("aspect `{aspect}`"))
    }
}
