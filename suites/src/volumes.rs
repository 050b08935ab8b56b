//! Volumes: create, look at, list, mount, remove, prune.

use lockstep_harness::scenario::{Catalogue, Need, Outcome, Session, Stop};
use serde_json::{Value, json};

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("volumes");
    area.add("create/named", |s| Box::pin(create_named(s)));
    area.add("create/anonymous", |s| Box::pin(create_anonymous(s)));
    area.add("create/same-name-again", |s| Box::pin(create_again(s)));
    area.add("create/tmpfs-options", |s| Box::pin(create_tmpfs(s)));
    for (case, body, status) in [
        ("slash-in-name", json!({ "Name": "bad/name" }), 400),
        ("one-letter", json!({ "Name": "x" }), 400),
        ("unknown-option", json!({ "Name": "lockstep-never", "DriverOpts": { "nosuch": "1" } }), 400),
    ] {
        area.add(&format!("create/bad/{case}"), move |s| Box::pin(create_bad(s, body.clone(), status)));
    }
    // Docker looks for a plugin for 15 s, and no other volume is made meanwhile.
    area.add("create/bad/malformed-json", |s| Box::pin(create_malformed(s)));
    area.add("inspect/beginning-of-a-name", |s| Box::pin(inspect_beginning(s)));
    area.add("inspect/unknown", |s| Box::pin(inspect_unknown(s)));
    area.add("list/all-there-are", |s| Box::pin(list_all(s))).needs(Need::Disposable);
    // Podman lists what fits one of the filters, and 5.4 everything where it knows none: other scenarios' volumes would be there too.
    area.add("list/by-label-and-name", |s| Box::pin(list_by_label_and_name(s))).alone();
    area.add("list/by-driver", |s| Box::pin(list_by_driver(s))).alone();
    area.add("list/dangling", |s| Box::pin(list_dangling(s))).alone();
    for (case, filters) in [("unknown", json!({ "nosuch": ["x"] })), ("bad-dangling", json!({ "dangling": ["maybe"] }))]
    {
        area.add(&format!("list/bad-filters/{case}"), move |s| Box::pin(list_bad_filters(s, filters.clone()))).alone();
    }
    area.add("list/bad-filters/malformed", |s| Box::pin(list_malformed_filters(s)));
    area.add("remove/then-gone", |s| Box::pin(remove(s)));
    area.add("remove/unknown", |s| Box::pin(remove_unknown(s)));
    area.add("remove/in-use", |s| Box::pin(remove_in_use(s)));
    area.add("mount/data-is-kept", |s| Box::pin(data_is_kept(s)));
    area.add("mount/read-only", |s| Box::pin(read_only(s)));
    area.add("mount/copies-what-the-image-has", |s| Box::pin(copies_image_content(s)));
    area.add("mount/owner-of-the-place", |s| Box::pin(owner_of_the_place(s)));
    area.add("mount/nocopy", |s| Box::pin(nocopy(s)));
    area.add("mount/bind-names-a-new-volume", |s| Box::pin(bind_makes_volume(s)));
    area.add("mount/anonymous-goes-with-its-container", |s| Box::pin(anonymous_goes(s)));
    area.add("mount/volumes-from", |s| Box::pin(volumes_from(s)));
    area.add("mount/mounts-of-each-type", |s| Box::pin(mounts_of_each_type(s)));
    // An engine prunes once at a time and answers 409 meanwhile.
    area.add("prune/by-label", |s| Box::pin(prune_by_label(s))).alone();
    area.add("prune/keeps-used", |s| Box::pin(prune_keeps_used(s))).alone();
    area.add("prune/unknown-filter", |s| Box::pin(prune_unknown_filter(s))).alone();
}

/// A named volume of the scenario's own.
async fn volume(s: &mut Session, word: &str) -> Result<String, Stop> {
    let name = s.name(word);
    s.call("POST /volumes/create", &[]).json(json!({ "Name": name })).expect(201).await?;
    Ok(name)
}

async fn create_named(s: &mut Session) -> Outcome {
    let name = s.name("data");
    let body = json!({ "Name": name, "Driver": "local", "Labels": { "colour": "blue" } });
    s.call("POST /volumes/create", &[]).json(body).expect(201).await?;
    s.call("GET /volumes/{name}", &[&name]).expect(200).await?;
    Ok(())
}

