//! A plugin made here: the probe as a volume driver that is told what to answer.

use lockstep_harness::engine::image::rootfs_tar;
use lockstep_harness::scenario::{Access, Area, Call, Outcome, Registry, Session, Stop};
use serde_json::{Value, json};

const CREATE: &str = "POST /plugins/create";
const INSPECT: &str = "GET /plugins/{name}/json";
const ENABLE: &str = "POST /plugins/{name}/enable";
const DISABLE: &str = "POST /plugins/{name}/disable";
const SET: &str = "POST /plugins/{name}/set";
const REMOVE: &str = "DELETE /plugins/{name}";
const UPGRADE: &str = "POST /plugins/{name}/upgrade";
const SOCKET: &str = "/run/docker/plugins/driver.sock";

pub(super) fn add(area: &mut Area<'_>) {
    // The list of plugins is the engine's; so is what becomes of their content when one is removed.
    area.add("made/life", |s| Box::pin(life(s))).alone();
    area.add("made/volumes", |s| Box::pin(volumes(s))).alone();
    area.add("made/bad-archives", |s| Box::pin(bad_archives(s))).alone();
    area.add("made/remote", |s| Box::pin(remote(s))).alone();
    area.add("made/list-refused", |s| Box::pin(list_refused(s))).alone();
    area.add("made/privileges", |s| Box::pin(privileges(s))).needs(Registry::needs());
}

/// A rule of the probe's server: what it answers to a request that has these needles.
fn answer(needles: &str, body: Value) -> String {
    format!("{needles}|200|Content-Type: application/vnd.docker.plugins.v1.2+json|{body}")
}

/// What the driver answers: it refuses to create, show or remove what is called so.
fn rules() -> Vec<String> {
    let volume = |name: &str| json!({ "Volume": { "Name": name, "Mountpoint": "/tmp" }, "Err": "" });
    vec![
        answer("Plugin.Activate", json!({ "Implements": ["VolumeDriver"] })),
        answer("VolumeDriver.Capabilities", json!({ "Capabilities": { "Scope": "local" } })),
        answer("VolumeDriver.Create&refused", json!({ "Err": "the driver refuses to create" })),
        answer("VolumeDriver.Remove&kept", json!({ "Err": "the driver refuses to remove" })),
        answer("VolumeDriver.Get&kept", volume("kept")),
        answer("VolumeDriver.Get&refused", json!({ "Err": "the driver has no such volume" })),
        answer("VolumeDriver.Get&hidden", json!({ "Err": "the driver refuses to show" })),
        answer(
            "VolumeDriver.Get",
            json!({ "Volume": { "Name": "good", "Mountpoint": "/tmp", "Status": { "colour": "blue" } }, "Err": "" }),
        ),
        answer("VolumeDriver.List", json!({ "Volumes": [], "Err": "" })),
        answer("VolumeDriver.", json!({ "Mountpoint": "/tmp", "Err": "" })),
    ]
}

/// A driver that does not tell its volumes: the list of the others says so.
async fn list_refused(s: &mut Session) -> Outcome {
    let rules = [
        answer("Plugin.Activate", json!({ "Implements": ["VolumeDriver"] })),
        answer("VolumeDriver.", json!({ "Err": "the driver refuses to list" })),
    ];
    let plugin = enabled(s, "driver", &driver(rules)).await?;
    let own = s.own();
    s.call("GET /volumes", &[]).filters(own).independent().expect(200).await?;
    s.call(DISABLE, &[&plugin]).query("force", 1).expect(200).await?;
    Ok(())
}

/// A plugin's configuration, with one variable that may be set and one that may not.
fn configuration(kind: &str, command: &[String]) -> Value {
    json!({
        "description": "Lockstep's",
        "documentation": "",
        "interface": { "types": [format!("docker.{kind}/1.0")], "socket": "driver.sock" },
        "entrypoint": command,
        "workdir": "/",
        "network": { "type": "none" },
        "env": [
            { "name": "COLOUR", "description": "settable", "settable": ["value"], "value": "blue" },
            { "name": "SHAPE", "description": "fixed", "settable": null, "value": "round" },
        ],
        "args": { "name": "args", "description": "none", "settable": ["value"], "value": [] },
        "linux": { "capabilities": [], "allowAllDevices": false, "devices": null },
        "mounts": [],
        "propagatedMount": "",
    })
}

