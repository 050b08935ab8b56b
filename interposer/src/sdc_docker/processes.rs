//! Rows "zsched" and "ipmgmtd", and the fixed format of `top`.

use super::observed::{self, insert};
use super::{Variant, entry};
use crate::profile::Entry;
use crate::proxy::Engine;
use crate::rule::{Answer, Asked, Decision, Rule, Soon};
use hyper::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

const TOP: &str = "/containers/*/top";

fn by_pid(process: &Value) -> Option<u64> {
    process["pid"].as_u64()
}

/// The titles are the same whatever `ps_args` says, pids are the container's own, and the first process has pid and parent 1
/// (lib/backends/sdc/containers.js, `psContainer`).
struct TopFormat(Variant);

const TITLES: [&str; 7] = ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME"];

impl Rule for TopFormat {
    fn on_request<'a>(&'a self, asked: &'a mut Asked, _: &'a Engine) -> Soon<'a, Decision> {
        Box::pin(async move {
            if asked.is(Method::GET, TOP).is_some() {
                // Without any, the engine's `ps -ef` has just these titles.
                asked.route.remove_parameter("ps_args");
            }
            Decision::Pass
        })
    }

    fn on_response<'a>(&'a self, asked: &'a mut Asked, answer: &'a mut Answer, _: &'a Engine) -> Soon<'a, ()> {
        Box::pin(async move {
            if asked.is(Method::GET, TOP).is_none() || answer.parts.status != 200 {
                return;
            }
            if let Some(top) = answer.content.json_mut().await {
                renumber(top, self.0.pick("CMD", "ARGS"));
            }
        })
    }
}

/// Gives the processes the pids 1, 2, …, and users their numbers.
fn renumber(top: &mut Value, last_title: &str) {
    top["Titles"] = json!([&TITLES[..], &[last_title]].concat());
    let Some(rows) = top["Processes"].as_array_mut() else { return };
    let text = |row: &Value, at: usize| row[at].as_str().unwrap_or_default().to_owned();
    let pids: HashMap<String, String> =
        rows.iter().enumerate().map(|(at, row)| (text(row, 1), (1 + at).to_string())).collect();
    for row in rows {
        let parent = pids.get(&text(row, 2)).cloned().unwrap_or_else(|| 1.to_string());
        row[1] = json!(pids.get(&text(row, 1)));
        row[2] = json!(parent);
        if row[0] == "root" {
            row[0] = json!("0");
        }
    }
}

/// A process that belongs to the zone: in `top`, and in what the probe sees.
struct Zone {
    name: &'static str,
    pid: u64,
    ppid: u64,
    when: fn(&Value) -> bool,
}

impl Rule for Zone {
    fn on_response<'a>(&'a self, asked: &'a mut Asked, answer: &'a mut Answer, engine: &'a Engine) -> Soon<'a, ()> {
        Box::pin(async move {
            let (name, pid, ppid) = (self.name, self.pid, self.ppid);
            if let Some(container) = asked.is(Method::GET, TOP) {
                let shown =
                    answer.parts.status == 200 && asked.container(&container, engine).await.is_some_and(self.when);
                if shown && let Some(top) = answer.content.json_mut().await {
                    let started = top.pointer("/Processes/0/4").cloned().unwrap_or(json!("00:00"));
                    let row = json!(["0", pid.to_string(), ppid.to_string(), "0", started, "?", "00:00:00", name]);
                    insert(top.get_mut("Processes"), row, |row| {
                        row[1].as_str().and_then(|pid| pid.parse::<u64>().ok())
                    });
                }
                return;
            }
            observed::edit(asked, answer, engine, |container| {
                if !(self.when)(container) {
                    return None;
                }
                let process = json!({ "pid": pid, "ppid": ppid, "name": name, "arguments": [name], "uid": 0 });
                Some(Arc::new(move |seen| insert(seen.get_mut("processes"), process.clone(), by_pid)))
            })
            .await;
        })
    }
}

/// Whether a container has ipmgmtd: unless `docker:noipmgmtd` is set, which is so by default for LX containers only.
///
/// The zone's internal metadata is played by a label of that name, and its brand by the label `com.joyent.brand` of the container or
/// its image: `joyent-minimal` is SmartOS-native (lib/backends/sdc/containers.js, `addImageData`). SDC Docker itself takes the brand
/// from the image's operating system, which Docker's images cannot have.
fn has_ipmgmtd(container: &Value) -> bool {
    let label = |name: &str| container["Config"]["Labels"][name].as_str();
    let native = label("com.joyent.brand") == Some("joyent-minimal");
    match label("docker:noipmgmtd") {
        Some(set) => set != "true",
        None => native,
    }
}

pub(super) fn rules() -> Vec<Entry> {
    vec![
        entry(
            "top-format",
            "wire facts: top has one format whatever ps_args says",
            "the last title is ARGS",
            TopFormat,
        ),
        entry("zsched", "Extra Processes: zsched, always PID 0", "the process has PID 2", |variant| Zone {
            name: "zsched",
            pid: variant.pick(0, 2),
            ppid: 0,
            when: |_| true,
        }),
        entry("ipmgmtd", "Extra Processes: ipmgmtd unless docker:noipmgmtd", "another name, ipmgmt", |variant| Zone {
            name: variant.pick("ipmgmtd", "ipmgmt"),
            pid: 3,
            ppid: 1,
            when: has_ipmgmtd,
        }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(json!({}), false)]
    #[case(json!({"docker:noipmgmtd": "false"}), true)]
    #[case(json!({"com.joyent.brand": "joyent-minimal"}), true)]
    #[case(json!({"com.joyent.brand": "joyent-minimal", "docker:noipmgmtd": "true"}), false)]
    fn four_cases(#[case] labels: Value, #[case] present: bool) {
        assert_eq!(has_ipmgmtd(&json!({"Config": {"Labels": labels}})), present);
    }

    #[test]
    fn pids_of_the_zone() {
        let mut top = json!({"Titles": ["PID"], "Processes": [
            ["root", "4711", "4690", "0", "10:00", "?", "00:00:00", "sleep 1"],
            ["1000", "4713", "4711", "0", "10:00", "?", "00:00:00", "child"],
        ]});
        renumber(&mut top, "CMD");
        assert_eq!(top["Processes"][0], json!(["0", "1", "1", "0", "10:00", "?", "00:00:00", "sleep 1"]));
        assert_eq!(top["Processes"][1], json!(["1000", "2", "1", "0", "10:00", "?", "00:00:00", "child"]));
        assert_eq!(top["Titles"][7], "CMD");
    }
}
