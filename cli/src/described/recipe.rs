//! Root file systems from distribution packages, built once and kept by the digest of their recipe.

use crate::error::CliError;
use lockstep_harness::engine::on_path;
use lockstep_harness::transcript::snapshot::digest;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Part of every digest: another number makes everything be built again.
const BUILDER: &str = "1";

/// The packages' source, when it is not to be read from this machine's own configuration.
const SOURCE: &str = "LOCKSTEP_PACKAGE_SOURCE";

/// What is not needed at run time, as `tar` leaves it out.
const LEFT_OUT: &[&str] =
    &["./usr/share/doc", "./usr/share/man", "./usr/share/locale", "./var/cache/apt", "./var/lib/apt/lists", "./dev"];

/// How a root file system is made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The distribution's suite.
    pub suite: String,
    /// Packages on top of the smallest system.
    pub packages: Vec<String>,
}

impl Recipe {
    /// Whether it can be given to debootstrap.
    pub fn check(&self) -> Result<(), String> {
        let plain = |text: &str| {
            !text.is_empty()
                && !text.starts_with('-')
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-".contains(&byte))
        };
        let wrong = std::iter::once(&self.suite).chain(&self.packages).find(|word| !plain(word));
        wrong.map_or(Ok(()), |word| Err(format!("'{word}' is no name of a suite or package")))
    }

    /// Changes with the recipe.
    pub fn digest(&self) -> String {
        digest(&format!("{BUILDER}\n{}\n{}\n", self.suite, self.packages.join("\n")))
    }

    /// The tar that building makes.
    pub fn archive(&self) -> PathBuf {
        super::cache().join("rootfs").join(format!("{}-{}.tar", self.suite, self.digest()))
    }

    /// Builds it with debootstrap. What it says goes to standard error.
    pub fn build(&self) -> Result<PathBuf, CliError> {
        let archive = self.archive();
        let problem = |problem: String| CliError::Build { what: format!("the packages of {}", self.suite), problem };
        for (program, package) in [("debootstrap", "debootstrap"), ("tar", "tar")] {
            if !on_path(program) {
                return Err(problem(format!("{program} is not installed (apt-get install {package})")));
            }
        }
        let source = source(Path::new("/etc/apt"))
            .ok_or_else(|| problem(format!("this machine has no package source; give one in {SOURCE}")))?;
        let folder = archive.parent().map_or_else(super::cache, Path::to_owned);
        std::fs::create_dir_all(&folder).map_err(|error| problem(format!("{}: {error}", folder.display())))?;
        // Another process may build the same at the same time: each has its own folder, and the last rename wins.
        let work = folder.join(format!("work-{}", std::process::id()));
        let result = self.bootstrap(&work, &source).and_then(|()| pack(&work, &archive));
        let _ = std::fs::remove_dir_all(&work);
        result.map_err(problem)?;
        Ok(archive)
    }

    fn bootstrap(&self, work: &Path, source: &str) -> Result<(), String> {
        let mut command = Command::new("debootstrap");
        command.arg("--variant=minbase").arg(format!("--include={}", self.packages.join(",")));
        command.arg(&self.suite).arg(work).arg(source);
        run(command)
    }
}

fn pack(work: &Path, archive: &Path) -> Result<(), String> {
    let part = archive.with_extension(format!("{}.part", std::process::id()));
    let mut command = Command::new("tar");
    command.args(LEFT_OUT.iter().map(|path| format!("--exclude={path}/*")));
    command.arg("--numeric-owner").arg("-C").arg(work).arg("-cf").arg(&part).arg(".");
    let packed = run(command).and_then(|()| std::fs::rename(&part, archive).map_err(|error| error.to_string()));
    if packed.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    packed
}

/// Runs a program; the end of what it said is the error.
fn run(mut command: Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .env("DEBIAN_FRONTEND", "noninteractive")
        .output()
        .map_err(|error| format!("{name} does not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&said).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    Err(format!("{name} ended with {}:\n{}", output.status, lines[lines.len().saturating_sub(8)..].join("\n")))
}

/// Where this machine's own packages come from: LOCKSTEP_PACKAGE_SOURCE, else the first of its sources that offers the
/// distribution itself (and not its security updates, or some other project's packages).
fn source(apt: &Path) -> Option<String> {
    if let Some(given) = std::env::var(SOURCE).ok().filter(|given| !given.is_empty()) {
        return Some(given);
    }
    let mut files = vec![apt.join("sources.list")];
    let mut more: Vec<PathBuf> = std::fs::read_dir(apt.join("sources.list.d"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    more.sort();
    files.extend(more);
    let known = |path: &PathBuf| path.extension().is_some_and(|end| end == "list" || end == "sources");
    let texts = files.into_iter().filter(known).filter_map(|path| std::fs::read_to_string(path).ok());
    let all: Vec<String> = texts.flat_map(|text| uris(&text)).collect();
    all.into_iter().find(|uri| uri.trim_end_matches('/').ends_with("/debian"))
}

/// The URIs of one file, of either form: lines `deb [options] URI suite`, or paragraphs with `URIs:`.
fn uris(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("deb ") {
            let rest = rest.trim_start();
            let after = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(rest, |(_, after)| after);
            found.extend(after.split_whitespace().next().map(str::to_owned));
        } else if let Some(rest) = line.strip_prefix("URIs:") {
            found.extend(rest.split_whitespace().map(str::to_owned));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_recipe_has_another_archive() {
        let recipe = |packages: &[&str]| Recipe {
            suite: "trixie".to_owned(),
            packages: packages.iter().map(|name| (*name).to_owned()).collect(),
        };
        assert_eq!(recipe(&["a", "b"]).digest(), recipe(&["a", "b"]).digest());
        assert_ne!(recipe(&["a", "b"]).digest(), recipe(&["a"]).digest());
        assert!(recipe(&["--help"]).check().is_err());
        assert!(recipe(&["docker.io", "g++"]).check().is_ok());
    }

    #[test]
    fn the_source_is_the_machine_s_own() {
        let apt = tempfile::tempdir().unwrap();
        std::fs::create_dir(apt.path().join("sources.list.d")).unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(apt.path().join("sources.list.d").join(name), text).unwrap();
        write(
            "a.list",
            "# deb http://comment.example/debian x main\ndeb [arch=amd64] https://other.example/apt x main\n",
        );
        write(
            "b.sources",
            "Types: deb\nURIs: http://mirror.example/debian-security\n\nURIs: http://mirror.example/debian\n",
        );
        write("c.sources.disabled", "URIs: http://off.example/debian\n");
        assert_eq!(source(apt.path()).as_deref(), Some("http://mirror.example/debian"));
    }
}
