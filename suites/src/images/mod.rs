//! Images: what there is, names, removal, archives, commit, registries.

mod ambiguous;
mod archive;
mod commit;
mod import;
mod inspect;
mod list;
mod prune;
mod registry;
mod remove;
mod tag;
mod whole;

use crate::archives;
use lockstep_harness::scenario::{Call, Catalogue, Session, Stop};

/// Adds the area's scenarios.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("images");
    list::add(&mut area);
    ambiguous::add(&mut area);
    inspect::add(&mut area);
    tag::add(&mut area);
    whole::add(&mut area);
    remove::add(&mut area);
    import::add(&mut area);
    archive::add(&mut area);
    commit::add(&mut area);
    registry::add(&mut area);
    prune::add(&mut area);
}

/// An image name's repository and tag.
pub fn split(name: &str) -> (&str, &str) {
    name.rsplit_once(':').unwrap_or((name, "latest"))
}

/// Gives an image of the scenario's own a second name: on the probe's image other scenarios would see it.
pub async fn tagged(s: &mut Session, word: &str) -> Result<String, Stop> {
    let image = imported(s, "first").await?;
    let name = s.image_name(word);
    let (repository, tag) = split(&name);
    s.call("POST /images/{name}/tag", &[&image]).query("repo", repository).query("tag", tag).expect(201).await?;
    Ok(name)
}

/// A commit of the container under this name, `REPOSITORY:TAG`: its parameters and its body are up to the caller.
pub fn committing<'s>(s: &'s mut Session, container: &str, name: &str) -> Call<'s> {
    let (repository, tag) = split(name);
    s.call("POST /commit", &[]).query("container", container).query("repo", repository).query("tag", tag)
}

/// An import of one file under this name: what it changes is up to the caller.
pub fn importing<'s>(s: &'s mut Session, name: &str, file: &str, content: &str) -> Call<'s> {
    let archive = archives::files(&[(file, content)]);
    s.call("POST /images/create", &[]).query("fromSrc", "-").query("repo", name).tar(archive).progress()
}

/// Removes the images without name or label that Podman's builds may leave (seen with 4.3 and 5.4, in some runs), without a step of its own:
/// only where the engine is disposable and the scenario looks at all of it.
pub async fn sweep(s: &mut Session) -> Result<(), Stop> {
    s.quiet("POST", "/images/prune", None).await?;
    Ok(())
}

/// Imports an image that has no name and carries the scenario's label.
pub async fn nameless(s: &mut Session) -> Result<(), Stop> {
    let (label, content) = (format!("LABEL {}", s.label()), s.label());
    let id = s
        .call("POST /images/create", &[])
        .query("fromSrc", "-")
        .query("changes", label)
        .tar(archives::files(&[("nameless.txt", &content)]))
        .expect(200)
        .await?
        .text("/status")?;
    s.remember("image", &id);
    Ok(())
}

/// Imports a small image of the scenario's own that is like no other and carries its label.
pub async fn imported(s: &mut Session, word: &str) -> Result<String, Stop> {
    let name = s.image_name(word);
    let (label, content) = (format!("LABEL {}", s.label()), format!("{name}\n"));
    importing(s, &name, "content.txt", &content).query("changes", label).expect(200).await?;
    Ok(name)
}
