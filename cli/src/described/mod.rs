//! Engines by name: `engines.toml` says what there is and how to get it.

pub mod container;
pub mod memory;
pub mod recipe;
pub mod up;

use crate::error::CliError;
use lockstep_harness::engine::{Engine, Family, Limits, Target};
use recipe::Recipe;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    rootfs: BTreeMap<String, Recipe>,
    #[serde(default)]
    engine: Vec<toml::Spanned<WrittenEngine>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEngine {
    name: String,
    family: WrittenFamily,
    version: String,
    #[serde(default)]
    moves: bool,
    kind: Kind,
    endpoint: Option<String>,
    #[serde(default)]
    disposable: bool,
    rootfs: Option<String>,
    image: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenFamily {
    Docker,
    Podman,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Path,
    Socket,
    Rootfs,
    Image,
}

/// One engine that has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// What the command line calls it.
    pub name: String,
    /// How its daemon is started.
    pub family: Family,
    /// What its version has to begin with.
    pub version: String,
    /// Whether another version is only remarked upon.
    pub moves: bool,
    /// How to get it.
    pub source: Source,
}

/// How to get an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The binaries on PATH.
    Path,
    /// It is there already.
    Socket {
        /// Where.
        target: Target,
        /// Whether nothing on it is of worth.
        disposable: bool,
    },
    /// In a container, from packages.
    Rootfs(Recipe),
    /// In a container, from a registry.
    Image {
        /// Without its tag.
        name: String,
        /// Its tag.
        tag: String,
    },
}

/// Reads the file. One that is not there describes nothing.
pub fn load(path: &Path) -> Result<Vec<Description>, CliError> {
    let wrong = |problem: String| CliError::Read { path: path.to_owned(), problem };
    match std::fs::read_to_string(path) {
        Ok(text) => {
            parse(&text).map_err(|(line, problem)| CliError::Usage(format!("{}:{line}: {problem}", path.display())))
        }
        Err(problem) if problem.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(problem) => Err(wrong(problem.to_string())),
    }
}

/// The engine with this name.
pub fn find(path: &Path, name: &str) -> Result<Option<Description>, CliError> {
    Ok(load(path)?.into_iter().find(|description| description.name == name))
}

/// What the text describes; an error comes with its line.
fn parse(text: &str) -> Result<Vec<Description>, (usize, String)> {
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let written: Written = toml::from_str(text)
        .map_err(|error| (line(error.span().map_or(0, |span| span.start)), error.message().to_owned()))?;
    let mut all: Vec<Description> = Vec::new();
    for engine in written.engine {
        let at = line(engine.span().start);
        let description = describe(engine.into_inner(), &written.rootfs).map_err(|problem| (at, problem))?;
        if all.iter().any(|other| other.name == description.name) {
            return Err((at, format!("the name '{}' stands twice", description.name)));
        }
        all.push(description);
    }
    Ok(all)
}

fn describe(written: WrittenEngine, recipes: &BTreeMap<String, Recipe>) -> Result<Description, String> {
    let WrittenEngine { name, family, version, moves, kind, endpoint, disposable, rootfs, image } = written;
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    if name.parse::<Target>().is_ok() || !plain(&name) || name.is_empty() {
        return Err(format!(
            "'{name}' cannot be a name: use letters, digits, '.', '-' and '_', and nothing that is an engine already"
        ));
    }
    let given = [("endpoint", endpoint.is_some()), ("rootfs", rootfs.is_some()), ("image", image.is_some())];
    let wanted = match kind {
        Kind::Path => None,
        Kind::Socket => Some("endpoint"),
        Kind::Rootfs => Some("rootfs"),
        Kind::Image => Some("image"),
    };
    if let Some((key, _)) = given.iter().find(|(key, is_given)| *is_given != (Some(*key) == wanted)) {
        return Err(format!("{name}: '{key}' belongs to its own kind, and that kind needs it"));
    }
    if disposable && !matches!(kind, Kind::Socket) {
        return Err(format!("{name}: 'disposable' is for kind socket; the others are Lockstep's own"));
    }
    let source = match kind {
        Kind::Path => Source::Path,
        Kind::Socket => {
            let target = endpoint.unwrap_or_default().parse().map_err(|problem| format!("{name}: {problem}"))?;
            Source::Socket { target, disposable }
        }
        Kind::Rootfs => {
            let recipe = rootfs.unwrap_or_default();
            let known = recipes.get(&recipe).ok_or_else(|| format!("{name}: there is no [rootfs.{recipe}]"))?;
            known.check().map_err(|problem| format!("[rootfs.{recipe}]: {problem}"))?;
            Source::Rootfs(known.clone())
        }
        Kind::Image => {
            let image = image.unwrap_or_default();
            let (name, tag) = image.rsplit_once(':').unwrap_or((&image, "latest"));
            Source::Image { name: name.to_owned(), tag: tag.to_owned() }
        }
    };
    let family = match family {
        WrittenFamily::Docker => Family::Docker,
        WrittenFamily::Podman => Family::Podman,
    };
    Ok(Description { name, family, version, moves, source })
}

