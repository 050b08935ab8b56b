//! Brings up the engines that the command line asks for.

use crate::args::{EngineArguments, RuleArguments};
use crate::described::{self, Description, Source};
use crate::error::CliError;
use crate::sdc;
use lockstep_harness::engine::image;
use lockstep_harness::engine::{
    self, ApiVersion, Endpoint, Engine, EngineError, EngineIdentity, Family, Limits, Target, TlsFiles,
};
use lockstep_harness::runner::{self, Side};
use lockstep_harness::scenario::{Role, Scenario};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Which engines a command will use, decided before any is started.
#[derive(Debug)]
pub struct Choice {
    /// The oracle.
    pub reference: Place,
    /// The engine under test, where the command wants one.
    pub candidate: Option<Place>,
}

/// An engine as the command line names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// One that the harness launches or reaches.
    Target(Target),
    /// A private Docker behind the proxy that plays SDC Docker.
    SdcDocker,
    /// One that engines.toml describes.
    Described(Description),
}

impl Place {
    /// Reads what the command line says; `file` is engines.toml, whose names come after Lockstep's own.
    pub fn parse(given: &str, file: &Path) -> Result<Place, CliError> {
        if given == sdc::NAME {
            return Ok(Place::SdcDocker);
        }
        match given.parse() {
            Ok(target) => Ok(Place::Target(target)),
            Err(error) => match described::find(file, given)? {
                Some(description) => Ok(Place::Described(description)),
                None => Err(error.into()),
            },
        }
    }

    /// What it is, for people.
    pub fn words(&self) -> String {
        match self {
            Place::SdcDocker => "SDC Docker's documented behaviour in front of a private Docker".to_owned(),
            Place::Target(Target::Private(family)) => format!("a private {}", family.name()),
            Place::Target(Target::Endpoint(endpoint)) => format!("the engine at {endpoint}"),
            Place::Target(Target::Named(_)) => "the engine that docker itself would use".to_owned(),
            Place::Described(description) => format!("{} of engines.toml", description.name),
        }
    }

    /// Whether Lockstep launches it by itself.
    pub fn is_launched(&self) -> bool {
        match self {
            Place::SdcDocker => true,
            Place::Target(target) => matches!(target, Target::Private(_)),
            Place::Described(description) => !matches!(description.source, Source::Socket { .. }),
        }
    }

    /// The family whose daemon is launched.
    fn family(&self) -> Option<Family> {
        match self {
            Place::SdcDocker => Some(Family::Docker),
            Place::Target(Target::Private(family)) => Some(*family),
            Place::Described(Description { family, source: Source::Path, .. }) => Some(*family),
            Place::Target(_) | Place::Described(_) => None,
        }
    }

    fn takes_tls_flags(&self) -> bool {
        matches!(self, Place::Target(target) if target.takes_tls_flags())
    }

    /// Whether these rules can apply to it: names are checked before anything is started.
    pub fn check_rules(&self, rules: &RuleArguments) -> Result<(), CliError> {
        match self {
            Place::SdcDocker => sdc::profile(sdc::NAME, rules).map(drop),
            _ if rules.without_rule.is_empty() && rules.alter_rule.is_empty() => Ok(()),
            _ => Err(CliError::Usage(
                "--without-rule and --alter-rule are for sdc-docker, which neither engine is".to_owned(),
            )),
        }
    }

    /// Launches or reaches it.
    pub async fn start(
        &self,
        role: &str,
        rules: &RuleArguments,
        tls: Option<&TlsFiles>,
        limits: Limits,
    ) -> Result<Engine, CliError> {
        match self {
            Place::SdcDocker => sdc::start(sdc::profile(sdc::NAME, rules)?, role, limits).await,
            Place::Target(target) => Ok(Engine::start(target, role, tls, limits).await?),
            Place::Described(description) => description.start(role, limits).await,
        }
    }
}

