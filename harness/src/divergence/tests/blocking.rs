//! What was not reached, and which entries speak of an engine at all.
use rstest::rstest;
use serde_json::{Value, json};

use super::{EXIT, INSPECT, WAIT, account_for, difference, docker, engine, entries, exit, file, parsed, verdicts};
use crate::compare::{Difference, Kind};
use crate::divergence::{EngineRange, Entry, Exercised, Verdict, account};

const CREATE: &str = "POST /containers/create";

fn not_reached(at: &str) -> Difference {
    difference(at, INSPECT, "/status", Kind::NotReached, (json!(200), Value::Null))
}

#[test]
fn not_reached_goes_with_what_blocked_it() {
    let status = "[[match]]\nscenario = \"run/*\"\npointer = \"/status\"\nkind = \"value\"";
    let header = "[[match]]\nscenario = \"run/*\"\npointer = \"/headers/server\"\nkind = \"value\"";
    let later =
        format!("[[match]]\nscenario = \"run/*\"\noperation = \"{INSPECT}\"\npointer = \"/body/Id\"\nkind = \"value\"");
    let list =
        entries(&[("status", "status-code", status), ("header", "header", header), ("later", "body-field", &later)]);
    let values = || (json!(1), json!(2));
    let mut differences = [
        difference("run/1:1", CREATE, "/headers/server", Kind::Value, values()),
        difference("run/1:2", CREATE, "/headers/server", Kind::Value, values()),
        difference("run/1:2", CREATE, "/status", Kind::Value, values()),
        not_reached("run/1:3"),
        not_reached("run/1:4"),
    ];
    let accounting = account_for(&list, &[("run/1", &[CREATE, INSPECT])], &[], &mut differences);
    assert!(accounting.is_clean());
    assert_eq!(differences[3].divergence.as_deref(), Some("status"));
    assert_eq!(differences[4].divergence.as_deref(), Some("status"));
    // What stands behind the blocked step was not looked for.
    let expected = [("status", Verdict::Holds, 3), ("header", Verdict::Holds, 2), ("later", Verdict::NotExercised, 0)];
    assert_eq!(verdicts(&accounting), expected);
}

#[test]
fn not_reached_is_never_excused_by_what_did_not_block_it() {
    let header = "[[match]]\nscenario = \"run/*\"\npointer = \"/headers/server\"\nkind = \"value\"";
    let list = parsed(&file("header", header));
    let values = || (json!(1), json!(2));
    let mut differences = [
        difference("run/1:1", CREATE, "/headers/server", Kind::Value, values()),
        difference("run/1:2", CREATE, "/headers/server", Kind::Value, values()),
        difference("run/1:2", CREATE, "/body/Id", Kind::Missing, values()),
        not_reached("run/1:3"),
        not_reached("run/2:3"),
    ];
    let accounting = account_for(&list, &[("run/1", &[CREATE]), ("run/2", &[CREATE])], &[], &mut differences);
    assert_eq!(differences[3].divergence, None);
    // The cause is reported once; what has no cause is reported itself.
    assert_eq!(accounting.undeclared, [2, 4]);
}

#[test]
fn a_header_blocks_nothing_and_a_match_may_say_not_reached() {
    let header = "[[match]]\nscenario = \"run/*\"\npointer = \"/headers/server\"\nkind = \"value\"";
    let never = "[[match]]\nscenario = \"run/2\"\nkind = \"not-reached\"";
    let list = entries(&[("header", "header", header), ("never", "body-field", never)]);
    let values = || (json!(1), json!(2));
    let mut differences = [
        difference("run/1:1", CREATE, "/headers/server", Kind::Value, values()),
        not_reached("run/1:2"),
        difference("run/2:1", CREATE, "/headers/server", Kind::Value, values()),
        not_reached("run/2:2"),
    ];
    let accounting = account_for(&list, &[("run/1", &[CREATE]), ("run/2", &[CREATE])], &[], &mut differences);
    assert_eq!(accounting.undeclared, [1]);
    assert_eq!(differences[3].divergence.as_deref(), Some("never"));
    assert_eq!(verdicts(&accounting), [("header", Verdict::Holds, 2), ("never", Verdict::Holds, 1)]);
}

#[rstest]
#[case("podman >=4.3, <5", "podman", "4.3.1", true)]
#[case("podman >=4.3, <5", "podman", "4.3", true)]
#[case("podman >=4.3, <5", "podman", "5.4.2", false)]
#[case("podman >=4.3, <5", "docker", "4.3.1", false)]
#[case("podman >=4.3, <5", "podman", "dev", false)]
#[case("podman", "podman", "dev", true)]
#[case("docker 20.10.24", "docker", "20.10.24", true)]
#[case("docker =20.10.24", "docker", "20.10.25", false)]
#[case("docker >=18.09, <19.03", "docker", "18.09.9", true)]
#[case("docker >=18.09, <19.03", "docker", "19.03.1", false)]
fn ranges_include_versions(#[case] range: &str, #[case] name: &str, #[case] version: &str, #[case] included: bool) {
    let text = file("exit-status", EXIT).replace("podman >=4.3, <5", range);
    let Entry { candidate, .. } = parsed(&text).entries.remove(0);
    assert_eq!(EngineRange::includes(&candidate, &engine(name, version)), included);
}

#[rstest]
#[case("docker >=20.10", "podman", "4.3.1", true)]
#[case("docker >=24", "podman", "4.3.1", false)]
#[case("docker", "podman", "5.4.2", false)]
#[case("docker", "sdc-docker", "1.9", false)]
fn entries_of_other_engines_are_not_considered(
    #[case] reference: &str,
    #[case] name: &str,
    #[case] version: &str,
    #[case] applies: bool,
) {
    let list = parsed(&file("exit-status", &format!("reference = \"{reference}\"\n{EXIT}")));
    let (catalogue, ran) = (Vec::new(), Default::default());
    let exercised = Exercised { catalogue: &catalogue, ran: &ran, latency: true };
    let mut differences = [exit("run/7", json!(0))];
    let accounting = account(&list, &docker(), &engine(name, version), &exercised, &mut differences);
    assert_eq!(accounting.entries.len(), usize::from(applies));
    assert_eq!(accounting.undeclared.is_empty(), applies);
}

#[rstest]
#[case(json!(10.0), json!(150.0), Verdict::Holds)]
#[case(json!(10.0), json!(250.0), Verdict::Changed)]
#[case(Value::Null, json!(19.9), Verdict::Holds)]
#[case(Value::Null, json!(20.1), Verdict::Changed)]
fn slower_bounds_the_ratio(#[case] reference: Value, #[case] candidate: Value, #[case] verdict: Verdict) {
    let list = parsed(&file("performance", "slower = \"<= 20x\"\n[[match]]\nscenario = \"run/*\""));
    let mut differences = [difference("run/7", WAIT, "/latency", Kind::Value, (reference, candidate))];
    let accounting = account_for(&list, &[("run/7", &[WAIT])], &[], &mut differences);
    assert_eq!(accounting.entries[0].verdict, verdict);
}

#[test]
fn equal_numbers_are_one_value() {
    let list = parsed(&file("exit-status", &EXIT.replace("candidate = 0", "candidate = 1.0")));
    let accounting = account_for(&list, &[("run/7", &[WAIT])], &[], &mut [exit("run/7", json!(1))]);
    assert!(accounting.is_clean());
}
