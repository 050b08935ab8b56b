//! Row "Performance of container management functions": slower, sometimes much slower.

use super::{Variant, entry};
use crate::profile::Entry;
use crate::proxy::Engine;
use crate::rule::{Answer, Asked, Rule, Soon};
use hyper::Method;
use std::time::Duration;

/// Delays an answer in proportion to what the engine took, so that the ratio is the same on any machine: three times as slow.
struct Latency(Variant);

const OPERATIONS: [(Method, &str); 7] = [
    (Method::POST, "/containers/create"),
    (Method::POST, "/containers/*/start"),
    (Method::POST, "/containers/*/stop"),
    (Method::POST, "/containers/*/restart"),
    (Method::POST, "/containers/*/kill"),
    (Method::POST, "/containers/*/rename"),
    (Method::DELETE, "/containers/*"),
];

impl Latency {
    /// At most some seconds: an altered rule must not look like a hang.
    fn delay(&self, taken: Duration, removal: bool) -> Duration {
        let documented = (taken * 2).max(Duration::from_millis(3)).min(Duration::from_secs(4));
        let altered = (taken * 40).max(Duration::from_millis(100)).min(Duration::from_secs(12));
        if removal { self.0.pick(documented, altered) } else { documented }
    }
}

impl Rule for Latency {
    fn on_response<'a>(&'a self, asked: &'a mut Asked, answer: &'a mut Answer, _: &'a Engine) -> Soon<'a, ()> {
        Box::pin(async move {
            let managed = OPERATIONS.into_iter().any(|(method, pattern)| asked.is(method, pattern).is_some());
            if managed && !answer.own && answer.parts.status.as_u16() < 400 {
                let removal = asked.parts.method == Method::DELETE;
                tokio::time::sleep(self.delay(asked.started.elapsed(), removal)).await;
            }
        })
    }
}

pub(super) fn rules() -> Vec<Entry> {
    vec![entry("latency", "Performance of container management functions", "removal is forty times as slow", Latency)]
}