/// Decides from the flags, then from what can be launched, then from what is found on this machine.
/// The error says for each way why it is closed.
pub fn choose(arguments: &EngineArguments, want_candidate: bool) -> Result<Choice, CliError> {
    let reference = match &arguments.reference {
        Some(given) => Place::parse(given, &arguments.engines)?,
        None => Place::Target(launchable_or_found(Family::Docker, None)?),
    };
    let candidate = match &arguments.candidate {
        Some(given) => Some(Place::parse(given, &arguments.engines)?),
        None if want_candidate => {
            let taken = match &reference {
                Place::Target(target) => Some(target),
                Place::SdcDocker | Place::Described(_) => None,
            };
            Some(Place::Target(launchable_or_found(Family::Podman, taken)?))
        }
        None => None,
    };
    if let (Place::Target(Target::Endpoint(one)), Some(Place::Target(Target::Endpoint(other)))) =
        (&reference, &candidate)
        && one == other
    {
        anstream::eprintln!(
            "note: {one} is both reference and candidate: what scenarios make there gets in each other's way"
        );
    }
    played(&reference, candidate.as_ref()).check_rules(&arguments.rules)?;
    Ok(Choice { reference, candidate })
}

/// The side whose rules the flags are about: the candidate, unless only the reference is sdc-docker.
fn played<'a>(reference: &'a Place, candidate: Option<&'a Place>) -> &'a Place {
    match candidate {
        Some(Place::SdcDocker) => &Place::SdcDocker,
        _ => reference,
    }
}

fn launchable_or_found(family: Family, taken: Option<&Target>) -> Result<Target, CliError> {
    let why_not = match engine::can_launch(family) {
        Ok(()) => return Ok(Target::Private(family)),
        Err(reason) => reason,
    };
    let found = engine::discover::find().into_iter();
    let is_podman =
        |endpoint: &Endpoint| matches!(endpoint, Endpoint::Unix(path) if path.to_string_lossy().contains("podman"));
    found
        .filter(|found| taken != Some(&Target::Endpoint(found.endpoint.clone())) && taken != Some(&found.target))
        .find(|found| (family == Family::Podman) == is_podman(&found.endpoint))
        .map(|found| found.target)
        .ok_or_else(|| {
            CliError::Engine(EngineError::Unreachable {
                engine: family.name().to_owned(),
                endpoint: "this machine".to_owned(),
                problem: format!(
                    "a private one cannot be launched ({why_not}), and none listens at DOCKER_HOST or the usual sockets"
                ),
            })
        })
}

/// Starts or connects to the engines, all at the same time, negotiates the API version and provisions the probe image. Where it shortens a run
/// of these scenarios, each engine that Lockstep launches has a spare one beside it.
pub async fn bring_up(
    choice: &Choice,
    arguments: &EngineArguments,
    scenarios: &[Scenario],
    jobs: usize,
) -> Result<Vec<Side>, CliError> {
    let asked = arguments.api_version.as_deref().map(str::parse::<ApiVersion>).transpose().map_err(CliError::Engine)?;
    let limits = Limits { deadline: Duration::from_secs(arguments.deadline), ..Limits::default() };
    check_version(arguments.candidate_version.as_deref())?;
    let tls = tls_files(arguments);
    let mut targets = std::iter::once(&choice.reference).chain(&choice.candidate);
    if tls.is_some() && !targets.any(Place::takes_tls_flags) {
        let problem = "--tls-ca, --tls-cert and --tls-key are for engines over TLS, and neither of these is: write https://HOST:PORT";
        return Err(CliError::Usage(problem.to_owned()));
    }
    for target in [Some(&choice.reference), choice.candidate.as_ref()].into_iter().flatten() {
        if let Some(family) = target.family() {
            for helper in engine::missing_helpers(family) {
                anstream::eprintln!("note: {helper}");
            }
        }
    }
    let spare = runner::wants_spare(scenarios, jobs);
    let (mut engines, spares) = start_all(choice, arguments, tls.as_ref(), limits, spare).await?;
    let api = agree(&mut engines, asked).await?;
    for engine in &mut engines {
        engine.use_api(api);
        if arguments.disposable {
            engine.mark_disposable();
        }
    }
    if let (Some(version), [_, candidate]) = (&arguments.candidate_version, &mut engines[..]) {
        candidate.identity.version.clone_from(version);
    }
    // The candidate first: the reference takes the image in the way that the candidate has.
    let (mut sides, mut how) = (Vec::new(), image::How::Load);
    for ((engine, spare), role) in engines.into_iter().zip(spares).zip([Role::Reference, Role::Candidate]).rev() {
        let image = image::provision_by(&engine.client, arguments.image.as_deref(), how).await?;
        how = image.how;
        let spare = match spare {
            Some(spare) => Some(Box::new(beside(&engine, spare, role, arguments.image.as_deref(), how).await?)),
            None => None,
        };
        sides.insert(0, Side { engine: Arc::new(engine), role, image, spare });
    }
    Ok(sides)
}

