//! Create: what becomes of the fields, and names.

use super::{NOSUCH, created, forever, inspect, named};
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::json;

const CREATE: &str = "POST /containers/create";

pub(super) fn add(area: &mut Area<'_>) {
    area.add("create/minimal", |s| Box::pin(minimal(s)));
    area.add("create/common-fields", |s| Box::pin(common_fields(s)));
    area.add("create/resource-fields", |s| Box::pin(resource_fields(s)));
    area.add("create/entrypoint-and-cmd", |s| Box::pin(entrypoint_and_cmd(s)));
    area.add("create/empty-entrypoint", |s| Box::pin(empty_entrypoint(s)));
    area.add("create/mount-with-a-slash-behind", |s| Box::pin(slash_behind(s)));
    area.add("create/name/plain", |s| Box::pin(name_is_kept(s, "Plain_1.x-y", "")));
    area.add("create/name/leading-slash", |s| Box::pin(name_is_kept(s, "slash", "/")));
    area.add("create/name/empty", |s| Box::pin(empty_name(s)));
    area.add("create/name/duplicate", |s| Box::pin(duplicate_name(s)));
    area.add("create/name/free-again-after-remove", |s| Box::pin(name_is_free_again(s)));
    for (case, name) in [
        ("slash-inside", "a/b"),
        ("dash-first", "-ab"),
        ("one-character", "a"),
        ("blank-inside", "a b"),
        ("non-ascii", "aä"),
    ] {
        area.add(&format!("create/name/refused-{case}"), move |s| Box::pin(refused_name(s, name)));
    }
    area.add("create/missing-image", |s| Box::pin(missing_image(s)));
    area.add("create/image-by-id", |s| Box::pin(image_by_id(s)));
    area.add("create/no-image", |s| Box::pin(no_image(s)));
    area.add("create/platform", |s| Box::pin(platform(s)));
    area.add("create/warns-of-ports-in-host-network", |s| Box::pin(warns_of_ports(s)));
    area.add("create/warns-of-kernel-memory", |s| Box::pin(warns_of_kernel_memory(s)));
    area.add("create/body/empty", |s| Box::pin(raw_body(s, 500, "application/json", "")));
    area.add("create/body/broken-json", |s| Box::pin(raw_body(s, 500, "application/json", "{\"Image\":")));
    area.add("create/body/array", |s| Box::pin(raw_body(s, 500, "application/json", "[]")));
    area.add("create/body/null", |s| Box::pin(raw_body(s, 400, "application/json", "null")));
    area.add("create/body/wrong-type", |s| Box::pin(raw_body(s, 500, "application/json", "{\"Image\":5}")));
    area.add("create/body/wrong-content-type", |s| Box::pin(raw_body(s, 400, "text/plain", "{}")));
    area.add("create/body/content-type-with-charset", |s| Box::pin(content_type_with_charset(s)));
    area.add("create/body/field-names-in-lower-case", |s| Box::pin(lower_case(s)));
    area.add("create/body/unknown-field", |s| Box::pin(unknown_field(s)));
}

async fn minimal(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    inspect(s, &c).await
}

