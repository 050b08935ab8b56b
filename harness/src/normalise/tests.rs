use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::transcript::{Answer, Request};

const ID: &str = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809";
const OTHER: &str = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";
const STARTED: i64 = 1_795_000_000;

fn known() -> Known {
    let symbols = [(ID, "container:1"), ("ls-7f3a-web", "name:web"), ("/tmp/ls-x/data", "data-root"), ("web", "word")];
    let symbols = symbols.map(|(text, symbol)| (text.to_owned(), symbol.to_owned())).to_vec();
    Known { symbols, started: STARTED, ended: STARTED + 5, newest_api: Some("1.41".to_owned()) }
}

fn step(operation: &str, body: Payload) -> Step {
    let request = Request { method: "GET".into(), target: "/".into(), headers: Vec::new(), body: Payload::None };
    let answer = Answer { status: 200, headers: Vec::new(), body };
    let exchange = Exchange { request, expected: 200, answer };
    Step { operation: operation.into(), kind: StepKind::Exchange(Box::new(exchange)), duration: Duration::ZERO }
}

fn run(steps: Vec<Step>) -> Transcript {
    normalise(&Transcript { scenario: "test".into(), steps, end: End::Completed }, &known())
}

fn body(operation: &str, value: Value) -> Value {
    let transcript = run(vec![step(operation, Payload::Json(value))]);
    transcript.steps[0].exchange().unwrap().answer.body.as_value().1
}

fn text(given: &str) -> String {
    body("GET /any", json!(given)).as_str().unwrap().to_owned()
}

