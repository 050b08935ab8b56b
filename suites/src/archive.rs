//! Files of containers: copies in and out, what changed, and the whole file system.

use crate::archives;
use lockstep_harness::scenario::{Catalogue, Outcome, Session, Stop};
use serde_json::json;

const PUT: &str = "PUT /containers/{id}/archive";
const GET: &str = "GET /containers/{id}/archive";
const HEAD: &str = "HEAD /containers/{id}/archive";
const CHANGES: &str = "GET /containers/{id}/changes";
const EXPORT: &str = "GET /containers/{id}/export";
const NOSUCH: &str = "lockstep-nosuch";

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("archive");
    area.add("put-then-get", |s| Box::pin(put_then_get(s)));
    area.add("running", |s| Box::pin(running(s)));
    area.add("stat", |s| Box::pin(stat(s)));
    area.add("links", |s| Box::pin(links(s)));
    area.add("owners", |s| Box::pin(owners(s)));
    area.add("copy-owner/user", |s| Box::pin(copy_owner(s, "root", 200)));
    area.add("copy-owner/user-and-group", |s| Box::pin(copy_owner(s, "1000:1000", 500)));
    area.add("missing-parameter", |s| Box::pin(missing_parameter(s)));
    area.add("missing-file", |s| Box::pin(missing_file(s)));
    area.add("missing-container", |s| Box::pin(missing_container(s)));
    area.add("no-overwrite", |s| Box::pin(no_overwrite(s)));
    area.add("overwrite", |s| Box::pin(overwrite(s)));
    area.add("read-only", |s| Box::pin(read_only(s)));
    area.add("volume", |s| Box::pin(volume(s)));
    area.add("malformed", |s| Box::pin(malformed(s)));
    area.add("head/of-the-zone", |s| Box::pin(zone_paths(s)));
    area.add("export/created", |s| Box::pin(export(s)));
    area.add("export/missing", |s| Box::pin(export_missing(s)));
    area.add("changes/all-kinds", |s| Box::pin(changes(s)));
    area.add("changes/none", |s| Box::pin(no_changes(s)));
    area.add("changes/missing", |s| Box::pin(changes_missing(s)));
}

/// An entry of an archive: path, mode, owner and group, what it is.
type Entry<'a> = (&'a str, u32, u64, Kind<'a>);

/// What an entry is.
enum Kind<'a> {
    Directory,
    File(&'a str),
    Link(&'a str),
}

/// An archive of more than plain files, dated 2020.
#[expect(clippy::expect_used, reason = "an archive in memory of short names has nothing that could fail")]
fn tree(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, mode, owner, kind) in entries {
        let mut header = tar::Header::new_ustar();
        header.set_mode(*mode);
        header.set_mtime(1_577_836_800);
        header.set_uid(*owner);
        header.set_gid(*owner);
        header.set_size(0);
        match kind {
            Kind::Directory => {
                header.set_entry_type(tar::EntryType::Directory);
                builder.append_data(&mut header, path, &[][..])
            }
            Kind::File(text) => {
                header.set_size(text.len() as u64);
                builder.append_data(&mut header, path, text.as_bytes())
            }
            Kind::Link(target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                builder.append_link(&mut header, path, target)
            }
        }
        .expect("a tar entry in memory");
    }
    builder.into_inner().expect("a tar archive in memory")
}

async fn created(s: &mut Session) -> Result<String, Stop> {
    s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await
}

/// A step: a copy out, which nothing later depends on.
async fn get(s: &mut Session, container: &str, path: &str, status: u16) -> Outcome {
    s.call(GET, &[container]).query("path", path).archive().independent().expect(status).await?;
    Ok(())
}

/// A step: a copy in.
async fn put(s: &mut Session, container: &str, path: &str, archive: Vec<u8>, status: u16) -> Outcome {
    s.call(PUT, &[container]).query("path", path).tar(archive).independent().expect(status).await?;
    Ok(())
}