async fn common_fields(s: &mut Session) -> Outcome {
    let host = json!({
        "PortBindings": { "80/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "48080" }] },
        "RestartPolicy": { "Name": "on-failure", "MaximumRetryCount": 4 },
        "ReadonlyRootfs": true, "Tmpfs": { "/run": "rw,size=65536k" }, "ShmSize": 33_554_432, "Init": false,
        "CapAdd": ["NET_ADMIN"], "CapDrop": ["MKNOD"], "SecurityOpt": ["no-new-privileges"], "GroupAdd": ["100"],
        "Dns": ["127.0.0.53"], "DnsOptions": ["ndots:2"], "DnsSearch": ["example.org"], "ExtraHosts": ["db:127.0.0.2"],
        "IpcMode": "private", "PidMode": "", "UTSMode": "", "OomScoreAdj": 500,
        "LogConfig": { "Type": "json-file", "Config": { "max-size": "1m" } },
        "BlkioWeightDevice": [], "Ulimits": [{ "Name": "nofile", "Soft": 512, "Hard": 1024 }], "Sysctls": { "net.ipv4.ip_forward": "1" }
    });
    let body = json!({
        "Hostname": "web", "Domainname": "example.org", "User": "tester", "WorkingDir": "/home/tester",
        "AttachStdin": true, "AttachStdout": true, "AttachStderr": true, "OpenStdin": true, "StdinOnce": true, "Tty": false,
        "Env": ["COLOUR=green", "EMPTY="], "Entrypoint": ["probe"], "Cmd": ["sleep", "infinity"],
        "Labels": { "role": "web", "empty": "" }, "StopSignal": "SIGUSR1", "StopTimeout": 7, "Shell": ["/bin/sh", "-c"],
        "ExposedPorts": { "80/tcp": {}, "53/udp": {} }, "MacAddress": "02:42:ac:11:00:99", "HostConfig": host,
        "Healthcheck": { "Test": ["CMD", "probe", "exit", "0"], "Interval": 3_000_000_000_u64, "Timeout": 1_000_000_000, "Retries": 2 }
    });
    let c = s.create(body).await?;
    inspect(s, &c).await
}

async fn resource_fields(s: &mut Session) -> Outcome {
    let c = s
        .create(json!({
            "Cmd": forever(),
            "HostConfig": {
                "Memory": 67_108_864, "MemorySwap": 134_217_728, "MemoryReservation": 33_554_432, "MemorySwappiness": 40,
                "CpuShares": 256, "CpuPeriod": 50_000, "CpuQuota": 25_000, "CpusetCpus": "0", "CpusetMems": "0", "PidsLimit": 64,
                "DeviceCgroupRules": ["c 1:3 r"],
                "Devices": [{ "PathOnHost": "/dev/null", "PathInContainer": "/dev/nil", "CgroupPermissions": "rw" }]
            }
        }))
        .await?;
    inspect(s, &c).await
}

/// An empty list takes the image's entry point away, so that the command runs by itself.
async fn empty_entrypoint(s: &mut Session) -> Outcome {
    let first = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    let child = s.image_name("child");
    crate::images::committing(s, &first, &child)
        .query("changes", r#"ENTRYPOINT ["probe", "exit", "3"]"#)
        .json(json!({}))
        .expect(201)
        .await?;
    let body = json!({ "Image": child, "Entrypoint": [], "Cmd": ["probe", "exit", "5"] });
    let container = s.start(body).await?;
    s.call("POST /containers/{id}/wait", &[&container]).expect(200).await?;
    s.until_exited(&container).await?;
    inspect(s, &container).await
}

/// One place named twice, once with a slash behind it.
async fn slash_behind(s: &mut Session) -> Outcome {
    let volume = s.name("data");
    s.remember("volume", &volume);
    let host = json!({ "Binds": [format!("{volume}:/data/")] });
    let container = s.create(json!({ "Cmd": forever(), "Volumes": { "/data": {} }, "HostConfig": host })).await?;
    inspect(s, &container).await
}

/// Path and Args put the two together.
async fn entrypoint_and_cmd(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Entrypoint": ["/bin/sh", "-c"], "Cmd": ["exit 3", "left over"] })).await?;
    inspect(s, &c).await?;
    let c = s.create(json!({ "Entrypoint": ["probe", "exit", "0"] })).await?;
    inspect(s, &c).await?;
    // Strings stand for lists of one.
    let c = s.create(json!({ "Entrypoint": "probe", "Cmd": "exit" })).await?;
    inspect(s, &c).await
}

/// `Name` has one slash in front, however the name was given.
async fn name_is_kept(s: &mut Session, word: &str, before: &str) -> Outcome {
    let name = s.name(word);
    named(s, &format!("{before}{name}")).await?;
    inspect(s, &name).await
}

/// An empty name is as good as none: the engine makes one up.
async fn empty_name(s: &mut Session) -> Outcome {
    let c = named(s, "").await?;
    inspect(s, &c).await
}

async fn duplicate_name(s: &mut Session) -> Outcome {
    let name = s.name("twice");
    named(s, &name).await?;
    for again in [name.clone(), format!("/{name}")] {
        let body = json!({ "Image": s.image(), "Cmd": forever() });
        s.call(CREATE, &[]).query("name", again).json(body).expect(409).await?;
    }
    Ok(())
}

async fn name_is_free_again(s: &mut Session) -> Outcome {
    let name = s.name("phoenix");
    named(s, &name).await?;
    s.call("DELETE /containers/{id}", &[&name]).expect(204).await?;
    named(s, &name).await?;
    inspect(s, &name).await
}

async fn refused_name(s: &mut Session, name: &str) -> Outcome {
    let body = json!({ "Image": s.image(), "Cmd": forever() });
    s.call(CREATE, &[]).query("name", name).json(body).expect(400).await?;
    Ok(())
}

async fn missing_image(s: &mut Session) -> Outcome {
    let unknown_id = format!("sha256:{}", "0".repeat(64));
    for (image, status) in
        [(NOSUCH, 404), ("lockstep-nosuch:1", 404), (unknown_id.as_str(), 404), ("Upper/Case:1", 400)]
    {
        s.call(CREATE, &[]).json(json!({ "Image": image, "Cmd": forever() })).expect(status).await?;
    }
    Ok(())
}

/// The container keeps the name of the image that it was made with, here an id.
async fn image_by_id(s: &mut Session) -> Outcome {
    let image = s.image().to_owned();
    let id = s.call("GET /images/{name}/json", &[&image]).expect(200).await?.id()?;
    let c = s.create(json!({ "Image": id, "Cmd": forever() })).await?;
    inspect(s, &c).await?;
    let short: String = id.trim_start_matches("sha256:").chars().take(12).collect();
    let c = s.create(json!({ "Image": short, "Cmd": forever() })).await?;
    inspect(s, &c).await
}

/// Docker takes a container without an image, and means an empty root file system.
async fn no_image(s: &mut Session) -> Outcome {
    s.create(json!({ "Image": "", "Cmd": forever() })).await?;
    Ok(())
}

async fn platform(s: &mut Session) -> Outcome {
    for (platform, status) in [("windows/amd64", 404), ("x/y/z/w", 400)] {
        let body = json!({ "Image": s.image(), "Cmd": forever() });
        s.call(CREATE, &[]).query("platform", platform).json(body).expect(status).await?;
    }
    Ok(())
}

async fn warns_of_ports(s: &mut Session) -> Outcome {
    let host = json!({ "NetworkMode": "host", "PortBindings": { "80/tcp": [{ "HostPort": "48081" }] } });
    s.create(json!({ "Cmd": forever(), "HostConfig": host })).await?;
    Ok(())
}

async fn warns_of_kernel_memory(s: &mut Session) -> Outcome {
    s.create(json!({ "Cmd": forever(), "HostConfig": { "KernelMemory": 16_777_216 } })).await?;
    Ok(())
}

async fn raw_body(s: &mut Session, status: u16, content_type: &str, text: &'static str) -> Outcome {
    s.call(CREATE, &[]).body(content_type, text).expect(status).await?;
    Ok(())
}

async fn content_type_with_charset(s: &mut Session) -> Outcome {
    let label = s.label();
    let (key, value) = label.split_once('=').unwrap_or((&label, ""));
    let body = json!({ "Image": s.image(), "Cmd": forever(), "Labels": { key: value } }).to_string();
    s.call(CREATE, &[]).body("application/json; charset=utf-8", body).expect(201).await?;
    Ok(())
}

/// Go's JSON reads field names whatever their case.
async fn lower_case(s: &mut Session) -> Outcome {
    let body = json!({ "image": s.image(), "cmd": forever(), "env": ["a=b"], "hostconfig": { "memory": 67_108_864 } });
    let c = s.call(CREATE, &[]).json(body).expect(201).await?.id()?;
    inspect(s, &c).await
}

async fn unknown_field(s: &mut Session) -> Outcome {
    s.create(json!({ "Cmd": forever(), "Nonsense": { "a": 1 }, "HostConfig": { "Nonsense": true } })).await?;
    Ok(())
}