#[rstest]
#[case::known("/containers/{ID}/json", "/containers/<container:1>/json")]
#[case::known_short("web-1a2b3c4d5e6f.log", "<word>-<container:1:short>.log")]
#[case::known_prefix("no 1a2b3c4d5e6f708192", "no <container:1:prefix>")]
#[case::longest_first("/ls-7f3a-web /tmp/ls-x/data/x", "/<name:web> <data-root>/x")]
#[case::short_only_as_a_word("a website, a web", "a website, a <word>")]
#[case::ids("sha256:{OTHER} {OTHER}", "sha256:<id:1> <id:1>")]
#[case::id_and_short_form("ffeeddccbbaa of {OTHER}", "<id:1:short> of <id:1>")]
#[case::short_alone("Running in 0a1b2c3d4e5f", "Running in <id:1:short>")]
#[case::shortened_to_eleven("--> ffeeddccbb0 {OTHER}", "--> <id:1:prefix> <id:2>")]
#[case::eleven_digits("--> 41750671816\n", "--> <id:1:prefix>\n")]
#[case::short_of_digits_alone("123456789012", "<id:1:short>")]
#[case::short_of_letters_alone("cafcafedeedc", "<id:1:short>")]
#[case::words_stay("abcdefabcdef facade deadbeef 123456789012", "abcdefabcdef facade deadbeef 123456789012")]
#[case::swarm_id("node ug9oyuzn4abzlh5zlqq4hv3ma is", "node <id:1> is")]
#[case::swarm_token(
    "SWMTKN-1-3pu6hszjas19xyp7ghgosyx9k8atbfcr8p2is99znpy26u2lkl-1awxwuwd3z9j1z3puu7rcgdbx",
    "<swarm-token>"
)]
#[case::layer_link("/o/l/ABCDEFGHIJKLMNOPQRSTUVWXYZ:/x", "/o/l/<layer-link>:/x")]
#[case::nano("2026-11-24T20:23:29.123456789Z", "<rfc3339nano>")]
#[case::seconds("at 2026-11-24T20:23:29Z.", "at <rfc3339>.")]
#[case::nano_offset("2026-11-24T20:23:29.1+01:00", "<rfc3339nano+offset>")]
#[case::offset("2026-11-24T20:23:29-05:00", "<rfc3339+offset>")]
#[case::no_zone("2026-11-24T20:23:29", "<rfc3339+no-zone>")]
#[case::zero_time("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z")]
#[case::epoch("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z")]
#[case::go_time("2026-11-24 20:23:29.123 +0000 UTC", "<go-time>")]
#[case::http_date("Tue, 24 Nov 2026 21:19:51 GMT", "<http-date>")]
#[case::ipv4("10.0.0.2/24 via 10.0.0.1:80, 10.0.0.2", "<ipv4:1>/24 via <ipv4:2>:80, <ipv4:1>")]
#[case::literal_ipv4("0.0.0.0 127.0.0.11 255.255.255.255", "0.0.0.0 127.0.0.11 255.255.255.255")]
#[case::versions(
    "1.2.3 v1.2.3.4 5.10.0.1-amd64 1.2.3.4.5 1.2.3.400",
    "1.2.3 v1.2.3.4 5.10.0.1-amd64 1.2.3.4.5 1.2.3.400"
)]
#[case::mac("02:42:ac:11:00:02", "<mac:1>")]
#[case::zero_mac("00:00:00:00:00:00", "00:00:00:00:00:00")]
#[case::ipv6("fe80::42:acff:fe11:2/64 fd00:1:2:3:4:5:6:7", "<ipv6:1>/64 <ipv6:2>")]
#[case::literal_ipv6("[::]:80 ::1 at 20:23:29", "[::]:80 ::1 at 20:23:29")]
#[case::up("Up 2 seconds (Paused)", "Up <duration> (Paused)")]
#[case::up_less("Up Less than a second", "Up <duration>")]
#[case::exited("Exited (0) 1 second ago", "Exited (0) <duration> ago")]
#[case::no_duration("wait 10 seconds", "wait 10 seconds")]
#[case::uuid("(3f2504e0-4f89-41d3-9a0c-0305e82c3301)", "(<uuid:1>)")]
#[case::process("/proc/1234/ns /proc/1/ns /proc/self", "/proc/<pid>/ns /proc/1/ns /proc/self")]
#[case::pid("pid 4321, PID: 1", "pid <pid>, PID: 1")]
#[case::address("0xc000014010", "<address>")]
#[case::published(
    "0.0.0.0:49153->80/tcp, :::49153->80/tcp, :8080->8080",
    "0.0.0.0:<port:1:text>->80/tcp, :::<port:1:text>->80/tcp, :8080->8080"
)]
#[case::autobind(
    "write unixgram @801b5->/run/systemd/journal/socket",
    "write unixgram @<socket>->/run/systemd/journal/socket"
)]
#[case::inode("pid:[4026532836]", "pid:[<inode:1>]")]
#[case::unix_text("since=1795000001 until 1795000001.000000002", "since=<unix-text> until <unix.nano>")]
#[case::nano_text("1795000001000000002", "<unixnano-text>")]
#[case::no_time("1595000001 17950000012", "1595000001 17950000012")]
#[case::docker_brackets("<none>:<none>", "<none>:<none>")]
fn patterns(#[case] given: &str, #[case] expected: &str) {
    assert_eq!(text(&given.replace("{ID}", ID).replace("{OTHER}", OTHER)), expected);
}

#[test]
fn numbers_that_are_times_keep_their_unit() {
    let given = json!([STARTED, STARTED * 1000, (STARTED + 1) * 1_000_000_000, 0, 42, 1_595_000_000]);
    let expected = json!(["<unix>", "<unixmilli>", "<unixnano>", 0, 42, 1_595_000_000]);
    assert_eq!(body("GET /any", given), expected);
}

#[test]
fn without_a_clock_no_number_is_a_time() {
    let raw = Transcript {
        scenario: "t".into(),
        steps: vec![step("GET /x", Payload::Json(json!(3600)))],
        end: End::Completed,
    };
    assert_eq!(normalise(&raw, &Known::default()), raw);
}

#[test]
fn identity_is_kept_over_steps_and_in_keys() {
    let steps = vec![
        step("GET /any", Payload::Json(json!({ "Parent": OTHER, ID: {} }))),
        step("GET /any", Payload::Text(format!("deleted {OTHER}"))),
    ];
    let transcript = run(steps);
    let bodies: Vec<Value> = transcript.steps.iter().map(|s| s.exchange().unwrap().answer.body.as_value().1).collect();
    assert_eq!(bodies, [json!({"Parent": "<id:1>", "<container:1>": {}}), json!("deleted <id:1>")]);
}

