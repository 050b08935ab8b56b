//! What a process sees from inside a container.

use lockstep_harness::scenario::{Catalogue, Outcome, Session};
use serde_json::{Value, json};

/// Adds the area's scenarios: what to look at, where, and the container's body.
pub fn add(catalogue: &mut Catalogue) {
    let mut area = catalogue.area("in-container");
    for (name, what, paths, body) in cases() {
        area.add(name, move |s| Box::pin(look(s, what, paths, body.clone())));
    }
    // With a bridge of another container there, Podman adds its address to the hosts file of this one.
    let none = || json!({ "HostConfig": { "NetworkMode": "none" } });
    area.add("network/none", move |s| Box::pin(look(s, "interfaces,resolv,hosts", &[], none()))).alone();
    area.add("network/mac-address", |s| Box::pin(mac_address(s)));
    area.add("volume", |s| Box::pin(volume(s)));
    area.add("exec-sees-the-same", |s| Box::pin(exec(s)));
}

type Case = (&'static str, &'static str, &'static [&'static str], Value);

fn cases() -> Vec<Case> {
    let host = |host: Value| json!({ "HostConfig": host });
    let labels = |labels: Value| json!({ "Labels": labels });
    vec![
        ("processes", "processes,self", &[], json!({})),
        ("processes/with-init", "processes", &[], host(json!({ "Init": true }))),
        // A zone has ipmgmtd unless docker:noipmgmtd is set, which it is by default for LX and not for SmartOS-native containers.
        ("processes/ipmgmtd-wanted", "processes", &[], labels(json!({ "docker:noipmgmtd": "false" }))),
        ("processes/native", "processes", &[], labels(json!({ "com.joyent.brand": "joyent-minimal" }))),
        (
            "processes/native-without-ipmgmtd",
            "processes",
            &[],
            labels(json!({ "com.joyent.brand": "joyent-minimal", "docker:noipmgmtd": "true" })),
        ),
        ("mounts", "mounts", &[], json!({})),
        ("filesystems", "filesystems", &[], json!({})),
        ("files", "files", &["/etc", "/home", "/tmp", "/var"], json!({})),
        ("devices", "devices", &[], json!({})),
        (
            "devices/added",
            "devices",
            &[],
            host(
                json!({ "Devices": [{ "PathOnHost": "/dev/null", "PathInContainer": "/dev/again", "CgroupPermissions": "r" }] }),
            ),
        ),
        ("environment", "environment,cwd,user", &[], json!({})),
        ("environment/set", "environment", &[], json!({ "Env": ["ONE=1", "EMPTY=", "PATH=/bin:/other"] })),
        ("user/by-name", "user,capabilities", &[], json!({ "User": "tester" })),
        ("user/by-number", "user", &[], json!({ "User": "1234:4321" })),
        (
            "user/with-groups",
            "user",
            &[],
            json!({ "User": "tester", "HostConfig": { "GroupAdd": ["nobody", "3000"] } }),
        ),
        ("working-directory", "cwd,files", &["/made"], json!({ "WorkingDir": "/made" })),
        ("hostname", "hostname,hosts", &[], json!({ "Hostname": "here", "Domainname": "example.org" })),
        (
            "name-servers",
            "resolv,hosts",
            &[],
            host(
                json!({ "Dns": ["192.0.2.1"], "DnsSearch": ["example.org"], "DnsOptions": ["ndots:2"], "ExtraHosts": ["there:192.0.2.2"] }),
            ),
        ),
        ("limits", "limits", &[], json!({})),
        ("limits/set", "limits", &[], host(json!({ "Ulimits": [{ "Name": "nofile", "Soft": 512, "Hard": 1024 }] }))),
        ("capabilities", "capabilities", &[], json!({})),
        (
            "capabilities/changed",
            "capabilities",
            &[],
            host(json!({ "CapAdd": ["NET_ADMIN"], "CapDrop": ["CHOWN", "MKNOD"] })),
        ),
        ("capabilities/none", "capabilities", &[], host(json!({ "CapDrop": ["ALL"] }))),
        ("no-new-privileges", "capabilities", &[], host(json!({ "SecurityOpt": ["no-new-privileges"] }))),
        ("cgroup", "cgroup", &[], json!({})),
        (
            "cgroup/limited",
            "cgroup",
            &[],
            host(
                json!({ "Memory": 33554432, "MemorySwap": 67108864, "NanoCpus": 500000000, "PidsLimit": 50, "CpusetCpus": "0" }),
            ),
        ),
        (
            "sysctl",
            "sysctl",
            &["net.ipv4.ip_forward", "net.ipv4.ip_unprivileged_port_start", "kernel.shmmax"],
            host(json!({ "Sysctls": { "net.ipv4.ip_forward": "0" } })),
        ),
        ("tmpfs", "mounts", &[], host(json!({ "Tmpfs": { "/scratch": "size=1m,mode=700" } }))),
        ("read-only", "mounts", &[], host(json!({ "ReadonlyRootfs": true }))),
        ("bind", "mounts,files", &["/seen"], host(json!({ "Binds": ["/proc/sys/kernel:/seen:ro"] }))),
        ("shared-memory", "mounts", &[], host(json!({ "ShmSize": 1048576 }))),
        ("network/bridge", "interfaces", &[], json!({})),
    ]
}

async fn look(s: &mut Session, what: &str, paths: &[&str], body: Value) -> Outcome {
    s.observe(what, paths, body).await?;
    Ok(())
}

async fn mac_address(s: &mut Session) -> Outcome {
    let asked = "02:42:ac:11:5f:01";
    s.know(asked, "asked-for");
    s.observe("interfaces", &[], json!({ "MacAddress": asked })).await?;
    Ok(())
}

async fn volume(s: &mut Session) -> Outcome {
    let name = s.name("data");
    s.call("POST /volumes/create", &[]).json(json!({ "Name": name })).expect(201).await?;
    let body = json!({ "HostConfig": { "Mounts": [{ "Type": "volume", "Source": name, "Target": "/data" }] } });
    s.observe("mounts,files", &["/data"], body).await?;
    Ok(())
}

async fn exec(s: &mut Session) -> Outcome {
    let container = s.start_probe(&["sleep", "60"]).await?;
    s.observe_exec(&container, "processes,environment,user,cwd", &[]).await?;
    Ok(())
}
