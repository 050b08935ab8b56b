//! Containers: their life from create to prune, and every question a client asks about them.

mod ambiguous;
mod create;
pub(crate) mod create_accepts;
mod create_refuses;
mod inspect;
mod kill;
mod list;
mod list_filters;
mod pause;
mod prune;
mod remove;
mod rename;
mod restart;
mod restart_policy;
mod start;
mod stop;
mod update;
mod wait;
mod whole;

use lockstep_harness::scenario::{Catalogue, Outcome, Session, Stop};
use serde_json::{Value, json};

/// An id that no container has.
const NOSUCH: &str = "lockstep-nosuch";

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("containers");
    ambiguous::add(&mut area);
    create::add(&mut area);
    create_accepts::add(&mut area);
    create_refuses::add(&mut area);
    start::add(&mut area);
    stop::add(&mut area);
    kill::add(&mut area);
    restart::add(&mut area);
    restart_policy::add(&mut area);
    pause::add(&mut area);
    rename::add(&mut area);
    update::add(&mut area);
    wait::add(&mut area);
    remove::add(&mut area);
    inspect::add(&mut area);
    list::add(&mut area);
    list_filters::add(&mut area);
    prune::add(&mut area);
    whole::add(&mut area);
}

/// A command that runs until it is killed: as PID 1 it ignores every other signal.
fn forever() -> Value {
    json!(["probe", "sleep", "infinity"])
}

/// Waits, without a step, until the container's command has made this file.
async fn until_file(s: &mut Session, container: &str, path: &str) -> Outcome {
    s.until_at(&format!("/containers/{container}/archive?path={path}"), "", |archive| archive.is_some()).await
}

/// A container that was never started.
async fn created(s: &mut Session) -> Result<String, Stop> {
    s.create(json!({ "Cmd": forever() })).await
}

/// A container with this name that was never started.
async fn named(s: &mut Session, name: &str) -> Result<String, Stop> {
    named_with(s, name, json!({ "Cmd": forever() })).await
}

/// A container with this name and body that was never started.
async fn named_with(s: &mut Session, name: &str, mut body: Value) -> Result<String, Stop> {
    body["Image"] = json!(s.image());
    s.call("POST /containers/create", &[]).query("name", name).json(body).expect(201).await?.id()
}

/// A container that runs until it is killed.
async fn running(s: &mut Session) -> Result<String, Stop> {
    s.start(json!({ "Cmd": forever() })).await
}

/// A container that ended with this status.
async fn exited(s: &mut Session, code: u8) -> Result<String, Stop> {
    let c = s.start(json!({ "Cmd": ["probe", "exit", code.to_string()] })).await?;
    s.until_exited(&c).await?;
    Ok(c)
}

/// A container that ends with the status when one of the signals comes, and is ready for it.
async fn trapping(s: &mut Session, signals: &str, code: u8, mut body: Value) -> Result<String, Stop> {
    body["Cmd"] = json!(["probe", "trap", signals, code.to_string()]);
    let c = s.start(body).await?;
    until_ready(s, &c).await?;
    Ok(c)
}

/// A container that no signal but a kill ends, and whose command runs: Docker answers a start a moment before runc has made way for the
/// command, and a signal then ends runc, with 2 (20.10.24, once in nine rounds on two busy processors).
async fn ignoring(s: &mut Session, body: Value) -> Result<String, Stop> {
    trapping(s, "WINCH", 0, body).await
}

/// Waits, without a step, until the container's log says `ready`.
async fn until_ready(s: &mut Session, container: &str) -> Result<(), Stop> {
    let logs = format!("/containers/{container}/logs?stdout=1");
    s.until_at(&logs, "", |log| log.and_then(Value::as_str).is_some_and(|log| log.contains("ready"))).await
}

/// Waits, without a step, until the container is gone.
async fn until_gone(s: &mut Session, container: &str) -> Result<(), Stop> {
    s.until_at(&format!("/containers/{container}/json"), "/Id", |id| id.is_none()).await
}

/// A step: all that inspect says, which nothing later depends on.
async fn inspect(s: &mut Session, container: &str) -> Outcome {
    s.call("GET /containers/{id}/json", &[container]).independent().expect(200).await?;
    Ok(())
}

/// A step: the operation on a container, with the status it should have. Nothing later depends on it.
async fn post(s: &mut Session, operation: &str, container: &str, status: u16) -> Outcome {
    s.call(operation, &[container]).independent().expect(status).await?;
    Ok(())
}
