//! The profile's answers.

use super::{Check, Docker, create, remove, run};
use crate::common::{Reply, Wire, ask};
use lockstep_harness::engine::image::IMAGE;
use lockstep_interposer::Profile;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

pub const CHECKS: &[(&str, Check)] = &[
    ("sdc-docker/missing", |docker| Box::pin(missing(docker))),
    ("sdc-docker/without-and-altered", |docker| Box::pin(without_and_altered(docker))),
    ("sdc-docker/exit-status", |docker| Box::pin(exit_status(docker))),
    ("sdc-docker/wait-before-start", |docker| Box::pin(wait_before_start(docker))),
    ("sdc-docker/identity", |docker| Box::pin(identity(docker))),
    ("sdc-docker/refused", |docker| Box::pin(refused(docker))),
    ("sdc-docker/shapes", |docker| Box::pin(shapes(docker))),
    ("sdc-docker/ambiguous-image-id", |docker| Box::pin(ambiguous(docker))),
    ("sdc-docker/latency", |docker| Box::pin(latency(docker))),
];

/// The text without the request's id, which must be that of the header where there is one.
fn text(reply: &Reply) -> String {
    assert_eq!(reply.header("content-type"), Some("text/plain"), "{}", reply.head);
    let text = reply.text();
    let (message, id) = text.rsplit_once(" (").unwrap();
    if let Some(named) = reply.header("x-request-id") {
        assert_eq!(id, format!("{named})"));
    }
    message.to_owned()
}

async fn missing(docker: Docker) {
    let (_running, socket) = docker.sdc().await;
    let id = create(&socket, &["probe", "sleep", "1"], json!({})).await;
    let feature = |name: &str| format!("(NotImplemented) {name} is not implemented");
    let route = |path: &str| format!("(ResourceNotFound) {path} does not exist");
    let cases = [
        ("GET", "/v1.21/containers/ID/changes", 400, feature("changes")),
        ("GET", "/v1.21/containers/nosuch/changes", 404, "No such container: nosuch".to_owned()),
        ("GET", "/v1.21/events", 400, feature("events")),
        ("GET", "/containers/ID/export", 400, feature("export")),
        ("POST", "/images/create?fromSrc=-", 400, feature("image create")),
        ("POST", "/images/load", 405, "POST is not allowed".to_owned()),
        ("GET", "/v1.21/networks", 404, route("/v1.21/networks")),
        ("POST", "/networks/create?x=1", 404, route("/networks/create")),
        ("GET", "/nodes/x", 404, route("/nodes/x")),
        ("POST", "/containers/ID/pause", 400, feature("pause")),
        ("POST", "/containers/nosuch/unpause", 404, "No such container: nosuch".to_owned()),
        ("POST", "/containers/ID/unpause", 400, feature("unpause")),
        ("POST", "/images/a/b/push", 400, feature("image push")),
        ("GET", "/images/get?names=x", 405, "GET is not allowed".to_owned()),
        ("GET", "/images/a/b/get", 400, feature("image get")),
        ("GET", "/services", 404, route("/services")),
        ("POST", "/swarm/init", 404, route("/swarm/init")),
        ("POST", "/containers/ID/update", 405, "POST is not allowed".to_owned()),
        ("GET", "/volumes", 404, route("/volumes")),
        ("DELETE", "/volumes/x", 404, route("/volumes/x")),
        ("GET", "/tasks", 404, route("/tasks")),
        ("GET", "/v1.21/system/df", 404, route("/v1.21/system/df")),
        ("POST", "/containers/prune", 405, "POST is not allowed".to_owned()),
    ];
    for (method, target, status, message) in cases {
        let target = target.replace("ID", &id);
        let reply = ask(&socket, method, &target, None).await;
        assert_eq!((reply.status, text(&reply)), (status, message), "{method} {target}");
        let routed = !matches!(status, 404 | 405) || target.contains("nosuch");
        assert_eq!(reply.header("server").is_some(), routed, "{}", reply.head);
        assert!(reply.header("date").is_some());
    }
    let head = ask(&socket, "HEAD", "/_ping", None).await;
    assert_eq!(head.status, 405);
    remove(&docker.socket, &id).await;
}

async fn without_and_altered(docker: Docker) {
    let profile = || Profile::by_name("sdc-docker").unwrap();
    for (rule, method, target) in [
        ("events", "GET", "/events?since=1&until=2"),
        ("network", "GET", "/networks"),
        ("volume", "GET", "/volumes"),
        ("unrouted", "GET", "/system/df"),
        ("api-versions", "GET", "/v1.17/containers/json"),
    ] {
        let (_running, socket) = docker.through(profile().without(rule).unwrap()).await;
        assert_eq!(ask(&socket, method, target, None).await.status, 200, "{rule}");
    }
    let (_running, socket) = docker.through(profile().altered("events").unwrap()).await;
    assert_eq!(ask(&socket, "GET", "/events", None).await.status, 403);
}

