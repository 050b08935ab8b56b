//! A root file system becomes an image of the Docker that runs the container.

use crate::Error;
use bollard::Docker;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt;
use std::path::Path;
use tokio_util::io::ReaderStream;

/// How much is read at once.
const CHUNK: usize = 256 * 1024;

/// Imports the archive under this name.
pub async fn import(rootfs: &Path, image: &str, tag: &str) -> Result<(), Error> {
    let docker = Docker::connect_with_defaults()?;
    let file =
        tokio::fs::File::open(rootfs).await.map_err(|problem| Error::Archive { path: rootfs.to_owned(), problem })?;
    let body = bollard::body_try_stream(ReaderStream::with_capacity(file, CHUNK));
    let options = CreateImageOptionsBuilder::new().from_src("-").repo(image).tag(tag).build();
    let mut told = Box::pin(docker.create_image(Some(options), Some(body), None));
    while let Some(line) = told.next().await {
        line?;
    }
    Ok(())
}
