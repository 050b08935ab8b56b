//! The one list of scenarios that `cargo test`, the command line and the coverage table read.

use super::{Outcome, Session};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// The future of a running scenario.
pub type ScenarioFuture<'s> = Pin<Box<dyn Future<Output = Outcome> + Send + 's>>;

type Run = dyn for<'s> Fn(&'s mut Session) -> ScenarioFuture<'s> + Send + Sync;

/// A named sequence of steps.
#[derive(Clone)]
pub struct Scenario {
    /// Stable, unique, area first: `containers/create/duplicate-name`.
    pub name: String,
    /// Whether others may run on the engine at the same time.
    pub isolation: Isolation,
    /// What it needs besides an engine.
    pub needs: Vec<Need>,
    /// What an engine waits for in it, doing next to nothing: it then takes no job from the others.
    pub waits: Option<&'static str>,
    run: Arc<Run>,
}

/// Whether a scenario shares its engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// It touches only what carries its own names and labels.
    Shared,
    /// It sees or changes the whole engine (lists without filter, prune, events), so nothing else runs meanwhile.
    Alone,
}

/// What a scenario needs besides an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// An engine that Lockstep launched or that is marked disposable, since the scenario acts on all that is on it.
    Disposable,
    /// At least this API version, for instance `1.30`.
    Api(String),
    /// This program on PATH of the machine that runs Lockstep.
    Program(String),
}

impl Scenario {
    /// Starts it on a session.
    pub fn start<'s>(&self, session: &'s mut Session) -> ScenarioFuture<'s> {
        (self.run)(session)
    }
}

impl std::fmt::Debug for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scenario({})", self.name)
    }
}

/// All scenarios, in the order they were added.
///
/// ```
/// use lockstep_harness::scenario::{Catalogue, Outcome, Session};
///
/// async fn answers(s: &mut Session) -> Outcome {
///     s.call("GET /_ping", &[]).expect(200).await?;
///     Ok(())
/// }
///
/// let mut catalogue = Catalogue::default();
/// catalogue.area("system").add("ping", |s| Box::pin(answers(s)));
/// assert_eq!(catalogue.names(), ["system/ping"]);
/// ```
#[derive(Debug, Default, Clone)]
pub struct Catalogue {
    scenarios: Vec<Scenario>,
}

impl Catalogue {
    /// An area's scenarios are added through this; its name is the first part of theirs.
    pub fn area(&mut self, name: &str) -> Area<'_> {
        Area { catalogue: self, name: name.to_owned(), needs: Vec::new() }
    }

    /// All scenarios.
    pub fn scenarios(&self) -> &[Scenario] {
        &self.scenarios
    }

    /// All names.
    pub fn names(&self) -> Vec<String> {
        self.scenarios.iter().map(|scenario| scenario.name.clone()).collect()
    }

    /// The names that stand more than once: each is a mistake in the suites.
    pub fn doubled(&self) -> Vec<String> {
        let mut seen = std::collections::BTreeSet::new();
        self.names().into_iter().filter(|name| !seen.insert(name.clone())).collect()
    }
}

/// Adds scenarios to one area of a [`Catalogue`].
pub struct Area<'c> {
    catalogue: &'c mut Catalogue,
    name: String,
    needs: Vec<Need>,
}

impl Area<'_> {
    /// All scenarios added from now on need this, as by [`Added::needs`].
    pub fn all_need(&mut self, need: Need) {
        self.needs.push(need);
    }

    /// Adds a scenario; the result takes [`Added::alone`] and [`Added::needs`].
    pub fn add<F>(&mut self, name: &str, run: F) -> Added<'_>
    where
        F: for<'s> Fn(&'s mut Session) -> ScenarioFuture<'s> + Send + Sync + 'static,
    {
        let scenarios = &mut self.catalogue.scenarios;
        let at = scenarios.len();
        scenarios.push(Scenario {
            name: format!("{}/{name}", self.name),
            isolation: Isolation::Shared,
            needs: self.needs.clone(),
            waits: None,
            run: Arc::new(run),
        });
        Added { scenario: &mut scenarios[at] }
    }
}

/// A scenario just added.
pub struct Added<'a> {
    scenario: &'a mut Scenario,
}

impl Added<'_> {
    /// Nothing else runs on the engine meanwhile.
    pub fn alone(self) -> Self {
        self.scenario.isolation = Isolation::Alone;
        self
    }

    /// An engine spends the time of this scenario waiting, for the reason given: it runs beside the jobs, not as one of them.
    pub fn waits(self, why: &'static str) -> Self {
        self.scenario.waits = Some(why);
        self
    }

    /// Runs only where this is given; [`Need::Disposable`] implies [`Added::alone`].
    pub fn needs(self, need: Need) -> Self {
        if need == Need::Disposable {
            self.scenario.isolation = Isolation::Alone;
        }
        self.scenario.needs.push(need);
        self
    }
}
