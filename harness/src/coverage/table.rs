//! The whole table: all operations of one API version.

use super::Unseen;
use super::row::Row;
use crate::api::Api;
use crate::gate::CoverageCount;
use crate::transcript::Transcript;
use serde::Serialize;

/// What transcripts drove of each operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// The API version whose facts it is held against.
    pub api: String,
    /// The sums.
    pub totals: Totals,
    /// Each operation, in the document's order.
    pub operations: Vec<Row>,
    /// What is listed as impossible, and was seen.
    pub contradicted: Vec<String>,
}

/// Sums over all operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Operations called.
    pub operations: CoverageCount,
    /// Query parameters sent.
    pub parameters: CoverageCount,
    /// Query parameters sent with another value than their default.
    pub non_default: CoverageCount,
    /// Query parameters sent with a value that they cannot have, of those for which there is one.
    pub invalid: CoverageCount,
    /// Request headers sent.
    pub headers: CoverageCount,
    /// Request body properties sent.
    pub properties: CoverageCount,
    /// Documented statuses answered.
    pub statuses: CoverageCount,
    /// Documented parts of answers that were there and not null.
    pub pointers: CoverageCount,
    /// Statuses and parts of answers that the engine cannot be made to show.
    pub impossible: Impossible,
}

/// What counts as neither driven nor missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Impossible {
    /// Statuses.
    pub statuses: usize,
    /// Parts of answers.
    pub pointers: usize,
}

impl Table {
    /// Collects it from the reference's transcripts. `unseen` is what that engine cannot be made to show.
    pub fn of<'t>(api: &Api, transcripts: impl Iterator<Item = &'t Transcript>, unseen: &Unseen) -> Table {
        let mut rows: Vec<Row> = api.operations.iter().map(Row::of).collect();
        for transcript in transcripts {
            for step in &transcript.steps {
                let position = api.position(&step.operation);
                if let (Some(exchange), Some(at)) = (step.exchange(), position) {
                    rows[at].add(&api.operations[at], &transcript.scenario, exchange);
                }
            }
        }
        let contradicted = unseen.apply(&mut rows);
        Table { api: api.version.clone(), totals: Totals::of(&rows), operations: rows, contradicted }
    }
}

impl Totals {
    fn of(rows: &[Row]) -> Totals {
        let count = |each: &dyn Fn(&Row) -> (usize, usize)| {
            let sums = rows.iter().map(each).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            CoverageCount { driven: sums.0, of: sums.1 }
        };
        let those = |list: Vec<bool>| (list.iter().filter(|is| **is).count(), list.len());
        Totals {
            operations: count(&|row| (usize::from(!row.scenarios.is_empty()), 1)),
            parameters: count(&|row| those(row.query.iter().map(|one| one.sent.sent).collect())),
            non_default: count(&|row| those(row.query.iter().map(|one| one.sent.non_default).collect())),
            invalid: count(&|row| those(row.query.iter().filter_map(|one| one.sent.invalid).collect())),
            headers: count(&|row| those(row.headers.iter().map(|one| one.sent.sent).collect())),
            properties: count(&|row| row.body.as_ref().map_or((0, 0), |body| (body.seen.len(), body.of_all()))),
            statuses: count(&|row| those(row.statuses.iter().map(|one| !one.scenarios.is_empty()).collect())),
            pointers: count(&|row| {
                let seen = row.statuses.iter().map(|one| one.pointers.seen.len()).sum();
                (seen, row.statuses.iter().map(|one| one.pointers.of_all()).sum())
            }),
            impossible: Impossible {
                statuses: rows.iter().flat_map(|row| &row.statuses).filter(|one| one.impossible).count(),
                pointers: rows.iter().flat_map(|row| &row.statuses).map(|one| one.pointers.impossible.len()).sum(),
            },
        }
    }
}
