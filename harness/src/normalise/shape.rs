//! What is compared by its shape alone, because of the place where it stands: the one table, with a reason for each row.
//!
//! A row replaces numbers and texts only. Zero, -1, the empty text, null and a missing member say something else than
//! "some amount", so they stay what they are (unless the row says otherwise), and an engine that answers them differs.

use serde_json::Value;

use super::glob;

/// One kind of place.
pub(super) struct Row {
    /// The operations, as in [`glob::operation`].
    operation: &'static str,
    /// The place, as in [`glob::pointer`].
    pointer: &'static str,
    /// The symbol without its brackets.
    symbol: &'static str,
    /// The JSON type Docker answers; another type makes another symbol.
    natural: Natural,
    /// Which values stay.
    keep: Keep,
    /// Why the value itself cannot be compared.
    #[allow(dead_code, reason = "for the reader of the table, and for the test that each row has one")]
    reason: &'static str,
}

/// The JSON type that a symbol stands for without saying so.
#[derive(Clone, Copy, PartialEq)]
enum Natural {
    Number,
    Text,
}

/// Which values are no example of "some value".
#[derive(Clone, Copy, PartialEq)]
enum Keep {
    /// 0, -1 and the empty text.
    Zero,
    /// Also 1, and texts of these numbers: a process id inside a container.
    First,
    /// None: a counter that may not have moved yet.
    Nothing,
    /// All but texts that are an amount of bytes (`12.5GB`).
    AllButSizes,
    /// Any array here becomes an array of one symbol.
    Collapse,
}

impl Row {
    pub(super) fn fits(&self, path: &[String]) -> bool {
        glob::pointer(self.pointer, path)
    }

    /// Replaces the value, if it is one that the row is about, and says whether it did.
    pub(super) fn apply(&self, value: &mut Value) -> bool {
        let symbol = |natural: Natural| match natural {
            _ if natural == self.natural => format!("<{}>", self.symbol),
            Natural::Number => format!("<{}-number>", self.symbol),
            Natural::Text => format!("<{}-text>", self.symbol),
        };
        *value = match value {
            Value::Array(_) if self.keep == Keep::Collapse => vec![symbol(self.natural)].into(),
            Value::Number(number) if !self.stays(&number.to_string()) => symbol(Natural::Number).into(),
            Value::String(text) if !self.stays(text) => symbol(Natural::Text).into(),
            _ => return false,
        };
        true
    }

    /// Whether one symbol stands for all items of a list here.
    pub(super) fn collapses(&self) -> bool {
        self.keep == Keep::Collapse
    }

    /// Whether a symbol without its brackets is this row's for a number; `None` where it is not this row's.
    pub(super) fn is_number(&self, symbol: &str) -> Option<bool> {
        match symbol.strip_prefix(self.symbol)? {
            "" => Some(self.natural == Natural::Number),
            "-number" => Some(true),
            "-text" => Some(false),
            _ => None,
        }
    }

    fn stays(&self, text: &str) -> bool {
        match self.keep {
            Keep::Nothing => false,
            Keep::Zero => matches!(text, "" | "0" | "-1"),
            Keep::First => matches!(text, "" | "0" | "-1" | "1"),
            Keep::AllButSizes => {
                let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
                !(text.ends_with('B') && number.trim_end().parse::<f64>().is_ok())
            }
            Keep::Collapse => true,
        }
    }
}

/// The rows for an operation.
pub(super) fn rows(operation: &str) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| glob::operation(row.operation, operation))
}

const fn number(operation: &'static str, pointer: &'static str, symbol: &'static str, reason: &'static str) -> Row {
    Row { operation, pointer, symbol, natural: Natural::Number, keep: Keep::Zero, reason }
}

const fn text(operation: &'static str, pointer: &'static str, symbol: &'static str, reason: &'static str) -> Row {
    Row { operation, pointer, symbol, natural: Natural::Text, keep: Keep::Zero, reason }
}

const fn keeping(keep: Keep, row: Row) -> Row {
    Row { keep, ..row }
}

