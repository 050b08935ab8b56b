//! The reports of recorded transcripts: in a browser, and as the programs that read them take them.
//!
//! Without chromium the browser's part says so and passes; LOCKSTEP_BROWSER=required makes that a failure.

#![allow(clippy::unwrap_used)]

mod common;

use common::{assert_status, copy, repository};
use html5ever::tendril::TendrilSink;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const HOSTILE: &str = "<img src=x onerror=alert(1)><script>alert(2)</script>";

/// Every report on a repository in which an entry is gone, one is healed, and one is called something hostile.
fn reports() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = copy();
        let file = folder.path().join("DIVERGENCE.md");
        let text = std::fs::read_to_string(&file).unwrap();
        let start = text.find("### Waiting for the removal").unwrap();
        let end = start + text[start..].find("### A killed").unwrap();
        let healed = [
            &format!("\n## {HOSTILE}\n\n{HOSTILE}\n\n```toml\nid = \"podman-silent-ping\"\ncandidate = \"podman\""),
            "category = \"status-code\"\nstatus = \"deficiency\"\n[[match]]\nscenario = \"system/ping\"",
            "operation = \"GET /_ping\"\npointer = \"/status\"\nkind = \"value\"\n```\n",
        ]
        .join("\n");
        std::fs::write(&file, format!("{}{}{healed}", &text[..start], &text[end..])).unwrap();
        let arguments = "report --candidate podman-4.3 --html html --junit junit.xml --json result.json --tap out.tap \
            --gitlab gitlab.json --sarif out.sarif --markdown differs.md --github";
        let output = Command::new(env!("CARGO_BIN_EXE_lockstep"))
            .args(arguments.split_whitespace())
            .current_dir(folder.path())
            .env("NO_COLOR", "1")
            .env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"))
            .output()
            .unwrap();
        assert_status(&output, 0, "html/index.html");
        std::fs::write(folder.path().join("annotations.txt"), output.stdout).unwrap();
        folder
    });
    folder.path()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(reports().join(name)).unwrap()
}

#[test]
fn the_result_fits_its_schema() {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    let schema = repository().join("docs/result.schema.json");
    let index = compiler.compile(schema.to_str().unwrap(), &mut schemas).unwrap();
    let results: Value = serde_json::from_str(&read("result.json")).unwrap();
    assert!(results.as_array().is_some_and(|all| !all.is_empty()));
    if let Err(error) = schemas.validate(&results, index) {
        panic!("{}", error.to_string().chars().take(2000).collect::<String>());
    }
    let mut wrong = results[0].clone();
    wrong["scenarios"][0]["verdict"] = "splendid".into();
    assert!(schemas.validate(&wrong, index).is_err());
}

#[test]
fn junit_has_a_case_for_each_scenario_and_fails_what_fails() {
    let results: Value = serde_json::from_str(&read("result.json")).unwrap();
    let scenarios: usize =
        results.as_array().unwrap().iter().map(|one| one["scenarios"].as_array().unwrap().len()).sum();
    let text = read("junit.xml");
    assert_eq!(text.matches("<testcase ").count(), scenarios + 1, "and one for the healed entry");
    assert_eq!(text.matches("type=\"undeclared\"").count(), 2);
    assert_eq!(text.matches("type=\"healed\"").count(), 1);
    assert!(text.contains("<property name=\"divergence\" value=\"podman-headers\"/>"));
}

#[test]
fn tap_counts_what_it_plans() {
    let text = read("out.tap");
    let plan: usize = text.lines().nth(1).unwrap().strip_prefix("1..").unwrap().parse().unwrap();
    let tests = text.lines().filter(|line| line.starts_with("ok ") || line.starts_with("not ok ")).count();
    assert_eq!(tests, plan);
    assert_eq!(text.lines().filter(|line| line.starts_with("not ok ")).count(), 3);
}

