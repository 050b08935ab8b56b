//! Connections of clients.

use super::engine::{BUFFER, Connection, Engine};
use super::hijack::{self, Hijack};
use super::listen::Listener;
use crate::endpoint::Socket;
use crate::rule::Rule;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What all connections share.
pub(super) struct Server {
    pub(super) engine: Engine,
    pub(super) rules: Vec<Arc<dyn Rule>>,
    pub(super) stopping: CancellationToken,
    pub(super) ending: CancellationToken,
    pub(super) tasks: TaskTracker,
}

/// What the requests of one connection share.
pub(super) struct Client {
    /// The connection to the engine that goes with it.
    pub(super) upstream: Mutex<Option<Connection>>,
    /// Takes the connection away from HTTP.
    pub(super) hijack: mpsc::Sender<Hijack>,
}

/// Accepts connections until told to stop.
pub(super) async fn accept(listener: Listener, server: Arc<Server>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = server.stopping.cancelled() => return,
        };
        match accepted {
            Ok(socket) => {
                let serving = server.clone();
                server.tasks.spawn(serving.serve(socket));
            }
            // Out of file descriptors, or a client that gave up in the queue: others may have better luck.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

impl Server {
    /// Serves one connection. When it ends, whatever it had under way at the engine ends with it.
    async fn serve(self: Arc<Self>, socket: Box<dyn Socket>) {
        let (hijack, mut hijacks) = mpsc::channel(1);
        let client = Arc::new(Client { upstream: Mutex::new(None), hijack });
        let server = self.clone();
        let service = service_fn(move |request| {
            let (server, client) = (server.clone(), client.clone());
            async move { Ok::<_, Infallible>(server.handle(request, &client).await) }
        });
        let mut builder = http1::Builder::new();
        builder.preserve_header_case(true).auto_date_header(false).max_buf_size(BUFFER);
        let mut connection = builder.serve_connection(TokioIo::new(socket), service).with_upgrades();
        let mut stopping = false;
        let taken = loop {
            tokio::select! {
                // An error here is the client's hanging up, or no HTTP: there is nobody to tell.
                _ = &mut connection => return,
                () = self.stopping.cancelled(), if !stopping => {
                    stopping = true;
                    std::pin::Pin::new(&mut connection).graceful_shutdown();
                }
                () = self.ending.cancelled() => return,
                Some(taken) = hijacks.recv() => break taken,
            }
        };
        let Some(parts) = connection.into_parts() else { return };
        let tunnel = hijack::run(&self.engine, taken, parts.io.into_inner(), parts.read_buf);
        tokio::select! {
            _ = tunnel => {}
            () = self.ending.cancelled() => {}
        }
    }
}
