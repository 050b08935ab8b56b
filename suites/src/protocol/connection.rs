//! One connection, byte by byte: how bodies are framed, what is answered before a body, and what comes after an error.

use lockstep_harness::scenario::{Area, Connection, Outcome, Part, Session, Stop};

const CREATE: &str = "POST /containers/create";
/// What every engine answers 404 to, once it has read it.
const BODY: &str = r#"{"Image":"lockstep-nosuch:one"}"#;

pub(super) fn add(area: &mut Area<'_>) {
    for size in [1, 7, 4096] {
        area.add(&format!("chunked/by-{size}"), move |s| Box::pin(chunked(s, size)));
    }
    area.add("chunked/extension-and-trailer", |s| Box::pin(extension_and_trailer(s)));
    area.add("chunked/broken", |s| Box::pin(broken_chunks(s)));
    area.add("length/wrong", |s| Box::pin(wrong_length(s)));
    area.add("length/and-chunked", |s| Box::pin(length_and_chunked(s)));
    area.add("keep-alive/after-errors", |s| Box::pin(after_errors(s)));
    area.add("keep-alive/after-unread-body", |s| Box::pin(after_unread_body(s)));
    area.add("keep-alive/close", |s| Box::pin(close(s)));
    area.add("keep-alive/http-1.0", |s| Box::pin(http_1_0(s)));
    area.add("expect/continue", |s| Box::pin(expect_continue(s)));
    area.add("expect/no-body-wanted", |s| Box::pin(no_body_wanted(s)));
    area.add("expect/unknown", |s| Box::pin(unknown_expectation(s)));
    area.add("head/broken", |s| Box::pin(broken_heads(s)));
}

/// The body in chunks of this size, and the last one.
fn chunks(body: &str, size: usize) -> String {
    let chunks: Vec<&[u8]> = body.as_bytes().chunks(size).collect();
    let chunks = chunks.iter().map(|chunk| format!("{:x}\r\n{}\r\n", chunk.len(), String::from_utf8_lossy(chunk)));
    chunks.collect::<String>() + "0\r\n\r\n"
}

/// A create whose body goes as it is, with these headers about it.
async fn create(
    s: &mut Session,
    connection: &mut Connection,
    headers: &[(&str, &str)],
    body: &str,
    (part, status): (Part, u16),
) -> Outcome {
    let mut call = s.call(CREATE, &[]).body("application/json", body.to_owned()).independent();
    for (name, value) in headers {
        call = call.header(name, value);
    }
    call.expect_on(connection, part, status).await?;
    Ok(())
}

async fn ping(s: &mut Session, connection: &mut Connection, status: u16) -> Outcome {
    s.call("GET /_ping", &[]).independent().expect_on(connection, Part::Whole, status).await?;
    Ok(())
}

const CHUNKED: (&str, &str) = ("transfer-encoding", "chunked");

async fn chunked(s: &mut Session, size: usize) -> Outcome {
    let mut connection = s.connect().await?;
    create(s, &mut connection, &[CHUNKED], &chunks(BODY, size), (Part::Whole, 404)).await?;
    ping(s, &mut connection, 200).await
}

/// What HTTP lets a client put beside the chunks.
async fn extension_and_trailer(s: &mut Session) -> Outcome {
    let mut connection = s.connect().await?;
    let body = format!("{:x};a=b\r\n{BODY}\r\n0\r\nx-trailer: yes\r\n\r\n", BODY.len());
    create(s, &mut connection, &[CHUNKED], &body, (Part::Whole, 404)).await?;
    ping(s, &mut connection, 200).await
}

/// A size that is no number, one that is too large for what follows, an end before the last chunk.
async fn broken_chunks(s: &mut Session) -> Outcome {
    for body in ["zz\r\n{}\r\n0\r\n\r\n", "2\r\n{}}}\r\n0\r\n\r\n", "40\r\n{\"Image\":", "2\r\n{}\r\n"] {
        let mut connection = s.connect().await?;
        let call = s.call(CREATE, &[]).body("application/json", body).header(CHUNKED.0, CHUNKED.1).independent();
        call.answered_on(&mut connection, Part::Last).await?;
    }
    Ok(())
}

/// Lengths that are none, and one beyond the bytes that come.
async fn wrong_length(s: &mut Session) -> Outcome {
    for length in ["abc", "-1", "+2", "0x2", "18446744073709551616", "400"] {
        let mut connection = s.connect().await?;
        let call = s.call(CREATE, &[]).body("application/json", BODY).header("content-length", length).independent();
        call.answered_on(&mut connection, Part::Last).await?;
    }
    Ok(())
}

/// The way to smuggle a request past a proxy: an engine has to take the chunks or refuse, and not take the rest for a request.
async fn length_and_chunked(s: &mut Session) -> Outcome {
    let mut connection = s.connect().await?;
    let headers = [("content-length", "4"), CHUNKED];
    create(s, &mut connection, &headers, &chunks(BODY, 4096), (Part::Whole, 404)).await?;
    s.call("GET /_ping", &[]).independent().answered_on(&mut connection, Part::Whole).await?;
    Ok(())
}

