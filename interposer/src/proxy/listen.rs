//! Listeners that only their owner may use.

use crate::Endpoint;
use crate::endpoint::Socket;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tokio::net::{TcpListener, UnixListener};

pub(super) enum Listener {
    Unix(UnixListener, #[expect(dead_code, reason = "removes the file when it is dropped")] SocketFile),
    Tcp(TcpListener),
}

/// The socket's file, removed at the end if it is still this one.
pub(super) struct SocketFile {
    path: PathBuf,
    inode: u64,
}

impl Listener {
    pub(super) async fn bind(endpoint: &Endpoint) -> io::Result<Listener> {
        match endpoint {
            Endpoint::Tcp(host) => Ok(Listener::Tcp(TcpListener::bind(host.as_str()).await?)),
            Endpoint::Unix(path) => unix(path),
        }
    }

    /// The address as it came out: with the port that the kernel chose.
    pub(super) fn endpoint(&self, asked: &Endpoint) -> Endpoint {
        match self {
            Listener::Tcp(listener) => match listener.local_addr() {
                Ok(address) => Endpoint::Tcp(address.to_string()),
                Err(_) => asked.clone(),
            },
            Listener::Unix(..) => asked.clone(),
        }
    }

    pub(super) async fn accept(&self) -> io::Result<Box<dyn Socket>> {
        match self {
            Listener::Unix(listener, _) => Ok(Box::new(listener.accept().await?.0)),
            Listener::Tcp(listener) => {
                let stream = listener.accept().await?.0;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

/// The socket is made in a folder that only its owner may enter, closed to others, and only then put in its place.
fn unix(path: &Path) -> io::Result<Listener> {
    let occupied = || io::Error::new(io::ErrorKind::AddrInUse, "the path is in use");
    if let Ok(found) = std::fs::symlink_metadata(path) {
        use std::os::unix::fs::FileTypeExt;
        if !found.file_type().is_socket() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "a file that is no socket has this path"));
        }
        match std::os::unix::net::UnixStream::connect(path) {
            // Left over from a process that is gone.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path)?,
            _ => return Err(occupied()),
        }
    }
    let parent = path.parent().unwrap_or(Path::new("/"));
    let folder = parent.join(format!(".lockstep-{}", &crate::rule::uuid()[..13]));
    std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
    let made = (|| {
        let inside = folder.join("s");
        let listener = UnixListener::bind(&inside)?;
        std::fs::set_permissions(&inside, std::fs::Permissions::from_mode(0o600))?;
        let inode = std::fs::metadata(&inside)?.ino();
        std::fs::hard_link(&inside, path)?;
        Ok(Listener::Unix(listener, SocketFile { path: path.to_owned(), inode }))
    })();
    // Left behind, it would only be an empty folder.
    let _ = std::fs::remove_dir_all(&folder);
    made
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if std::fs::symlink_metadata(&self.path).is_ok_and(|found| found.ino() == self.inode) {
            // Somebody else removed it meanwhile: just as well.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