async fn put_then_get(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    let archive = tree(&[
        ("new", 0o755, 0, Kind::Directory),
        ("new/one.txt", 0o640, 0, Kind::File("one\n")),
        ("two.txt", 0o600, 0, Kind::File("two\n")),
    ]);
    s.call(PUT, &[&c]).query("path", "/tmp").tar(archive).expect(200).await?;
    for path in ["/tmp/new/one.txt", "/tmp/new", "/tmp/new/.", "tmp/two.txt", "/tmp/new/../two.txt"] {
        get(s, &c, path, 200).await?;
    }
    Ok(())
}

async fn running(s: &mut Session) -> Outcome {
    let c = s.start_probe(&["wait-file", "/tmp/go"]).await?;
    put(s, &c, "/tmp", archives::files(&[("go", "now")]), 200).await?;
    s.until_exited(&c).await?;
    get(s, &c, "/tmp/go", 200).await
}

async fn stat(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    for path in ["/etc/plain.txt", "/etc", "/etc/", "/", "/bin/probe"] {
        s.call(HEAD, &[&c]).query("path", path).independent().expect(200).await?;
    }
    s.call(HEAD, &[&c]).query("path", "/nosuch").independent().expect(404).await?;
    s.call(HEAD, &[&c]).independent().expect(400).await?;
    Ok(())
}

async fn links(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    let archive = tree(&[
        ("to-file", 0o777, 0, Kind::Link("/etc/plain.txt")),
        ("to-directory", 0o777, 0, Kind::Link("/home")),
        ("to-nothing", 0o777, 0, Kind::Link("nosuch")),
    ]);
    s.call(PUT, &[&c]).query("path", "/tmp").tar(archive).expect(200).await?;
    for path in ["/tmp/to-file", "/tmp/to-directory", "/tmp/to-directory/", "/tmp/to-nothing"] {
        s.call(HEAD, &[&c]).query("path", path).independent().expect(200).await?;
    }
    get(s, &c, "/tmp/to-file", 200).await?;
    get(s, &c, "/tmp/to-directory/.", 200).await?;
    put(s, &c, "/tmp/to-directory", archives::files(&[("through", "x")]), 200).await?;
    get(s, &c, "/home/through", 200).await
}

async fn owners(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    put(s, &c, "/tmp", tree(&[("mine", 0o644, 1234, Kind::File("x"))]), 200).await?;
    get(s, &c, "/tmp/mine", 200).await
}

/// The container's user becomes the owner. Docker 20.10 looks for the user on the host, and for the group not at all.
async fn copy_owner(s: &mut Session, user: &str, status: u16) -> Outcome {
    let c = s.create(json!({ "Cmd": ["probe", "exit", "0"], "User": user })).await?;
    let archive = tree(&[("mine", 0o644, 1234, Kind::File("x"))]);
    s.call(PUT, &[&c]).query("path", "/tmp").query("copyUIDGID", 1).tar(archive).independent().expect(status).await?;
    if status >= 400 {
        return Ok(());
    }
    get(s, &c, "/tmp/mine", 200).await
}

async fn missing_parameter(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    s.call(GET, &[&c]).expect(400).await?;
    s.call(GET, &[&c]).query("path", "").expect(400).await?;
    s.call(PUT, &[&c]).tar(archives::files(&[("a", "x")])).expect(400).await?;
    Ok(())
}

async fn missing_file(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    get(s, &c, "/nosuch", 404).await?;
    get(s, &c, "/etc/plain.txt/below", 500).await?;
    put(s, &c, "/nosuch", archives::files(&[("a", "x")]), 404).await?;
    put(s, &c, "/etc/plain.txt", archives::files(&[("a", "x")]), 500).await
}

async fn missing_container(s: &mut Session) -> Outcome {
    get(s, NOSUCH, "/etc", 404).await?;
    put(s, NOSUCH, "/tmp", archives::files(&[("a", "x")]), 404).await?;
    s.call(HEAD, &[NOSUCH]).query("path", "/etc").expect(404).await?;
    Ok(())
}

