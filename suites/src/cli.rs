//! The `docker` command itself: what a person at a terminal sees of exit statuses and of commands that an engine lacks.

use lockstep_harness::scenario::{Catalogue, Need, Outcome, Session};

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("cli");
    let docker = || Need::Program("docker".to_owned());
    for status in [0, 1, 7, 125, 126, 127, 137, 255] {
        area.add(&format!("run/exit-{status}"), move |s| Box::pin(run_exits(s, status))).needs(docker());
    }
    area.add("run/command-not-found", |s| Box::pin(run_fails(s, &["/nosuch"]))).needs(docker());
    area.add("run/not-executable", |s| Box::pin(run_fails(s, &["/etc/plain.txt"]))).needs(docker());
    area.add("run/missing-image", |s| Box::pin(missing_image(s))).needs(docker());
    area.add("wait", |s| Box::pin(wait(s))).needs(docker());
    area.add("pause", |s| Box::pin(pause(s))).needs(docker());
    area.add("update", |s| Box::pin(update(s))).needs(docker());
    area.add("diff-export", |s| Box::pin(diff_export(s))).needs(docker());
    area.add("save-load", |s| Box::pin(save_load(s))).needs(docker());
    area.add("volume", |s| Box::pin(volume(s))).needs(docker());
    area.add("network", |s| Box::pin(network(s))).needs(docker());
    area.add("events", |s| Box::pin(events(s))).needs(docker());
    area.add("push", |s| Box::pin(push(s))).needs(docker());
    area.add("buildkit/build-and-prune", |s| Box::pin(buildkit(s))).alone().needs(docker()).needs(Need::Disposable);
    let compose = || Need::Program("docker-compose".to_owned());
    area.add("compose/up-and-logs", |s| Box::pin(compose_logs(s))).needs(compose());
    area.add("compose/up-attached", |s| Box::pin(compose_attached(s))).needs(compose());
    area.add("compose/events", |s| Box::pin(compose_events(s))).alone().needs(compose());
    for (name, arguments) in [
        ("node", ["node", "ls"]),
        ("service", ["service", "ls"]),
        ("swarm", ["swarm", "leave"]),
        ("secret", ["secret", "ls"]),
        ("config", ["config", "ls"]),
        ("stack", ["stack", "ls"]),
        ("plugin", ["plugin", "ls"]),
    ] {
        area.add(name, move |s| Box::pin(plain(s, arguments))).needs(docker());
    }
}

/// What a build of BuildKit's leaves in the cache, and how it is taken away.
async fn buildkit(s: &mut Session) -> Outcome {
    let name = s.image_name("built");
    let dockerfile = format!("FROM scratch\nLABEL {} colour=blue\n", s.label());
    s.docker_buildkit(&["--quiet", "--tag", &name], &dockerfile).await?;
    crate::images::sweep(s).await?;
    let used = s.call("GET /system/df", &[]).independent().expect(200).await?;
    for cache in used.at("/BuildCache")?.as_array().into_iter().flatten() {
        s.know(cache["ID"].as_str().unwrap_or_default(), "cache");
    }
    s.call("POST /build/prune", &[]).query("all", 1).expect(200).await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    Ok(())
}

async fn run_exits(s: &mut Session, status: u8) -> Outcome {
    let (label, image, status) = (s.label(), s.image().to_owned(), status.to_string());
    s.docker("docker run", &["run", "--rm", "--label", &label, &image, "probe", "exit", &status]).await?;
    Ok(())
}

async fn run_fails(s: &mut Session, command: &[&str]) -> Outcome {
    let (label, image, name) = (s.label(), s.image().to_owned(), s.name("run"));
    s.remember("container", &name);
    // Detached: an attached client races between the failed start and its own waiting, and prints another line for each.
    let mut arguments = vec!["run", "--detach", "--label", &label, "--name", &name, &image];
    arguments.extend(command);
    s.docker("docker run", &arguments).await?;
    s.docker("docker inspect", &["inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", &name]).await?;
    Ok(())
}

async fn missing_image(s: &mut Session) -> Outcome {
    s.docker("docker run", &["run", "--rm", "--pull", "never", "127.0.0.1:1/nosuch", "true"]).await?;
    Ok(())
}

async fn wait(s: &mut Session) -> Outcome {
    let container = s.start_probe(&["exit", "7"]).await?;
    s.docker("docker wait", &["wait", &container]).await?;
    s.until_exited(&container).await?;
    s.docker("docker inspect", &["inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", &container]).await?;
    let own = format!("label={}", s.label());
    s.docker("docker ps", &["ps", "--all", "--filter", &own, "--format", "{{.Names}} {{.Status}}"]).await?;
    Ok(())
}

async fn pause(s: &mut Session) -> Outcome {
    let container = s.start_probe(&["sleep", "60"]).await?;
    s.docker("docker pause", &["pause", &container]).await?;
    s.docker("docker unpause", &["unpause", &container]).await?;
    Ok(())
}