const STATS: &str = "GET /containers/{id}/stats";
const TRANSFER: &str = "POST /images/*|POST /build|POST /plugins/*";
const COUNTER: &str = "a counter of the kernel, read at some moment";
const COUNTERS: &str = "one item for each processor or device of the host, and none before it did anything";
const HOST: &str = "says something about the machine, not about the engine";
const COUNTED: &str = "what else is on the engine counts too";
const RELEASE: &str = "each release has its own; the run's identity records it";
const SIZE: &str = "depends on the storage driver and its file system";
const PROCESS: &str = "a process id of the host";
const INSIDE: &str = "the kernel counts process ids on; only the first is certain";
const OLDER: &str = "an image may be older than the run, and an old time is as volatile";
const SECRET: &str = "never reaches a snapshot";
const PROGRESS: &str = "how much had been done when it was reported depends on timing";
const ORDINAL: &str = "counts writes to the cluster's store, heartbeats included";

/// All of them. The first row that fits applies.
const ROWS: &[Row] = &[
    // Containers.
    number("*", "/body/State/Pid", "pid", PROCESS),
    number("GET /exec/{id}/json", "/body/Pid", "pid", PROCESS),
    number("GET /containers/*|GET /system/df", "/body/**/SizeRw", "bytes", SIZE),
    number("GET /containers/*|GET /system/df", "/body/**/SizeRootFs", "bytes", SIZE),
    keeping(Keep::Collapse, number(STATS, "/body/**/percpu_usage", "number", COUNTERS)),
    keeping(Keep::Collapse, number(STATS, "/body/**/blkio_stats/*", "number", COUNTERS)),
    keeping(Keep::Nothing, number(STATS, "/body/**/*_stats/**", "number", COUNTER)),
    keeping(Keep::Nothing, number(STATS, "/body/**/networks/**", "number", COUNTER)),
    keeping(Keep::Nothing, number(STATS, "/body/**/num_procs", "number", COUNTER)),
    // Images.
    number("GET /images/json|GET /containers/json", "/body/*/Created", "unix", OLDER),
    number("GET /images/{name}/history", "/body/*/Created", "unix", OLDER),
    number("GET /system/df", "/body/*/*/Created", "unix", OLDER),
    number("GET /images/*|GET /system/df|GET /containers/json", "/body/**/Size", "bytes", SIZE),
    number("GET /images/*|GET /system/df", "/body/**/VirtualSize", "bytes", SIZE),
    number("GET /images/*|GET /system/df", "/body/**/SharedSize", "bytes", SIZE),
    keeping(Keep::Nothing, number(TRANSFER, "/body/*/progressDetail/*", "number", PROGRESS)),
    keeping(Keep::Zero, text(TRANSFER, "/body/*/progress", "progress", PROGRESS)),
    // Podman leaves it empty.
    text("*", "/body/**/DockerVersion", "version", RELEASE),
    // System.
    // The working containers of builds, which Podman keeps and its list does not show.
    keeping(Keep::Nothing, number("GET /system/df", "/body/Images/*/Containers", "number", COUNTED)),
    number("GET /system/df", "/body/LayersSize", "bytes", SIZE),
    number("GET /system/df", "/body/BuilderSize", "bytes", SIZE),
    number("POST */prune", "/body/SpaceReclaimed", "bytes", SIZE),
    text("GET /info", "/body/Uptime", "duration", HOST),
    number("GET /info", "/body/NCPU", "number", HOST),
    number("GET /info", "/body/MemTotal", "bytes", HOST),
    keeping(Keep::Nothing, number("GET /info", "/body/Containers*", "number", COUNTED)),
    keeping(Keep::Nothing, number("GET /info", "/body/Images", "number", COUNTED)),
    keeping(Keep::Nothing, number("GET /info", "/body/NFd", "number", COUNTED)),
    keeping(Keep::Nothing, number("GET /info", "/body/NGoroutines", "number", COUNTED)),
    keeping(Keep::Nothing, number("GET /info", "/body/NEventsListener", "number", COUNTED)),
    text("GET /info", "/body/KernelVersion", "version", HOST),
    text("GET /info", "/body/OperatingSystem", "text", HOST),
    keeping(
        Keep::Nothing,
        text("GET /info", "/body/OSVersion", "version", "of the machine, and a suite that moves on has none"),
    ),
    text("GET /info", "/body/Name", "host-name", HOST),
    text(
        "GET /info",
        "/body/ID",
        "engine-id",
        "made up when an engine first starts; once a key's fingerprint, now a UUID",
    ),
    text("GET /info", "/body/ServerVersion", "version", RELEASE),
    text("GET /info", "/body/*Commit/ID", "commit", RELEASE),
    text("GET /info", "/body/*Commit/Expected", "commit", RELEASE),
    text("GET /info", "/body/HttpProxy", "text", HOST),
    text("GET /info", "/body/HttpsProxy", "text", HOST),
    text("GET /info", "/body/NoProxy", "text", HOST),
    keeping(Keep::AllButSizes, text("GET /info", "/body/DriverStatus/*/1", "bytes", "free space on the host")),
    text("GET /version", "/body/Version", "version", RELEASE),
    text("GET /version", "/body/GitCommit", "commit", RELEASE),
    text("GET /version", "/body/GoVersion", "version", RELEASE),
    text("GET /version", "/body/BuildTime", "time", RELEASE),
    text("GET /version", "/body/KernelVersion", "version", HOST),
    text("GET /version", "/body/Components/*/Version", "version", RELEASE),
    text("GET /version", "/body/Components/*/Details/Version", "version", RELEASE),
    text("GET /version", "/body/Components/*/Details/*Version", "version", RELEASE),
    text("GET /version", "/body/Components/*/Details/GitCommit", "commit", RELEASE),
    text("GET /version", "/body/Components/*/Details/BuildTime", "time", RELEASE),
    text("GET /version", "/body/Components/*/Details/Package", "version", RELEASE),
    // Events.
    number("GET /events", "/body/**/time", "unix", "when it happened"),
    number("GET /events", "/body/**/timeNano", "unixnano", "when it happened"),
    keeping(
        Keep::Nothing,
        text(
            "GET /events",
            "/body/**/Attributes/execDuration",
            "seconds",
            "whole seconds, which may pass or not (Docker 26.1)",
        ),
    ),
    // Swarm.
    number("*", "/body/**/Version/Index", "number", ORDINAL),
    text("*", "/body/**/TLSInfo/CertIssuer*", "base64", "belongs to a key that is made with the swarm"),
    number("GET /nodes*", "/body/**/Resources/NanoCPUs", "number", HOST),
    number("GET /nodes*", "/body/**/Resources/MemoryBytes", "bytes", HOST),
    text("GET /nodes*", "/body/**/Description/Hostname", "host-name", HOST),
    text("GET /nodes*", "/body/**/Engine/EngineVersion", "version", RELEASE),
    number("GET /tasks*", "/body/**/ContainerStatus/PID", "pid", PROCESS),
    // Secrets, both ways.
    text("POST /auth", "/request/password", "secret", SECRET),
    text("POST /auth", "/request/identitytoken", "secret", SECRET),
    text("POST /auth", "/body/IdentityToken", "secret", SECRET),
    text("POST /secrets/create", "/request/Data", "secret", SECRET),
    // Observations.
    number("*", "/observation/**/bytes_total", "bytes", SIZE),
    number("*", "/observation/**/bytes_free", "bytes", SIZE),
    text("*", "/observation/kernel/release", "version", HOST),
    keeping(Keep::First, number("*", "/observation/processes/*/pid", "pid", INSIDE)),
    keeping(Keep::First, number("*", "/observation/processes/*/ppid", "pid", INSIDE)),
    keeping(Keep::First, number("*", "/observation/self/pid", "pid", INSIDE)),
    keeping(Keep::First, number("*", "/observation/self/ppid", "pid", INSIDE)),
    keeping(Keep::First, number("*", "/observation/self/pgid", "pid", INSIDE)),
    keeping(Keep::First, number("*", "/observation/self/sid", "pid", INSIDE)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_a_reason() {
        assert!(ROWS.iter().all(|row| row.reason.len() > 8 && row.pointer.starts_with('/')));
    }
}
