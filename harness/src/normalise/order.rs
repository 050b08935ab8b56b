//! The arrays that have no order: sorted in the normalised transcript, so that two runs read alike.

use super::glob;

/// One kind of array.
pub(super) struct Row {
    /// The operations, as in [`glob::operation`].
    operation: &'static str,
    /// The array, as in [`glob::pointer`].
    pointer: &'static str,
    /// The member to sort by, before the item as a whole.
    pub(super) key: Option<&'static str>,
    /// Why its order means nothing.
    #[allow(dead_code, reason = "for the reader of the table, and for the test that each row has one")]
    reason: &'static str,
}

impl Row {
    pub(super) fn fits(&self, path: &[String]) -> bool {
        glob::pointer(self.pointer, path)
    }
}

/// The rows for an operation.
pub(super) fn rows(operation: &str) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| glob::operation(row.operation, operation))
}

const fn row(operation: &'static str, pointer: &'static str, key: Option<&'static str>, reason: &'static str) -> Row {
    Row { operation, pointer, key, reason }
}

const LISTED: &str = "a list answer without a promised order (only containers come newest first)";

/// All of them.
const ROWS: &[Row] = &[
    row("*", "/body/**/Mounts", Some("Destination"), "Docker keeps mount points in a Go map"),
    row("*", "/body/**/Ports", Some("PrivatePort"), "Docker keeps ports in a Go map"),
    row("*", "/body/**/Names", None, "Docker keeps names and link aliases in a Go map"),
    row("*", "/body/**/RepoTags", None, "references of an image are a set"),
    row("*", "/body/**/RepoDigests", None, "references of an image are a set"),
    row("*", "/body/**/Ulimits", Some("Name"), "limits are a set by name; the daemon's defaults come from a Go map"),
    row(
        "GET /nodes*",
        "/body/**/GenericResources",
        None,
        "Docker keeps resources in a Go map: another order after each start",
    ),
    row("*", "/body/**/Env", None, "Podman 4.3 keeps variables in a Go map: another order at every inspect"),
    row(
        "*",
        "/observation/environment",
        None,
        "Podman 4.3 keeps variables in a Go map: another order in every container",
    ),
    row("GET /containers/{id}/changes", "/body", Some("Path"), "the order in which a file system is walked"),
    row("GET /containers/{id}/export", "/body", Some("name"), "the order in which a file system is walked"),
    row("GET /images/get|GET /images/{name}/get", "/body", Some("name"), "entries are named by volatile ids"),
    row("POST /images/load", "/request", Some("name"), "entries of a saved archive are named by volatile ids"),
    row("GET /images/json", "/body", Some("RepoTags"), LISTED),
    row("GET /volumes", "/body/Volumes", Some("Name"), LISTED),
    row("GET /networks", "/body", Some("Name"), LISTED),
    row("GET /nodes|GET /services|GET /tasks|GET /secrets|GET /configs|GET /plugins", "/body", None, LISTED),
    row("GET /system/df", "/body/Images", Some("RepoTags"), LISTED),
    row("GET /system/df", "/body/Containers", Some("Names"), LISTED),
    row("GET /system/df", "/body/Volumes", Some("Name"), LISTED),
    row("GET /system/df", "/body/BuildCache", Some("Description"), LISTED),
    row("POST */prune", "/body/*Deleted", None, "what a prune removes, it takes from a Go map"),
    row("GET /info", "/body/Plugins/*", None, "plugins are registered in a Go map"),
    row("GET /info", "/body/RegistryConfig/InsecureRegistryCIDRs", None, "a set"),
    row("GET /info", "/body/SecurityOptions", None, "a set"),
    row("GET /info", "/body/GenericResources", None, "a set that Docker gathers from a Go map"),
    row("GET /info", "/body/DriverStatus", None, "Podman 4.3 keeps the driver's status in a Go map"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_a_reason() {
        assert!(ROWS.iter().all(|row| row.reason.len() > 4 && row.pointer.starts_with('/')));
    }
}