async fn no_overwrite(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    let file = archives::files(&[("home", "a file")]);
    let call = s.call(PUT, &[&c]).query("path", "/").query("noOverwriteDirNonDir", 1);
    call.tar(file).independent().expect(500).await?;
    let directory = tree(&[("plain.txt", 0o755, 0, Kind::Directory)]);
    let call = s.call(PUT, &[&c]).query("path", "/etc").query("noOverwriteDirNonDir", "true");
    call.tar(directory).independent().expect(500).await?;
    get(s, &c, "/home", 200).await
}

async fn overwrite(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    put(s, &c, "/", archives::files(&[("home", "a file")]), 200).await?;
    put(s, &c, "/etc", archives::files(&[("plain.txt", "other")]), 200).await?;
    get(s, &c, "/home", 200).await?;
    get(s, &c, "/etc/plain.txt", 200).await
}

async fn read_only(s: &mut Session) -> Outcome {
    let host = json!({ "ReadonlyRootfs": true });
    let c = s.create(json!({ "Cmd": ["probe", "exit", "0"], "HostConfig": host })).await?;
    put(s, &c, "/tmp", archives::files(&[("a", "x")]), 500).await?;
    get(s, &c, "/etc/plain.txt", 200).await
}

/// Docker 20.10 answers 500 where its API promises 403. What a read-only mount refuses, a writable one takes.
async fn volume(s: &mut Session) -> Outcome {
    let volume = s.name("data");
    let binds = json!({ "Binds": [format!("{volume}:/data"), format!("{volume}:/fixed:ro")] });
    let c = s.create(json!({ "Cmd": ["probe", "exit", "0"], "HostConfig": binds })).await?;
    s.remember("volume", &volume);
    put(s, &c, "/data", archives::files(&[("a", "x")]), 200).await?;
    put(s, &c, "/fixed", archives::files(&[("b", "x")]), 500).await?;
    get(s, &c, "/fixed/a", 200).await
}

async fn malformed(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    put(s, &c, "/tmp", archives::garbage(), 500).await?;
    put(s, &c, "/tmp", Vec::new(), 200).await?;
    let outside = archives::files(&[("below/a", "x")]);
    put(s, &c, "/tmp", outside, 200).await?;
    get(s, &c, "/tmp", 200).await
}

/// Paths that a SmartOS zone has and an image has not.
async fn zone_paths(s: &mut Session) -> Outcome {
    let c = s.create(json!({ "Cmd": ["probe", "exit", "0"] })).await?;
    for path in ["/var/log/sdc-dockerinit.log", "/native", "/native/usr", "/system/object", "/system/contract"] {
        s.call(HEAD, &[&c]).query("path", path).independent().expect(404).await?;
    }
    Ok(())
}

async fn export(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    s.call(EXPORT, &[&c]).archive().expect(200).await?;
    Ok(())
}

async fn export_missing(s: &mut Session) -> Outcome {
    s.call(EXPORT, &[NOSUCH]).expect(404).await?;
    Ok(())
}

async fn changes(s: &mut Session) -> Outcome {
    let add = ["write-file", "/tmp/new", "x", "--", "mkdir", "/made", "--"];
    let change = ["append-file", "/etc/plain.txt", "x", "--", "remove", "/etc/group"];
    let command = [&["then"][..], &add, &change].concat();
    let c = s.start_probe(&command).await?;
    s.until_exited(&c).await?;
    s.call(CHANGES, &[&c]).expect(200).await?;
    Ok(())
}

async fn no_changes(s: &mut Session) -> Outcome {
    let c = created(s).await?;
    s.call(CHANGES, &[&c]).independent().expect(200).await?;
    s.call("POST /containers/{id}/start", &[&c]).expect(204).await?;
    s.until_exited(&c).await?;
    s.call(CHANGES, &[&c]).independent().expect(200).await?;
    Ok(())
}

async fn changes_missing(s: &mut Session) -> Outcome {
    s.call(CHANGES, &[NOSUCH]).expect(404).await?;
    Ok(())
}