/// A volume driver that answers by these rules.
fn driver(rules: impl IntoIterator<Item = String>) -> Value {
    let command: Vec<String> = ["probe", "serve", SOCKET].into_iter().map(str::to_owned).chain(rules).collect();
    configuration("volumedriver", &command)
}

/// A plugin of a kind that nothing asks for: it only has to be there.
fn plain() -> Value {
    silent("lockstepdriver")
}

/// A plugin of this kind that is there and answers nothing.
fn silent(kind: &str) -> Value {
    configuration(kind, &["probe", "serve", SOCKET].map(str::to_owned))
}

/// A call that creates a plugin of this name from a configuration and the probe's root file system.
async fn create(s: &mut Session, name: &str, configuration: &Value) -> Result<(), Stop> {
    s.remember("plugin", name);
    let archive = crate::archives::plugin(&configuration.to_string(), name, &rootfs_tar());
    let call: Call<'_> = s.call(CREATE, &[]).query("name", name).tar(archive);
    call.expect(204).await?;
    Ok(())
}

/// A plugin of the kind that runs, by its name.
pub async fn running(s: &mut Session, kind: &str) -> Result<String, Stop> {
    enabled(s, "plugin", &silent(kind)).await
}

/// Creates a plugin from a configuration and enables it: its name.
async fn enabled(s: &mut Session, word: &str, configuration: &Value) -> Result<String, Stop> {
    let plugin = format!("{}:latest", s.name(word));
    create(s, &plugin, configuration).await?;
    s.call(ENABLE, &[&plugin]).query("timeout", 5).expect(200).await?;
    Ok(plugin)
}

async fn life(s: &mut Session) -> Outcome {
    let plugin = format!("{}:latest", s.name("plugin"));
    create(s, &plugin, &plain()).await?;
    let seen = s.call(INSPECT, &[&plugin]).expect(200).await?;
    s.know(&seen.text("/Id")?, "plugin");
    s.call("GET /plugins", &[])
        .filters(json!({ "capability": ["lockstepdriver"], "enabled": ["false"] }))
        .independent()
        .expect(200)
        .await?;
    s.call("GET /plugins", &[]).query("filters", "{bad").independent().expect(500).await?;
    let archive = crate::archives::plugin(&plain().to_string(), &plugin, &rootfs_tar());
    s.call(CREATE, &[]).query("name", &plugin).tar(archive).independent().expect(409).await?;
    s.call(SET, &[&plugin]).json(json!(["COLOUR=red"])).expect(204).await?;
    for setting in [json!(["SHAPE=square"]), json!(["NOSUCH=1"]), json!(["COLOUR"]), json!({})] {
        s.call(SET, &[&plugin]).json(setting).answered().await?;
    }
    s.call(DISABLE, &[&plugin]).answered().await?;
    s.call(ENABLE, &[&plugin]).query("timeout", "soon").answered().await?;
    s.call(ENABLE, &[&plugin]).query("timeout", 5).expect(200).await?;
    s.call(ENABLE, &[&plugin]).query("timeout", 5).answered().await?;
    s.call(INSPECT, &[&plugin]).expect(200).await?;
    s.call(SET, &[&plugin]).json(json!(["COLOUR=green"])).answered().await?;
    s.call(REMOVE, &[&plugin]).answered().await?;
    s.call(DISABLE, &[&plugin]).query("force", "true").expect(200).await?;
    s.call(REMOVE, &[&plugin]).query("force", "false").expect(200).await?;
    s.call(INSPECT, &[&plugin]).expect(404).await?;
    Ok(())
}

