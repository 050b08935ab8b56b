//! Engines that cannot be reached, lie, hang or die: a clear error within its time, never a hang or a panic.

#![allow(clippy::unwrap_used)]

mod common;

use common::{assert_status, copy, lockstep};
use rstest::rstest;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// A server on loopback that treats each connection so; its address as an endpoint.
fn server(treat: fn(&mut TcpStream, &str)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("127.0.0.1:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            std::thread::spawn(move || {
                let mut head = [0; 4096];
                while let Ok(count) = stream.read(&mut head) {
                    if count == 0 {
                        break;
                    }
                    treat(&mut stream, &String::from_utf8_lossy(&head[..count]));
                }
            });
        }
    });
    format!("tcp://{address}")
}

fn answer(stream: &mut TcpStream, status: &str, body: &str) {
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
}

fn run_against(endpoint: &str, more: &[&str]) -> (std::process::Output, Duration) {
    // The same server under another name: one endpoint cannot be both.
    let other = if endpoint.contains("127.0.0.1") {
        endpoint.replace("127.0.0.1", "localhost")
    } else {
        format!("{endpoint}2")
    };
    let arguments = [&["run", "--reference", endpoint, "--candidate", &other], more].concat();
    let folder = copy();
    let started = Instant::now();
    let output = lockstep(folder.path(), &arguments);
    (output, started.elapsed())
}

#[rstest]
#[case::socket("unix:///nonexistent/engine.sock")]
#[case::port("tcp://127.0.0.1:1")]
#[case::tls("https://127.0.0.1:1")]
fn an_unreachable_engine_exits_3_within_5_seconds(#[case] endpoint: &str) {
    let (output, took) = run_against(endpoint, &[]);
    assert_status(&output, 3, endpoint);
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[rstest]
#[case::not_json("hello", "/version")]
#[case::no_version("{}", "/version")]
fn what_is_no_engine_is_said_to_be_none(#[case] body: &'static str, #[case] says: &str) {
    let endpoint = match body {
        "hello" => server(|stream, _| answer(stream, "200 OK", "hello")),
        _ => server(|stream, _| answer(stream, "200 OK", "{}")),
    };
    let (output, _) = run_against(&endpoint, &[]);
    assert_status(&output, 3, says);
}

#[test]
fn an_engine_that_never_answers_costs_one_deadline() {
    let endpoint = server(|_, _| std::thread::sleep(Duration::from_secs(60)));
    let (output, took) = run_against(&endpoint, &["--deadline", "2"]);
    assert_status(&output, 3, "tcp://127.0.0.1");
    assert!(took < Duration::from_secs(15), "{took:?}");
}

#[test]
fn an_endless_answer_is_cut_off() {
    let endpoint = server(|stream, _| {
        let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n");
        while stream.write_all(&[b' '; 1 << 16]).is_ok() {}
    });
    let (output, took) = run_against(&endpoint, &["--deadline", "5"]);
    assert_eq!(output.status.code(), Some(3), "{}", common::both(&output));
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[rstest]
#[case(&["run", "--only", "no/such/*"], "fits none")]
#[case(&["run", "--candidate", "containerd"], "containerd")]
#[case(&["run", "--candidate", "unix://relative"], "absolute path")]
#[case(&["run", "--reference", "tcp://127.0.0.1:1", "--candidate", "tcp://127.0.0.1:2", "--api-version", "latest"], "latest")]
#[case(&["replay", "--candidate", "nobody-*"], "nobody-*")]
#[case(&["run", "--jobs", "0"], "--jobs")]
#[case(&["frobnicate"], "frobnicate")]
#[case(&["clean", "docker"], "nothing to clean")]
fn wrong_flags_exit_2_and_say_what_is_wrong(#[case] arguments: &[&str], #[case] says: &str) {
    assert_status(&lockstep(copy().path(), arguments), 2, says);
}
