//! The proxy: listens, and passes everything on.

mod engine;
mod forward;
mod hijack;
mod listen;
mod serve;
mod tunnel;

pub use engine::Engine;

use crate::{Endpoint, Error, Profile};
use listen::Listener;
use serve::Server;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How it listens and ends.
#[derive(Debug, Clone)]
pub struct Options {
    /// Allows a TCP address that is not loopback. Whoever can reach it controls the engine.
    pub allow_any: bool,
    /// How long [`Running::stop`] lets what is under way finish.
    pub grace: Duration,
}

impl Default for Options {
    /// Loopback only; two seconds.
    fn default() -> Self {
        Options { allow_any: false, grace: Duration::from_secs(2) }
    }
}

/// Starts proxies.
pub struct Interposer;

/// A proxy that runs. Dropping it ends it at once.
#[derive(Debug)]
pub struct Running {
    endpoint: Endpoint,
    exposed: bool,
    grace: Duration,
    stopping: CancellationToken,
    ending: CancellationToken,
    tasks: TaskTracker,
}

impl Interposer {
    /// Listens, and serves from now on in tasks of the current runtime.
    ///
    /// `tcp://127.0.0.1:0` takes any free port; [`Running::endpoint`] says which. The engine need not be there yet: requests are
    /// answered with 502 until it is.
    pub async fn start(
        listen: Endpoint,
        upstream: Endpoint,
        profile: Profile,
        options: Options,
    ) -> Result<Running, Error> {
        let exposed = listen.is_exposed();
        if exposed && !options.allow_any {
            return Err(Error::Exposed(listen));
        }
        let listener = Listener::bind(&listen)
            .await
            .map_err(|error| Error::Listen { endpoint: listen.clone(), problem: error.to_string() })?;
        let endpoint = listener.endpoint(&listen);
        let running = Running {
            endpoint,
            exposed,
            grace: options.grace,
            stopping: CancellationToken::new(),
            ending: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let server = Arc::new(Server {
            engine: Engine::new(upstream),
            rules: profile.active(),
            stopping: running.stopping.clone(),
            ending: running.ending.clone(),
            tasks: running.tasks.clone(),
        });
        running.tasks.spawn(serve::accept(listener, server));
        Ok(running)
    }
}

impl Running {
    /// Where it listens.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Whether others than this machine's users can reach it: worth a warning.
    pub fn exposed(&self) -> bool {
        self.exposed
    }

    /// Accepts nothing more, lets what is under way finish for the grace time, and ends.
    pub async fn stop(self) {
        self.stopping.cancel();
        self.tasks.close();
        // Whatever is left after that is ended.
        let _ = tokio::time::timeout(self.grace, self.tasks.wait()).await;
        self.ending.cancel();
        self.tasks.wait().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopping.cancel();
        self.ending.cancel();
    }
}