/// Volumes whose driver is the plugin, and what becomes of its refusals.
async fn volumes(s: &mut Session) -> Outcome {
    let plugin = enabled(s, "driver", &driver(rules())).await?;
    for (word, status) in [("good", 201), ("kept", 201), ("hidden", 201), ("refused", 500)] {
        let name = s.name(word);
        let body = json!({ "Name": name, "Driver": plugin, "DriverOpts": { "colour": "blue" } });
        s.call("POST /volumes/create", &[]).json(body).independent().expect(status).await?;
    }
    let (good, kept, hidden) = (s.name("good"), s.name("kept"), s.name("hidden"));
    s.call("GET /volumes/{name}", &[&good]).independent().answered().await?;
    s.call("GET /volumes/{name}", &[&hidden]).independent().answered().await?;
    let filters = json!({ "driver": [plugin] });
    s.call("GET /volumes", &[]).filters(filters).independent().expect(200).await?;
    s.call(DISABLE, &[&plugin]).independent().answered().await?;
    s.call("DELETE /volumes/{name}", &[&kept]).independent().answered().await?;
    s.call("DELETE /volumes/{name}", &[&good]).independent().answered().await?;
    s.call(DISABLE, &[&plugin]).query("force", 1).independent().answered().await?;
    s.call("GET /volumes/{name}", &[&kept]).independent().answered().await?;
    s.call("DELETE /volumes/{name}", &[&kept]).independent().answered().await?;
    s.call("DELETE /volumes/{name}", &[&kept]).query("force", 1).independent().answered().await?;
    s.call(REMOVE, &[&plugin]).query("force", 1).independent().answered().await?;
    Ok(())
}

async fn bad_archives(s: &mut Session) -> Outcome {
    let name = format!("{}:latest", s.name("never"));
    s.remember("plugin", &name);
    let no_configuration = crate::archives::files(&[("rootfs/a", "a\n")]);
    let no_rootfs = crate::archives::files(&[("config.json", "{}")]);
    let broken = crate::archives::files(&[("config.json", "{bad"), ("rootfs/a", "a\n")]);
    for archive in [no_configuration, no_rootfs, broken] {
        s.call(CREATE, &[]).query("name", &name).tar(archive).answered().await?;
    }
    for name in ["UPPER", "", "lockstep-never@sha256:0"] {
        s.call(CREATE, &[]).query("name", name).tar(crate::archives::garbage()).answered().await?;
    }
    s.call(CREATE, &[]).answered().await?;
    Ok(())
}

/// What reaches for a registry that refuses. (Nothing is pushed: in one run of four, Docker 20.10 was gone after the push of
/// a plugin that succeeded, and one that fails says so of whichever part failed first.)
async fn remote(s: &mut Session) -> Outcome {
    let nosuch = "127.0.0.1:1/nosuch:t";
    let local = format!("127.0.0.1:1/{}:latest", s.name("plugin"));
    create(s, &local, &plain()).await?;
    for remote in [nosuch, "UPPER", ""] {
        s.call("GET /plugins/privileges", &[]).query("remote", remote).answered().await?;
        for operation in ["POST /plugins/pull", UPGRADE] {
            let call = s.call(operation, &[&local]).query("remote", remote).query("name", &local);
            call.json(json!([])).progress().answered().await?;
        }
    }
    let name = s.name("pulled");
    let call = s.call("POST /plugins/pull", &[]).query("remote", nosuch).query("name", name);
    call.json(json!([])).progress().answered().await?;
    s.call(UPGRADE, &[&local]).query("remote", nosuch).body("application/json", "{bad").answered().await?;
    Ok(())
}

/// What a plugin of a registry's asks for. It is laid into the registry: its content is not there, and nobody asks for it.
async fn privileges(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Open).await?;
    let mut configuration = plain();
    configuration["network"]["type"] = json!("host");
    configuration["ipchost"] = json!(true);
    configuration["pidhost"] = json!(true);
    configuration["mounts"] = json!([{
        "name": "data", "description": "what it keeps", "settable": ["source"], "source": "/tmp", "destination": "/data", "type": "bind",
        "options": ["rbind"],
    }]);
    configuration["linux"] = json!({
        "capabilities": ["CAP_SYS_ADMIN"], "allowAllDevices": true,
        "devices": [{ "name": "null", "description": "nothing", "settable": null, "path": "/dev/null" }],
    });
    let configuration = configuration.to_string();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {
            "mediaType": "application/vnd.docker.plugin.v1+json",
            "size": configuration.len(),
            "digest": crate::archives::digest(&configuration),
        },
        "layers": [],
    });
    let repository = s.name("plugin");
    registry.lay(&repository, &manifest.to_string(), &[&configuration])?;
    let remote = format!("{}/{repository}:t", registry.host());
    s.call("GET /plugins/privileges", &[]).query("remote", &remote).expect(200).await?;
    // Less than it asks for.
    let some = json!([{ "Name": "network", "Description": "", "Value": ["host"] }]);
    let (name, call) = (s.name("installed"), s.call("POST /plugins/pull", &[]).query("remote", &remote));
    call.query("name", name).json(some).progress().independent().answered().await?;
    Ok(())
}
