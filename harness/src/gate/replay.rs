//! The gate over snapshots alone.

use super::{Evidence, Pair, Source, Verdict};
use crate::divergence::DivergenceList;
use crate::runner::NotRun;
use crate::transcript::store::{Entry, Recorded, StoreError};

/// A recorded candidate's transcripts beside those of its base, the reference.
pub fn pairs(recorded: &Recorded) -> Result<Vec<Pair>, StoreError> {
    let edited = recorded.edited()?;
    let mut pairs = Vec::new();
    for (name, entry) in &recorded.index.scenarios {
        let reference = recorded.base().map(|base| base.transcript(name)).transpose()?.flatten();
        // Where another recording stood in and was changed since, this one's transcript is lost, and the others' are not.
        let (candidate, lost) = match recorded.transcript(name) {
            Err(error @ StoreError::BaseMoved { .. }) => (None, Some(error.to_string())),
            other => (other?, None),
        };
        let reason = match (entry, lost) {
            (_, Some(lost)) => lost,
            (Entry::NotRun(reason), None) => reason.clone(),
            _ => "the reference's transcript is not recorded".to_owned(),
        };
        let transcripts = reference.zip(candidate);
        let not_run = transcripts.is_none().then_some(NotRun { reason, trouble: !matches!(entry, Entry::NotRun(_)) });
        let note = edited.contains(name).then(|| {
            let file = recorded.path(name);
            format!(
                "{}: edited after it was recorded; `lockstep record --only '{name}'` records it again",
                file.display()
            )
        });
        pairs.push(Pair {
            name: name.clone(),
            transcripts,
            not_run,
            reference_ms: None,
            candidate_ms: None,
            edited: note,
        });
    }
    Ok(pairs)
}

/// The verdict over them.
pub fn judge(recorded: &Recorded, pairs: &[Pair], list: &DivergenceList, catalogue: &[String]) -> Verdict {
    let candidate = recorded.index.identity();
    let reference = recorded.base().map_or_else(|| candidate.clone(), |base| base.index.identity());
    super::judge(&Evidence {
        reference,
        candidate,
        source: Source::Recorded,
        pairs,
        catalogue,
        divergences: list,
        recorded: None,
        latencies: None,
    })
}
