//! `POST /images/load`, `GET /images/{name}/get`, `GET /images/get`.

use crate::archives;
use lockstep_harness::scenario::{Area, Outcome, Session, Stop};
use serde_json::json;

pub(super) fn add(area: &mut Area<'_>) {
    area.add("load/quiet", |s| Box::pin(load(s, 1)));
    area.add("load/with-progress", |s| Box::pin(load(s, 0)));
    area.add("load/of-another-processor", |s| Box::pin(load_foreign(s)));
    area.add("load/two-names", |s| Box::pin(load_two_names(s)));
    area.add("load/no-archive", |s| Box::pin(load_garbage(s)));
    area.add("load/archive-without-image", |s| Box::pin(load_without_image(s)));
    area.add("save/one", |s| Box::pin(save_one(s)));
    area.add("save/two-names", |s| Box::pin(save_two_names(s)));
    area.add("save/unknown", |s| Box::pin(save_unknown(s)));
    area.add("save/and-load-again", |s| Box::pin(save_and_load(s)));
}

/// Loads an image of the scenario's own; its id is the same everywhere.
async fn loaded(s: &mut Session, word: &str, quiet: u8) -> Result<String, Stop> {
    let name = s.image_name(word);
    let archive = archives::image(&[&name], &s.label(), &[("loaded.txt", &name)]);
    s.call("POST /images/load", &[]).query("quiet", quiet).tar(archive).progress().expect(200).await?;
    Ok(name)
}

async fn load(s: &mut Session, quiet: u8) -> Outcome {
    let name = loaded(s, "loaded", quiet).await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    Ok(())
}

/// An image of another processor, down to its variant.
async fn load_foreign(s: &mut Session) -> Outcome {
    let name = s.image_name("foreign");
    let archive = archives::foreign_image(&name, &s.label(), &[("foreign.txt", &name)]);
    s.call("POST /images/load", &[]).query("quiet", 1).tar(archive).progress().expect(200).await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    let body = json!({ "Image": name, "Cmd": ["/none"] });
    s.call("POST /containers/create", &[])
        .query("platform", "linux/arm64/v8")
        .json(body)
        .independent()
        .answered()
        .await?;
    Ok(())
}

async fn load_two_names(s: &mut Session) -> Outcome {
    let (one, two) = (s.image_name("one"), s.image_name("two"));
    let archive = archives::image(&[&one, &two], &s.label(), &[("loaded.txt", &one)]);
    s.call("POST /images/load", &[]).query("quiet", 1).tar(archive).progress().expect(200).await?;
    s.call("GET /images/{name}/json", &[&two]).expect(200).await?;
    Ok(())
}

/// The failure comes within a stream that began with 200.
async fn load_garbage(s: &mut Session) -> Outcome {
    s.call("POST /images/load", &[]).tar(archives::garbage()).progress().expect(200).await?;
    Ok(())
}

async fn load_without_image(s: &mut Session) -> Outcome {
    let archive = archives::files(&[("readme.txt", "no image\n")]);
    s.call("POST /images/load", &[]).tar(archive).progress().expect(200).await?;
    Ok(())
}

async fn save_one(s: &mut Session) -> Outcome {
    let name = loaded(s, "saved", 1).await?;
    s.call("GET /images/{name}/get", &[&name]).archive().expect(200).await?;
    Ok(())
}

async fn save_two_names(s: &mut Session) -> Outcome {
    let one = loaded(s, "one", 1).await?;
    let two = s.image_name("two");
    let (repository, tag) = super::split(&two);
    s.call("POST /images/{name}/tag", &[&one]).query("repo", repository).query("tag", tag).expect(201).await?;
    s.call("GET /images/get", &[]).query("names", one).query("names", two).archive().expect(200).await?;
    Ok(())
}

async fn save_unknown(s: &mut Session) -> Outcome {
    s.call("GET /images/{name}/get", &["nosuch"]).expect(404).await?;
    s.call("GET /images/get", &[]).query("names", "nosuch").expect(404).await?;
    Ok(())
}

async fn save_and_load(s: &mut Session) -> Outcome {
    // Not an imported one: the digits of its date would be as many as they come out.
    let name = loaded(s, "travels", 1).await?;
    let saved = s.call("GET /images/get", &[]).query("names", &name).archive().expect(200).await?;
    s.call("DELETE /images/{name}", &[&name]).expect(200).await?;
    s.call("POST /images/load", &[]).query("quiet", 1).tar(saved.bytes.to_vec()).progress().expect(200).await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    Ok(())
}
