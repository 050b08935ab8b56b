//! What the profile shows inside a container.

use super::{Check, Docker, create, observe, remove, run, upgrade};
use crate::common::{ask, frames};
use lockstep_interposer::Profile;
use serde_json::{Value, json};

pub const CHECKS: &[(&str, Check)] = &[
    ("sdc-docker/inside/processes", |docker| Box::pin(processes(docker))),
    ("sdc-docker/inside/filesystems-and-files", |docker| Box::pin(filesystems_and_files(docker))),
    ("sdc-docker/inside/exec-and-attach", |docker| Box::pin(exec_and_attach(docker))),
    ("sdc-docker/inside/top", |docker| Box::pin(top(docker))),
    ("sdc-docker/inside/archive", |docker| Box::pin(archive(docker))),
];

fn names(seen: &Value) -> Vec<(u64, String)> {
    let list = seen["processes"].as_array().unwrap();
    list.iter().map(|one| (one["pid"].as_u64().unwrap(), one["name"].as_str().unwrap().to_owned())).collect()
}

async fn processes(docker: Docker) {
    let (_running, socket) = docker.sdc().await;
    let zsched = (0, "zsched".to_owned());
    let probe = (1, "probe".to_owned());
    let ipmgmtd = (3, "ipmgmtd".to_owned());
    for (labels, daemon) in [
        (json!({}), false),
        (json!({"docker:noipmgmtd": "false"}), true),
        (json!({"com.joyent.brand": "joyent-minimal"}), true),
        (json!({"com.joyent.brand": "joyent-minimal", "docker:noipmgmtd": "true"}), false),
    ] {
        let seen = observe(&socket, &["processes"], json!({"Labels": labels})).await;
        let mut wanted = vec![zsched.clone(), probe.clone()];
        if daemon {
            wanted.push(ipmgmtd.clone());
        }
        assert_eq!(names(&seen), wanted, "{labels}");
    }
    let (_running, without) = docker.through(Profile::by_name("sdc-docker").unwrap().without("zsched").unwrap()).await;
    assert_eq!(names(&observe(&without, &["processes"], json!({})).await), vec![probe.clone()]);
    let (_running, altered) = docker.through(Profile::by_name("sdc-docker").unwrap().altered("zsched").unwrap()).await;
    assert_eq!(names(&observe(&altered, &["processes"], json!({})).await), [probe, (2, "zsched".to_owned())]);
}

async fn filesystems_and_files(docker: Docker) {
    let (_running, socket) = docker.sdc().await;
    // A document of more than 16 KiB, which the engine's logs come in several frames.
    let what = "mounts,filesystems,files,environment,processes";
    let environment: Vec<String> = (0..400).map(|number| format!("LONG_{number}={}", "x".repeat(100))).collect();
    let seen = observe(&socket, &[what, "/var/log/sdc-dockerinit.log", "/etc"], json!({"Env": environment})).await;
    for section in ["mounts", "filesystems"] {
        let list = seen[section].as_array().unwrap();
        let destinations: Vec<&str> = list.iter().map(|one| one["destination"].as_str().unwrap()).collect();
        for extra in ["/native/etc", "/native/usr", "/system/object", "/system/contract", "/proc"] {
            assert!(destinations.contains(&extra), "{extra} in {destinations:?}");
        }
        assert!(destinations.is_sorted(), "{destinations:?}");
    }
    assert_eq!(seen["files"][0]["type"], "file");
    assert_eq!(seen["files"][1]["path"], "/etc");
    assert_eq!(names(&seen)[0].1, "zsched");
    let plain = super::output(&socket, &["probe", "echo", "{\"processes\":[]}"], json!({})).await;
    assert_eq!(plain, [(1, "{\"processes\":[]}\n".to_owned())]);
}

async fn exec_and_attach(docker: Docker) {
    let (_running, socket) = docker.sdc().await;
    let id = run(&socket, &["probe", "sleep", "60"], json!({})).await;
    let zsched = |text: &str| -> bool {
        let seen: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        names(&seen)[0] == (0, "zsched".to_owned())
    };
    for (tty, switch) in [(false, true), (false, false), (true, true)] {
        let body = json!({"AttachStdout": true, "Tty": tty, "Cmd": ["probe", "observe", "processes"]});
        let made = ask(&socket, "POST", &format!("/containers/{id}/exec"), Some(&body)).await;
        assert_eq!(made.status, 200);
        let target = format!("/exec/{}/start", made.json()["Id"].as_str().unwrap());
        let body = json!({"Detach": false, "Tty": tty});
        let bytes = match switch {
            true => upgrade(&socket, &target, &body.to_string()).await.rest().await,
            false => ask(&socket, "POST", &target, Some(&body)).await.body,
        };
        let text = if tty { String::from_utf8(bytes).unwrap() } else { frames(&bytes)[0].1.clone() };
        assert!(zsched(&text), "tty {tty}, upgrade {switch}: {text}");
    }
    remove(&socket, &id).await;
    let id = create(&socket, &["probe", "observe", "processes"], json!({})).await;
    let mut wire = upgrade(&socket, &format!("/containers/{id}/attach?stream=1&stdout=1"), "").await;
    ask(&socket, "POST", &format!("/containers/{id}/start"), None).await;
    let output = frames(&wire.rest().await);
    assert!(zsched(&output[0].1), "{output:?}");
    remove(&socket, &id).await;
}

async fn top(docker: Docker) {
    let (_running, socket) = docker.sdc().await;
    let id = run(&socket, &["probe", "sleep", "60"], json!({"Labels": {"docker:noipmgmtd": "false"}})).await;
    for query in ["", "?ps_args=-o%20pid,cmd", "?ps_args=aux"] {
        let top = ask(&socket, "GET", &format!("/containers/{id}/top{query}"), None).await.json();
        assert_eq!(top["Titles"], json!(["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]));
        let rows = top["Processes"].as_array().unwrap();
        let short: Vec<[&str; 4]> = rows.iter().map(|row| [0, 1, 2, 7].map(|at| row[at].as_str().unwrap())).collect();
        assert_eq!(short, [["0", "0", "0", "zsched"], ["0", "1", "1", "probe sleep 60"], ["0", "3", "1", "ipmgmtd"]]);
    }
    remove(&socket, &id).await;
}

async fn archive(docker: Docker) {
    let (_running, socket) = docker.sdc().await;
    let id = create(&socket, &["probe", "sleep", "1"], json!({})).await;
    let target = format!("/containers/{id}/archive?path=%2Fvar%2Flog%2Fsdc-dockerinit.log");
    let head = ask(&socket, "HEAD", &target, None).await;
    assert_eq!(head.status, 200, "{}", head.head);
    assert!(head.header("x-docker-container-path-stat").is_some());
    let tar = ask(&socket, "GET", &target, None).await;
    assert_eq!(tar.header("content-type"), Some("application/x-tar"));
    assert!(tar.body.starts_with(b"sdc-dockerinit.log\0"));
    let gone = ask(&socket, "GET", &target.replace(&id, "nosuch"), None).await;
    assert_eq!(gone.status, 404);
    remove(&socket, &id).await;
}
