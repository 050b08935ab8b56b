//! For every operation that takes JSON: bodies that are missing, broken, of another type, or said to be something else.

use super::table::{groups, operations, takes_json};
use lockstep_harness::api::Operation;
use lockstep_harness::scenario::{Area, Call, Need, Outcome, Session};
use serde_json::{Value, json};

const NOSUCH: &str = "lockstep-nosuch";
const CREATE: &str = "POST /containers/create";

pub(super) fn add(area: &mut Area<'_>) {
    for group in groups() {
        if operations(group).any(takes_json) {
            area.add(&format!("bad-body/{group}"), move |s| Box::pin(bad_body(s, group)));
        }
    }
    area.add("json/keys", |s| Box::pin(keys(s)));
    area.add("json/values-of-another-type", |s| Box::pin(other_types(s)));
    area.add("json/host-config-values-of-another-type", |s| Box::pin(other_types_of_host_config(s)));
    area.add("json/null", |s| Box::pin(null(s)));
    area.add("json/numbers-out-of-range", |s| Box::pin(numbers(s)));
    area.add("json/texts", |s| Box::pin(texts(s)));
    area.add("content-types", |s| Box::pin(content_types(s)));
    // What an engine overlooks lets it list all that it has.
    area.add("filters", |s| Box::pin(filters(s))).alone();
    // An engine that overlooks them takes away all that it has.
    area.add("filters-of-prune", |s| Box::pin(filters_of_prune(s))).needs(Need::Disposable);
}

async fn bad_body(s: &mut Session, group: &str) -> Outcome {
    for facts in operations(group).filter(|facts| takes_json(facts)) {
        fresh(s, facts).answered().await?;
        for body in ["{bad", "[]", "\"text\"", "null", "{} {}"] {
            fresh(s, facts).body("application/json", body).answered().await?;
        }
        fresh(s, facts).body("text/plain", "{}").answered().await?;
    }
    Ok(())
}

/// A call on nothing that exists, with the version that updates want.
fn fresh<'s>(s: &'s mut Session, facts: &Operation) -> Call<'s> {
    let call = s.call(&facts.operation, &[NOSUCH]);
    if facts.query.contains_key("version") { call.query("version", 1) } else { call }
}

/// A create that fails for the image's sake where nothing else is wrong with it.
fn create<'s>(s: &'s mut Session, body: &str) -> Call<'s> {
    s.call(CREATE, &[]).body("application/json", body.to_owned())
}

/// Twice the same, in another case, unknown, empty.
async fn keys(s: &mut Session) -> Outcome {
    for body in [
        r#"{"Image":"lockstep-nosuch:one","Image":"lockstep-nosuch:two"}"#,
        r#"{"image":"lockstep-nosuch:one"}"#,
        r#"{"IMAGE":"lockstep-nosuch:one","image":"lockstep-nosuch:two"}"#,
        r#"{"Image":"lockstep-nosuch:one","Nosuch":{"a":[1]},"":0}"#,
        r#"{"Image":"lockstep-nosuch:one"} trailing"#,
        r#"{"Image":"lockstep-nosuch:one",}"#,
        r"{'Image':'lockstep-nosuch:one'}",
        "\u{feff}{\"Image\":\"lockstep-nosuch:one\"}",
    ] {
        create(s, body).answered().await?;
    }
    Ok(())
}

/// Every type of value in every type of place.
async fn other_types(s: &mut Session) -> Outcome {
    let values = other_values();
    for field in ["Image", "Cmd", "Env", "Tty", "Labels", "ExposedPorts", "StopTimeout", "HostConfig"] {
        for value in &values {
            let mut body = json!({ "Image": "lockstep-nosuch:one" });
            body[field] = value.clone();
            create(s, &body.to_string()).answered().await?;
        }
    }
    Ok(())
}

fn other_values() -> [Value; 5] {
    [json!(true), json!(7), json!("text"), json!([]), json!({})]
}