#[test]
fn shapes_replace_values_but_not_zero() {
    let state = |pid: Value| body("GET /containers/{id}/json", json!({"State": {"Pid": pid}}))["State"]["Pid"].clone();
    assert_eq!(state(json!(4321)), "<pid>");
    assert_eq!(state(json!("4321")), "<pid-text>");
    assert_eq!([state(json!(0)), state(Value::Null), state(json!(""))], [json!(0), Value::Null, json!("")]);
    assert_eq!(
        body("GET /info", json!({"ContainersRunning": 0, "NCPU": 2, "CgroupVersion": "1"})),
        json!({"ContainersRunning": "<number>", "NCPU": "<number>", "CgroupVersion": "1"})
    );
    assert_eq!(
        body("GET /images/json", json!([{"Size": 12, "SharedSize": -1}])),
        json!([{"Size": "<bytes>", "SharedSize": -1}])
    );
    let status = json!({"DriverStatus": [["Backing Filesystem", "extfs"], ["Space", "12.5GB"]]});
    assert_eq!(
        body("GET /info", status),
        json!({"DriverStatus": [["Backing Filesystem", "extfs"], ["Space", "<bytes>"]]})
    );
}

#[test]
fn stats_are_numbers_without_a_count_of_processors() {
    let stats = json!({"name": "/ls-7f3a-web", "cpu_stats": {"cpu_usage": {"total": 0, "percpu_usage": [1, 2]}},
        "blkio_stats": {"io_service_bytes_recursive": []}, "networks": {"eth0": {"rx_bytes": 7}}, "num_procs": 0});
    let expected = json!({"name": "/<name:web>", "cpu_stats": {"cpu_usage": {"total": "<number>", "percpu_usage": ["<number>"]}},
        "blkio_stats": {"io_service_bytes_recursive": ["<number>"]}, "networks": {"eth0": {"rx_bytes": "<number>"}},
        "num_procs": "<number>"});
    assert_eq!(body("GET /containers/{id}/stats", stats), expected);
}

#[test]
fn top_goes_by_its_titles() {
    let given = json!({"Titles": ["UID", "PID", "C", "STIME", "TIME", "CMD"],
        "Processes": [["root", "4321", "0", "20:23", "00:00:00", "/probe"], ["root", "0", "0", "20:23", "00:00:00", "zsched"]]});
    let rows = body("GET /containers/{id}/top", given)["Processes"].clone();
    assert_eq!(
        rows,
        json!([
            ["root", "<pid>", "<percent>", "<time>", "<cpu-time>", "/probe"],
            ["root", "0", "<percent>", "<time>", "<cpu-time>", "zsched"]
        ])
    );
}

#[test]
fn unordered_arrays_are_sorted_before_anything_is_numbered() {
    let mounts = |reversed: bool| {
        let mut list = vec![
            json!({"Destination": "/a", "Name": ID.replace('1', "2")}),
            json!({"Destination": "/b", "Name": OTHER}),
        ];
        if reversed {
            list.reverse();
        }
        body("GET /containers/{id}/json", json!({ "Mounts": list }))
    };
    assert_eq!(mounts(false), mounts(true));
    assert_eq!(mounts(true)["Mounts"][0], json!({"Destination": "/a", "Name": "<id:1>"}));
    let newest_first = json!([{"Id": "b"}, {"Id": "a"}]);
    assert_eq!(body("GET /containers/json", newest_first.clone()), newest_first);
}

