//! Brings up the engines that the command line asks for.

use crate::args::EngineArguments;
use crate::error::CliError;
use lockstep_harness::engine::image::{self, Provisioned};
use lockstep_harness::engine::{self, ApiVersion, Endpoint, Engine, EngineError, Family, Limits, Target, TlsFiles};
use lockstep_harness::runner::Side;
use lockstep_harness::scenario::Role;
use std::sync::Arc;
use std::time::Duration;

/// Which engines a command will use, decided before any is started.
#[derive(Debug)]
pub struct Choice {
    /// The oracle.
    pub reference: Target,
    /// The engine under test, where the command wants one.
    pub candidate: Option<Target>,
}

/// Decides from the flags, then from what can be launched, then from what is found on this machine.
/// The error says for each way why it is closed.
pub fn choose(arguments: &EngineArguments, want_candidate: bool) -> Result<Choice, CliError> {
    let reference = match &arguments.reference {
        Some(given) => given.parse()?,
        None => launchable_or_found(Family::Docker, None)?,
    };
    let candidate = match &arguments.candidate {
        Some(given) => Some(given.parse()?),
        None if want_candidate => Some(launchable_or_found(Family::Podman, Some(&reference))?),
        None => None,
    };
    if let (Target::Endpoint(one), Some(Target::Endpoint(other))) = (&reference, &candidate)
        && one == other
    {
        let problem =
            format!("{one} is both reference and candidate, which would get in each other's way: name two engines");
        return Err(CliError::Usage(problem));
    }
    Ok(Choice { reference, candidate })
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

/// Starts or connects to the engines, negotiates the API version and provisions the probe image, both engines at the same time.
pub async fn bring_up(choice: &Choice, arguments: &EngineArguments) -> Result<Vec<Side>, CliError> {
    let asked = arguments.api_version.as_deref().map(str::parse::<ApiVersion>).transpose().map_err(CliError::Engine)?;
    let limits = Limits { deadline: Duration::from_secs(arguments.deadline), ..Limits::default() };
    let tls = tls_files(arguments);
    let mut targets = std::iter::once(&choice.reference).chain(&choice.candidate);
    if tls.is_some() && !targets.any(Target::takes_tls_flags) {
        let problem = "--tls-ca, --tls-cert and --tls-key are for engines over TLS, and neither of these is: write https://HOST:PORT";
        return Err(CliError::Usage(problem.to_owned()));
    }
    for target in [Some(&choice.reference), choice.candidate.as_ref()].into_iter().flatten() {
        if let Target::Private(family) = target {
            for helper in engine::missing_helpers(*family) {
                anstream::eprintln!("note: {helper}");
            }
        }
    }
    let start = |target: &Target, role: &'static str| {
        let (target, tls) = (target.clone(), tls.clone());
        async move { Engine::start(&target, role, tls.as_ref(), limits).await }
    };
    let mut engines = match &choice.candidate {
        Some(candidate) => {
            let (reference, candidate) =
                tokio::join!(start(&choice.reference, "reference"), start(candidate, "candidate"));
            vec![reference?, candidate?]
        }
        None => vec![start(&choice.reference, "reference").await?],
    };
    let api = agree(&mut engines, asked).await?;
    for engine in &mut engines {
        engine.use_api(api);
        if arguments.disposable {
            engine.mark_disposable();
        }
    }
    let provisioning = engines.iter().map(|engine| image::provision(&engine.client, arguments.image.as_deref()));
    let images: Vec<Provisioned> = futures(provisioning).await?;
    let roles = [Role::Reference, Role::Candidate];
    let sides = engines.into_iter().zip(roles).zip(images);
    Ok(sides.map(|((engine, role), image)| Side { engine: Arc::new(engine), role, image }).collect())
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

async fn futures<T>(
    list: impl Iterator<Item = impl Future<Output = Result<T, EngineError>>>,
) -> Result<Vec<T>, CliError> {
    let mut results = Vec::new();
    for item in list {
        results.push(item.await?);
    }
    Ok(results)
}

/// Copies the logs of launched daemons out of their folders, which are removed, and lets the error name the copy.
pub fn keep_logs(sides: &[Side], error: &mut EngineError) {
    let EngineError::Lost { log: Some(log), .. } = error else { return };
    let lost = sides.iter().find(|side| side.engine.log() == Some(log.as_path()));
    if let Some(kept) = lost.and_then(|side| side.engine.keep_log()) {
        *log = kept;
    }
}

/// Ends what was launched. An engine that is still shared is ended when its last user lets go of it.
pub async fn take_down(sides: Vec<Side>) {
    for side in sides {
        if let Some(engine) = Arc::into_inner(side.engine) {
            engine.stop().await;
        }
    }
}
