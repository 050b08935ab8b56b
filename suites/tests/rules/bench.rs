//! One Docker, and proxies in front of it.

use super::choice::Shown;
use lockstep_harness::divergence::{DivergenceList, Verdict};
use lockstep_harness::engine::{self, ApiVersion, Endpoint, Engine, EngineIdentity, Family, Limits, Target};
use lockstep_harness::gate::{self, Evidence, Pair, Source};
use lockstep_harness::normalise::normalise;
use lockstep_harness::runner::{self, Side, latency};
use lockstep_harness::scenario::{Catalogue, Isolation, Role, Scenario};
use lockstep_harness::transcript::Transcript;
use lockstep_interposer::{Interposer, Options, Profile, Running};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(120);

/// The version of the API that SDC Docker speaks.
const API: ApiVersion = ApiVersion(1, 21);

/// What all tests share; the engine is started by the first that needs it.
pub struct Bench {
    runtime: tokio::runtime::Runtime,
    list: DivergenceList,
    catalogue: Catalogue,
    shown: Shown,
    reference: OnceLock<Side>,
    transcripts: Mutex<BTreeMap<String, Arc<Transcript>>>,
    /// Scenarios that want the engine for themselves take it for writing.
    turn: RwLock<()>,
    numbers: AtomicUsize,
}

/// One way a rule may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Documented,
    Without,
    Altered,
}

/// A candidate, and the proxy that it is.
struct Candidate {
    side: Side,
    _running: Running,
    _folder: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Bench {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let list = DivergenceList::load(&root.join("DIVERGENCE.md")).unwrap_or_else(|errors| panic!("{errors:#?}"));
        let catalogue = lockstep_suites::catalogue();
        Bench {
            runtime: tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap(),
            shown: Shown::read(root, &list, &catalogue.names()),
            list,
            catalogue,
            reference: OnceLock::new(),
            transcripts: Mutex::default(),
            turn: RwLock::default(),
            numbers: AtomicUsize::new(0),
        }
    }

    /// The entry holds with the rule, is healed without it, and changed or undeclared when it is altered.
    pub fn check(&self, rule: &'static str) -> Result<(), String> {
        let id = format!("sdc-{rule}");
        let scenarios = self.shown.scenarios(&id, &self.list, &self.catalogue);
        if scenarios.is_empty() {
            return Err(format!("no snapshot shows {id}"));
        }
        let names: Vec<&str> = scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
        for way in [Way::Documented, Way::Without, Way::Altered] {
            let judged = self.judged(rule, way, &scenarios)?;
            let verdict = judged.accounting.entries.iter().find(|entry| entry.id == id).map(|entry| entry.verdict);
            let unaccounted = judged.accounting.undeclared.len() + judged.accounting.changed.len();
            let as_expected = match way {
                Way::Documented => verdict == Some(Verdict::Holds) && unaccounted == 0,
                Way::Without => verdict == Some(Verdict::Healed),
                Way::Altered => verdict == Some(Verdict::Changed) || unaccounted > 0,
            };
            if !as_expected {
                return Err(format!(
                    "{id} is {verdict:?}, {unaccounted} differences unaccounted for ({way:?}), in {}\n{}",
                    names.join(", "),
                    judged.failures().into_iter().take(5).collect::<Vec<_>>().join("\n")
                ));
            }
        }
        Ok(())
    }

