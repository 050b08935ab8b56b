//! Engines that say odd things about the versions they speak.

use crate::process::{lockstep, wrong};
use rstest::rstest;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

/// An engine that answers by path, 404 where nothing is said; its endpoint.
fn engine(answers: &'static [(&'static str, u16, &'static str)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("tcp://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                while let Some(Ok(line)) = lines.next() {
                    let Some(path) = line.split(' ').nth(1).filter(|_| line.ends_with("HTTP/1.1")) else { continue };
                    let found = answers.iter().find(|(start, _, _)| path.starts_with(start));
                    let (status, body) = found.map_or((404, "{}"), |(_, status, body)| (*status, *body));
                    let _ = write!(stream, "HTTP/1.1 {status} x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                }
            });
        }
    });
    endpoint
}

const SDC: &[(&str, u16, &str)] = &[
    ("/version", 200, r#"{"ApiVersion":"1.21","Version":"1.9.0"}"#),
    (
        "/v1.0/",
        400,
        "(InvalidVersion) client API version (1.0) is less than the minimum required API version (1.20) (0c2f)",
    ),
    ("/v1.21/version", 200, "{}"),
];
const MODERN: &[(&str, u16, &str)] = &[
    ("/version", 200, r#"{"ApiVersion":"1.51","MinAPIVersion":"1.44","Version":"28.0.0"}"#),
    ("/v1.51/version", 200, "{}"),
];
const NUMBER: &[(&str, u16, &str)] = &[("/version", 200, r#"{"ApiVersion":1.41,"Version":"1"}"#)];
const PREFIX_ONLY: &[(&str, u16, &str)] = &[
    ("/version", 400, r#"{"message":"client version 1.0 is too old. Minimum supported API version is 1.40"}"#),
    ("/v1.40/version", 200, r#"{"ApiVersion":"1.43","MinAPIVersion":"1.40","Version":"1.0"}"#),
    ("/v1.43/version", 200, "{}"),
];
const BROKEN: &[(&str, u16, &str)] = &[
    ("/version", 200, r#"{"ApiVersion":"1.41","MinAPIVersion":"1.12","Version":"1.0"}"#),
    ("/v1.41/", 400, r#"{"message":"client and server don't have same API version"}"#),
];
const BOASTER: &[(&str, u16, &str)] = &[
    ("/version", 200, r#"{"ApiVersion":"1.51","MinAPIVersion":"1.44","Version":"1.0"}"#),
    ("/v1.51/", 400, r#"{"message":"client version 1.51 is too new. Maximum supported API version is 1.50"}"#),
    ("/v1.50/version", 200, "{}"),
];

#[rstest]
#[case::candidate_too_old(MODERN, SDC, &[], 2, &["the reference speaks 1.44 to 1.51, the candidate 1.20 to 1.21", "give a reference that still speaks API 1.21"])]
#[case::reference_too_old(SDC, MODERN, &[], 2, &["give a candidate that still speaks API 1.21"])]
#[case::below_a_minimum_only_told_by_a_refusal(SDC, SDC, &["--api-version", "1.9"], 2, &["API 1.9 is not what", "from 1.20 to 1.21"])]
#[case::above(SDC, SDC, &["--api-version", "v1.24"], 2, &["API 1.24 is not what"])]
#[case::agreed(SDC, SDC, &[], 3, &["probe image could not be provisioned"])]
#[case::a_number(NUMBER, SDC, &[], 3, &["ApiVersion 1.41, which is no text"])]
#[case::only_with_a_version(PREFIX_ONLY, PREFIX_ONLY, &[], 3, &["probe image could not be provisioned"])]
#[case::refuses_what_it_says(BROKEN, BROKEN, &[], 3, &["refuses API 1.41", "don't have same API version", "--api-version"])]
#[case::refusal_tells_another_maximum(MODERN, BOASTER, &["--api-version", "1.51"], 2, &["the candidate 1.44 to 1.50"])]
fn versions_are_agreed_on_or_the_reason_is_clear(
    #[case] reference: &'static [(&'static str, u16, &'static str)],
    #[case] candidate: &'static [(&'static str, u16, &'static str)],
    #[case] more: &[&str],
    #[case] status: i32,
    #[case] says: &[&str],
) {
    let (reference, candidate) = (engine(reference), engine(candidate));
    let arguments = ["run", "--only", "system/ping", "--reference", &reference, "--candidate", &candidate];
    let output = lockstep(&[&arguments, more].concat(), &[]);
    assert_eq!(wrong("versions", &output, status, says), None);
}
