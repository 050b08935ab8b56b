//! What a scenario may have beside its engine, where Lockstep launched that: ports and a registry, which are alone with it on its loopback.

use super::session::Session;
use super::{Need, Stop};
use crate::engine::Daemon;
use crate::engine::launch::Beside;
use std::path::PathBuf;
use std::process::Command;

/// Who may use a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Open,
    /// [`ACCOUNT`] alone.
    Account,
}

/// The user and the password of a registry that has accounts.
pub const ACCOUNT: (&str, &str) = ("lockstep", "lockstep");

/// [`ACCOUNT`] as htpasswd files have it: bcrypt, of the lowest cost.
const HTPASSWD: &str = "lockstep:$2b$04$lockstepLockstepLockseRhM2VBitEFzlk7w6zbF9paio8mkPZbW\n";

/// The ports that scenarios take, one each: below those that the kernel gives out.
const FIRST_PORT: u32 = 20_000;

/// A registry on the engine's loopback; it ends when this is dropped.
pub struct Registry {
    host: String,
    folder: PathBuf,
    _process: Beside,
}

impl Registry {
    /// What goes before an image's name: `127.0.0.1:PORT`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Lays a manifest (JSON), tagged `t`, and the blobs that it names into the repository, as the registry's own files: for what no engine here can
    /// push. Gives the manifest's digest, `sha256:…`.
    pub fn lay(&self, repository: &str, manifest: &str, blobs: &[&str]) -> Result<String, Stop> {
        let wrong = |problem: std::io::Error| Stop::NotRun(format!("{}: {problem}", self.folder.display()));
        let root = self.folder.join("data/docker/registry/v2");
        let write = |path: String, text: &str| {
            let path = root.join(path);
            path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, text))
        };
        let store = |text: &str| {
            let hex = crate::engine::image::digest(text.as_bytes());
            write(format!("blobs/sha256/{}/{hex}/data", &hex[..2]), text).map(|()| hex)
        };
        let place = format!("repositories/{repository}");
        for blob in blobs {
            let hex = store(blob).map_err(wrong)?;
            write(format!("{place}/_layers/sha256/{hex}/link"), &format!("sha256:{hex}")).map_err(wrong)?;
        }
        let hex = store(manifest).map_err(wrong)?;
        let digest = format!("sha256:{hex}");
        for link in ["_manifests/revisions", "_manifests/tags/t/index"] {
            write(format!("{place}/{link}/sha256/{hex}/link"), &digest).map_err(wrong)?;
        }
        write(format!("{place}/_manifests/tags/t/current/link"), &digest).map_err(wrong)?;
        Ok(digest)
    }
}

impl Session {
    /// A port of the engine's loopback that is this scenario's own, the same on every engine.
    pub fn port(&mut self) -> u16 {
        u16::try_from(FIRST_PORT + self.number()).unwrap_or(u16::MAX)
    }

    /// A number below 10,000 from the scenario's name in this run: all of it counts, since a run of one scenario numbers it 0.
    fn number(&self) -> u32 {
        self.unique.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
            % 10_000
    }

    /// Starts a registry (Debian's `docker-registry`) on the engine's loopback: `<registry>` in transcripts. Such a scenario needs
    /// [`Registry::needs`].
    pub async fn registry(&mut self, access: Access) -> Result<Registry, Stop> {
        let host = format!("127.0.0.1:{}", self.port());
        let folder = self.folder_beside("registry")?;
        let mut settings = format!(
            "version: 0.1\nlog: {{level: info}}\nstorage: {{filesystem: {{rootdirectory: {0}/data}}, delete: {{enabled: true}}}}\n\
             http: {{addr: \"{host}\", secret: lockstep}}\n",
            folder.display()
        );
        if access == Access::Account {
            settings
                .push_str(&format!("auth: {{htpasswd: {{realm: lockstep, path: {}/htpasswd}}}}\n", folder.display()));
        }
        let written = std::fs::write(folder.join("htpasswd"), HTPASSWD)
            .and_then(|()| std::fs::write(folder.join("settings.yml"), settings));
        written.map_err(|error| Stop::NotRun(format!("{}: {error}", folder.display())))?;
        let arguments = ["serve".to_owned(), folder.join("settings.yml").display().to_string()];
        let mut process = self
            .daemon()?
            .run_beside(Registry::PROGRAM, &arguments, &folder.join("log"))
            .map_err(|problem| Stop::NotRun(format!("the registry: {problem}")))?;
        process
            .until(|said| said.contains("listening on"))
            .await
            .map_err(|problem| Stop::NotRun(format!("the registry: {problem}")))?;
        self.know(&host, "registry");
        Ok(Registry { host, folder, _process: process })
    }

    pub(super) fn daemon(&self) -> Result<&Daemon, Stop> {
        let reason = || Stop::NotRun("what it needs beside the engine, only launched engines have".to_owned());
        self.engine.daemon().ok_or_else(reason)
    }

    /// A command in the daemon's namespaces.
    pub(super) fn beside(&self, program: &str) -> Result<Command, Stop> {
        let gone = || Stop::NotRun("the daemon is gone".to_owned());
        self.daemon()?.command(program).ok_or_else(gone)
    }

    /// A new folder in the daemon's own, which goes with it.
    pub(super) fn folder_beside(&self, name: &str) -> Result<PathBuf, Stop> {
        let folder = self.daemon()?.folder().join(format!("{name}{:04}", self.number()));
        // An earlier run of the same scenario on this engine left its own.
        let made = match folder.exists() {
            true => std::fs::remove_dir_all(&folder),
            false => Ok(()),
        };
        made.and_then(|()| std::fs::create_dir_all(&folder))
            .map_err(|error| Stop::NotRun(format!("{}: {error}", folder.display())))?;
        Ok(folder)
    }
}

impl Registry {
    /// The program that has to be on PATH.
    pub const PROGRAM: &'static str = "docker-registry";

    /// What a scenario needs that starts one.
    pub fn needs() -> Need {
        Need::Program(Registry::PROGRAM.to_owned())
    }
}