#[test]
fn members_with_volatile_keys_are_sorted_by_what_is_stable() {
    let (one, two) = (OTHER.replace('f', "0"), OTHER);
    let named =
        |first: &str, second: &str| body("GET /networks/{id}", json!({first: {"Name": "b"}, second: {"Name": "a"}}));
    assert_eq!(named(&one, two).to_string(), r#"{"<id:1>":{"Name":"a"},"<id:2>":{"Name":"b"}}"#);
    assert_eq!(named(two, &one).to_string(), r#"{"<id:1>":{"Name":"a"},"<id:2>":{"Name":"b"}}"#);
}

#[test]
fn host_ports_keep_identity_and_type() {
    let given = json!({"HostPort": "49153", "PublicPort": 49153, "Fixed": {"HostPort": "8080"}});
    let expected = json!({"HostPort": "<port:1:text>", "PublicPort": "<port:1>", "Fixed": {"HostPort": "8080"}});
    assert_eq!(body("GET /containers/json", given), expected);
}

#[test]
fn headers_lose_versions_and_lengths() {
    use base64::Engine as _;
    let stat = json!({"name": "web", "size": 3, "mtime": "2026-11-24T20:23:29Z"}).to_string();
    let stat = base64::engine::general_purpose::STANDARD.encode(stat);
    let raw = [
        ("api-version", "1.41"),
        ("api-version", "1.40"),
        ("content-length", "2049"),
        ("date", "Tue, 24 Nov 2026 21:19:51 GMT"),
        ("server", "Docker/20.10.24+dfsg1 (linux)"),
        ("x-docker-container-path-stat", &stat),
    ];
    let mut given = step("HEAD /containers/{id}/archive", Payload::None);
    if let StepKind::Exchange(exchange) = &mut given.kind {
        exchange.answer.headers = raw.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        exchange.request.headers = vec![("x-registry-auth".into(), "c2VjcmV0".into())];
        exchange.request.target =
            "/containers/json?filters=%7B%22id%22%3A%5B%22{ID}%22%5D%7D&x=a%26b%20c".replace("{ID}", ID);
    }
    let transcript = run(vec![given]);
    let exchange = transcript.steps[0].exchange().unwrap();
    let headers: Vec<String> = exchange.answer.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(
        headers,
        [
            "api-version: 1.40",
            "api-version: <newest-api>",
            "date: <http-date>",
            "framing: <counted-or-chunked>",
            "server: Docker/<version> (linux)",
            r#"x-docker-container-path-stat: {"name":"<word>","size":3,"mtime":"<rfc3339>"}"#,
        ]
    );
    assert_eq!(exchange.request.headers[0].1, "<secret>");
    assert_eq!(exchange.request.target, r#"/containers/json?filters={"id":["<container:1>"]}&x=a%26b%20c"#);
}

#[test]
fn archives_progress_and_columns() {
    let entries = vec![json!({"name": "a", "mtime": STARTED}), json!({"name": "b", "mtime": 7})];
    let tar = run(vec![step("GET /containers/{id}/archive", Payload::Tar(entries))]);
    let body = tar.steps[0].exchange().unwrap().answer.body.clone();
    assert_eq!(body, Payload::Tar(vec![json!({"name": "a", "mtime": "<mtime>"}), json!({"name": "b", "mtime": 7})]));
    let report = |current| json!({"status": "Loading", "progressDetail": {"current": current}, "progress": format!("{current}B")});
    let load =
        run(vec![step("POST /images/load", Payload::Progress(vec![report(1), report(2), json!({"stream": "x"})]))]);
    let body = load.steps[0].exchange().unwrap().answer.body.as_value().1;
    assert_eq!(body.as_array().unwrap().len(), 2);
    assert_eq!(body[0]["progressDetail"]["current"], "<number>");
    assert_eq!(special::even_columns("a      b  c\n"), "a   b  c\n");
}

#[test]
fn observations_keep_small_pids_and_block_reasons_are_normalised() {
    let value = json!({"processes": [{"pid": 1, "ppid": 0}, {"pid": 17, "ppid": 1}], "filesystems": [{"bytes_free": 5}],
               "files": [{"path": "/etc/hosts", "size": 174}, {"path": "/etc/group", "size": 41}]});
    let seen = Observation { what: "processes".into(), command: vec![ID.into()], value };
    let steps = vec![Step { operation: "POST /x".into(), kind: StepKind::Observation(seen), duration: Duration::ZERO }];
    let raw = Transcript { scenario: "t".into(), steps, end: End::Blocked { reason: format!("no {ID}") } };
    let transcript = normalise(&raw, &known());
    let StepKind::Observation(seen) = &transcript.steps[0].kind else { panic!("another kind") };
    assert_eq!(seen.value["processes"], json!([{"pid": 1, "ppid": 0}, {"pid": "<pid>", "ppid": 1}]));
    assert_eq!(seen.value["filesystems"][0]["bytes_free"], "<bytes>");
    assert_eq!((&seen.value["files"][0]["size"], &seen.value["files"][1]["size"]), (&json!("<bytes>"), &json!(41)));
    assert_eq!(seen.command, ["<container:1>"]);
    assert_eq!(transcript.end, End::Blocked { reason: "no <container:1>".into() });
}

#[test]
fn a_symbol_tells_what_it_stands_for() {
    let at = |operation, path: &[&str], text| {
        stands_for(operation, &path.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>(), text)
    };
    let (inspect, stats) = ("GET /containers/{id}/json", "GET /containers/{id}/stats");
    assert_eq!(at(inspect, &["body", "State", "Pid"], "<pid>"), Some(StandsFor::Number));
    assert_eq!(at(inspect, &["body", "State", "Pid"], "<pid-text>"), None);
    assert_eq!(at("GET /info", &["body", "ServerVersion"], "<version-number>"), Some(StandsFor::Number));
    assert_eq!(at(inspect, &["body", "Port"], "<port:1>"), Some(StandsFor::Number));
    assert_eq!(at(inspect, &["body", "Port"], "<port:1:text>"), None);
    assert_eq!(at("GET /images/json", &["body", "0", "Created"], "<unix>"), Some(StandsFor::Number));
    assert_eq!(at(inspect, &["body", "Id"], "<container:1>"), None);
    assert_eq!(at(inspect, &["body", "Id"], "no symbol"), None);
    let list = ["body", "blkio_stats", "io_service_bytes_recursive", "0"];
    assert_eq!(at(stats, &list, "<number>"), Some(StandsFor::Items));
}

#[test]
fn what_a_layer_went_through_is_timing_and_how_it_ended_is_not() {
    let said = |id: &str, status: &str| json!({"status": status, "progressDetail": {}, "id": id});
    let pull = |items: Vec<Value>| {
        let transcript = run(vec![step("POST /images/create", Payload::Progress(items))]);
        transcript.steps[0].exchange().unwrap().answer.body.as_value().1
    };
    let quick = pull(vec![said("one", "Pulling fs layer"), said("one", "Pull complete")]);
    let slow =
        ["Pulling fs layer", "Downloading", "Verifying Checksum", "Download complete", "Extracting", "Pull complete"];
    assert_eq!(pull(slow.map(|status| said("one", status)).to_vec()), quick);
    let unfinished = pull(vec![said("one", "Pulling fs layer"), said("one", "Downloading")]);
    assert_eq!(unfinished.as_array().unwrap().len(), 2);
}

#[rstest]
#[case::seen(
    "POST /services/{id}/update",
    "/services/a/update?version=17&rollback=previous",
    "/services/a/update?version=<version>&rollback=previous"
)]
#[case::out_of_sequence("POST /services/{id}/update", "/services/a/update?version=1", "/services/a/update?version=1")]
#[case::too_large(
    "POST /swarm/update",
    "/swarm/update?version=99999999999999999999",
    "/swarm/update?version=99999999999999999999"
)]
#[case::no_number("POST /swarm/update", "/swarm/update?version=many", "/swarm/update?version=many")]
#[case::elsewhere("GET /events", "/events?version=17", "/events?version=17")]
fn the_version_of_a_swarm_object_is_a_symbol(#[case] operation: &str, #[case] target: &str, #[case] expected: &str) {
    assert_eq!(special::object_version(operation, target), expected);
}

