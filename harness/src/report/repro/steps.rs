//! The steps that matter for a difference, and what each is in a script.

use super::shell::{quoted, spliced, word};
use super::symbols::{Symbols, symbols_of, variable};
use crate::compare::Difference;
use crate::report::mask;
use crate::transcript::{Exchange, Payload, Step, StepKind, Transcript};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;

/// What a URL does not hold as it is; the percent signs that are there stand for themselves.
const IN_URL: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}');
const IN_QUERY: &AsciiSet = &IN_URL.add(b'+').add(b'\'').add(b'[').add(b']').add(b'?');

/// Headers that ask for the connection itself, which curl cannot use; without them the engine answers a plain stream.
const OF_HIJACK: &[&str] = &["connection", "upgrade"];

/// How a container's command starts that only Lockstep's image has.
const NEEDS_PROBE: &[&str] = &["[\"probe\"", " probe ", "RUN probe"];

const PRELUDE: &str = r#"set -u
IMAGE=${IMAGE:-busybox}
API=${API:-@API@}
RUN=repro-$$

# ask METHOD PATH [curl's own arguments]: prints the status, keeps headers and body.
ask() {
  method=$1 path=$2
  shift 2
  [ "$method" = HEAD ] && set -- --head "$@" || set -- --request "$method" "$@"
  status=$(curl --silent --show-error --globoff --max-time 30 --unix-socket "$SOCKET" "$@" \
    --dump-header "$DIR/$OUT.headers" --output "$DIR/$OUT.body" --write-out '%{http_code}' "http://localhost/$API$path")
  echo "$method $path: $status"
}
# member NAME: the first member of that name in the last answer.
member() { grep -o "\"$1\": *\"[^\"]*\"" "$DIR/now.body" | head -n 1 | sed 's/^"[^"]*": *"\(sha256:\)\{0,1\}//; s/"$//'; }
show() { cat -v "$DIR/$OUT.body"; echo; }