/// An error ends no connection.
async fn after_errors(s: &mut Session) -> Outcome {
    let mut connection = s.connect().await?;
    let length = BODY.len().to_string();
    create(s, &mut connection, &[("content-length", &length)], BODY, (Part::Whole, 404)).await?;
    create(s, &mut connection, &[("content-length", "4")], "{bad", (Part::Whole, 500)).await?;
    for (operation, status) in [("GET /containers/{id}/json", 404), ("GET /nosuch", 404), ("PUT /version", 404)] {
        let call = s.call(operation, &["lockstep-nosuch"]).independent();
        call.expect_on(&mut connection, Part::Whole, status).await?;
    }
    s.call("HEAD /_ping", &[]).independent().expect_on(&mut connection, Part::Whole, 200).await?;
    ping(s, &mut connection, 200).await
}

/// A body that nobody reads is not taken for the next request.
async fn after_unread_body(s: &mut Session) -> Outcome {
    let mut connection = s.connect().await?;
    let body = "GET /_ping HTTP/1.1\r\n\r\n".repeat(100);
    for operation in ["POST /containers/{id}/start", "POST /nosuch", "DELETE /containers/{id}"] {
        let call = s.call(operation, &["lockstep-nosuch"]).body("text/plain", body.clone()).independent();
        let call = call.header("content-length", &body.len().to_string());
        call.answered_on(&mut connection, Part::Whole).await?;
        ping(s, &mut connection, 200).await?;
    }
    Ok(())
}

async fn close(s: &mut Session) -> Outcome {
    let mut connection = s.connect().await?;
    let call = s.call("GET /_ping", &[]).header("connection", "close").independent();
    call.expect_on(&mut connection, Part::Whole, 200).await?;
    ping(s, &mut connection, 0).await
}

/// A client of the old kind: the connection ends with the answer, unless it asks otherwise.
async fn http_1_0(s: &mut Session) -> Outcome {
    let mut connection = s.connect().await?;
    for _ in 0..2 {
        let call = s.call("GET /_ping", &[]).header(":version", "1.0").header("connection", "keep-alive").independent();
        call.answered_on(&mut connection, Part::Whole).await?;
    }
    let call = s.call("GET /_ping", &[]).header(":version", "1.0").independent();
    call.expect_on(&mut connection, Part::Whole, 200).await?;
    ping(s, &mut connection, 0).await
}

/// A client that asks before it sends a large body.
async fn expect_continue(s: &mut Session) -> Outcome {
    let mut connection = s.connect().await?;
    let length = BODY.len().to_string();
    let headers = [("content-length", length.as_str()), ("expect", "100-continue")];
    create(s, &mut connection, &headers, BODY, (Part::Head, 100)).await?;
    create(s, &mut connection, &headers, BODY, (Part::Body, 404)).await?;
    ping(s, &mut connection, 200).await
}

/// An engine that does not want the body says so at once.
async fn no_body_wanted(s: &mut Session) -> Outcome {
    for operation in ["POST /nosuch", "POST /containers/{id}/start", "GET /_ping"] {
        let mut connection = s.connect().await?;
        let call = s.call(operation, &["lockstep-nosuch"]).header("content-length", "100000").independent();
        call.header("expect", "100-continue").answered_on(&mut connection, Part::Head).await?;
    }
    Ok(())
}

async fn unknown_expectation(s: &mut Session) -> Outcome {
    let mut connection = s.connect().await?;
    let call = s.call("GET /_ping", &[]).header("expect", "nonsense").independent();
    call.expect_on(&mut connection, Part::Whole, 417).await?;
    Ok(())
}

/// Heads that HTTP forbids. Each on a connection of its own, since the engine closes it.
async fn broken_heads(s: &mut Session) -> Outcome {
    for headers in [
        &[("host", "")][..],
        &[("host", "one"), ("host", "two")],
        &[("host", "a b")],
        &[("bad name", "x")],
        &[("x-odd", "a\u{1}b")],
        &[(":version", "1.2")],
        &[(":version", "2.0")],
        &[(":version", "0.9")],
        &[(":version", "one")],
        &[("transfer-encoding", "gzip")],
        &[("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")],
        &[("content-length", "1"), ("content-length", "2")],
    ] {
        let mut connection = s.connect().await?;
        broken_head(s, &mut connection, headers).await?;
    }
    Ok(())
}

async fn broken_head(s: &mut Session, connection: &mut Connection, headers: &[(&str, &str)]) -> Result<(), Stop> {
    let mut call = s.call("GET /_ping", &[]).independent();
    for (name, value) in headers {
        call = call.header(name, value);
    }
    call.answered_on(connection, Part::Last).await?;
    Ok(())
}