impl Description {
    /// How to get it, in a few words.
    pub fn words(&self) -> String {
        match &self.source {
            Source::Path => format!("{} on PATH", self.family.name()),
            Source::Socket { .. } => "runs already".to_owned(),
            Source::Rootfs(recipe) => format!("container, packages of {}", recipe.suite),
            Source::Image { name, tag } => format!("container, image {name}:{tag}"),
        }
    }

    /// Starts or reaches it, and holds it to the version that it is said to have.
    pub async fn start(&self, role: &str, limits: Limits) -> Result<Engine, CliError> {
        let mut engine = match &self.source {
            Source::Path => Engine::start(&Target::Private(self.family), role, None, limits).await?,
            Source::Socket { target, .. } => Engine::start(target, role, None, limits).await?,
            Source::Rootfs(_) | Source::Image { .. } => container::start(self, role, limits).await?,
        };
        if matches!(self.source, Source::Socket { disposable: true, .. }) {
            engine.mark_disposable();
        }
        let version = engine.identity.version.clone();
        if is_of(&version, &self.version) {
            return Ok(engine);
        }
        let problem = format!("{} is said to be {}, but its /version says {version}", self.name, self.version);
        if self.moves {
            anstream::eprintln!("note: {problem}; its packages moved on");
            return Ok(engine);
        }
        engine.stop().await;
        Err(CliError::Usage(format!("{problem}; correct engines.toml, or install what it says")))
    }
}

/// Whether the version is the expected one or one of its line: 26.1.5 is of 26.1 and of 26, and not of 26.10.
fn is_of(version: &str, expected: &str) -> bool {
    version.strip_prefix(expected).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
}

/// Where built engines are kept: LOCKSTEP_CACHE, else the user's cache folder.
pub fn cache() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let user =
        || set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache"))).map(|folder| folder.join("lockstep"));
    set("LOCKSTEP_CACHE").or_else(user).unwrap_or_else(|| std::env::temp_dir().join("lockstep-cache"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn this_repository_s_file_is_in_order() {
        let all = parse(include_str!("../../../engines.toml")).unwrap();
        let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        for name in ["docker-20.10", "docker-26.1", "docker-28.5", "podman-4.3", "podman-5.4", "podman-5.8"] {
            assert!(names.contains(&name), "{name}");
        }
        let recipe = |name: &str| all.iter().find(|one| one.name == name).map(|one| one.source.clone());
        assert_eq!(recipe("docker-26.1"), recipe("podman-5.4"));
        assert_ne!(recipe("docker-26.1"), recipe("docker-28.5"));
    }

    #[rstest]
    #[case("[[engine]]\nname = \"a\"\n", 1, "missing field")]
    #[case("\n[[engine]]\nname = 5\n", 3, "invalid type")]
    #[case(
        "[[engine]]\nname = \"docker\"\nfamily = \"docker\"\nversion = \"1\"\nkind = \"path\"\n",
        1,
        "cannot be a name"
    )]
    #[case("[[engine]]\nname = \"a\"\nfamily = \"docker\"\nversion = \"1\"\nkind = \"rootfs\"\n", 1, "'rootfs'")]
    #[case(
        "[[engine]]\nname = \"a\"\nfamily = \"docker\"\nversion = \"1\"\nkind = \"rootfs\"\nrootfs = \"x\"\n",
        1,
        "[rootfs.x]"
    )]
    #[case(
        "[[engine]]\nname = \"a\"\nfamily = \"docker\"\nversion = \"1\"\nkind = \"path\"\nimage = \"x\"\n",
        1,
        "'image'"
    )]
    #[case(
        "[[engine]]\nname = \"a\"\nfamily = \"docker\"\nversion = \"1\"\nkind = \"socket\"\nendpoint = \"x\"\n",
        1,
        "a: "
    )]
    #[case("[[engine]]\nname = \"a\"\nfamily = \"moby\"\nversion = \"1\"\nkind = \"path\"\n", 3, "unknown variant")]
    #[case("[[engine]]\nname = \"a\"\ncolour = 1\n", 3, "unknown field")]
    fn what_is_wrong_is_told_with_its_line(#[case] text: &str, #[case] line: usize, #[case] says: &str) {
        let (at, problem) = parse(text).unwrap_err();
        assert!(problem.contains(says), "{problem}");
        assert_eq!(at, line, "{problem}");
    }

    #[rstest]
    #[case("26.1.5", "26.1", true)]
    #[case("26.1", "26.1", true)]
    #[case("26.10.0", "26.1", false)]
    #[case("4.3.1", "4.4", false)]
    fn a_version_is_of_its_line(#[case] version: &str, #[case] expected: &str, #[case] is: bool) {
        assert_eq!(is_of(version, expected), is);
    }
}