    /// The scenarios through a proxy whose rule is so.
    fn judged(&self, rule: &'static str, way: Way, scenarios: &[Scenario]) -> Result<gate::Verdict, String> {
        let alone = rule == "latency" || scenarios.iter().any(|scenario| scenario.isolation == Isolation::Alone);
        let _turn = (!alone).then(|| self.turn.read().unwrap_or_else(PoisonError::into_inner));
        let _alone = alone.then(|| self.turn.write().unwrap_or_else(PoisonError::into_inner));
        let reference = self.reference.get_or_init(|| self.runtime.block_on(launch()));
        let candidate = self.runtime.block_on(self.candidate(reference, rule, way))?;
        let mut pairs = Vec::new();
        for scenario in scenarios {
            let known = self.known(&scenario.name);
            let expected = match known {
                Some(transcript) => transcript,
                None => self.keep(&scenario.name, self.take(reference, scenario)?),
            };
            let transcripts = Some((expected, Arc::new(self.take(&candidate.side, scenario)?)));
            pairs.push(Pair {
                name: scenario.name.clone(),
                transcripts,
                not_run: None,
                reference_ms: None,
                candidate_ms: None,
                edited: None,
            });
        }
        let latencies = match rule {
            "latency" => {
                let sides = [reference, &candidate.side];
                let measured = self.runtime.block_on(latency::measure(sides, &scenarios[0], DEADLINE));
                Some(measured.map_err(|error| error.to_string())?)
            }
            _ => None,
        };
        Ok(gate::judge(&Evidence {
            reference: reference.engine.identity.clone(),
            candidate: candidate.side.engine.identity.clone(),
            source: Source::Live,
            pairs: &pairs,
            // As if there were no others: only so is everything looked for that is declared.
            catalogue: &scenarios.iter().map(|scenario| scenario.name.clone()).collect::<Vec<_>>(),
            divergences: &self.list,
            recorded: None,
            latencies: latencies.as_deref(),
        }))
    }

    fn known(&self, name: &str) -> Option<Arc<Transcript>> {
        self.transcripts.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn keep(&self, name: &str, transcript: Transcript) -> Arc<Transcript> {
        let transcript = Arc::new(transcript);
        self.transcripts.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), transcript.clone());
        transcript
    }

    fn take(&self, side: &Side, scenario: &Scenario) -> Result<Transcript, String> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let unique = format!("lockstep{:x}-rule{number}", std::process::id());
        let recording = self.runtime.block_on(runner::take(side, scenario, &unique, DEADLINE));
        match recording.stop {
            Some(stop @ (lockstep_harness::scenario::Stop::Engine(_) | lockstep_harness::scenario::Stop::Wrong(_))) => {
                Err(format!("{}: {stop}", scenario.name))
            }
            _ => Ok(normalise(&recording.raw, &recording.known)),
        }
    }

    /// The proxy as an engine: whatever its rule does to its name, it is SDC Docker 1.9.0 here.
    async fn candidate(&self, reference: &Side, rule: &'static str, way: Way) -> Result<Candidate, String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let profile = Profile::by_name("sdc-docker").map_err(|error| text(&error))?;
        let profile = match way {
            Way::Documented => Ok(profile),
            Way::Without => profile.without(rule),
            Way::Altered => profile.altered(rule),
        };
        let folder = tempfile::tempdir().map_err(|error| text(&error))?;
        let socket = folder.path().join("s");
        let upstream = reference.engine.client.endpoint().to_string().parse().map_err(|error| text(&error))?;
        let listen = lockstep_interposer::Endpoint::Unix(socket.clone());
        let running = Interposer::start(listen, upstream, profile.map_err(|error| text(&error))?, Options::default())
            .await
            .map_err(|error| text(&error))?;
        let target = Target::Endpoint(Endpoint::Unix(socket));
        let mut engine =
            Engine::start(&target, "candidate", None, Limits::default()).await.map_err(|error| text(&error))?;
        engine.facts = reference.engine.facts.clone();
        engine.identity =
            EngineIdentity { engine: "sdc-docker".to_owned(), version: "1.9.0".to_owned(), api: String::new() };
        engine.use_api(API);
        engine.mark_disposable();
        let side =
            Side { engine: Arc::new(engine), role: Role::Candidate, image: reference.image.clone(), spare: None };
        Ok(Candidate { side, _running: running, _folder: folder })
    }
}

async fn launch() -> Side {
    let target = Target::Private(Family::Docker);
    let mut engine = Engine::start(&target, "reference", None, Limits::default()).await.unwrap();
    let image = engine::image::provision(&engine.client, None).await.unwrap();
    engine.use_api(API);
    Side { engine: Arc::new(engine), role: Role::Reference, image, spare: None }
}
