use insta::assert_snapshot;
use rstest::rstest;

use super::samples::{
    all_sorts, missing_methods, other_statuses, same_place_everywhere, texts, wait, whole_answers_everywhere,
};
use super::{account_for, docker, engine, parsed, podman};
use crate::compare::Difference;
use crate::divergence::{Exercised, Verdict, account, draft, draft_beside};

#[rstest]
#[case::none(Vec::new())]
#[case::one(vec![wait()])]
#[case::missing_methods(missing_methods())]
#[case::other_statuses(other_statuses())]
#[case::same_place(same_place_everywhere())]
#[case::whole_answers_everywhere(whole_answers_everywhere())]
#[case::texts(texts())]
#[case::all_sorts(all_sorts())]
#[case::together([missing_methods(), other_statuses(), same_place_everywhere(), texts(), all_sorts()].concat())]
fn a_draft_accounts_for_all_that_it_was_made_from(#[case] mut differences: Vec<Difference>) {
    let text = draft(&podman(), &differences.iter().collect::<Vec<_>>());
    let list = parsed(&text);
    assert!(list.entries.iter().all(|entry| entry.is_draft()));
    let copy = differences.clone();
    let ran: Vec<(&str, Vec<&str>)> = copy
        .iter()
        .map(|one| {
            let of_scenario = copy.iter().filter(|other| other.scenario == one.scenario);
            (one.scenario.as_str(), of_scenario.map(|other| other.operation.as_str()).collect())
        })
        .collect();
    let ran: Vec<(&str, &[&str])> = ran.iter().map(|(name, operations)| (*name, operations.as_slice())).collect();
    let accounting = account_for(&list, &ran, &[], &mut differences);
    assert!(accounting.is_clean(), "{:#?}\n{text}", (accounting.undeclared, accounting.changed, accounting.unmatched));
    assert!(differences.iter().all(|one| one.divergence.is_some()));
    assert!(accounting.entries.iter().all(|entry| entry.verdict == Verdict::Holds && entry.differences > 0));
}