async fn create_anonymous(s: &mut Session) -> Outcome {
    let name = s.call("POST /volumes/create", &[]).json(json!({})).expect(201).await?.text("/Name")?;
    s.call("GET /volumes/{name}", &[&name]).expect(200).await?;
    Ok(())
}

/// The second call answers the first's volume; its labels change nothing.
async fn create_again(s: &mut Session) -> Outcome {
    let name = s.name("data");
    for colour in ["blue", "red"] {
        let body = json!({ "Name": name, "Labels": { "colour": colour } });
        s.call("POST /volumes/create", &[]).json(body).independent().expect(201).await?;
    }
    s.call("GET /volumes/{name}", &[&name]).expect(200).await?;
    Ok(())
}

async fn create_tmpfs(s: &mut Session) -> Outcome {
    let name = s.name("data");
    let options = json!({ "type": "tmpfs", "device": "tmpfs", "o": "size=1m,uid=1000" });
    s.call("POST /volumes/create", &[]).json(json!({ "Name": name, "DriverOpts": options })).expect(201).await?;
    s.call("GET /volumes/{name}", &[&name]).expect(200).await?;
    let host = json!({ "Binds": [format!("{name}:/data")] });
    s.observe_command("files", &["probe", "stat", "/data"], json!({ "HostConfig": host })).await?;
    Ok(())
}

async fn create_bad(s: &mut Session, body: Value, status: u16) -> Outcome {
    s.call("POST /volumes/create", &[]).json(body).expect(status).await?;
    Ok(())
}

async fn create_malformed(s: &mut Session) -> Outcome {
    s.call("POST /volumes/create", &[]).body("application/json", "{bad").expect(400).await?;
    Ok(())
}

/// The beginning of a volume's name is not its name.
async fn inspect_beginning(s: &mut Session) -> Outcome {
    volume(s, "volume-one").await?;
    let beginning = s.name("volume");
    s.call("GET /volumes/{name}", &[&beginning]).independent().expect(404).await?;
    s.call("DELETE /volumes/{name}", &[&beginning]).independent().expect(404).await?;
    let filters = json!({ "name": [s.name("volume-one")] });
    s.call("GET /volumes", &[]).filters(filters).expect(200).await?;
    Ok(())
}

async fn inspect_unknown(s: &mut Session) -> Outcome {
    s.call("GET /volumes/{name}", &["nosuch"]).expect(404).await?;
    Ok(())
}

async fn list_all(s: &mut Session) -> Outcome {
    s.call("GET /volumes", &[]).expect(200).await?;
    volume(s, "data").await?;
    s.call("GET /volumes", &[]).expect(200).await?;
    Ok(())
}

async fn list_by_label_and_name(s: &mut Session) -> Outcome {
    let (one, _two) = (volume(s, "one").await?, volume(s, "two").await?);
    let label = s.label();
    s.call("GET /volumes", &[]).filters(json!({ "label": [label] })).expect(200).await?;
    s.call("GET /volumes", &[]).filters(json!({ "name": [one] })).expect(200).await?;
    s.call("GET /volumes", &[]).filters(json!({ "label": [label], "name": [one] })).expect(200).await?;
    s.call("GET /volumes", &[]).filters(json!({ "label": ["io.lockstep.never=1"] })).expect(200).await?;
    Ok(())
}

async fn list_by_driver(s: &mut Session) -> Outcome {
    volume(s, "data").await?;
    let label = s.label();
    for driver in ["local", "nosuch"] {
        s.call("GET /volumes", &[]).filters(json!({ "label": [label], "driver": [driver] })).expect(200).await?;
    }
    Ok(())
}

async fn list_dangling(s: &mut Session) -> Outcome {
    let (used, _free) = (volume(s, "used").await?, volume(s, "free").await?);
    s.create(json!({ "Cmd": ["probe", "exit", "0"], "HostConfig": { "Binds": [format!("{used}:/data")] } })).await?;
    let label = s.label();
    for dangling in ["true", "false"] {
        s.call("GET /volumes", &[]).filters(json!({ "label": [label], "dangling": [dangling] })).expect(200).await?;
    }
    Ok(())
}