async fn ended(socket: &Path, id: &str) -> (Value, Value, String) {
    let waited = ask(socket, "POST", &format!("/containers/{id}/wait"), None).await.json();
    let inspected = ask(socket, "GET", &format!("/containers/{id}/json"), None).await.json();
    let listed = ask(socket, "GET", "/containers/json?all=1", None).await.json();
    let own = listed.as_array().unwrap().iter().find(|one| one["Id"] == id).unwrap();
    let status = own["Status"].as_str().unwrap().split(')').next().unwrap().to_owned();
    (waited, inspected["State"]["ExitCode"].clone(), status)
}

async fn exit_status(docker: Docker) {
    let (_running, socket) = docker.sdc().await;
    for (code, shown) in [("0", json!({"StatusCode": 0})), ("7", json!({"StatusCode": 0}))] {
        let id = run(&socket, &["probe", "exit", code], json!({})).await;
        assert_eq!(ended(&socket, &id).await, (shown, json!(0), "Exited (0".to_owned()), "exit {code}");
        remove(&socket, &id).await;
    }
    for action in ["stop?t=0", "kill", "kill?signal=KILL"] {
        let id = run(&socket, &["probe", "sleep", "60"], json!({})).await;
        let mut waiting = Wire::open(&socket).await;
        waiting.send("POST", &format!("/containers/{id}/wait"), &[], b"").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        let done = ask(&socket, "POST", &format!("/containers/{id}/{action}"), None).await;
        assert_eq!(done.status, 204, "{action}: {:?}", ended(&docker.socket, &id).await);
        // Below API 1.30 Docker sends even the head only then.
        assert_eq!(waiting.head().await.status, 200);
        assert_eq!(waiting.chunk().await, b"{}");
        assert_eq!(ended(&socket, &id).await, (json!({}), json!(0), "Exited".to_owned()), "{action}");
        remove(&socket, &id).await;
    }
    let id = run(&socket, &["probe", "trap", "TERM", "5"], json!({})).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    ask(&socket, "POST", &format!("/containers/{id}/stop"), None).await;
    assert_eq!(ended(&socket, &id).await.0, json!({"StatusCode": 0}));
    remove(&socket, &id).await;
}

/// `docker run` waits for the head of a wait before it starts the container.
async fn wait_before_start(docker: Docker) {
    let (_running, socket) = docker.sdc().await;
    let id = create(&socket, &["probe", "exit", "3"], json!({})).await;
    let mut wire = Wire::open(&socket).await;
    wire.send("POST", &format!("/v1.41/containers/{id}/wait?condition=next-exit"), &[], b"").await;
    let head = tokio::time::timeout(Duration::from_secs(5), wire.head()).await.expect("the head comes at once");
    assert_eq!(head.status, 200);
    ask(&socket, "POST", &format!("/containers/{id}/start"), None).await;
    assert_eq!(wire.chunk().await, b"{\"StatusCode\":0}");
    remove(&socket, &id).await;
}

async fn identity(docker: Docker) {
    let (_running, socket) = docker.sdc().await;
    let version = ask(&socket, "GET", "/version", None).await;
    assert_eq!(version.header("server"), Some("Triton/1.9.0 (linux)"));
    assert_eq!(version.json()["ApiVersion"], "1.21");
    assert!(version.json().get("MinAPIVersion").is_none());
    let ping = ask(&socket, "GET", "/v1.21/_ping", None).await;
    assert_eq!((ping.status, ping.text().as_str(), ping.header("api-version")), (200, "OK", None));
    assert!(ping.header("x-response-time").unwrap().parse::<u32>().is_ok());
    assert_eq!(ask(&socket, "GET", "/info", None).await.json()["OperatingSystem"], "SmartDataCenter");
    for (target, status) in
        [("/v1.9/version", 200), ("/v1.99/containers/json", 200), ("/v1.17/version", 400), ("/vX/version", 400)]
    {
        let reply = ask(&socket, "GET", target, None).await;
        assert_eq!(reply.status, status, "{target}");
        if status == 400 {
            assert!(text(&reply).starts_with("(InvalidVersion) client"), "{}", reply.text());
        }
    }
}

