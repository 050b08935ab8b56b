//! `lockstep-containers`: holds one engine in a container for as long as somebody holds its standard input open.
//!
//! `lockstep` starts it, with DOCKER_HOST naming the Docker that is to run the container. It is a program of its own
//! because testcontainers reads DOCKER_HOST once from the environment, and because what it needs takes longer to compile
//! than all of Lockstep. However Lockstep ends, the kernel closes the pipe, and the container goes.

mod container;
mod import;

use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tokio::io::AsyncReadExt;

/// How long removing the container may take when its Docker may be gone already.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs an engine in a container, says `ready` when its socket takes connections, and removes the container at the end
/// of standard input.
#[derive(Debug, Parser)]
#[command(name = "lockstep-containers", version)]
pub struct Arguments {
    /// The image's name without its tag.
    #[arg(long)]
    image: String,
    /// The image's tag.
    #[arg(long)]
    tag: String,
    /// A tar with the image's whole file system, imported under that name first.
    #[arg(long, value_name = "TAR")]
    rootfs: Option<PathBuf>,
    /// A folder of this machine that the container sees too; the engine's socket has to appear there.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// Where the container sees that folder.
    #[arg(long, value_name = "DIR", default_value = "/lockstep")]
    at: String,
    /// The network of the Docker that runs the container is the engine's too: where that Docker is there for nothing else.
    #[arg(long)]
    host_network: bool,
    /// The socket's name in that folder.
    #[arg(long, value_name = "NAME")]
    socket: String,
    /// A folder in the container that is to be a volume; may be repeated.
    #[arg(long, value_name = "DIR")]
    volume: Vec<String>,
    /// An environment variable of the container; may be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// The command.
    #[arg(last = true, required = true)]
    command: Vec<String>,
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The archive cannot be read.
    #[error("{}: {problem}", path.display())]
    Archive {
        /// The file.
        path: PathBuf,
        /// The system's words.
        problem: std::io::Error,
    },
    /// The Docker that runs the container refused something.
    #[error("Docker: {0}")]
    Docker(#[from] bollard::errors::Error),
    /// testcontainers.
    #[error("{0}")]
    Container(#[from] testcontainers::TestcontainersError),
    /// The engine did not come up; the last of what it wrote.
    #[error("the engine does not answer at its socket within {} s; the last it said:\n{log}", .waited.as_secs())]
    Silent {
        /// How long was waited.
        waited: Duration,
        /// Its log.
        log: String,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let held = runtime.block_on(hold(&arguments));
    // Reading standard input blocks a thread that cannot be stopped; the process ends without waiting for it.
    runtime.shutdown_background();
    match held {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    anstream::eprintln!("lockstep-containers: {error}");
    ExitCode::from(3)
}

async fn hold(arguments: &Arguments) -> Result<(), Error> {
    tokio::select! {
        result = up(arguments) => {
            let container = result?;
            anstream::println!("ready");
            abandoned().await;
            // Without its Docker there is nothing left to remove.
            let _ = tokio::time::timeout(PATIENCE, container.rm()).await;
        }
        () = abandoned() => {}
    }
    Ok(())
}

async fn up(arguments: &Arguments) -> Result<container::Running, Error> {
    if let Some(rootfs) = &arguments.rootfs {
        import::import(rootfs, &arguments.image, &arguments.tag).await?;
    }
    container::start(arguments).await
}

/// Resolves when nobody holds standard input any more.
async fn abandoned() {
    let mut byte = [0_u8; 64];
    let mut input = tokio::io::stdin();
    while input.read(&mut byte).await.is_ok_and(|read| read > 0) {}
}