#[test]
fn writes_one_entry_for_a_single_difference() {
    assert_snapshot!(draft(&podman(), &[&wait()]), @r#"
### TODO: `POST /containers/{id}/wait` differs at `/body/StatusCode` (value)

TODO: one plain sentence that says what a user of podman will notice.

Seen in `containers/exit/7` step 3 at `/body/StatusCode`: the reference has `7`, podman has `0`.

```toml
id = "podman-post-containers-id-wait-statuscode"
candidate = "podman >=4.3, <5"
category = "exit-status"
status = "deficiency" # TODO: by-design, deficiency or roadmap

[[match]]
scenario = "containers/exit/7"
operation = "POST /containers/{id}/wait"
pointer = "/body/StatusCode"
kind = "value"
reference = 7
candidate = 0
```
"#);
}

#[test]
fn groups_by_cause() {
    let titles = |differences: Vec<Difference>| {
        let list = parsed(&draft(&podman(), &differences.iter().collect::<Vec<_>>()));
        let lines = list.entries.iter().map(|e| format!("{} [{}; {}] {}", e.id, e.category, e.matches.len(), e.title));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(titles(missing_methods()), @"
podman-missing-nodes [missing-method; 1] TODO: missing operations: GET /nodes
podman-missing-swarm [missing-method; 2] TODO: missing operations: GET /swarm, POST /swarm/init
");
    assert_snapshot!(titles(other_statuses()), @"
podman-post-containers-create-status [status-code; 4] TODO: POST /containers/create answers another status
podman-post-containers-create-server [header; 1] TODO: POST /containers/create differs at /headers/server (value)
podman-status [status-code; 1] TODO: 2 operations differ at /status (value)
");
    assert_snapshot!(titles(same_place_everywhere()), @"
podman-body-names [body-field; 1] TODO: 2 operations differ at /body/*/Names/* (type)
podman-headers-server [header; 1] TODO: 2 operations differ at /headers/server (value)
");
    assert_snapshot!(titles(texts()), @"
podman-get-containers-id-logs-body [error-message; 1] TODO: GET /containers/{id}/logs differs at /body (value)
podman-post-containers-id-exec-message [error-message; 1] TODO: POST /containers/{id}/exec differs at /body/message (value)
podman-body-message [error-message; 1] TODO: 2 operations differ at /body/message (value)
podman-docker-run-exit-status [exit-status; 1] TODO: docker run differs at /cli/exit_status (value)
podman-docker-run-stderr [error-message; 1] TODO: docker run differs at /cli/stderr (value)
");
    assert_snapshot!(titles(all_sorts()), @r#"
podman-post-exec-id-start-body [error-message; 1] TODO: POST /exec/{id}/start differs at /body (value)
podman-post-exec-id-start-body-2 [stream; 1] TODO: POST /exec/{id}/start differs at /body (value)
podman-get-containers-json-body [ordering; 1] TODO: GET /containers/json differs at /body (order)
podman-get-events-action [body-field; 1] TODO: GET /events differs at /body/*/Action (missing)
podman-get-events-action-2 [event; 1] TODO: GET /events differs at /body/*/Action (missing)
podman-get-containers-json-exitcode [body-field; 1] TODO: GET /containers/json differs at /body/*/ExitCode (extra)
podman-get-containers-json-id [body-field; 1] TODO: GET /containers/json differs at /body/*/Id (missing)
podman-get-containers-json-ports [ordering; 1] TODO: GET /containers/json differs at /body/*/Ports (order)
podman-get-containers-json-sizerw [body-field; 1] TODO: GET /containers/json differs at /body/*/SizeRw (value)
podman-get-containers-id-top-processes [extra-process; 1] TODO: GET /containers/{id}/top differs at /body/Processes/*/* (value)
podman-post-containers-id-wait-statuscode [exit-status; 1] TODO: POST /containers/{id}/wait differs at /body/StatusCode (value)
podman-get-containers-json-eth0-id [body-field; 1] TODO: GET /containers/json differs at /body/eth0/Id (missing)
podman-docker-compose-up-stdout [error-message; 1] TODO: docker compose up differs at /cli/stdout (value)
podman-get-events-exitcode [event; 1] TODO: GET /events differs at /event/exitCode (missing)
podman-post-exec-id-start-text [stream; 1] TODO: POST /exec/{id}/start differs at /frames/*/text (value)
podman-get-containers-json-latency [performance; 1] TODO: GET /containers/json differs at /latency (value)
podman-post-containers-id-start-environment-home [unsupported-parameter; 1] TODO: POST /containers/{id}/start differs at /observation/environment/HOME (missing)
podman-post-containers-id-start-files-1etc-1-x [extra-file; 1] TODO: POST /containers/{id}/start differs at /observation/files/~1etc~1\*x\\ (extra)
podman-post-containers-id-start-mounts [extra-filesystem; 1] TODO: POST /containers/{id}/start differs at /observation/mounts/* (extra)
podman-post-containers-id-start-processes [extra-process; 1] TODO: POST /containers/{id}/start differs at /observation/processes/* (extra)
"#);
}

#[test]
fn a_whole_answer_is_drafted_with_its_value_or_with_exact_scenarios() {
    let list = parsed(&draft(&podman(), &whole_answers_everywhere().iter().collect::<Vec<_>>()));
    let matches = list.entries.iter().flat_map(|entry| &entry.matches).map(|one| {
        let scenarios = one.scenarios.iter().map(|glob| glob.as_str()).collect::<Vec<_>>().join(" ");
        format!("{} {:?} {scenarios}", one.pointers[0].as_str(), one.reference)
    });
    assert_snapshot!(matches.collect::<Vec<_>>().join("\n"), @"
/status Some(Number(400)) **
/status Some(Number(404)) **
/body None containers/400 containers/404 exec/400 exec/404 images/400 images/404 networks/400 networks/404 system/400 system/404 volumes/400 volumes/404
/body None **
");
}

#[test]
fn does_not_use_an_id_twice() {
    let text = draft_beside(&podman(), &[&wait()], &["podman-post-containers-id-wait-statuscode"]);
    assert_eq!(parsed(&text).entries[0].id, "podman-post-containers-id-wait-statuscode-2");
}

#[test]
fn speaks_for_the_version_that_was_seen() {
    let applies = |seen: &str, other: &str| {
        let text = draft(&engine("podman", seen), &[&wait()]);
        let exercised = Exercised { catalogue: &[], ran: &Default::default(), latency: true };
        account(&parsed(&text), &docker(), &engine("podman", other), &exercised, &mut []).entries.len() == 1
    };
    assert!(applies("4.3.1", "4.3.1") && applies("4.3.1", "4.9.4"));
    assert!(!applies("4.3.1", "5.4.2") && !applies("4.3.1", "4.2.0"));
    assert!(applies("dev", "dev"));
}