async fn other_types_of_host_config(s: &mut Session) -> Outcome {
    let values = other_values();
    for field in ["Memory", "Binds", "RestartPolicy", "PortBindings", "Privileged", "NetworkMode"] {
        for value in &values {
            let body = json!({ "Image": "lockstep-nosuch:one", "HostConfig": { field: value } });
            create(s, &body.to_string()).answered().await?;
        }
    }
    Ok(())
}

/// Null is as good as nothing.
async fn null(s: &mut Session) -> Outcome {
    for field in
        ["Image", "Cmd", "Env", "Tty", "Labels", "ExposedPorts", "StopTimeout", "HostConfig", "NetworkingConfig"]
    {
        let mut body = json!({ "Image": "lockstep-nosuch:one" });
        body[field] = Value::Null;
        create(s, &body.to_string()).answered().await?;
    }
    create(s, r#"{"Image":"lockstep-nosuch:one","Cmd":[null],"Env":[null],"Labels":{"a":null}}"#).answered().await?;
    Ok(())
}

async fn numbers(s: &mut Session) -> Outcome {
    for number in [
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "1e3",
        "1e400",
        "1.5",
        "007",
        "-0",
        "NaN",
    ] {
        let body = format!(r#"{{"Image":"lockstep-nosuch:one","HostConfig":{{"CpuShares":{number}}}}}"#);
        create(s, &body).answered().await?;
    }
    Ok(())
}

/// Texts that are hard to read, and very long ones.
async fn texts(s: &mut Session) -> Outcome {
    for text in [r"\u0000", r"\ud800", r"\x", "caf\u{e9}", "\u{1f433}", "line\nbreak"] {
        create(s, &format!(r#"{{"Image":"lockstep-nosuch:one","Hostname":"{text}"}}"#)).answered().await?;
    }
    let invalid = [b"{\"Image\":\"lockstep-nosuch:one\",\"Hostname\":\"".as_slice(), &[0xff, 0xfe], b"\"}"].concat();
    s.call(CREATE, &[]).body("application/json", invalid).answered().await?;
    let long = "x".repeat(5000);
    create(s, &format!(r#"{{"Image":"lockstep-nosuch:one","Hostname":"{long}"}}"#)).answered().await?;
    create(s, &format!(r#"{{"Image":"{long}"}}"#)).answered().await?;
    let deep = format!(r#"{{"Image":"lockstep-nosuch:one","Nosuch":{}{}}}"#, "[".repeat(2000), "]".repeat(2000));
    create(s, &deep).answered().await?;
    Ok(())
}

async fn content_types(s: &mut Session) -> Outcome {
    for kind in [
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/json;",
        "application/vnd.docker+json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "nonsense",
        "",
    ] {
        s.call(CREATE, &[]).body(kind, r#"{"Image":"lockstep-nosuch:one"}"#).answered().await?;
    }
    Ok(())
}

/// A map of lists, a map of maps, and what is neither.
async fn filters(s: &mut Session) -> Outcome {
    let own = s.label();
    for operation in ["GET /containers/json", "GET /images/json", "GET /networks", "GET /volumes"] {
        for filters in [
            json!({ "label": [own] }),
            json!({ "label": { own.as_str(): true } }),
            json!({ "label": own }),
            json!({ "label": [7] }),
            json!([own]),
            json!("label"),
        ] {
            s.call(operation, &[]).filters(filters).answered().await?;
        }
        s.call(operation, &[]).query("filters", format!("{{\"label\":[\"{own}\"]")).answered().await?;
        s.call(operation, &[]).query("filters", format!("label={own}")).answered().await?;
        s.call(operation, &[]).filters(json!({ "label": [own], "nosuch": ["x"] })).answered().await?;
    }
    Ok(())
}

async fn filters_of_prune(s: &mut Session) -> Outcome {
    for what in ["containers", "images", "networks", "volumes", "build"] {
        for filters in ["{bad", "{\"nosuch\":[\"x\"]}", "{\"label\":7}", "{\"until\":[\"yesterday\"]}"] {
            s.call(&format!("POST /{what}/prune"), &[]).query("filters", filters).answered().await?;
        }
    }
    Ok(())
}
