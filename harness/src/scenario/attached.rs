//! A stream that stays open while other steps are taken: attach, exec, followed logs, events.

use super::Stop;
use super::decode::{Reading, decode};
use super::session::{Role, Session};
use crate::engine::Opened;
use crate::transcript::{Payload, StepKind};
use futures_util::StreamExt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt, WriteHalf};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// An open stream of one step. What arrives is kept up to the client's bound.
pub struct Attached {
    step: usize,
    reading: Reading,
    buffer: Arc<Mutex<Vec<u8>>>,
    length: watch::Receiver<usize>,
    reader: JoinHandle<()>,
    writer: Option<WriteHalf<reqwest::Upgraded>>,
    started: Instant,
    /// What comes after the first of this is no part of the step.
    last: Option<Vec<u8>>,
}

impl Attached {
    pub(super) fn new(step: usize, reading: Reading, opened: Opened, limit: usize, started: Instant) -> Attached {
        let buffer = Arc::new(Mutex::new(Vec::new()));
        let (grown, length) = watch::channel(0);
        let sink = Sink { buffer: buffer.clone(), grown, limit };
        let (reader, writer) = match opened {
            Opened::Upgraded(connection) => {
                let (read, write) = tokio::io::split(*connection);
                (tokio::spawn(sink.fill_from_connection(read)), Some(write))
            }
            Opened::Body(response) => (tokio::spawn(sink.fill_from_body(*response)), None),
        };
        Attached { step, reading, buffer, length, reader, writer, started, last: None }
    }

    /// Writes to the container's standard input. A connection that the engine closed is not an error here: what follows shows it.
    pub async fn write(&mut self, bytes: &[u8]) {
        if let Some(writer) = &mut self.writer {
            // The engine may have closed already; the stream's end then tells.
            let _ = writer.write_all(bytes).await;
            let _ = writer.flush().await;
        }
    }

    /// Writes like somebody who types, a fifth of a second after each byte: an engine then reads them one at a time. Nothing tells when
    /// it has read one, so this is the one place that lets time pass.
    pub async fn type_keys(&mut self, keys: &[u8]) {
        for key in keys {
            self.write(std::slice::from_ref(key)).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Closes the writing half: the container reads the end of its standard input.
    pub async fn close_write(&mut self) {
        if let Some(mut writer) = self.writer.take() {
            let _ = writer.shutdown().await;
            self.writer = Some(writer);
        }
    }

    /// Waits until this text has arrived, at most 10 seconds. Whether it did shows in the recorded stream.
    pub async fn wait_for(&mut self, text: &str) -> bool {
        let wanted = text.as_bytes();
        let arrived = |buffer: &Mutex<Vec<u8>>| {
            let held = buffer.lock().unwrap_or_else(PoisonError::into_inner);
            wanted.is_empty() || held.windows(wanted.len()).any(|window| window == wanted)
        };
        let buffer = self.buffer.clone();
        let wait = async {
            while !arrived(&buffer) {
                if self.length.changed().await.is_err() {
                    break;
                }
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(10), wait).await;
        arrived(&self.buffer)
    }

    /// The same for a stream that goes on by itself, however long the wait takes: what came after the text is dropped when it is hung up.
    pub async fn wait_for_first(&mut self, text: &str) -> bool {
        self.last = Some(text.as_bytes().to_vec());
        self.wait_for(text).await
    }

    /// Reads on to the end, at most this long; whether the end came.
    pub(super) async fn bytes(mut self, limit: Duration) -> (Vec<u8>, bool) {
        let ended = tokio::time::timeout(limit, &mut self.reader).await.is_ok();
        self.reader.abort();
        let mut bytes = std::mem::take(&mut *self.buffer.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(last) = self.last.filter(|last| !last.is_empty())
            && let Some(at) = bytes.windows(last.len()).position(|window| window == last)
        {
            bytes.truncate(at + last.len());
        }
        (bytes, ended)
    }
}

struct Sink {
    buffer: Arc<Mutex<Vec<u8>>>,
    grown: watch::Sender<usize>,
    limit: usize,
}

impl Sink {
    async fn fill_from_connection(self, mut read: tokio::io::ReadHalf<reqwest::Upgraded>) {
        let mut chunk = vec![0; 16 << 10];
        while let Ok(count) = read.read(&mut chunk).await {
            if count == 0 || !self.keep(&chunk[..count]) {
                break;
            }
        }
    }

    async fn fill_from_body(self, response: reqwest::Response) {
        let mut stream = response.bytes_stream();
        while let Some(Ok(chunk)) = stream.next().await {
            if !self.keep(&chunk) {
                break;
            }
        }
    }

    fn keep(&self, bytes: &[u8]) -> bool {
        let mut held = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.limit.saturating_sub(held.len());
        held.extend_from_slice(&bytes[..bytes.len().min(room)]);
        // Nobody may be waiting: that is no reason to stop reading.
        let _ = self.grown.send(held.len());
        held.len() < self.limit
    }
}

impl Session {
    /// Reads an open stream to its end (at most 15 seconds) and records it; gives its text, streams joined.
    pub async fn finish_stream(&mut self, attached: Attached) -> Result<String, Stop> {
        self.take_back(attached, Duration::from_secs(15), true).await
    }

    /// Hangs up an open stream and records what had arrived: for streams that have no end of their own.
    pub async fn hang_up(&mut self, attached: Attached) -> Result<String, Stop> {
        self.take_back(attached, Duration::ZERO, false).await
    }

    async fn take_back(&mut self, attached: Attached, limit: Duration, to_the_end: bool) -> Result<String, Stop> {
        let (step, reading, started) = (attached.step, attached.reading, attached.started);
        let (bytes, ended) = attached.bytes(limit).await;
        let mut payload = decode(reading, &[], bytes.into());
        if to_the_end && !ended {
            if self.role == Role::Reference {
                return Err(self.unfit(format!(
                    "the stream of step {} did not end within {} s",
                    step + 1,
                    limit.as_secs()
                )));
            }
            still_open(&mut payload, limit);
        }
        let text = text_of(&payload);
        if let Some(step) = self.transcript.steps.get_mut(step) {
            step.duration = started.elapsed();
            if let StepKind::Exchange(exchange) = &mut step.kind {
                exchange.answer.body = payload;
            }
        }
        Ok(text)
    }
}

/// A stream that should have ended and has not says so in its recorded body.
fn still_open(payload: &mut Payload, limit: Duration) {
    let note = format!("still open after {} s", limit.as_secs());
    match payload {
        Payload::Frames(items) => items.push(serde_json::json!({ "stream": "open", "text": note })),
        Payload::Progress(items) | Payload::Tar(items) => items.push(serde_json::json!({ "lockstep": note })),
        Payload::Raw(text) | Payload::Text(text) => text.push_str(&format!("\n({note})")),
        other => *other = Payload::Raw(format!("({note})")),
    }
}

fn text_of(payload: &Payload) -> String {
    match payload {
        Payload::Frames(items) => items.iter().filter_map(|item| item["text"].as_str()).collect(),
        Payload::Raw(text) | Payload::Text(text) => text.clone(),
        Payload::Progress(items) => items.iter().map(|item| format!("{item}\n")).collect(),
        other => other.as_value().1.to_string(),
    }
}
