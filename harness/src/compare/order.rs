//! The arrays whose order the API promises: the one table. Any other array is compared as a set.

use crate::normalise::glob;

/// Operation, pointer, and who promises it.
const ROWS: &[(&str, &str, &str)] = &[
    ("*", "/body/**/Cmd", "the words of a command"),
    ("*", "/body/**/Entrypoint", "the words of a command"),
    ("*", "/body/**/Args", "the words of a command"),
    ("*", "/body/**/Shell", "the words of a command"),
    ("*", "/body/**/arguments", "the words of a command"),
    ("*", "/body/**/Test", "the words of a health check"),
    ("*", "/body/**/OnBuild", "triggers run one after the other"),
    ("*", "/body/**/Env", "a later variable replaces an earlier one"),
    ("*", "/body/**/Dns", "resolvers are asked one after the other"),
    ("*", "/body/**/DnsSearch", "domains are tried one after the other"),
    ("*", "/body/**/DnsOptions", "options apply one after the other"),
    ("*", "/body/**/ExecIDs", "in the order they were created"),
    ("*", "/body/**/Layers", "layers lie upon each other"),
    ("*", "/body/**/Log", "health checks in the order they ran"),
    ("*", "/body/**/DriverStatus", "rows for people, in a chosen order"),
    ("*", "/body/**/DriverStatus/*", "name and value"),
    ("GET /containers/{id}/top", "/body/Titles", "columns"),
    ("GET /containers/{id}/top", "/body/Processes", "as ps sorts them"),
    ("GET /containers/{id}/top", "/body/Processes/*", "columns"),
    ("GET /containers/json", "/body", "newest first"),
    ("GET /images/{name}/history", "/body", "newest first"),
    ("GET /containers/{id}/archive", "/body", "a folder comes before what is in it"),
    ("GET /events", "/body", "as they happened"),
    ("POST *", "/body", "progress, as it happened"),
    ("DELETE /images/{name}", "/body", "untagged first, then deleted from the top layer down"),
    ("*", "/observation/**/arguments", "the words of a command"),
];

/// Whether the order of this array is promised.
pub(super) fn promised(operation: &str, path: &[String]) -> bool {
    ROWS.iter().any(|(operations, pointer, _)| glob::operation(operations, operation) && glob::pointer(pointer, path))
}
