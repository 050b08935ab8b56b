//! One request: through the rules to the engine, and its answer back.

use super::hijack::Hijack;
use super::serve::{Client, Server};
use super::tunnel;
use crate::body::Body;
use crate::rule::{Answer, Asked, Decision};
use crate::sdc_docker::Editor;
use futures_util::StreamExt;
use http_body_util::{BodyExt, BodyStream, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{
    CONNECTION, CONTENT_LENGTH, DATE, EXPECT, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING, UPGRADE,
};
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use std::time::SystemTime;

impl Server {
    /// Answers one request of a client.
    pub(super) async fn handle(&self, mut request: Request<Incoming>, client: &Client) -> Response<Body> {
        let switch = wants_upgrade(request.headers()).then(|| hyper::upgrade::on(&mut request));
        let (parts, body) = request.into_parts();
        let mut asked = Asked::new(parts, boxed(body));
        if self.rules.is_empty()
            && let Some(hijack) = Hijack::of(&mut asked).await
        {
            // The connection's task takes it from here and drops this one.
            let _ = client.hijack.send(hijack).await;
            return std::future::pending().await;
        }
        for rule in &self.rules {
            if let Decision::Answer(answer) = rule.on_request(&mut asked, &self.engine).await {
                if !asked.parts.headers.contains_key(EXPECT) {
                    asked.content.drain().await;
                }
                return self.answer(asked, *answer, client, None).await;
            }
        }
        match self.ask(&mut asked, client, switch.is_some()).await {
            Ok((answer, upstream)) => self.answer(asked, answer, client, switch.zip(upstream)).await,
            Err(error) => {
                let text = format!("lockstep interposer: no answer from {}: {error}\n", self.engine.endpoint());
                let answer = Answer::own(StatusCode::BAD_GATEWAY, "text/plain; charset=utf-8", text);
                let (parts, body) = dated(answer).finish();
                Response::from_parts(parts, body)
            }
        }
    }

    /// The engine's answer, and its connection when it switched protocols.
    async fn ask(
        &self,
        asked: &mut Asked,
        client: &Client,
        switch: bool,
    ) -> Result<(Answer, Option<OnUpgrade>), String> {
        let content = std::mem::replace(&mut asked.content, crate::Content::new(crate::whole("")));
        let (body, length) = content.finish();
        let mut request = Request::new(body);
        *request.method_mut() = asked.parts.method.clone();
        *request.uri_mut() = asked.route.target().parse::<Uri>().map_err(|error| error.to_string())?;
        *request.headers_mut() = asked.parts.headers.clone();
        // The names' case is among them.
        *request.extensions_mut() = asked.parts.extensions.clone();
        pass_on(request.headers_mut(), switch);
        if let Some(length) = length {
            request.headers_mut().remove(TRANSFER_ENCODING);
            request.headers_mut().remove(CONTENT_LENGTH);
            if let Some(length) = length {
                request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
            }
        }
        let mut slot = client.upstream.lock().await;
        let mut response = self.engine.send(&mut slot, request).await?;
        let switched = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        let upstream = switched.then(|| hyper::upgrade::on(&mut response));
        let (mut parts, body) = response.into_parts();
        pass_on(&mut parts.headers, switched);
        Ok((Answer::new(parts, boxed(body)), upstream))
    }

    /// The rules have their turn, and the answer goes out.
    async fn answer(
        &self,
        mut asked: Asked,
        mut answer: Answer,
        client: &Client,
        tunnel: Option<(OnUpgrade, OnUpgrade)>,
    ) -> Response<Body> {
        for rule in &self.rules {
            rule.on_response(&mut asked, &mut answer, &self.engine).await;
        }
        if answer.own {
            answer = dated(answer);
        }
        let edits = std::mem::take(&mut answer.observations);
        let editor = (!edits.is_empty()).then(|| Editor::new(edits, answer.tty));
        if let Some((downstream, upstream)) = tunnel {
            let connection = client.upstream.lock().await.take();
            let ending = self.ending.clone();
            let joined = async move {
                let (Ok(downstream), Ok(upstream)) = (downstream.await, upstream.await) else { return };
                // Both errors mean that one side is gone, and dropping the other tells it.
                let _ = tunnel::join(TokioIo::new(downstream), TokioIo::new(upstream), editor).await;
                drop(connection);
            };
            self.tasks.spawn(async move {
                tokio::select! {
                    () = joined => {}
                    () = ending.cancelled() => {}
                }
            });
            let (parts, _) = answer.finish();
            return Response::from_parts(parts, crate::whole(""));
        }
        let (mut parts, body) = answer.finish();
        let body = match editor {
            Some(editor) => {
                parts.headers.remove(CONTENT_LENGTH);
                edited(body, editor)
            }
            None => body,
        };
        Response::from_parts(parts, body)
    }
}

fn boxed(body: Incoming) -> Body {
    body.map_err(Into::into).boxed_unsync()
}

fn edited(body: Body, editor: Editor) -> Body {
    let state = (BodyStream::new(body), editor, false);
    let frames = futures_util::stream::unfold(state, |(mut frames, mut editor, ended)| async move {
        if ended {
            return None;
        }
        loop {
            let out = match frames.next().await {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => editor.push(&data),
                    Err(_) => continue,
                },
                Some(Err(error)) => return Some((Err(error), (frames, editor, true))),
                None => return Some((Ok(Frame::data(editor.finish().into())), (frames, editor, true))),
            };
            if !out.is_empty() {
                return Some((Ok(Frame::data(out.into())), (frames, editor, false)));
            }
        }
    });
    StreamBody::new(frames).boxed_unsync()
}

/// An answer of the proxy's own has a date, as every answer of an HTTP server.
fn dated(mut answer: Answer) -> Answer {
    if !answer.parts.headers.contains_key(DATE)
        && let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(SystemTime::now()))
    {
        answer.parts.headers.insert(DATE, date);
    }
    answer
}

fn wants_upgrade(headers: &HeaderMap) -> bool {
    let named = |value: &HeaderValue| {
        value.to_str().is_ok_and(|text| text.split(',').any(|word| word.trim().eq_ignore_ascii_case("upgrade")))
    };
    headers.contains_key(UPGRADE) && headers.get_all(CONNECTION).iter().any(named)
}

/// Takes out what is about one connection only. The length of the body is not: it goes through as it is.
fn pass_on(headers: &mut HeaderMap, switch: bool) {
    let listed: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(',').filter_map(|word| word.trim().parse().ok()))
        .collect();
    let keep = |name: &HeaderName| switch && name == UPGRADE;
    for name in listed.iter().filter(|name| !keep(name)) {
        headers.remove(name);
    }
    for name in ["keep-alive", "proxy-connection", "te"] {
        headers.remove(name);
    }
    if !switch {
        headers.remove(CONNECTION);
        headers.remove(UPGRADE);
    }
}
