//! Row "Images and private registries": an image id, short or long, may belong to images of several repositories, and then says
//! which is meant no longer: 422 AmbiguousDockerImageId (lib/backends/sdc/images.js, `imgFromName`). `repo:tag` goes on working.

use super::refuse::Refusal;
use super::{Variant, entry};
use crate::profile::Entry;
use crate::proxy::Engine;
use crate::rule::{Asked, Decision, Rule, Soon};
use hyper::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

struct Ambiguous(Variant);

impl Rule for Ambiguous {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, engine: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move {
            let Some(name) = image_asked_for(asked).await else { return Decision::Pass };
            let Some(id) = as_id(&name) else { return Decision::Pass };
            let target = format!("/images/{}/json", utf8_percent_encode(&name, NON_ALPHANUMERIC));
            let Some(image) = engine.get_json(&target).await else { return Decision::Pass };
            match ambiguity(id, &image) {
                Some(registries) => {
                    let message = format!(
                        "image id \"{id}\" does not unambiguously identify a single image because it has been pulled from \
                         multiple registries: {}; use \"repo:tag\" if possible",
                        registries.join(", ")
                    );
                    let status = StatusCode::UNPROCESSABLE_ENTITY;
                    Refusal::new(status, "AmbiguousDockerImageId", message).decide(self.0, asked)
                }
                None => Decision::Pass,
            }
        })
    }
}

async fn image_asked_for(asked: &mut Asked) -> Option<String> {
    let named = [
        (Method::GET, "/images/**/json"),
        (Method::GET, "/images/**/history"),
        (Method::POST, "/images/**/tag"),
        (Method::DELETE, "/images/**"),
    ];
    if let Some(name) = named.into_iter().find_map(|(method, pattern)| asked.is(method, pattern)) {
        return Some(name);
    }
    asked.is(Method::POST, "/containers/create")?;
    asked.content.json().await?["Image"].as_str().map(str::to_owned)
}

/// At most 64 digits, with or without today's `sha256:`.
fn as_id(name: &str) -> Option<&str> {
    let id = name.strip_prefix("sha256:").unwrap_or(name);
    let digits = id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (digits && !id.is_empty() && id.len() <= 64).then_some(id)
}

/// The registries of the repositories that an image is in, when there are several repositories and the name is its id.
fn ambiguity(id: &str, image: &Value) -> Option<Vec<String>> {
    let own = image["Id"].as_str()?;
    if !own.strip_prefix("sha256:").unwrap_or(own).starts_with(id) {
        return None;
    }
    let tags = image["RepoTags"].as_array()?.iter().filter_map(Value::as_str);
    let mut repositories: Vec<&str> = tags.filter_map(|tag| Some(tag.rsplit_once(':')?.0)).collect();
    repositories.sort_unstable();
    repositories.dedup();
    (repositories.len() > 1).then(|| repositories.into_iter().map(registry).collect())
}

fn registry(repository: &str) -> String {
    let first = repository.split_once('/').map_or("", |(first, _)| first);
    let host = first == "localhost" || first.contains(['.', ':']);
    if host { first.to_owned() } else { "docker.io".to_owned() }
}

pub(super) fn rules() -> Vec<Entry> {
    let row = "Images and private registries: an id in two repositories is ambiguous";
    vec![entry("ambiguous-image-id", row, "403 (NotAuthorized) instead", Ambiguous)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case("abc", &["a:1", "127.0.0.1:5000/a:1"], Some(vec!["127.0.0.1:5000", "docker.io"]))]
    #[case("abc", &["a:1", "a:2"], None)]
    #[case("abd", &["a:1", "b:1"], None)]
    fn in_two_repositories(#[case] id: &str, #[case] tags: &[&str], #[case] registries: Option<Vec<&str>>) {
        let found = ambiguity(id, &json!({"Id": "sha256:abcdef", "RepoTags": tags}));
        assert_eq!(found, registries.map(|list| list.into_iter().map(str::to_owned).collect()));
    }

    #[test]
    fn ids() {
        assert_eq!(as_id("sha256:0abc"), Some("0abc"));
        assert_eq!(as_id("abcg"), None);
        assert_eq!(as_id("a:b"), None);
        assert_eq!(as_id(""), None);
    }
}
