//! Two connections joined byte for byte.

use crate::sdc_docker::Editor;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};

/// Passes bytes both ways until both have ended, or one fails. The end of one direction is passed on and leaves the other open.
pub(super) async fn join<C, U>(client: C, upstream: U, editor: Option<Editor>) -> io::Result<()>
where
    C: AsyncRead + AsyncWrite,
    U: AsyncRead + AsyncWrite,
{
    let (client_read, client_write) = split(client);
    let (upstream_read, upstream_write) = split(upstream);
    let up = pump(client_read, upstream_write, None);
    let down = pump(upstream_read, client_write, editor);
    tokio::try_join!(up, down).map(|_| ())
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut editor: Option<Editor>,
) -> io::Result<()> {
    let mut buffer = vec![0; 32 << 10];
    loop {
        let length = from.read(&mut buffer).await?;
        let bytes = buffer.get(..length).unwrap_or_default();
        match &mut editor {
            Some(editor) if length == 0 => to.write_all(&editor.finish()).await?,
            Some(editor) => to.write_all(&editor.push(bytes)).await?,
            None => to.write_all(bytes).await?,
        }
        if length == 0 {
            // The other side may have closed meanwhile, and then there is nobody to tell.
            return match to.shutdown().await {
                Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
                other => other,
            };
        }
        to.flush().await?;
    }
}
