//! One plain connection to an engine, for what HTTP clients do not let one send.

use super::{Client, Endpoint, EngineError, WireAnswer};
use bytes::Bytes;
use std::io;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// The most headers that an answer may have.
const HEADERS: usize = 100;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection on which requests go as they are written.
pub struct Connection {
    stream: Box<dyn Stream>,
    /// What was read and belongs to later answers.
    read: Vec<u8>,
    deadline: Duration,
    /// The largest body, in bytes.
    limit: usize,
}

impl Client {
    /// A plain connection; `None` where the endpoint takes none (TLS).
    pub async fn connect(&self, during: &str) -> Result<Option<Connection>, EngineError> {
        let opened: io::Result<Box<dyn Stream>> = match (self.endpoint(), self.bridge_socket()) {
            (_, Some(socket)) => UnixStream::connect(socket).await.map(|stream| Box::new(stream) as _),
            (Endpoint::Unix(path), None) => UnixStream::connect(path).await.map(|stream| Box::new(stream) as _),
            (Endpoint::Tcp(host) | Endpoint::Http(host), None) => {
                TcpStream::connect(host.as_str()).await.map(|stream| Box::new(stream) as _)
            }
            _ => return Ok(None),
        };
        let limits = self.limits();
        match opened {
            Ok(stream) => {
                Ok(Some(Connection { stream, read: Vec::new(), deadline: limits.deadline, limit: limits.body }))
            }
            Err(error) => Err(self.diagnose(during, &error.to_string()).await),
        }
    }
}

impl Connection {
    /// Writes the bytes; an engine that has closed the connection already says so in the answer that does not come.
    pub async fn write(&mut self, bytes: &[u8]) {
        // A refused body is no trouble of the caller's: the engine may have answered before.
        let _ = tokio::time::timeout(self.deadline, self.stream.write_all(bytes)).await;
    }

    /// Tells the engine that nothing more is written.
    pub async fn end(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// The next answer to a request of this method, a 1xx one only when `interim`; or why there is none.
    pub async fn answer(
        &mut self,
        method: &str,
        interim: bool,
        patience: Duration,
    ) -> Result<WireAnswer, &'static str> {
        let started = Instant::now();
        let work = async {
            loop {
                let (status, headers) = self.head().await?;
                if (100..200).contains(&status) && status != 101 {
                    if interim {
                        return Ok((status, headers, Vec::new()));
                    }
                    continue;
                }
                let body = if method == "HEAD" || matches!(status, 204 | 304) {
                    Vec::new()
                } else {
                    self.body(&headers).await?
                };
                return Ok::<_, io::Error>((status, headers, body));
            }
        };
        let why = |error: io::Error| match error.kind() {
            io::ErrorKind::Other | io::ErrorKind::InvalidData => "what came is no HTTP answer",
            _ => "the connection was closed without an answer",
        };
        let answer = tokio::time::timeout(patience, work).await.map_err(|_| "no answer in time")?;
        let (status, headers, body) = answer.map_err(why)?;
        Ok(WireAnswer { status, headers, body: Bytes::from(body), duration: started.elapsed() })
    }

    /// Reads on; an error at the end, or past the limit.
    async fn more(&mut self) -> io::Result<()> {
        if self.read.len() > self.limit || self.stream.read_buf(&mut self.read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    async fn head(&mut self) -> io::Result<(u16, Vec<(String, String)>)> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; HEADERS];
            let mut parsed = httparse::Response::new(&mut headers);
            let known = parsed.parse(&self.read).map_err(io::Error::other)?;
            if let (httparse::Status::Complete(length), Some(status)) = (known, parsed.code) {
                let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
                let headers = parsed.headers.iter().map(|header| (header.name.to_lowercase(), text(header.value)));
                let headers = headers.collect();
                self.read.drain(..length);
                return Ok((status, headers));
            }
            self.more().await?;
        }
    }

    async fn body(&mut self, headers: &[(String, String)]) -> io::Result<Vec<u8>> {
        let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        if header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            return self.chunks().await;
        }
        match header("content-length").and_then(|length| length.parse().ok()) {
            Some(length) => self.take(length).await,
            // Without a length the body ends with the connection.
            None => {
                while self.more().await.is_ok() {}
                Ok(std::mem::take(&mut self.read))
            }
        }
    }

    async fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let wrong = |_| io::Error::from(io::ErrorKind::InvalidData);
            match httparse::parse_chunk_size(&self.read).map_err(wrong)? {
                httparse::Status::Partial => self.more().await?,
                httparse::Status::Complete((line, size)) => {
                    self.take(line).await?;
                    let size = usize::try_from(size).unwrap_or(usize::MAX).min(self.limit);
                    body.extend(self.take(size).await?);
                    // The line's end after the chunk; after the last there are no trailers here.
                    self.take(2).await?;
                    if size == 0 {
                        return Ok(body);
                    }
                }
            }
        }
    }

    async fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.read.len() < length {
            self.more().await?;
        }
        let rest = self.read.split_off(length);
        Ok(std::mem::replace(&mut self.read, rest))
    }
}
