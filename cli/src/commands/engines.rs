//! `lockstep engines`: engines of Lockstep's own: which there are, building them, and one for as long as its user wants it.

use crate::args::{EnginesAction, EnginesArguments, UpArguments};
use crate::described::{self, Description, Source, container, memory, up};
use crate::engines::Place;
use crate::error::CliError;
use lockstep_harness::engine::{self, Limits};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

/// One of the parts; without one, `up`.
pub async fn engines(arguments: &EnginesArguments) -> Result<u8, CliError> {
    let file = &arguments.engines;
    match &arguments.action {
        None => start(&arguments.up, file).await,
        Some(EnginesAction::Up(up)) => start(up, file).await,
        Some(EnginesAction::List) => list(file),
        Some(EnginesAction::Build { names }) => build(file, names).await,
        Some(EnginesAction::Down { names }) => down(names),
    }
}

/// Starts the engine, prints its endpoint on standard output, and waits: Ctrl-C and SIGTERM end the process, and the engine with it.
async fn start(arguments: &UpArguments, file: &Path) -> Result<u8, CliError> {
    let Some(name) = &arguments.engine else {
        return Err(CliError::Usage("which engine? `lockstep engines list` shows those that have a name".to_owned()));
    };
    let place = Place::parse(name, file)?;
    if !place.is_launched() {
        let problem =
            format!("'{name}' is there already; use docker, podman, sdc-docker or a name of {}", file.display());
        return Err(CliError::Usage(problem));
    }
    place.check_rules(&arguments.rules)?;
    let engine = place.start("engine", &arguments.rules, None, Limits::default()).await?;
    let _note = up::note(name)?;
    anstream::println!("{}", engine.client.endpoint());
    anstream::eprintln!("{} is ready; Ctrl-C ends it", engine.identity);
    std::future::pending().await
}

fn list(file: &Path) -> Result<u8, CliError> {
    for description in described::load(file)? {
        let state = match &description.source {
            Source::Path => engine::can_launch(description.family).err().unwrap_or_else(|| "ready".to_owned()),
            Source::Socket { .. } => String::new(),
            Source::Rootfs(recipe) if recipe.archive().exists() => "built".to_owned(),
            Source::Rootfs(_) => "not built".to_owned(),
            Source::Image { .. } => format!("pulled when used, by the Docker that {} names", container::ON),
        };
        anstream::println!("{:16}  {:8}  {:30}  {state}", description.name, description.version, description.words());
    }
    Ok(0)
}

/// Builds and verifies; an engine that fails does not keep the others from theirs.
async fn build(file: &Path, names: &[String]) -> Result<u8, CliError> {
    let all = described::load(file)?;
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|one| one.name == **name)) {
        return Err(CliError::Usage(format!("{} describes no '{unknown}'", file.display())));
    }
    let chosen = |one: &&Description| {
        if names.is_empty() { matches!(one.source, Source::Rootfs(_)) } else { names.contains(&one.name) }
    };
    let mut failed = 0;
    let mut tried = BTreeSet::new();
    for description in all.iter().filter(chosen) {
        if let Err(error) = build_one(description, &mut tried).await {
            failed += 1;
            anstream::eprintln!("{}: {error}", description.name);
        }
    }
    if failed == 0 { Ok(0) } else { Ok(3) }
}

async fn build_one(description: &Description, tried: &mut BTreeSet<String>) -> Result<(), CliError> {
    if let Source::Rootfs(recipe) = &description.source
        && !recipe.archive().exists()
    {
        if !tried.insert(recipe.digest()) {
            return Err(CliError::Build { what: recipe.suite.clone(), problem: "not built, see above".to_owned() });
        }
        anstream::eprintln!("{}: installing the packages of {}", description.name, recipe.suite);
        let started = Instant::now();
        let recipe = recipe.clone();
        let built = tokio::task::spawn_blocking(move || recipe.build()).await;
        let archive = built.map_err(|error| CliError::Usage(error.to_string()))??;
        let size = std::fs::metadata(&archive).map_or(0, |data| data.len());
        anstream::println!(
            "{}: built in {:.0} s, {} MB, {}",
            description.name,
            started.elapsed().as_secs_f64(),
            size / 1_000_000,
            archive.display()
        );
    }
    let started = Instant::now();
    let engine = description.start("engine", Limits::default()).await?;
    let memory = engine.daemon().and_then(|daemon| daemon.init()).map_or(0, memory::below);
    anstream::println!(
        "{}: {} {}, API {} to {}, up in {:.1} s, {} MB of memory",
        description.name,
        engine.identity.engine,
        engine.identity.version,
        engine.range.min,
        engine.range.max,
        started.elapsed().as_secs_f64(),
        memory / 1_000_000
    );
    engine.stop().await;
    Ok(())
}

fn down(names: &[String]) -> Result<u8, CliError> {
    for ended in up::end(names)? {
        anstream::println!("ended {ended}");
    }
    Ok(0)
}
