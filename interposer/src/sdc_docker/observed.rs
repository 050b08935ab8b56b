//! Finds out whether an output stream is that of Lockstep's probe observing, so that it can be made to show what is not there.

use crate::proxy::Engine;
use crate::rule::{Answer, Asked, ObservationEdit};
use hyper::Method;
use serde_json::Value;

/// Adds an edit of what the probe prints, if this answer is output of `probe observe`.
pub(super) async fn edit(
    asked: &mut Asked,
    answer: &mut Answer,
    engine: &Engine,
    edit: impl FnOnce(&Value) -> Option<ObservationEdit>,
) {
    let streams = answer.parts.status.is_success() || answer.parts.status == 101;
    if answer.own || !streams || !observes(asked, answer, engine).await {
        return;
    }
    if let Some(edit) = asked.found().and_then(edit) {
        answer.observations.push(edit);
    }
}

/// After it, the container is at hand. An exec counts by its own command.
async fn observes(asked: &mut Asked, answer: &mut Answer, engine: &Engine) -> bool {
    let logs = asked.is(Method::GET, "/containers/*/logs");
    if let Some(name) = logs.or(asked.is(Method::POST, "/containers/*/attach")) {
        let Some(container) = asked.container(&name, engine).await else { return false };
        answer.tty = container.pointer("/Config/Tty") == Some(&Value::Bool(true));
        let words = [container["Path"].as_str()].into_iter().chain(texts(&container["Args"]));
        return is_observation(words.flatten());
    }
    let Some(id) = asked.is(Method::POST, "/exec/*/start") else { return false };
    let Some(exec) = engine.get_json(&format!("/exec/{id}/json")).await else { return false };
    let process = &exec["ProcessConfig"];
    answer.tty = process["tty"] == true;
    let words = [process["entrypoint"].as_str()].into_iter().chain(texts(&process["arguments"]));
    let container = exec["ContainerID"].as_str().unwrap_or_default().to_owned();
    is_observation(words.flatten()) && asked.container(&container, engine).await.is_some()
}

fn texts(list: &Value) -> impl Iterator<Item = Option<&str>> {
    list.as_array().into_iter().flatten().map(Value::as_str)
}

/// `probe observe …`, also as a part of `probe then …`.
fn is_observation<'a>(mut words: impl Iterator<Item = &'a str>) -> bool {
    let program = words.next().unwrap_or_default();
    program.rsplit('/').next() == Some("probe") && words.any(|word| word == "observe")
}

/// Puts an item into a list where its key keeps the order; a list is left alone when it is none.
pub(super) fn insert<K: Ord>(list: Option<&mut Value>, item: Value, key: impl Fn(&Value) -> K) {
    let Some(list) = list.and_then(Value::as_array_mut) else { return };
    let at = list.iter().position(|other| key(other) > key(&item)).unwrap_or(list.len());
    list.insert(at, item);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn commands() {
        let is = |words: &[&str]| is_observation(words.iter().copied());
        assert!(is(&["probe", "observe", "mounts"]));
        assert!(is(&["/bin/probe", "then", "sleep", "1", "--", "observe", "files", "/"]));
        assert!(!is(&["probe", "echo", "x"]));
        assert!(!is(&["sh", "observe"]));
        assert!(!is(&[]));
    }

    #[test]
    fn in_order() {
        let mut list = json!([1, 3, 3, 5]);
        insert(Some(&mut list), json!(3), |item| item.as_u64());
        insert(Some(&mut list), json!(9), |item| item.as_u64());
        insert(Some(&mut list), json!(0), |item| item.as_u64());
        assert_eq!(list, json!([0, 1, 3, 3, 3, 5, 9]));
    }
}