async fn list_bad_filters(s: &mut Session, filters: Value) -> Outcome {
    s.call("GET /volumes", &[]).filters(filters).expect(400).await?;
    Ok(())
}

async fn list_malformed_filters(s: &mut Session) -> Outcome {
    s.call("GET /volumes", &[]).query("filters", "{bad").expect(400).await?;
    Ok(())
}

async fn remove(s: &mut Session) -> Outcome {
    let name = volume(s, "data").await?;
    s.call("DELETE /volumes/{name}", &[&name]).expect(204).await?;
    s.call("GET /volumes/{name}", &[&name]).expect(404).await?;
    s.call("DELETE /volumes/{name}", &[&name]).expect(404).await?;
    Ok(())
}

async fn remove_unknown(s: &mut Session) -> Outcome {
    s.call("DELETE /volumes/{name}", &["nosuch"]).expect(404).await?;
    s.call("DELETE /volumes/{name}", &["nosuch"]).query("force", "true").expect(204).await?;
    Ok(())
}

async fn remove_in_use(s: &mut Session) -> Outcome {
    let name = volume(s, "data").await?;
    let body = json!({ "Cmd": ["probe", "exit", "0"], "HostConfig": { "Binds": [format!("{name}:/data")] } });
    let container = s.create(body).await?;
    s.call("DELETE /volumes/{name}", &[&name]).expect(409).await?;
    s.call("DELETE /volumes/{name}", &[&name]).query("force", "true").expect(409).await?;
    s.call("DELETE /containers/{id}", &[&container]).expect(204).await?;
    s.call("DELETE /volumes/{name}", &[&name]).expect(204).await?;
    Ok(())
}

async fn data_is_kept(s: &mut Session) -> Outcome {
    let name = volume(s, "data").await?;
    let binds = json!({ "Binds": [format!("{name}:/data")] });
    let body = json!({ "Cmd": ["probe", "write-file", "/data/kept.txt", "kept"], "HostConfig": binds });
    let writer = s.start(body).await?;
    s.call("POST /containers/{id}/wait", &[&writer]).expect(200).await?;
    s.until_exited(&writer).await?;
    s.call("GET /containers/{id}/json", &[&writer]).expect(200).await?;
    s.call("DELETE /containers/{id}", &[&writer]).query("v", 1).expect(204).await?;
    s.observe_command("files", &["probe", "read-file", "/data/kept.txt"], json!({ "HostConfig": binds })).await?;
    Ok(())
}

async fn read_only(s: &mut Session) -> Outcome {
    let name = volume(s, "data").await?;
    let body = json!({
        "Cmd": ["probe", "write-file", "/data/x", "x"],
        "HostConfig": { "Binds": [format!("{name}:/data:ro")] },
    });
    let container = s.start(body).await?;
    s.call("POST /containers/{id}/wait", &[&container]).expect(200).await?;
    s.until_exited(&container).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    s.call("GET /containers/{id}/logs", &[&container])
        .query("stdout", 1)
        .query("stderr", 1)
        .frames()
        .expect(200)
        .await?;
    Ok(())
}

async fn copies_image_content(s: &mut Session) -> Outcome {
    let name = volume(s, "data").await?;
    let host = json!({ "Mounts": [{ "Type": "volume", "Source": name, "Target": "/etc" }] });
    s.observe_command("files", &["probe", "read-file", "/etc/plain.txt"], json!({ "HostConfig": host })).await?;
    Ok(())
}

/// One empty volume at two places that belong to different users: whose it is inside.
async fn owner_of_the_place(s: &mut Session) -> Outcome {
    let name = volume(s, "data").await?;
    for place in ["/tmp", "/home/tester"] {
        let host = json!({ "Mounts": [{ "Type": "volume", "Source": name, "Target": place }] });
        s.observe("files", &[place], json!({ "HostConfig": host })).await?;
    }
    Ok(())
}

