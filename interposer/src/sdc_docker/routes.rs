//! SDC Docker's routes in October 2016 (`register` of lib/endpoints/*.js): everything else is its router's 404 or 405.

use hyper::Method;

/// Method and pattern of each route, as far as a divergence row has no rule of its own for it.
pub(super) const ROUTES: &[(Method, &str)] = &[
    (Method::GET, "/_ping"),
    (Method::POST, "/auth"),
    (Method::POST, "/build"),
    (Method::GET, "/ca.pem"),
    (Method::POST, "/commit"),
    (Method::GET, "/containers/json"),
    (Method::POST, "/containers/create"),
    (Method::GET, "/containers/*/json"),
    (Method::GET, "/containers/*/top"),
    (Method::GET, "/containers/*/logs"),
    (Method::GET, "/containers/*/stats"),
    (Method::GET, "/containers/*/changes"),
    (Method::GET, "/containers/*/export"),
    (Method::POST, "/containers/*/resize"),
    (Method::POST, "/containers/*/start"),
    (Method::POST, "/containers/*/stop"),
    (Method::POST, "/containers/*/restart"),
    (Method::POST, "/containers/*/kill"),
    (Method::POST, "/containers/*/pause"),
    (Method::POST, "/containers/*/unpause"),
    (Method::POST, "/containers/*/attach"),
    (Method::POST, "/containers/*/wait"),
    (Method::DELETE, "/containers/*"),
    (Method::POST, "/containers/*/copy"),
    (Method::GET, "/containers/*/archive"),
    (Method::PUT, "/containers/*/archive"),
    (Method::HEAD, "/containers/*/archive"),
    (Method::POST, "/containers/*/exec"),
    (Method::POST, "/containers/*/rename"),
    (Method::GET, "/events"),
    (Method::POST, "/exec/*/start"),
    (Method::POST, "/exec/*/resize"),
    (Method::GET, "/exec/*/json"),
    (Method::GET, "/images/json"),
    (Method::POST, "/images/create"),
    (Method::GET, "/images/search"),
    (Method::GET, "/images/**/json"),
    (Method::GET, "/images/**/history"),
    (Method::POST, "/images/**/push"),
    (Method::POST, "/images/**/tag"),
    (Method::GET, "/images/**/get"),
    (Method::POST, "/images/**/load"),
    (Method::DELETE, "/images/**"),
    (Method::GET, "/info"),
    (Method::GET, "/version"),
];

/// `DELETE /containers/{id}/{link}` is a route, with any second segment: it makes other methods there a 405 rather than a 404.
pub(super) fn is_link(path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').collect();
    matches!(segments[..], ["", "containers", id, link] if !id.is_empty() && !link.is_empty())
}
