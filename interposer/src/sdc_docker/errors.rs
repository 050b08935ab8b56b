//! Errors are texts: the engine's JSON ones are written as SDC Docker writes its own.

use super::refuse::Refusal;
use super::{Variant, entry};
use crate::profile::Entry;
use crate::proxy::Engine;
use crate::rule::{Answer, Asked, Decision, Rule, Soon};
use hyper::{Method, StatusCode};

/// `POST` with a body that is no JSON: 400 before anything else is looked at (restify's body parser).
struct InvalidJson(Variant);

impl Rule for InvalidJson {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, _: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move {
            let create = asked.is(Method::POST, "/containers/create");
            let exec = asked.is(Method::POST, "/containers/*/exec");
            if create.or(exec).is_none() || asked.content.bytes().await.is_none_or(|body| body.is_empty()) {
                return Decision::Pass;
            }
            if asked.content.json().await.is_some() {
                return Decision::Pass;
            }
            let message = "Invalid JSON: Unexpected token";
            Refusal::new(StatusCode::BAD_REQUEST, "InvalidContent", message).decide(self.0, asked)
        })
    }
}

struct ErrorText(Variant);

impl Rule for ErrorText {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, _: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move {
            if asked.is(Method::POST, "/containers/create").is_some() {
                let body = asked.content.json().await;
                asked.image = body.and_then(|body| body["Image"].as_str()).map(str::to_owned);
            }
            Decision::Pass
        })
    }

    fn on_response<'a>(&'a self, asked: &'a mut Asked, answer: &'a mut Answer, _: &'a Engine) -> Soon<'a, ()> {
        Box::pin(async move {
            let status = answer.parts.status;
            if answer.own || status.as_u16() < 400 || asked.parts.method == Method::HEAD {
                return;
            }
            let Some(message) = answer.content.message().await else { return };
            let image = image_named(asked);
            let mut refusal = written(status, &message, asked, image);
            if self.0 == Variant::Altered {
                refusal.code = "Altered";
            }
            answer.replace(refusal.answer(asked));
        })
    }
}

/// The texts that SDC Docker has for what is not there, and the engine's own for the rest.
fn written(status: StatusCode, message: &str, asked: &Asked, image: Option<String>) -> Refusal {
    let segments: Vec<&str> = asked.route.path.split('/').collect();
    let is = |text: &str| message.to_ascii_lowercase().contains(text);
    if status == StatusCode::NOT_FOUND {
        if is("no such image") {
            let name = image.unwrap_or_else(|| message.rsplit("image: ").next().unwrap_or_default().to_owned());
            return Refusal::new(status, "ResourceNotFound", format!("No such image: {name}"));
        }
        if is("no such exec") {
            return Refusal::new(status, "ResourceNotFound", "no such exec instance");
        }
        if let ["", "containers", name, ..] = segments[..]
            && (is("no such container") || is("no such id"))
        {
            let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
            return Refusal::new(status, "", format!("No such container: {name}"));
        }
    }
    Refusal::new(status, "", message)
}

/// The image that a request names, without the tag that the engine adds to it in its message.
fn image_named(asked: &Asked) -> Option<String> {
    let patterns = ["/images/**/json", "/images/**/history", "/images/**/tag", "/images/**"];
    asked.image.clone().or_else(|| patterns.into_iter().find_map(|pattern| asked.route.matches(pattern)))
}

pub(super) fn rules() -> Vec<Entry> {
    vec![
        entry("invalid-json", "wire facts: bad JSON 400 (InvalidContent)", "403 (NotAuthorized) instead", InvalidJson),
        entry("error-text", "wire facts: errors are text/plain, never JSON", "the code is Altered", ErrorText),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("/containers/a%2Fb/json", 404, "No such container: a/b", "No such container: a/b (u)")]
    #[case("/v1.21/containers/x/stop", 404, "no such id: x", "No such container: x (u)")]
    #[case("/images/nosuch/json", 404, "No such image: nosuch:latest", "(ResourceNotFound) No such image: nosuch (u)")]
    #[case("/exec/x/start", 404, "No such exec instance: x", "(ResourceNotFound) no such exec instance (u)")]
    #[case("/containers/x/start", 500, "cannot start", "cannot start (u)")]
    fn texts(#[case] target: &str, #[case] status: u16, #[case] message: &str, #[case] text: &str) {
        let request = hyper::Request::builder().uri(target).body(()).unwrap();
        let asked = Asked::new(request.into_parts().0, crate::whole(""));
        let refusal = written(StatusCode::from_u16(status).unwrap(), message, &asked, image_named(&asked));
        assert_eq!(refusal.text("u"), text);
    }
}