async fn nocopy(s: &mut Session) -> Outcome {
    let name = volume(s, "data").await?;
    let mount =
        json!({ "Type": "volume", "Source": name, "Target": "/home/tester", "VolumeOptions": { "NoCopy": true } });
    let body = json!({ "Cmd": ["probe", "stat", "/home/tester"], "HostConfig": { "Mounts": [mount] } });
    let container = s.start(body).await?;
    s.call("POST /containers/{id}/wait", &[&container]).expect(200).await?;
    s.until_exited(&container).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    Ok(())
}

async fn bind_makes_volume(s: &mut Session) -> Outcome {
    let name = s.name("made");
    s.remember("volume", &name);
    let body = json!({ "Cmd": ["probe", "exit", "0"], "HostConfig": { "Binds": [format!("{name}:/data")] } });
    let container = s.create(body).await?;
    s.call("GET /volumes/{name}", &[&name]).expect(200).await?;
    // `v` takes anonymous volumes only.
    s.call("DELETE /containers/{id}", &[&container]).query("v", 1).expect(204).await?;
    s.call("GET /volumes/{name}", &[&name]).expect(200).await?;
    Ok(())
}

async fn anonymous_goes(s: &mut Session) -> Outcome {
    let container = s.create(json!({ "Cmd": ["probe", "exit", "0"], "Volumes": { "/data": {} } })).await?;
    let seen = s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    let name = seen.text("/Mounts/0/Name")?;
    s.remember("volume", &name);
    s.call("GET /volumes/{name}", &[&name]).expect(200).await?;
    s.call("DELETE /containers/{id}", &[&container]).query("v", 1).expect(204).await?;
    s.call("GET /volumes/{name}", &[&name]).expect(404).await?;
    Ok(())
}

async fn volumes_from(s: &mut Session) -> Outcome {
    let name = volume(s, "data").await?;
    let body = json!({ "Cmd": ["probe", "write-file", "/data/x", "shared"], "HostConfig": { "Binds": [format!("{name}:/data")] } });
    let owner = s.start(body).await?;
    s.call("POST /containers/{id}/wait", &[&owner]).expect(200).await?;
    let body =
        json!({ "Cmd": ["probe", "read-file", "/data/x"], "HostConfig": { "VolumesFrom": [format!("{owner}:ro")] } });
    let container = s.create(body).await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    let host = json!({ "VolumesFrom": [owner] });
    s.observe_command("files", &["probe", "read-file", "/data/x"], json!({ "HostConfig": host })).await?;
    Ok(())
}

async fn mounts_of_each_type(s: &mut Session) -> Outcome {
    let name = volume(s, "data").await?;
    let container = s
        .create(json!({
            "Cmd": ["probe", "exit", "0"],
            "HostConfig": { "Mounts": [
                { "Type": "volume", "Source": name, "Target": "/one", "ReadOnly": true },
                { "Type": "bind", "Source": "/tmp", "Target": "/two" },
                { "Type": "tmpfs", "Target": "/three", "TmpfsOptions": { "SizeBytes": 65536, "Mode": 448 } },
            ] },
        }))
        .await?;
    s.call("GET /containers/{id}/json", &[&container]).expect(200).await?;
    Ok(())
}

async fn prune_by_label(s: &mut Session) -> Outcome {
    let (_one, _two) = (volume(s, "one").await?, volume(s, "two").await?);
    let own = s.own();
    s.call("POST /volumes/prune", &[]).filters(own.clone()).expect(200).await?;
    s.call("GET /volumes", &[]).filters(own).expect(200).await?;
    Ok(())
}

async fn prune_keeps_used(s: &mut Session) -> Outcome {
    let name = volume(s, "used").await?;
    s.create(json!({ "Cmd": ["probe", "exit", "0"], "HostConfig": { "Binds": [format!("{name}:/data")] } })).await?;
    let own = s.own();
    s.call("POST /volumes/prune", &[]).filters(own).expect(200).await?;
    s.call("GET /volumes/{name}", &[&name]).expect(200).await?;
    Ok(())
}

async fn prune_unknown_filter(s: &mut Session) -> Outcome {
    s.call("POST /volumes/prune", &[]).filters(json!({ "nosuch": ["x"] })).expect(400).await?;
    Ok(())
}
