//! Row "Extra Files": `/var/log/sdc-dockerinit.log`, in what the probe sees and through `archive`.

use super::observed;
use super::{Variant, entry};
use crate::profile::Entry;
use crate::proxy::Engine;
use crate::rule::{Answer, Asked, Decision, ObservationEdit, Rule, Soon};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::{Method, StatusCode};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What the log says: its text is dockerinit's own business, and only its being there is documented.
const TEXT: &[u8] = b"dockerinit: starting\ndockerinit: setup done, execing\n";

/// When it was written: any time does.
const TIME: &str = "2016-10-21T00:00:00Z";
const SECONDS: u64 = 1_477_008_000;

struct DockerinitLog(Variant);

impl DockerinitLog {
    fn name(&self) -> &'static str {
        self.0.pick("sdc-dockerinit.log", "dockerinit.log")
    }

    /// The answer for the file itself; its folder is the engine's.
    fn answer(&self, head: bool) -> Option<Answer> {
        let stat = json!({ "name": self.name(), "size": TEXT.len(), "mode": 0o644, "mtime": TIME, "linkTarget": "" });
        let body = if head { Vec::new() } else { self.tar().ok()? };
        let mut answer = Answer::own(StatusCode::OK, "application/x-tar", body);
        answer.set_header("x-docker-container-path-stat", &STANDARD.encode(stat.to_string()));
        if head {
            answer.parts.headers.remove(hyper::header::CONTENT_TYPE);
        }
        Some(answer)
    }

    fn tar(&self) -> std::io::Result<Vec<u8>> {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(TEXT.len() as u64);
        header.set_mtime(SECONDS);
        builder.append_data(&mut header, self.name(), TEXT)?;
        builder.into_inner()
    }
}

impl Rule for DockerinitLog {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, engine: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move {
            let pattern = "/containers/*/archive";
            let head = asked.is(Method::HEAD, pattern);
            let is_head = head.is_some();
            let wanted = asked.route.parameter("path").unwrap_or_default();
            let Some(container) = head.or(asked.is(Method::GET, pattern)) else { return Decision::Pass };
            if wanted.trim_start_matches('/') != format!("var/log/{}", self.name()) {
                return Decision::Pass;
            }
            if asked.container(&container, engine).await.is_none() {
                return Decision::Pass;
            }
            self.answer(is_head).map_or(Decision::Pass, |answer| Decision::Answer(Box::new(answer)))
        })
    }

    fn on_response<'a>(&'a self, asked: &'a mut Asked, answer: &'a mut Answer, engine: &'a Engine) -> Soon<'a, ()> {
        Box::pin(observed::edit(asked, answer, engine, |_| {
            let name = self.name();
            let edit: ObservationEdit = Arc::new(move |seen| show(seen, name));
            Some(edit)
        }))
    }
}

fn item(path: &str, folder: bool) -> Value {
    let size = if folder { Value::Null } else { json!(TEXT.len()) };
    let (kind, mode) = if folder { ("directory", "0755") } else { ("file", "0644") };
    json!({ "path": path, "type": kind, "mode": mode, "uid": 0, "gid": 0, "size": size, "link": null })
}

/// Puts the file, and the folders above it where the image has none, into a listing that reaches it.
fn show(seen: &mut Map<String, Value>, name: &str) {
    let Some(list) = seen.get_mut("files").and_then(Value::as_array_mut) else { return };
    let file = format!("/var/log/{name}");
    let mut parent = "/".to_owned();
    for (path, folder) in [("/var", true), ("/var/log", true), (file.as_str(), false)] {
        let position = |list: &[Value], wanted: &str| list.iter().position(|item| item["path"] == wanted);
        match position(list, path) {
            Some(at) if list.get(at).is_some_and(|found| found["type"] == "missing") => {
                if let Some(found) = list.get_mut(at) {
                    *found = item(path, folder);
                }
            }
            Some(_) => {}
            None => {
                // Behind everything in its folder that comes before it by name.
                if let Some(start) = position(list, &parent) {
                    let below = format!("{}/", parent.trim_end_matches('/'));
                    let before = |item: &Value| {
                        item["path"].as_str().is_some_and(|other| other.starts_with(&below) && other < path)
                    };
                    let rest = list.get(start + 1..).unwrap_or_default();
                    let at = start + 1 + rest.iter().take_while(|item| before(item)).count();
                    list.insert(at, item(path, folder));
                }
            }
        }
        parent = path.to_owned();
    }
}

pub(super) fn rules() -> Vec<Entry> {
    let row = "Extra Files: /var/log/sdc-dockerinit.log";
    vec![entry("dockerinit-log", row, "the file is /var/log/dockerinit.log", DockerinitLog)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&["/var/log/sdc-dockerinit.log"], &["/var/log/sdc-dockerinit.log"])]
    #[case(&["/var"], &["/var", "/var/log", "/var/log/sdc-dockerinit.log"])]
    #[case(&["/etc", "/etc/x"], &["/etc", "/etc/x"])]
    #[case(&["/", "/bin", "/var", "/var/lib", "/zoo"], &["/", "/bin", "/var", "/var/lib", "/var/log", "/var/log/sdc-dockerinit.log", "/zoo"])]
    fn listings(#[case] before: &[&str], #[case] after: &[&str]) {
        let kind = |path: &str| if path.ends_with(".log") { "missing" } else { "directory" };
        let files: Vec<Value> = before.iter().map(|path| json!({"path": path, "type": kind(path)})).collect();
        let Value::Object(mut seen) = json!({ "files": files }) else { unreachable!() };
        show(&mut seen, "sdc-dockerinit.log");
        let listed = seen["files"].as_array().unwrap();
        let paths: Vec<&str> = listed.iter().map(|item| item["path"].as_str().unwrap()).collect();
        assert_eq!(paths, after);
        assert!(listed.iter().all(|item| item["type"] != "missing"));
    }
}
