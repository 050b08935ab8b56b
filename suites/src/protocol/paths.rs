//! Paths and queries as nobody should write them.

use lockstep_harness::scenario::{Area, Outcome, Session};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("paths/slashes", |s| Box::pin(slashes(s)));
    area.add("paths/encoded", |s| Box::pin(encoded(s)));
    area.add("paths/case", |s| Box::pin(case(s)));
    area.add("paths/long", |s| Box::pin(long(s)));
    area.add("paths/versions", |s| Box::pin(versions(s)));
    area.add("query/spellings", |s| Box::pin(spellings(s)));
    area.add("query/booleans", |s| Box::pin(booleans(s)));
}

async fn odd(s: &mut Session, operation: &str, path: &str) -> Outcome {
    s.call(operation, &[]).path(path).answered().await?;
    Ok(())
}

async fn slashes(s: &mut Session) -> Outcome {
    for path in ["/version/", "//version", "/./version", "/containers/../version", "/version//", "/"] {
        odd(s, "GET /version", path).await?;
    }
    for path in [
        "/containers//json",
        "/containers/json/",
        "/containers/lockstep-nosuch//json",
        "/containers/lockstep-nosuch/json/",
    ] {
        odd(s, "GET /containers/{id}/json", path).await?;
    }
    odd(s, "POST /containers/{id}/start", "/containers//start").await?;
    odd(s, "GET /images/{name}/json", "/images/lockstep//nosuch/json").await?;
    odd(s, "GET /images/{name}/json", "/images//json").await
}

async fn encoded(s: &mut Session) -> Outcome {
    for path in ["/%76ersion", "/version%2f", "/version%20", "/version%00"] {
        odd(s, "GET /version", path).await?;
    }
    for name in
        ["lockstep%2Fnosuch", "%6cockstep-nosuch", "lockstep%00nosuch", "%ff%fe", "lockstep%20nosuch", "%2e%2e", "a+b"]
    {
        odd(s, "GET /containers/{id}/json", &format!("/containers/{name}/json")).await?;
        odd(s, "GET /images/{name}/json", &format!("/images/{name}/json")).await?;
        odd(s, "GET /volumes/{name}", &format!("/volumes/{name}")).await?;
        odd(s, "GET /networks/{id}", &format!("/networks/{name}")).await?;
    }
    Ok(())
}

async fn case(s: &mut Session) -> Outcome {
    for path in ["/Version", "/VERSION", "/version.json", "/versio", "/versions"] {
        odd(s, "GET /version", path).await?;
    }
    odd(s, "GET /containers/{id}/json", "/containers/lockstep-nosuch/JSON").await?;
    odd(s, "GET /containers/{id}/json", "/container/lockstep-nosuch/json").await?;
    // A name of an image has no capitals.
    for (operation, path) in [
        ("GET /images/{name}/json", "/images/UPPER/json"),
        ("GET /images/{name}/history", "/images/UPPER/history"),
        ("GET /images/{name}/get", "/images/UPPER/get"),
        ("GET /images/get", "/images/get?names=UPPER"),
        ("DELETE /images/{name}", "/images/UPPER"),
        ("POST /images/{name}/tag", "/images/UPPER/tag?repo=lockstep-other"),
        ("POST /images/{name}/tag", "/images/lockstep-nosuch/tag?repo=UPPER"),
        ("POST /images/{name}/tag", "/images/lockstep-nosuch/tag?repo=sha256"),
        ("GET /distribution/{name}/json", "/distribution/UPPER/json"),
    ] {
        odd(s, operation, path).await?;
    }
    Ok(())
}

async fn long(s: &mut Session) -> Outcome {
    for length in [64, 65, 255, 256, 4000] {
        let name = "x".repeat(length);
        odd(s, "GET /containers/{id}/json", &format!("/containers/{name}/json")).await?;
        odd(s, "GET /images/{name}/json", &format!("/images/{name}/json")).await?;
        odd(s, "GET /volumes/{name}", &format!("/volumes/{name}")).await?;
        odd(s, "GET /networks/{id}", &format!("/networks/{name}")).await?;
    }
    Ok(())
}

/// The version that stands before the path.
async fn versions(s: &mut Session) -> Outcome {
    for version in [
        "v1.41",
        "v1.24",
        "v1.41.0",
        "v1.041",
        "v1.",
        "v1",
        "v01.41",
        "V1.41",
        "1.41",
        "v-1.41",
        "v1.41a",
        "v1.41/v1.41",
    ] {
        s.call("GET /_ping", &[]).path(&format!("/{version}/_ping")).unversioned().answered().await?;
    }
    Ok(())
}

/// Parameters twice, unknown, without a value, in another case, with what separates them.
async fn spellings(s: &mut Session) -> Outcome {
    let own = format!("{{%22label%22:[%22{}%22]}}", s.label());
    for query in [
        "all=1&all=0",
        "all=0&all=1",
        "nosuch=1",
        "all",
        "ALL=1",
        "all=1&&size=0",
        "&",
        "=",
        "all=1;size=1",
        "all=%31",
        "?all=1",
    ] {
        odd(s, "GET /containers/json", &format!("/containers/json?filters={own}&{query}")).await?;
    }
    Ok(())
}

/// Every way to say yes or no, in a step that makes a difference of it.
async fn booleans(s: &mut Session) -> Outcome {
    s.create(serde_json::json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    let own = s.own();
    for value in [
        "1", "0", "true", "false", "True", "TRUE", "t", "f", "yes", "no", "none", "None", "on", "off", "2", "-1", " ",
        "",
    ] {
        s.call("GET /containers/json", &[]).filters(own.clone()).query("all", value).independent().answered().await?;
    }
    Ok(())
}