#[test]
fn code_review_gets_each_finding_with_a_place_and_a_stable_name() {
    let issues: Value = serde_json::from_str(&read("gitlab.json")).unwrap();
    let issues = issues.as_array().unwrap();
    assert_eq!(issues.len(), 2, "one undeclared place, one healed entry");
    assert!(
        issues.iter().all(|issue| issue["location"]["path"] == "DIVERGENCE.md" && issue["fingerprint"].is_string())
    );
    let sarif: Value = serde_json::from_str(&read("out.sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 2);
}

#[test]
fn github_gets_annotations_and_a_summary() {
    let text = read("annotations.txt");
    let annotations: Vec<&str> = text.lines().collect();
    assert_eq!(annotations.len(), 2, "{text}");
    assert!(annotations.iter().all(|line| line.starts_with("::error file=DIVERGENCE.md,line=")), "{text}");
    assert!(read("summary.md").contains("❌ fails"));
}

#[test]
fn the_document_for_users_names_each_divergence_with_an_example() {
    let text = read("differs.md");
    assert!(text.starts_with("# How podman differs from Docker"), "{}", &text[..200]);
    for part in
        ["## Roadmap", "## API methods that are missing", "## By command", "## Exit statuses", "`docker update`"]
    {
        assert!(text.contains(part), "{part}");
    }
    assert!(text.contains("<a id=\"podman-run-exit-status\"></a>"));
}

#[test]
fn pages_are_light_whole_and_hold_hostile_text_as_text() {
    let html = reports().join("html");
    let mut pages = 0;
    for path in files(&html) {
        if path.extension().is_none_or(|kind| kind != "html") {
            assert!(["style.css", "script.js"].map(|name| html.join(name)).contains(&path), "{}", path.display());
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let shown = path.display();
        assert_eq!(text.matches("<script").count(), 1, "{shown}: more than its own script");
        assert!(!text.contains("<img"), "{shown}");
        assert!(!text.contains("src=\"http") && !text.contains("url(http"), "{shown} asks a server");
        if path.components().any(|part| part.as_os_str() == "scenarios") {
            assert!(text.len() < 200_000, "{shown}: {} bytes", text.len());
        }
        broken_links(&path, &text);
        pages += 1;
    }
    assert!(pages > 900, "{pages}");
}

/// Nothing that the HTML standard calls a parse error, on pages of each kind.
#[test]
fn pages_are_valid_html() {
    let mut pages = files(&reports().join("html"));
    pages.retain(|path| path.extension().is_some_and(|kind| kind == "html"));
    pages.sort();
    let scenario = |path: &Path| path.components().any(|part| part.as_os_str() == "scenarios");
    let (scenarios, others): (Vec<_>, Vec<_>) = pages.into_iter().partition(|path| scenario(path));
    assert!(others.len() > 50 && scenarios.len() > 900, "{} and {}", others.len(), scenarios.len());
    for page in others.iter().chain(scenarios.iter().step_by(20)) {
        let options = html5ever::ParseOpts {
            tokenizer: html5ever::tokenizer::TokenizerOpts { exact_errors: true, ..Default::default() },
            ..Default::default()
        };
        let text = std::fs::read_to_string(page).unwrap();
        let parsed = html5ever::parse_document(markup5ever_rcdom::RcDom::default(), options).one(text);
        assert!(parsed.errors.borrow().is_empty(), "{}: {:#?}", page.display(), parsed.errors.borrow());
    }
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Every link of a page leads to a file of the report.
#[track_caller]
fn broken_links(page: &Path, text: &str) {
    for link in text.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let file = link.split('#').next().unwrap();
        if file.is_empty() || link.starts_with("https://") || link.starts_with("data:") {
            continue;
        }
        assert!(page.parent().unwrap().join(file).is_file(), "{}: {link} leads nowhere", page.display());
    }
}

fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found =
        std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|path| path.is_file());
    if found.is_none() {
        assert!(std::env::var("LOCKSTEP_BROWSER").as_deref() != Ok("required"), "chromium is not on PATH");
        eprintln!("not run: chromium is not on PATH (LOCKSTEP_BROWSER=required makes this a failure)");
    }
    found
}

/// A page's document after its script ran, and what the browser's console said.
fn browse(chromium: &Path, page: &str, more: &[&str]) -> (String, String) {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--enable-logging=stderr",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(more)
        .arg(format!("file://{}", reports().join("html").join(page).display()))
        .output()
        .unwrap();
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn pages_work_in_a_browser() {
    let Some(chromium) = chromium() else { return };
    let pages = [
        "index.html?q=wait",
        "podman-4.3/index.html",
        "podman-4.3/scenarios.html",
        "podman-4.3/scenarios/containers/wait/removed.html",
        "operations/post-containers-id-wait.html",
    ];
    for page in pages {
        let (document, said) = browse(&chromium, page, &["--dump-dom"]);
        assert!(document.contains("</main>"), "{page}: {said}");
        assert!(!said.contains("CONSOLE"), "{page}: {said}");
    }
    let (document, _) = browse(&chromium, "index.html?q=wait", &["--dump-dom"]);
    let counted = document.split('>').filter_map(|text| text.split_once('<')?.0.trim().split_once(" of "));
    let counted: Vec<(usize, usize)> =
        counted.filter_map(|(shown, all)| Some((shown.parse().ok()?, all.parse().ok()?))).collect();
    assert!(counted.iter().any(|(shown, all)| shown < all), "the filter says how many of the operations it shows");
    assert!(document.contains("id=\"op-get-info\" data-row=\"\" hidden=\"\""), "the filter hides what does not fit");
    assert!(document.contains("id=\"op-post-containers-id-wait\" data-row=\"\">"), "the filter shows what fits");
    let Some(folder) = std::env::var_os("LOCKSTEP_SCREENSHOTS").map(PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).unwrap();
    for (name, page, size) in
        [("overview", pages[0], "1280,1400"), ("scenario", pages[3], "1280,1600"), ("phone", pages[3], "390,1600")]
    {
        let shot = format!("--screenshot={}", folder.join(format!("{name}.png")).display());
        browse(&chromium, page, &[&shot, &format!("--window-size={size}")]);
        assert!(folder.join(format!("{name}.png")).is_file(), "{name}");
    }
}