async fn update(s: &mut Session) -> Outcome {
    let container = s.start_probe(&["sleep", "60"]).await?;
    s.docker("docker update", &["update", "--cpu-shares", "512", &container]).await?;
    Ok(())
}

async fn diff_export(s: &mut Session) -> Outcome {
    let container = s.start_probe(&["write-file", "/home/new", "x"]).await?;
    s.until(&container, "/State/Running", &serde_json::json!(false)).await?;
    s.docker("docker diff", &["diff", &container]).await?;
    s.docker("docker export", &["export", "--output", "/dev/null", &container]).await?;
    Ok(())
}

async fn save_load(s: &mut Session) -> Outcome {
    let image = s.image().to_owned();
    s.docker("docker save", &["save", "--output", "/dev/null", &image]).await?;
    s.docker("docker load", &["load", "--input", "/nonexistent"]).await?;
    s.client("docker load", "docker", &["load"], "no archive").await?;
    s.client("docker import", "docker", &["import", "-"], "no archive").await?;
    Ok(())
}

async fn volume(s: &mut Session) -> Outcome {
    let (label, name) = (s.label(), s.name("data"));
    s.remember("volume", &name);
    s.docker("docker volume create", &["volume", "create", "--label", &label, &name]).await?;
    s.docker("docker volume ls", &["volume", "ls", "--filter", &format!("label={label}")]).await?;
    s.docker("docker volume rm", &["volume", "rm", &name]).await?;
    s.docker("docker volume rm", &["volume", "rm", &name]).await?;
    Ok(())
}

async fn network(s: &mut Session) -> Outcome {
    let (label, name) = (s.label(), s.name("net"));
    s.remember("network", &name);
    let create = ["network", "create", "--label", &label, "--subnet", "10.231.1.0/24", &name];
    s.docker("docker network create", &create).await?;
    let filter = format!("label={label}");
    s.docker(
        "docker network ls",
        &["network", "ls", "--filter", &filter, "--format", "{{.Name}} {{.Driver}} {{.Scope}}"],
    )
    .await?;
    s.docker("docker network rm", &["network", "rm", &name]).await?;
    s.docker("docker network rm", &["network", "rm", &name]).await?;
    Ok(())
}

async fn events(s: &mut Session) -> Outcome {
    let (label, now) = (s.label(), s.clock().to_string());
    let filter = format!("label={label}");
    s.know(&now, "unix-text");
    s.docker("docker events", &["events", "--since", &now, "--until", &now, "--filter", &filter]).await?;
    Ok(())
}

async fn push(s: &mut Session) -> Outcome {
    s.docker("docker push", &["push", "127.0.0.1:1/nosuch:t"]).await?;
    Ok(())
}

async fn plain(s: &mut Session, arguments: [&'static str; 2]) -> Outcome {
    s.docker(&format!("docker {} {}", arguments[0], arguments[1]), &arguments).await?;
    Ok(())
}

/// A project of one service that says a line. The file's form is the oldest, which needs neither networks nor volumes.
struct Project {
    name: String,
    file: String,
}

fn project(s: &mut Session, command: &str) -> Project {
    let name = s.name("project");
    s.remember("container", &format!("{name}_web_1"));
    let (image, run) = (s.image().to_owned(), s.label().replace('=', ": "));
    let file = format!("web:\n  image: {image}\n  command: {command}\n  labels:\n    {run}\n");
    Project { name, file }
}

async fn compose_logs(s: &mut Session) -> Outcome {
    let Project { name, file } = project(s, "probe write said");
    let container = format!("{name}_web_1");
    for (operation, more) in [
        ("docker-compose up", &["up", "--detach"][..]),
        ("docker-compose logs", &["logs", "--no-color"]),
        ("docker-compose ps", &["ps", "--quiet"]),
        ("docker-compose rm", &["rm", "--force", "--stop"]),
    ] {
        let arguments = [&["--file", "-", "--project-name", &name], more].concat();
        s.client(operation, "docker-compose", &arguments, &file).await?;
        if operation == "docker-compose up" {
            s.until_exited(&container).await?;
        }
    }
    Ok(())
}

/// Attached, it follows the logs and, in the background, the engine's events: this client hides that the latter failed.
/// Without the line on how the container exited: docker-compose (1.29.2 seen) leaves it out when the event of the end comes a tenth of a second
/// before the answer to its wait, and Podman looks for an end four times a second.
async fn compose_attached(s: &mut Session) -> Outcome {
    let Project { name, file } = project(s, "sh -c 'echo said'");
    let up = format!("docker-compose --file - --project-name {name} up --no-color | grep -v 'exited with code'");
    s.client("docker-compose up", "sh", &["-c", &up], &file).await?;
    Ok(())
}

/// Events are watched until something ends the watching: here `timeout` does, with 124, unless the engine refuses them.
async fn compose_events(s: &mut Session) -> Outcome {
    let Project { name, file } = project(s, "probe sleep 1");
    let arguments = ["5", "docker-compose", "--file", "-", "--project-name", &name, "events"];
    s.client("docker-compose events", "timeout", &arguments, &file).await?;
    Ok(())
}
