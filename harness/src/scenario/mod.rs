//! What a scenario is and all that it may do.

mod attached;
mod beside;
mod call;
mod catalogue;
mod cleanup;
mod cli;
mod decode;
mod observe;
mod reply;
mod second;
mod session;
mod since;
mod wire;

pub use attached::Attached;
pub use beside::{ACCOUNT, Access, Registry};
pub use call::Call;
pub use catalogue::{Area, Catalogue, Isolation, Need, Scenario, ScenarioFuture};
pub use cleanup::remove_labelled;
pub use decode::Reading;
pub use reply::Reply;
pub use second::Second;
pub use session::{LABEL, Recording, Role, Session};
pub use wire::{Connection, Part};

use crate::engine::EngineError;

/// How a scenario ends: at its last line, or by the `?` on a step that cannot be followed by the next.
pub type Outcome = Result<(), Stop>;

/// Why a scenario did not reach its last line.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Stop {
    /// The candidate's last answer lacks what the next step needs.
    #[error("blocked: {0}")]
    Blocked(String),
    /// The reference did not do what the scenario says it does: the scenario is wrong, or this is no reference.
    #[error("the scenario is wrong about the reference: {0}")]
    Wrong(String),
    /// The scenario does not apply to this engine or machine; the reason is one line.
    #[error("not run: {0}")]
    NotRun(String),
    /// The engine is gone.
    #[error(transparent)]
    Engine(Box<EngineError>),
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Stop::Engine(Box::new(error))
    }
}
