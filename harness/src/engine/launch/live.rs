//! Against real engines: `cargo test -p lockstep-harness launch::live -- --ignored --nocapture`, as root.

use super::super::image::{How, provision};
use super::super::{Engine, Target};
use super::*;
use rstest::rstest;
use serde_json::{Value, json};

async fn call(engine: &Engine, method: &str, target: &str, body: Value) -> (u16, Value) {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let body = if body.is_null() { Default::default() } else { body.to_string().into() };
    let request = WireRequest { method: method.to_owned(), target: target.to_owned(), headers, body };
    let answer = engine.client.send(target, &request).await.unwrap();
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    (answer.status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

async fn start(family: Family) -> Engine {
    let begun = Instant::now();
    let engine = Engine::start(&Target::Private(family), "reference", None, Limits::default()).await.unwrap();
    println!("{} ready after {:?}; {:?}", engine.identity, begun.elapsed(), engine.facts);
    engine
}

/// Creates, starts and waits for a container; its status.
async fn run(engine: &Engine, create: Value) -> Value {
    let (status, created) = call(engine, "POST", "/containers/create", create).await;
    assert_eq!(status, 201, "{created}");
    let id = created["Id"].as_str().unwrap().to_owned();
    let (status, started) = call(engine, "POST", &format!("/containers/{id}/start"), Value::Null).await;
    assert_eq!(status, 204, "{started}");
    call(engine, "POST", &format!("/containers/{id}/wait"), Value::Null).await.1
}

fn cgroups_with(text: &str) -> Vec<String> {
    let found = std::process::Command::new("find")
        .args(["/sys/fs/cgroup", "-type", "d", "-name", &format!("*{text}*")])
        .output()
        .unwrap();
    String::from_utf8_lossy(&found.stdout).lines().map(str::to_owned).collect()
}

fn processes_with(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let line = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default().replace('\0', " ");
        if line.contains(text) {
            found.push(format!("{} {line}", entry.file_name().display()));
        }
    }
    found
}

#[rstest]
#[case(Family::Docker)]
#[case(Family::Podman)]
#[tokio::test]
#[ignore = "launches an engine"]
async fn runs_containers_and_leaves_nothing(#[case] family: Family) {
    let engine = start(family).await;
    let begun = Instant::now();
    let image = provision(&engine.client, None).await.unwrap();
    println!("{image:?} after {:?}", begun.elapsed());
    assert_eq!(provision(&engine.client, None).await.unwrap().how, How::Present);
    let waited = run(&engine, json!({ "Image": image.image, "Cmd": ["probe", "exit", "7"] })).await;
    assert_eq!(waited["StatusCode"], 7, "{waited}");
    let (_, held) = call(
        &engine,
        "POST",
        "/containers/create",
        json!({ "Image": image.image, "HostConfig": { "Binds": ["vol:/data"] } }),
    )
    .await;
    let held = held["Id"].as_str().unwrap().to_owned();
    assert_eq!(call(&engine, "POST", &format!("/containers/{held}/start"), Value::Null).await.0, 204);
    assert!(!cgroups_with(&held).is_empty());
    let (folder, group) = (engine.daemon().unwrap().folder().to_owned(), engine.daemon().unwrap().inner.group.clone());
    println!("daemon {:?}, log {:?}", engine.daemon().and_then(|daemon| daemon.pid()), engine.log());
    let program =
        std::fs::read_to_string(format!("/proc/{}/comm", engine.daemon().and_then(|daemon| daemon.pid()).unwrap()))
            .unwrap();
    assert_eq!(program.trim(), if family == Family::Docker { "dockerd" } else { "podman" });
    let begun = Instant::now();
    engine.stop().await;
    println!("stopped in {:?}", begun.elapsed());
    assert!(!folder.exists());
    assert_eq!(processes_with(&group), Vec::<String>::new());
    assert_eq!(cgroups_with(&held), Vec::<String>::new());
    assert_eq!(cgroups_with(&group), Vec::<String>::new());
}

#[rstest]
#[case(Family::Docker)]
#[case(Family::Podman)]
#[tokio::test]
#[ignore = "launches an engine"]
async fn networks_ports_exec_and_volumes_work(#[case] family: Family) {
    let engine = start(family).await;
    let image = provision(&engine.client, None).await.unwrap().image;
    let (status, network) = call(&engine, "POST", "/networks/create", json!({ "Name": "lanes" })).await;
    assert_eq!(status, 201, "{network}");
    let server = json!({
        "Image": image, "Cmd": ["probe", "tcp-listen", "8080", "hello"], "ExposedPorts": { "8080/tcp": {} },
        "HostConfig": { "NetworkMode": "lanes", "PortBindings": { "8080/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "18080" }] }, "Binds": ["vol:/data"] },
    });
    let (status, created) = call(&engine, "POST", "/containers/create?name=server", server).await;
    assert_eq!(status, 201, "{created}");
    let (status, said) = call(&engine, "POST", "/containers/server/start", Value::Null).await;
    assert_eq!(status, 204, "{said}");
    let (status, exec) = call(
        &engine,
        "POST",
        "/containers/server/exec",
        json!({ "Cmd": ["probe", "write-file", "/data/x", "text"], "AttachStdout": true }),
    )
    .await;
    assert_eq!(status, 201, "{exec}");
    let exec = exec["Id"].as_str().unwrap().to_owned();
    assert_eq!(call(&engine, "POST", &format!("/exec/{exec}/start"), json!({ "Detach": false })).await.0, 200);
    assert_eq!(call(&engine, "GET", &format!("/exec/{exec}/json"), Value::Null).await.1["ExitCode"], 0);
    let (_, seen) = call(&engine, "GET", "/containers/server/json", Value::Null).await;
    let address = seen["NetworkSettings"]["Networks"]["lanes"]["IPAddress"].as_str().unwrap().to_owned();
    let mut hosts = vec![address.as_str()];
    if missing_helpers(family).is_empty() {
        hosts.push("server");
    }
    for host in hosts {
        let client = json!({ "Image": image, "Cmd": ["probe", "tcp-get", host, "8080"], "HostConfig": { "NetworkMode": "lanes" } });
        assert_eq!(run(&engine, client).await["StatusCode"], 0, "{host}");
    }
    let mut inside = engine.daemon().unwrap().command("bash").unwrap();
    let published = inside.args(["-c", "exec 3<>/dev/tcp/127.0.0.1/18080 && timeout 2 cat <&3"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&published.stdout), "hello", "{published:?}");
    assert_eq!(call(&engine, "POST", "/networks/create", json!({ "Name": "second" })).await.0, 201);
    let aliased = json!({ "Container": "server", "EndpointConfig": { "Aliases": ["also"] } });
    let (status, said) = call(&engine, "POST", "/networks/second/connect", aliased).await;
    assert_eq!(status, 200, "{said}");
    engine.stop().await;
}

/// Not a test of its own: what `survives_no_kill` and the others below run in a process of its own, to end it as they like.
#[tokio::test]
#[ignore = "runs in a process that another test starts"]
async fn holds_an_engine() {
    let Ok(family) = std::env::var("LOCKSTEP_TEST_HOLD") else { return };
    let family = if family == "docker" { Family::Docker } else { Family::Podman };
    let engine = match Engine::start(&Target::Private(family), "reference", None, Limits::default()).await {
        Ok(engine) => engine,
        Err(error) => return println!("failed: {error}\n."),
    };
    let image = provision(&engine.client, None).await.unwrap().image;
    let (_, held) = call(&engine, "POST", "/containers/create", json!({ "Image": image })).await;
    let held = held["Id"].as_str().unwrap().to_owned();
    assert_eq!(call(&engine, "POST", &format!("/containers/{held}/start"), Value::Null).await.0, 204);
    println!("held: {} {held}\n.", engine.daemon().unwrap().folder().display());
    match std::env::var("LOCKSTEP_TEST_END").as_deref() {
        Ok("panic") => panic!("with an engine in hand"),
        Ok("signal") => {
            end_all();
            std::process::exit(0)
        }
        _ => tokio::time::sleep(Duration::from_secs(60)).await,
    }
}

/// Starts `holds_an_engine` in a process of its own; the process and what it said.
fn hold(family: &str, end: &str, path: Option<&Path>) -> (std::process::Child, String) {
    use std::io::BufRead;
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", "engine::launch::live::holds_an_engine"]);
    command.env("LOCKSTEP_TEST_HOLD", family).env("LOCKSTEP_TEST_END", end);
    if let Some(path) = path {
        command.env("PATH", format!("{}:{}", path.display(), std::env::var("PATH").unwrap()));
    }
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let said: Vec<String> = lines.take_while(|line| line != ".").collect();
    (child, said.join("\n"))
}

#[rstest]
#[case("docker", "kill")]
#[case("docker", "panic")]
#[case("docker", "signal")]
#[case("podman", "kill")]
#[case("podman", "panic")]
#[case("podman", "signal")]
#[test]
#[ignore = "launches an engine"]
fn leaves_nothing_however_it_ends(#[case] family: &str, #[case] end: &str) {
    let (mut child, said) = hold(family, end, None);
    let held = said.rsplit("held: ").next().unwrap().trim();
    let (folder, id) = held.split_once(' ').unwrap_or_else(|| panic!("{said}"));
    if end == "kill" {
        assert!(!cgroups_with(id).is_empty() && Path::new(folder).exists());
        child.kill().unwrap();
    }
    child.wait().unwrap();
    let swept = sweep();
    assert!(end == "kill" || !swept.contains(&PathBuf::from(folder)), "{swept:?}");
    assert!(!Path::new(folder).exists());
    assert_eq!(processes_with(folder), Vec::<String>::new());
    assert_eq!(cgroups_with(id), Vec::<String>::new());
    let group = Path::new(folder).file_name().unwrap().to_str().unwrap().trim_end_matches(&format!("-{family}"));
    assert_eq!(cgroups_with(group), Vec::<String>::new());
}

#[test]
#[ignore = "launches an engine"]
fn shows_why_a_daemon_ended() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let fake = folder.path().join("dockerd");
    std::fs::write(&fake, "#!/bin/sh\nseq 1 20\nexit 3\n").unwrap();
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (mut child, said) = hold("docker", "", Some(folder.path()));
    child.wait().unwrap();
    let expected = "cannot launch a private docker: it ended with exit status: 3 before it answered\n  the last lines of its log:\n    6\n";
    assert!(said.contains(expected) && said.ends_with("    20"), "{said}");
}