/// The engines, and beside each its spare one where that is wanted and Lockstep launches it.
async fn start_all(
    choice: &Choice,
    arguments: &EngineArguments,
    tls: Option<&TlsFiles>,
    limits: Limits,
    spare: bool,
) -> Result<(Vec<Engine>, Vec<Option<Engine>>), CliError> {
    let start = |target: &Place, role: &'static str| {
        let target = target.clone();
        // With sdc-docker on both sides, the flags are the candidate's.
        let theirs = role == "candidate" || choice.candidate != Some(Place::SdcDocker);
        let rules = if theirs { arguments.rules.clone() } else { RuleArguments::default() };
        async move { target.start(role, &rules, tls, limits).await }
    };
    let places = std::iter::once(&choice.reference).chain(&choice.candidate);
    let with_spare = |(place, role): (&Place, &'static str)| {
        let spare = (spare && place.is_launched()).then(|| start(place, role));
        futures_util::future::join(start(place, role), futures_util::future::OptionFuture::from(spare))
    };
    let (mut engines, mut spares) = (Vec::new(), Vec::new());
    let all = places.zip(["reference", "candidate"]).map(with_spare);
    for (engine, spare) in futures_util::future::join_all(all).await {
        engines.push(engine?);
        spares.push(spare.transpose()?);
    }
    Ok((engines, spares))
}

/// The spare engine of one that is up: known by the same name and versions, with the image in the same way.
async fn beside(
    engine: &Engine,
    mut spare: Engine,
    role: Role,
    image: Option<&str>,
    how: image::How,
) -> Result<Side, CliError> {
    spare.identity = engine.identity.clone();
    spare.range = engine.range;
    spare.client.set_identity(&spare.identity.engine, Some(&spare.identity.api));
    let image = image::provision_by(&spare.client, image, how).await?;
    Ok(Side { engine: Arc::new(spare), role, image, spare: None })
}

/// A version that no range could be held against is refused before anything starts.
fn check_version(given: Option<&str>) -> Result<(), CliError> {
    let named =
        |version: &str| EngineIdentity { engine: String::new(), version: version.to_owned(), api: String::new() };
    match given.filter(|version| named(version).semver().is_none()) {
        Some(version) => {
            Err(CliError::Usage(format!("--candidate-version {version}: not a version; write it as 1.9.2018")))
        }
        None => Ok(()),
    }
}

/// The files given by flags, if any.
fn tls_files(arguments: &EngineArguments) -> Option<TlsFiles> {
    let (ca, cert, key) = (arguments.tls_ca.clone(), arguments.tls_cert.clone(), arguments.tls_key.clone());
    let files = TlsFiles { ca, cert, key, skip_verify: false };
    (files != TlsFiles::default()).then_some(files)
}

/// The version that all engines not only say to speak, but take. A refusal may tell new bounds: then once more.
async fn agree(engines: &mut [Engine], asked: Option<ApiVersion>) -> Result<ApiVersion, CliError> {
    loop {
        let ranges: Vec<_> = engines.iter().map(|engine| engine.range).collect();
        let last = ranges.last().unwrap_or(&ranges[0]);
        let api = engine::negotiate(&ranges[0], last, asked)?;
        let mut all = true;
        for engine in engines.iter_mut() {
            all &= engine.accepts(api).await?;
        }
        if all {
            return Ok(api);
        }
    }
}

/// Copies the logs of launched daemons out of their folders, which are removed, and lets the error name the copy.
pub fn keep_logs(sides: &[Side], error: &mut EngineError) {
    let EngineError::Lost { log: Some(log), .. } = error else { return };
    let mut all = sides.iter().flat_map(|side| [Some(side), side.spare.as_deref()]).flatten();
    let lost = all.find(|side| side.engine.log() == Some(log.as_path()));
    if let Some(kept) = lost.and_then(|side| side.engine.keep_log()) {
        *log = kept;
    }
}

/// Ends what was launched. An engine that is still shared is ended when its last user lets go of it.
pub async fn take_down(sides: Vec<Side>) {
    for Side { engine, spare, .. } in sides {
        for engine in [Some(engine), spare.map(|spare| spare.engine)].into_iter().flatten() {
            if let Some(engine) = Arc::into_inner(engine) {
                engine.stop().await;
            }
        }
    }
}
