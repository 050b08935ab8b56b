//! Methods and headers that HTTP has and the API does not speak of.

use lockstep_harness::scenario::{Area, Outcome, Session};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("methods", |s| Box::pin(methods(s)));
    area.add("headers", |s| Box::pin(headers(s)));
}

async fn methods(s: &mut Session) -> Outcome {
    for path in ["/_ping", "/version", "/containers/json", "/containers/lockstep-nosuch/json", "/nosuch"] {
        for method in ["HEAD", "OPTIONS", "TRACE", "PROPFIND"] {
            s.call(&format!("{method} {path}"), &[]).answered().await?;
        }
    }
    Ok(())
}

/// What a client may ask of any server.
async fn headers(s: &mut Session) -> Outcome {
    for (name, value) in [
        ("accept", "text/html"),
        ("accept", "application/xml"),
        ("accept-encoding", "gzip"),
        ("expect", "100-continue"),
        ("expect", "nonsense"),
        ("if-none-match", "*"),
        ("range", "bytes=0-1"),
        ("origin", "http://localhost"),
        ("x-http-method-override", "DELETE"),
        ("host", "lockstep.example"),
        ("connection", "close"),
        ("upgrade", "h2c"),
    ] {
        s.call("GET /_ping", &[]).header(name, value).answered().await?;
        let call = s.call("POST /containers/create", &[]).header(name, value);
        call.body("application/json", r#"{"Image":"lockstep-nosuch:one"}"#).answered().await?;
    }
    Ok(())
}
