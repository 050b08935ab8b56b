//! Which operation a request asks for.

use hyper::Uri;
use percent_encoding::percent_decode_str;

/// A request's target, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// What stands between `/v` and the next slash, when the path begins so.
    pub version: Option<String>,
    /// The path without the version, as it came.
    pub path: String,
    /// The query as it came.
    pub query: Option<String>,
}

impl Route {
    /// Takes a target apart. A version is `/v` and anything up to the next slash, as in SDC Docker's route patterns.
    pub fn new(uri: &Uri) -> Route {
        let whole = uri.path();
        let query = uri.query().map(str::to_owned);
        let versioned = whole.strip_prefix("/v").and_then(|rest| rest.split_once('/'));
        match versioned {
            // `/version/x` is no version: versions of Docker's API begin with a digit, or are one letter in probes for errors.
            Some((version, path)) if !version.is_empty() && !matches!(version, "olumes" | "ersion") => {
                Route { version: Some(version.to_owned()), path: format!("/{path}"), query }
            }
            _ => Route { version: None, path: whole.to_owned(), query },
        }
    }

    /// What a pattern's star stands for, percent-decoded: `/containers/*/json` (one segment) or `/images/**/json` (any number).
    /// A pattern without a star gives the empty text.
    pub fn matches(&self, pattern: &str) -> Option<String> {
        let Some((before, after)) = pattern.split_once('*') else {
            return (self.path == pattern).then(String::new);
        };
        let (after, several) = match after.strip_prefix('*') {
            Some(after) => (after, true),
            None => (after, false),
        };
        let middle = self.path.strip_prefix(before)?.strip_suffix(after)?;
        let fits = !middle.is_empty() && (several || !middle.contains('/'));
        fits.then(|| percent_decode_str(middle).decode_utf8_lossy().into_owned())
    }

    /// A parameter of the query, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let query = self.query.as_deref()?;
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let (_, value) = pairs.into_iter().find(|(key, _)| *key == name)?;
        Some(percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
    }

    /// Takes a parameter out of the query.
    pub fn remove_parameter(&mut self, name: &str) {
        let Some(query) = self.query.as_deref() else { return };
        let kept: Vec<&str> = query.split('&').filter(|pair| pair.split('=').next() != Some(name)).collect();
        self.query = (!kept.is_empty()).then(|| kept.join("&"));
    }

    /// The target put together.
    pub(crate) fn target(&self) -> String {
        let version = self.version.as_ref().map(|version| format!("/v{version}")).unwrap_or_default();
        let query = self.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{version}{}{query}", self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn route(target: &str) -> Route {
        Route::new(&target.parse().unwrap())
    }

    #[rstest]
    #[case("/v1.21/containers/a%2Fb/json", Some("1.21"), "/containers/*/json", Some("a/b"))]
    #[case("/containers/json", None, "/containers/*/json", None)]
    #[case("/images/a/b:c/json?x=1", None, "/images/**/json", Some("a/b:c"))]
    #[case("/images/a/b/json", None, "/images/*/json", None)]
    #[case("/version", None, "/version", Some(""))]
    #[case("/volumes/x", None, "/volumes/**", Some("x"))]
    #[case("/v1.21//containers/json", Some("1.21"), "/containers/json", None)]
    #[case("/vX/version", Some("X"), "/version", Some(""))]
    fn patterns(
        #[case] target: &str,
        #[case] version: Option<&str>,
        #[case] pattern: &str,
        #[case] found: Option<&str>,
    ) {
        let route = route(target);
        assert_eq!(route.version.as_deref(), version);
        assert_eq!(route.matches(pattern).as_deref(), found);
        assert_eq!(route.target(), target);
    }

    #[test]
    fn parameters() {
        let mut route = route("/containers/x/top?ps_args=-o+pid%2Ccmd&a=b");
        assert_eq!(route.parameter("ps_args").as_deref(), Some("-o pid,cmd"));
        assert_eq!(route.parameter("b"), None);
        route.remove_parameter("ps_args");
        assert_eq!(route.target(), "/containers/x/top?a=b");
        route.remove_parameter("a");
        assert_eq!(route.target(), "/containers/x/top");
    }
}