async fn refused(docker: Docker) {
    let (_running, socket) = docker.sdc().await;
    let host = |value: Value| json!({"Image": IMAGE, "HostConfig": value});
    let cases = [
        (host(json!({"LogConfig": {"Type": "journald"}})), 422, "(Validation) unsupported log driver: journald"),
        (
            host(json!({"LogConfig": {"Type": "json-file", "Config": {"x": "y"}}})),
            422,
            "(Validation) unknown log opt: 'x' for json-file driver",
        ),
        (
            host(json!({"NetworkMode": "host"})),
            400,
            "(NotImplemented) NetworkMode host is not supported is not implemented",
        ),
        (host(json!({"Binds": ["/etc:/x"]})), 500, "host volumes are not supported"),
        (json!({"Image": 1}), 422, "(Validation) \"Image\" must be a string"),
        (json!({"Image": "nosuch"}), 404, "(ResourceNotFound) No such image: nosuch"),
    ];
    for (body, status, message) in cases {
        let reply = ask(&socket, "POST", "/containers/create", Some(&body)).await;
        assert_eq!((reply.status, text(&reply).as_str()), (status, message), "{body}");
    }
    for (query, feature) in [("fromImage=x", "docker pull -a"), ("fromImage=x@sha256:0", "\"docker pull\" by @DIGEST")]
    {
        let reply = ask(&socket, "POST", &format!("/images/create?{query}"), None).await;
        assert_eq!(text(&reply), format!("(NotImplemented) {feature} is not implemented"));
    }
    let mut wire = Wire::open(&socket).await;
    wire.send("POST", "/containers/create", &["Content-Type: application/json"], b"{").await;
    let reply = wire.reply("POST").await;
    assert_eq!((reply.status, text(&reply).starts_with("(InvalidContent) Invalid JSON: ")), (400, true));
    for driver in ["json-file", "none"] {
        let id = create(&socket, &["probe", "exit", "0"], json!({"HostConfig": {"LogConfig": {"Type": driver}}})).await;
        remove(&socket, &id).await;
    }
}

async fn shapes(docker: Docker) {
    let (_running, socket) = docker.sdc().await;
    let body = json!({"Image": IMAGE, "Cmd": ["probe", "sleep", "60"]});
    let made = ask(&socket, "POST", "/containers/create?name=shapes", Some(&body)).await;
    assert_eq!(made.status, 200);
    let again = ask(&socket, "POST", "/containers/create?name=shapes", Some(&body)).await;
    assert_eq!(again.status, 409);
    assert!(text(&again).starts_with("(ValidationFailed) "));
    let id = made.json()["Id"].as_str().unwrap().to_owned();
    let renamed = ask(&socket, "POST", &format!("/containers/{id}/rename?name=shapes2"), None).await;
    assert_eq!((renamed.status, renamed.text().as_str()), (200, "{}"));
    let exec = ask(&socket, "POST", &format!("/containers/{id}/exec"), Some(&json!({"Cmd": ["probe"]}))).await;
    assert_eq!(exec.status, 400);
    assert!(text(&exec).starts_with("(DockerContainerNotRunning) "), "{}", exec.text());
    let inspected = ask(&socket, "GET", &format!("/containers/{id}/json"), None).await.json();
    assert_eq!(inspected["ExecDriver"], "sdc-0.1");
    assert!(inspected["State"].get("Status").is_none());
    ask(&socket, "POST", &format!("/containers/{id}/start"), None).await;
    let removed = ask(&socket, "DELETE", &format!("/containers/{id}"), None).await;
    assert_eq!(removed.status, 500, "{}", removed.text());
    remove(&socket, &id).await;
}

async fn ambiguous(docker: Docker) {
    let (_running, socket) = docker.sdc().await;
    let id =
        ask(&socket, "GET", &format!("/images/{IMAGE}/json"), None).await.json()["Id"].as_str().unwrap().to_owned();
    assert_eq!(ask(&socket, "GET", &format!("/images/{id}/json"), None).await.status, 200);
    let tagged = ask(&socket, "POST", &format!("/images/{IMAGE}/tag?repo=127.0.0.1:5000/other&tag=1"), None).await;
    assert_eq!(tagged.status, 201);
    let short = &id.strip_prefix("sha256:").unwrap()[..12];
    for name in [id.as_str(), short] {
        for (method, target, body) in [
            ("GET", format!("/images/{name}/json"), None),
            ("POST", format!("/images/{name}/tag?repo=x&tag=1"), None),
            ("DELETE", format!("/images/{name}"), None),
            ("POST", "/containers/create".to_owned(), Some(json!({"Image": name}))),
        ] {
            let reply = ask(&socket, method, &target, body.as_ref()).await;
            assert_eq!(reply.status, 422, "{method} {target}");
            assert!(text(&reply).starts_with("(AmbiguousDockerImageId) image id "), "{}", reply.text());
        }
    }
    assert_eq!(ask(&socket, "GET", &format!("/images/{IMAGE}/json"), None).await.status, 200);
    assert_eq!(ask(&socket, "DELETE", "/images/127.0.0.1:5000/other:1", None).await.status, 200);
    assert_eq!(ask(&socket, "GET", &format!("/images/{id}/json"), None).await.status, 200);
}

async fn latency(docker: Docker) {
    let (_running, socket) = docker.sdc().await;
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..9 {
        for (path, times) in [&docker.socket, &socket].into_iter().zip(&mut times) {
            let started = Instant::now();
            let id = create(path, &["probe", "exit", "0"], json!({})).await;
            times.push(started.elapsed());
            remove(&docker.socket, &id).await;
        }
    }
    times.iter_mut().for_each(|times| times.sort());
    let ratio = times[1][4].as_secs_f64() / times[0][4].as_secs_f64();
    println!("create is {ratio:.1} times as slow");
    assert!((1.5..15.0).contains(&ratio), "{ratio}");
}