#[rstest]
#[case::of_docker_run(
    "docker: Error response from daemon: no.\ntime=\"2026-01-01T00:00:00Z\" level=error msg=\"error waiting for container: context canceled\"\n",
    "docker: Error response from daemon: no.\n"
)]
#[case::other_logging("time=\"x\" level=error msg=\"other\"", "time=\"x\" level=error msg=\"other\"")]
#[case::of_podman_s_exec(
    "Error: no such file\nError: read unixpacket @->/proc/self/fd/14/attach: read: connection reset by peer\n",
    "Error: no such file\n"
)]
#[case::other_reset("read: connection reset by peer\n", "read: connection reset by peer\n")]
fn a_line_that_comes_by_a_race_is_left_out(#[case] said: &str, #[case] expected: &str) {
    assert_eq!(special::without_races(said), expected);
}

#[test]
fn a_frame_of_nothing_but_a_race_is_left_out() {
    let frame = |text: &str| json!({ "stream": "stderr", "text": text });
    let race = "Error: read unixpacket @->/proc/self/fd/14/attach: read: connection reset by peer\n";
    assert_eq!(special::frame(frame(race)), None);
    assert_eq!(special::frame(frame("out\n")), Some(frame("out\n")));
    assert_eq!(special::frame(frame("")), Some(frame("")));
}