engine() {
  SOCKET=$1 OUT=now
  DIR=$(mktemp -d)
  echo "== $SOCKET"
"#;

/// A step's trouble: its number, and why it cannot be done.
type Trouble = (usize, String);

/// The script's commands.
pub(super) fn script(transcript: &Transcript, difference: &Difference, api: &str) -> Result<String, Trouble> {
    let symbols = Symbols::of(transcript);
    let target = difference.step.saturating_sub(1);
    let kept = needed(transcript, target, &symbols);
    let mut out = PRELUDE.replace("@API@", &format!("v{api}"));
    for &at in &kept {
        let Some(step) = transcript.steps.get(at) else { continue };
        let last = at == target;
        let told = if last { "  # The step that differs." } else { "" };
        let _ = writeln!(out, "\n  # {}. {}{told}", at + 1, step.operation);
        if last && at > 0 && step.exchange().is_some_and(|exchange| exchange.request.method == "GET") {
            // Scenarios wait for states without a step.
            out.push_str("  sleep 1\n");
        }
        let mut lines = String::new();
        write_step(&mut lines, step, &symbols).map_err(|reason| (at + 1, reason))?;
        out.push_str(&if last && stays_open(step) { in_background(&lines) } else { lines });
        for (symbol, source) in bound_here(transcript, &kept, at, &symbols) {
            let _ = writeln!(out, "  {}=$(member {source})", variable(&symbol));
        }
    }
    if let Some(step) = transcript.steps.get(target) {
        if stays_open(step) {
            out.push_str("\n  wait \"$last\"\n  OUT=last\n");
        }
        show(&mut out, step, difference);
    }
    out.push_str("\n  OUT=now\n");
    clean(&mut out, transcript, &kept);
    if NEEDS_PROBE.iter().any(|text| out.contains(text)) {
        let image = crate::engine::image::IMAGE;
        out = out.replace(
            "IMAGE=${IMAGE:-busybox}\n",
            &format!(
                "# It needs Lockstep's own image: lockstep repro --probe-image FILE writes what docker load -i FILE takes.\nIMAGE=${{IMAGE:-{image}}}\n"
            ),
        );
    }
    out.push_str("\n  rm -rf \"$DIR\"\n}\n\nfor socket in \"$@\"; do engine \"$socket\"; done\n");
    Ok(out)
}

/// The steps up to the target that make what it needs, or change it, by index.
fn needed(transcript: &Transcript, target: usize, symbols: &Symbols) -> Vec<usize> {
    let asked: Vec<BTreeSet<String>> = transcript.steps.iter().map(|step| symbols_of(&request_text(step))).collect();
    let mut wanted: BTreeSet<String> = asked.get(target).cloned().unwrap_or_default();
    let mut kept = BTreeSet::from([target]);
    if transcript.steps.get(target).is_some_and(stays_open) {
        // What makes it end comes later.
        let objects: BTreeSet<&String> = asked[target].iter().filter(|symbol| is_object(symbol)).collect();
        let same = |at: &usize| asked[*at].iter().any(|symbol| objects.contains(symbol));
        let later = target + 1..transcript.steps.len();
        kept.extend(later.filter(|at| changes(&transcript.steps[*at])).filter(same));
    }
    loop {
        let before = (kept.len(), wanted.len());
        for (at, asked) in asked.iter().enumerate().take(target) {
            let makes = wanted.iter().any(|symbol| symbols.source(symbol).is_some_and(|source| source.step == at));
            let own: Vec<&String> = asked.iter().filter(|symbol| is_object(symbol)).collect();
            let changes = changes(&transcript.steps[at]) && own.iter().any(|symbol| wanted.contains(*symbol));
            // What speaks of no object may set the stage for everything: an image that is loaded, a swarm.
            let stage = changes_engine(&transcript.steps[at]) && own.is_empty();
            if (makes || changes || stage) && kept.insert(at) {
                wanted.extend(asked.iter().cloned());
            }
        }
        if before == (kept.len(), wanted.len()) {
            return kept.into_iter().collect();
        }
    }
}

/// Whether a symbol names something that was made, and not the run or the image that everything has.
fn is_object(symbol: &str) -> bool {
    symbol != "<run>" && symbol != "<image>"
}

/// Whether the answer only ends when something else happens.
fn stays_open(step: &Step) -> bool {
    let target = step.exchange().map_or("", |exchange| exchange.request.target.as_str());
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let asks = |words: &[&str]| query.split('&').any(|pair| words.contains(&pair));
    match step.operation.as_str() {
        "POST /containers/{id}/wait" => asks(&["condition=removed", "condition=next-exit"]),
        "POST /containers/{id}/attach" => asks(&["stream=1", "stream=true"]),
        "GET /containers/{id}/logs" => asks(&["follow=1", "follow=true"]),
        "GET /events" => !query.split('&').any(|pair| pair.starts_with("until=")),
        _ => false,
    }
}

/// Commands that go on while others follow.
fn in_background(lines: &str) -> String {
    format!("  (\n  OUT=last\n{lines}  ) &\n  last=$!\n  sleep 1\n")
}

fn changes(step: &Step) -> bool {
    match &step.kind {
        StepKind::Exchange(_) if stays_open(step) => false,
        StepKind::Exchange(exchange) => !matches!(exchange.request.method.as_str(), "GET" | "HEAD"),
        StepKind::Cli(_) => true,
        StepKind::Observation(_) => false,
    }
}

/// Whether a step makes or changes something without a name of its own that later steps may need.
fn changes_engine(step: &Step) -> bool {
    let path = step.operation.split(' ').next_back().unwrap_or_default();
    changes(step) && step.exchange().is_some() && !path.starts_with("/containers") && !path.starts_with("/exec")
}

/// All of a request that may hold a symbol.
fn request_text(step: &Step) -> String {
    match &step.kind {
        StepKind::Exchange(exchange) => {
            format!("{} {}", exchange.request.target, exchange.request.body.as_value().1)
        }
        StepKind::Observation(seen) => seen.command.join(" "),
        StepKind::Cli(run) => run.command.join(" "),
    }
}

/// The symbols whose value this step's answer gives and a later kept step needs, with the member that holds it.
fn bound_here(transcript: &Transcript, kept: &[usize], at: usize, symbols: &Symbols) -> Vec<(String, String)> {
    let later = kept.iter().filter(|other| **other > at).filter_map(|other| transcript.steps.get(*other));
    let mut wanted: BTreeSet<String> = later.flat_map(|step| symbols_of(&request_text(step))).collect();
    wanted.extend(made_by(transcript, at));
    let source = |symbol: String| {
        let source = symbols.source(&symbol).filter(|source| source.step == at)?;
        Some((symbol, quoted(&source.member)))
    };
    wanted.into_iter().filter_map(source).collect()
}

/// The symbol of what a create step makes, which has to be removed.
fn made_by(transcript: &Transcript, at: usize) -> Option<String> {
    let exchange = transcript.steps.get(at)?.exchange()?;
    let body = exchange.answer.body.json()?;
    removal(&transcript.steps.get(at)?.operation)?;
    body.get("Id").or_else(|| body.get("Name")).and_then(Value::as_str).map(str::to_owned)
}

/// The path below which what a create operation makes is deleted.
fn removal(operation: &str) -> Option<(&'static str, &'static str)> {
    match operation {
        "POST /containers/create" => Some(("/containers/", "?force=1&v=1")),
        "POST /networks/create" => Some(("/networks/", "")),
        "POST /volumes/create" => Some(("/volumes/", "")),
        _ => None,
    }
}

fn write_step(out: &mut String, step: &Step, symbols: &Symbols) -> Result<(), String> {
    match &step.kind {
        StepKind::Exchange(exchange) => write_exchange(out, exchange, symbols),
        StepKind::Cli(run) => {
            let arguments = without_probe(&run.command);
            let (program, arguments) = arguments.split_first().ok_or("the command is empty")?;
            let words: Vec<String> = arguments.iter().map(|argument| word(&mask::text(argument), symbols)).collect();
            let _ = writeln!(
                out,
                "  DOCKER_HOST=unix://$SOCKET DOCKER_API_VERSION=${{API#v}} DOCKER_BUILDKIT=0 \\\n    {} {} >\"$DIR/now.body\" 2>&1 </dev/null\n  echo \"exit status $?\"",
                quoted(program),
                words.join(" ")
            );
            Ok(())
        }
        StepKind::Observation(_) => Err("it looks from inside a container, which needs Lockstep's probe".to_owned()),
    }
}

fn write_exchange(out: &mut String, exchange: &Exchange, symbols: &Symbols) -> Result<(), String> {
    let request = &exchange.request;
    let mut arguments = vec![quoted(&request.method), url(&request.target, symbols)];
    for (name, value) in request.headers.iter().filter(|(name, _)| !OF_HIJACK.contains(&name.as_str())) {
        let shown = mask::header(name, value);
        if shown.contains(mask::MASKED) {
            return Err(format!("its header {name} holds a secret"));
        }
        arguments.push(format!("--header {}", word(&format!("{name}: {shown}"), symbols)));
    }
    let mut before = String::new();
    match &request.body {
        Payload::None => {}
        Payload::Json(body) => arguments.push(format!("--data {}", word(&plain(body).to_string(), symbols))),
        Payload::Text(text) => arguments.push(format!("--data-binary {}", word(text, symbols))),
        Payload::Tar(entries) => {
            before = archive(entries, symbols)?;
            arguments.push("--data-binary @\"$DIR/archive.tar\"".to_owned());
        }
        _ => return Err("its body is bytes that are not recorded".to_owned()),
    }
    let _ = writeln!(out, "{before}  ask {}", arguments.join(" \\\n    "));
    Ok(())
}

/// A target as curl takes it: what a URL cannot hold is encoded, symbols are variables.
fn url(target: &str, symbols: &Symbols) -> String {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let path = spliced(path, symbols, |text| utf8_percent_encode(text, IN_URL).to_string());
    match query {
        None => path,
        Some(query) => {
            let query = spliced(query, symbols, |text| utf8_percent_encode(text, IN_QUERY).to_string());
            format!("{path}'?'{query}")
        }
    }
}

/// A create body with commands that any image with a shell has.
fn plain(body: &Value) -> Value {
    let mut body = body.clone();
    for member in ["Cmd", "Entrypoint"] {
        let Some(words) = body.get(member).and_then(Value::as_array) else { continue };
        let words: Option<Vec<String>> = words.iter().map(|word| word.as_str().map(str::to_owned)).collect();
        if let Some(words) = words {
            body[member] = json!(without_probe(&words));
        }
    }
    body
}

/// A command line in which a shell stands for the probe, where one can.
fn without_probe(words: &[String]) -> Vec<String> {
    let Some(at) = words.iter().position(|word| word == "probe") else { return words.to_vec() };
    let command = match words.get(at + 1..).unwrap_or_default() {
        [command, status] if command == "exit" => format!("exit {status}"),
        [command, seconds] if command == "sleep" => format!("exec sleep {seconds}"),
        _ => return words.to_vec(),
    };
    let mut plain = words[..at].to_vec();
    plain.extend(["sh".to_owned(), "-c".to_owned(), command]);
    plain
}

/// The commands that make an archive.
fn archive(entries: &[Value], symbols: &Symbols) -> Result<String, String> {
    let mut out = String::from("  rm -rf \"$DIR/archive\"; mkdir \"$DIR/archive\"\n");
    for entry in entries {
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let name = text("name").ok_or("an entry of its archive has no name")?.trim_end_matches('/');
        if name.starts_with('/') || name.split('/').any(|part| part == "..") {
            return Err("its archive has a name that leaves the folder".to_owned());
        }
        let path = format!("\"$DIR/archive\"/{}", word(name, symbols));
        match (text("type"), text("text")) {
            (Some("directory"), _) => out.push_str(&format!("  mkdir -p {path}\n")),
            (Some("file"), content) if content.is_some() || entry.get("size") == Some(&json!(0)) => {
                let _ = writeln!(out, "  mkdir -p \"$(dirname {path})\"");
                let _ = writeln!(out, "  printf %s {} >{path}", word(content.unwrap_or_default(), symbols));
            }
            _ => return Err(format!("its archive holds {name}, whose content is not recorded")),
        }
    }
    out.push_str("  tar -C \"$DIR/archive\" -cf \"$DIR/archive.tar\" .\n");
    Ok(out)
}

/// Prints what differs.
fn show(out: &mut String, step: &Step, difference: &Difference) {
    match difference.pointer.strip_prefix("/headers/") {
        Some(name) if step.exchange().is_some() => {
            let _ = writeln!(
                out,
                "  grep -i {} \"$DIR/$OUT.headers\" || echo {}",
                quoted(&format!("^{name}:")),
                quoted(&format!("no {name}"))
            );
        }
        _ => out.push_str("  show\n"),
    }
}

/// Removes what was made, the last first.
fn clean(out: &mut String, transcript: &Transcript, kept: &[usize]) {
    for &at in kept.iter().rev() {
        let Some(step) = transcript.steps.get(at) else { continue };
        if let (Some((path, query)), Some(symbol)) = (removal(&step.operation), made_by(transcript, at)) {
            let name = variable(&symbol);
            let _ = writeln!(out, "  [ -n \"${{{name}:-}}\" ] && ask DELETE \"{path}${name}{query}\" >/dev/null");
        }
    }
}
