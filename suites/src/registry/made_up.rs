//! Search and tokens: a probe on the host's network answers as a registry would.

use lockstep_harness::scenario::{Area, Outcome, Session, Stop};
use serde_json::json;

const JSON: &str = "Content-Type: application/json";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("search", |s| Box::pin(search(s)));
    area.add("tokens", |s| Box::pin(tokens(s)));
}

/// A server that answers by these rules of the probe; its host.
async fn served(s: &mut Session, rules: &[String]) -> Result<String, Stop> {
    let port = s.port().to_string();
    let host = format!("127.0.0.1:{port}");
    s.know(&host, "registry");
    s.know(&port, "registry-port");
    let rules = rules.iter().map(|rule| rule.replace("HOST", &host));
    let command: Vec<String> = ["probe", "serve", &port].into_iter().map(str::to_owned).chain(rules).collect();
    let server = s.start(json!({ "Cmd": command, "HostConfig": { "NetworkMode": "host" } })).await?;
    let logs = format!("/containers/{server}/logs?stdout=1");
    s.until_at(&logs, "", |log| log.and_then(|log| log.as_str()).is_some_and(|log| log.contains("listening"))).await?;
    Ok(host)
}

async fn search(s: &mut Session) -> Outcome {
    let found = json!({
        "num_results": 3,
        "query": "one",
        "results": [
            { "name": "lockstep/one", "description": "the first", "is_official": true, "is_automated": false, "star_count": 3 },
            { "name": "lockstep/two", "description": "the second", "is_official": false, "is_automated": true, "star_count": 1 },
            { "name": "three", "description": "", "is_official": false, "is_automated": false, "star_count": 0 },
        ],
    });
    let host = served(
        s,
        &[
            format!("/v1/search|200|{JSON}|{found}"),
            format!("/v1/_ping|200|{JSON}|X-Docker-Registry-Version: 0.9|{{\"standalone\":true}}"),
            format!("/v2/_catalog|200|{JSON}|{{\"repositories\":[\"lockstep/one\"]}}"),
            format!("/v2/|200|{JSON}|Docker-Distribution-Api-Version: registry/2.0|{{}}"),
        ],
    )
    .await?;
    let term = format!("{host}/one");
    s.call("GET /images/search", &[]).query("term", &term).independent().expect(200).await?;
    s.call("GET /images/search", &[]).query("term", &term).query("limit", 1).independent().expect(200).await?;
    for filters in [
        json!({ "stars": ["2"] }),
        json!({ "is-official": ["true"] }),
        json!({ "is-automated": ["false"] }),
        json!({ "is-official": { "false": true }, "stars": { "1": true } }),
    ] {
        s.call("GET /images/search", &[]).query("term", &term).filters(filters).independent().expect(200).await?;
    }
    for filters in [json!({ "nosuch": ["x"] }), json!({ "stars": ["many"] }), json!({ "is-official": ["maybe"] })] {
        s.call("GET /images/search", &[]).query("term", &term).filters(filters).independent().answered().await?;
    }
    for limit in ["0", "-1", "101"] {
        s.call("GET /images/search", &[]).query("term", &term).query("limit", limit).independent().answered().await?;
    }
    s.call("GET /images/search", &[]).query("term", &term).query("filters", "{bad").independent().expect(500).await?;
    Ok(())
}

/// A registry that sends its clients elsewhere for a token. It refuses in the way of Docker's own, and in the
/// way of the specification. (In base 64: who is `good` and who is `bad`, each with the name for a password.)
async fn tokens(s: &mut Session) -> Outcome {
    let challenge = "Www-Authenticate: Bearer realm=\"http://HOST/token\",service=\"lockstep\"";
    let refusal = r#"{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}"#;
    let host = served(
        s,
        &[
            format!("/token&Z29vZDpnb29k|200|{JSON}|{{\"token\":\"t\",\"refresh_token\":\"identity\"}}"),
            format!("/token&YmFkOmJhZA|401|{JSON}|{{\"details\":\"incorrect username or password\"}}"),
            format!("/token|401|{JSON}|{refusal}"),
            format!("/v2/&Bearer t|200|{JSON}|Docker-Distribution-Api-Version: registry/2.0|{{}}"),
            format!("/v2/|401|{JSON}|Docker-Distribution-Api-Version: registry/2.0|{challenge}|{{}}"),
        ],
    )
    .await?;
    for (user, status) in [("good", 200), ("bad", 401), ("ugly", 500)] {
        let body = json!({ "username": user, "password": user, "serveraddress": host });
        s.call("POST /auth", &[]).json(body).independent().expect(status).await?;
    }
    Ok(())
}
