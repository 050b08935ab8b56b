//! Plugins, as far as they go without one: none can be installed where no registry answers.

pub(crate) mod made;

use lockstep_harness::scenario::{Catalogue, Need, Outcome, Session};
use serde_json::{Value, json};

const REFUSED: &str = "127.0.0.1:1/nosuch";

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("plugins");
    area.add("list/by-capability", |s| Box::pin(list(s)));
    area.add("list/unknown-filter", |s| Box::pin(list_unknown_filter(s)));
    for (case, operation, body) in [
        ("inspect", "GET /plugins/{name}/json", None),
        ("remove", "DELETE /plugins/{name}", None),
        ("disable", "POST /plugins/{name}/disable", None),
        ("set", "POST /plugins/{name}/set", Some(json!(["A=b"]))),
        ("push", "POST /plugins/{name}/push", None),
    ] {
        area.add(&format!("unknown/{case}"), move |s| Box::pin(unknown(s, operation, body.clone())));
    }
    area.add("unknown/enable", |s| Box::pin(enable_unknown(s)));
    area.add("unknown/upgrade", |s| Box::pin(upgrade_unknown(s)));
    area.add("privileges/without-remote", |s| Box::pin(privileges_without_remote(s)));
    area.add("pull/registry-refuses", |s| Box::pin(pull_refused(s)));
    area.add("create/no-archive", |s| Box::pin(create_garbage(s)));
    area.add("whole", |s| Box::pin(whole(s))).needs(Need::Disposable);
    made::add(&mut area);
}

async fn list(s: &mut Session) -> Outcome {
    s.call("GET /plugins", &[]).any_age().filters(json!({ "capability": ["lockstepnever"] })).expect(200).await?;
    Ok(())
}

async fn list_unknown_filter(s: &mut Session) -> Outcome {
    s.call("GET /plugins", &[]).filters(json!({ "nosuch": ["x"] })).expect(400).await?;
    Ok(())
}

async fn unknown(s: &mut Session, operation: &str, body: Option<Value>) -> Outcome {
    let call = s.call(operation, &["nosuch"]).any_age();
    match body {
        Some(body) => call.json(body),
        None => call,
    }
    .expect(404)
    .await?;
    Ok(())
}

async fn enable_unknown(s: &mut Session) -> Outcome {
    s.call("POST /plugins/{name}/enable", &["nosuch"]).query("timeout", 1).expect(404).await?;
    s.call("POST /plugins/{name}/enable", &["nosuch"]).expect(500).await?;
    Ok(())
}

async fn upgrade_unknown(s: &mut Session) -> Outcome {
    s.call("POST /plugins/{name}/upgrade", &["nosuch"]).query("remote", REFUSED).json(json!([])).expect(404).await?;
    Ok(())
}

async fn privileges_without_remote(s: &mut Session) -> Outcome {
    s.call("GET /plugins/privileges", &[]).expect(500).await?;
    Ok(())
}

async fn pull_refused(s: &mut Session) -> Outcome {
    s.call("POST /plugins/pull", &[])
        .query("remote", REFUSED)
        .query("name", "lockstep-never")
        .json(json!([]))
        .expect(500)
        .await?;
    Ok(())
}

async fn create_garbage(s: &mut Session) -> Outcome {
    s.call("POST /plugins/create", &[])
        .query("name", "lockstep-never")
        .tar(crate::archives::garbage())
        .expect(500)
        .await?;
    Ok(())
}

/// A plugin with everything set that can be: what inspect and lists show of it. It is never enabled.
async fn whole(s: &mut Session) -> Outcome {
    let settable = json!(["value"]);
    let config = json!({
        "description": "Does nothing.",
        "documentation": "https://example.org/plugin",
        "interface": { "types": ["docker.volumedriver/1.0"], "socket": "p.sock", "protocolScheme": "moby.plugins.http/v1" },
        "entrypoint": ["/plugin"],
        "workdir": "/tmp",
        "user": { "UID": 1, "GID": 2 },
        "network": { "type": "host" },
        "linux": {
            "capabilities": ["CAP_SYS_ADMIN"],
            "allowAllDevices": true,
            "devices": [{ "name": "null", "description": "a device", "settable": ["path"], "path": "/dev/null" }],
        },
        "propagatedMount": "/data",
        "ipchost": true,
        "pidhost": true,
        "mounts": [{
            "name": "etc", "description": "a mount", "settable": ["source"], "source": "/etc", "destination": "/host",
            "type": "bind", "options": ["rbind", "ro"],
        }],
        "env": [{ "name": "COLOUR", "description": "a variable", "settable": settable, "value": "blue" }],
        "args": { "name": "args", "description": "arguments", "settable": settable, "value": ["one", "two"] },
    });
    let archive = crate::archives::files(&[("config.json", &config.to_string()), ("rootfs/plugin", "nothing")]);
    let name = s.name("plugin");
    s.call("POST /plugins/create", &[]).query("name", &name).tar(archive).expect(204).await?;
    s.call("GET /plugins/{name}/json", &[&name]).independent().expect(200).await?;
    s.call("GET /plugins", &[]).independent().expect(200).await?;
    s.call("DELETE /plugins/{name}", &[&name]).query("force", "true").expect(200).await?;
    Ok(())
}
