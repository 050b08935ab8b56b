//! A swarm and its services with everything set that can be: what inspect and lists show of it.

use super::services::image;
use super::{in_swarm, init_with, leave, node_of, nowhere, until_pending, update_service};
use lockstep_harness::scenario::{Area, Need, Outcome, Session, Stop};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("whole/swarm-and-node", |s| Box::pin(swarm_and_node(s))).needs(Need::Disposable);
    area.add("whole/service", |s| Box::pin(in_swarm(s, service))).needs(Need::Disposable);
    area.add("whole/attached-container", |s| Box::pin(in_swarm(s, attached))).needs(Need::Disposable);
    area.add("whole/running-service", |s| Box::pin(in_swarm(s, assigned))).needs(Need::Disposable);
    area.add("whole/modes", |s| Box::pin(in_swarm(s, modes))).needs(Need::Disposable);
}

/// A swarm initialised with a whole specification, in its own inspect, in info and in its node.
async fn swarm_and_node(s: &mut Session) -> Outcome {
    let body = json!({
        "ListenAddr": "127.0.0.1:2377",
        "AdvertiseAddr": "127.0.0.1",
        "DataPathAddr": "127.0.0.1",
        "DataPathPort": 4790,
        "DefaultAddrPool": ["10.222.0.0/16"],
        "SubnetSize": 25,
        "Spec": {
            "Labels": { "colour": "blue" },
            "Orchestration": { "TaskHistoryRetentionLimit": 3 },
            "Raft": {
                "SnapshotInterval": 9000, "KeepOldSnapshots": 2, "LogEntriesForSlowFollowers": 400,
                "ElectionTick": 11, "HeartbeatTick": 2,
            },
            "Dispatcher": { "HeartbeatPeriod": 6_000_000_000_i64 },
            "CAConfig": {
                "NodeCertExpiry": 7_200_000_000_000_i64,
                "ExternalCAs": [{ "Protocol": "cfssl", "URL": "https://127.0.0.1:1/sign", "Options": { "a": "b" } }],
            },
            "TaskDefaults": { "LogDriver": { "Name": "json-file", "Options": { "max-file": "3" } } },
        },
    });
    let node = init_with(s, body).await?;
    let outcome = async {
        let seen = s.call("GET /swarm", &[]).expect(200).await?;
        super::active::know(s, &seen).await?;
        let mut spec = node_of(s).await?["Spec"].clone();
        s.call("GET /info", &[]).independent().expect(200).await?;
        spec["Name"] = json!("one");
        spec["Labels"] = json!({ "colour": "blue" });
        let version = s.call("GET /nodes/{id}", &[&node]).expect(200).await?.at("/Version/Index")?;
        s.call("POST /nodes/{id}/update", &[&node]).query("version", version).json(spec).expect(200).await?;
        s.call("GET /nodes", &[]).expect(200).await?;
        s.call("GET /nodes/{id}", &[&node]).expect(200).await?;
        Ok(())
    }
    .await;
    leave(s, outcome).await
}

/// An overlay network with everything set; its name.
async fn overlay(s: &mut Session) -> Result<String, Stop> {
    let name = s.name("overlay");
    let body = json!({
        "Name": name,
        "Driver": "overlay",
        "Attachable": true,
        "Internal": false,
        "Labels": { "colour": "blue" },
        "Options": { "com.docker.network.driver.mtu": "1400" },
        "IPAM": { "Driver": "default", "Options": { "a": "b" }, "Config": [{
            "Subnet": "10.221.91.0/24", "IPRange": "10.221.91.128/25", "Gateway": "10.221.91.1",
            "AuxiliaryAddresses": { "printer": "10.221.91.9" },
        }] },
    });
    let id = s.call("POST /networks/create", &[]).json(body).expect(201).await?.id()?;
    s.know(&id, "overlay");
    s.until_at(&format!("/networks/{name}"), "/Driver", |found| found == Some(&json!("overlay"))).await?;
    Ok(name)
}

/// A secret or config that is a template, listed and inspected; its id.
async fn stored(s: &mut Session, kind: &str, name: &str, operations: [&str; 3]) -> Result<String, Stop> {
    let [create, list, inspect] = operations;
    let template = json!({ "Name": "golang", "Options": { "a": "b" } });
    let body = json!({ "Name": name, "Labels": { "colour": "blue" }, "Data": "Y29uZmlnCg==", "Templating": template });
    let id = s.call(create, &[]).json(body).expect(201).await?.text("/ID")?;
    s.know(&id, kind);
    s.call(list, &[]).expect(200).await?;
    s.call(inspect, &[&id]).expect(200).await?;
    Ok(id)
}

/// A secret's and a config's reference, as a service has it.
async fn references(s: &mut Session) -> Result<(Value, Value), Stop> {
    let (secret, config) = (s.name("secret"), s.name("config"));
    let operations = ["POST /secrets/create", "GET /secrets", "GET /secrets/{id}"];
    let secret_id = stored(s, "secret", &secret, operations).await?;
    let operations = ["POST /configs/create", "GET /configs", "GET /configs/{id}"];
    let config_id = stored(s, "config", &config, operations).await?;
    let file = |name: &str| json!({ "Name": name, "UID": "0", "GID": "0", "Mode": 0o444 });
    Ok((
        json!([{ "SecretID": secret_id, "SecretName": secret, "File": file("hidden") }]),
        json!([{ "ConfigID": config_id, "ConfigName": config, "File": file("/settings") }]),
    ))
}

async fn container_spec(s: &mut Session) -> Result<Value, Stop> {
    let (image, (secrets, configs)) = (image(s).await?, references(s).await?);
    Ok(json!({
        "Image": image,
        "Labels": { "part": "container" },
        "Command": ["probe"],
        "Args": ["sleep", "60"],
        "Hostname": "web",
        "Env": ["A=b"],
        "Dir": "/tmp",
        "User": "0:0",
        "Groups": ["100"],
        "Privileges": {
            "SELinuxContext": { "Disable": false, "User": "u", "Role": "r", "Type": "t", "Level": "l" },
            "CredentialSpec": { "File": "spec.json" },
        },
        "TTY": true,
        "OpenStdin": true,
        "ReadOnly": true,
        "Mounts": [
            { "Type": "bind", "Source": "/etc", "Target": "/bind", "ReadOnly": true, "Consistency": "default",
              "BindOptions": { "Propagation": "rprivate", "NonRecursive": true } },
            { "Type": "volume", "Source": "data", "Target": "/volume", "VolumeOptions": {
                "NoCopy": true, "Labels": { "a": "b" }, "DriverConfig": { "Name": "local", "Options": { "type": "tmpfs" } } } },
            { "Type": "tmpfs", "Target": "/tmpfs", "TmpfsOptions": { "SizeBytes": 65536, "Mode": 448 } },
        ],
        "StopSignal": "SIGUSR1",
        "StopGracePeriod": 5_000_000_000_i64,
        "HealthCheck": {
            "Test": ["CMD", "probe", "exit", "0"], "Interval": 3_000_000_000_i64, "Timeout": 1_000_000_000, "Retries": 2,
            "StartPeriod": 1_000_000_000,
        },
        "Hosts": ["127.0.0.2 db"],
        "DNSConfig": { "Nameservers": ["127.0.0.53"], "Search": ["example.org"], "Options": ["ndots:2"] },
        "Secrets": secrets,
        "Configs": configs,
        "Isolation": "default",
        "Init": true,
        "Sysctls": { "net.ipv4.ip_forward": "1" },
        "CapabilityAdd": ["CAP_NET_ADMIN"],
        "CapabilityDrop": ["CAP_MKNOD"],
        "Ulimits": [{ "Name": "nofile", "Soft": 512, "Hard": 1024 }],
    }))
}

/// A task that no node can take: all of it is stored and shown, and nothing is started.
async fn task(s: &mut Session, network: &str) -> Result<Value, Stop> {
    let generic = json!([
        { "DiscreteResourceSpec": { "Kind": "SSD", "Value": 3 } },
        { "NamedResourceSpec": { "Kind": "GPU", "Value": "one" } },
    ]);
    Ok(json!({
        "ContainerSpec": container_spec(s).await?,
        "Resources": {
            "Limits": { "NanoCPUs": 500_000_000, "MemoryBytes": 67_108_864, "Pids": 100 },
            "Reservations": { "NanoCPUs": 100_000_000, "MemoryBytes": 33_554_432, "GenericResources": generic },
        },
        "RestartPolicy": { "Condition": "on-failure", "Delay": 1_000_000_000, "MaxAttempts": 2, "Window": 3_000_000_000_i64 },
        "Placement": {
            "Constraints": ["node.labels.colour==nosuch"],
            "Preferences": [{ "Spread": { "SpreadDescriptor": "node.labels.colour" } }],
            "MaxReplicas": 1,
            "Platforms": [{ "Architecture": "amd64", "OS": "linux" }],
        },
        "ForceUpdate": 1,
        "Runtime": "container",
        "Networks": [{ "Target": network, "Aliases": ["web"], "DriverOpts": { "a": "b" } }],
        "LogDriver": { "Name": "json-file", "Options": { "max-file": "3" } },
    }))
}

fn rollout(order: &str) -> Value {
    json!({ "Parallelism": 1, "Delay": 1, "FailureAction": "pause", "Monitor": 1_000_000, "MaxFailureRatio": 0.5, "Order": order })
}

async fn create(s: &mut Session, body: Value) -> Result<String, Stop> {
    let id = s.call("POST /services/create", &[]).json(body).expect(201).await?.text("/ID")?;
    s.know(&id, "service");
    Ok(id)
}

async fn service(s: &mut Session) -> Outcome {
    let (name, network) = (s.name("service"), overlay(s).await?);
    let task = task(s, &network).await?;
    let ports =
        json!([{ "Name": "http", "Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8093, "PublishMode": "host" }]);
    let body = json!({
        "Name": name,
        "Labels": { "colour": "blue" },
        "TaskTemplate": task,
        "Mode": { "Replicated": { "Replicas": 1 } },
        "UpdateConfig": rollout("stop-first"),
        "RollbackConfig": rollout("start-first"),
        "EndpointSpec": { "Mode": "vip", "Ports": ports },
    });
    let id = create(s, body).await?;
    until_pending(s).await?;
    s.call("GET /services", &[]).query("status", "true").expect(200).await?;
    s.call("GET /services/{id}", &[&id]).expect(200).await?;
    let seen = s.call("GET /tasks", &[]).filters(json!({ "service": [name] })).expect(200).await?;
    let task = seen.text("/0/ID")?;
    s.know(&task, "task");
    s.call("GET /tasks/{id}", &[&task]).expect(200).await?;
    updated(s, &id).await
}

/// The service with a new task, which waits for a node as the old one does: an update that goes on.
async fn updated(s: &mut Session, id: &str) -> Outcome {
    let seen = s.call("GET /services/{id}", &[id]).expect(200).await?;
    update_service(s, id, &seen, |spec| spec["TaskTemplate"]["ForceUpdate"] = json!(2)).await?;
    s.until_at(&format!("/services/{id}"), "/UpdateStatus/State", |found| found == Some(&json!("updating"))).await?;
    s.call("GET /services/{id}", &[id]).expect(200).await?;
    s.call("GET /services", &[]).expect(200).await?;
    Ok(())
}

/// A global service, and jobs of both kinds, none of which finds a node.
async fn modes(s: &mut Session) -> Outcome {
    let (image, network) = (image(s).await?, overlay(s).await?);
    for (word, mode) in [
        ("global", json!({ "Global": {} })),
        ("job", json!({ "ReplicatedJob": { "MaxConcurrent": 1, "TotalCompletions": 2 } })),
        ("global-job", json!({ "GlobalJob": {} })),
    ] {
        let name = s.name(word);
        let mut body = json!({
            "Name": name,
            "TaskTemplate": {
                "ContainerSpec": { "Image": image },
                "RestartPolicy": { "Condition": "none" },
                "Placement": nowhere(),
            },
            "Mode": mode,
        });
        if word == "global" {
            body["Networks"] = json!([{ "Target": network, "Aliases": ["old"], "DriverOpts": { "a": "b" } }]);
        }
        let id = create(s, body).await?;
        if word == "global" {
            // The manager gives the address after it has answered.
            s.until_at(&format!("/services/{id}"), "/Endpoint/VirtualIPs", |found| found.is_some()).await?;
        }
        s.call("GET /services/{id}", &[&id]).expect(200).await?;
        s.call("GET /services", &[]).query("status", "true").filters(json!({ "name": [name] })).expect(200).await?;
        if word == "job" {
            until_pending(s).await?;
            let seen = s.call("GET /tasks", &[]).filters(json!({ "service": [name] })).expect(200).await?;
            let task = seen.text("/0/ID")?;
            s.know(&task, "task");
            s.call("GET /tasks/{id}", &[&task]).expect(200).await?;
            run_again(s, &id).await?;
        }
    }
    plugin(s).await
}

/// The next iteration of a job.
async fn run_again(s: &mut Session, id: &str) -> Outcome {
    let seen = s.call("GET /services/{id}", &[id]).expect(200).await?;
    update_service(s, id, &seen, |spec| spec["TaskTemplate"]["ForceUpdate"] = json!(1)).await?;
    s.call("GET /services/{id}", &[id]).expect(200).await?;
    s.call("GET /services", &[]).filters(json!({ "id": [id] })).expect(200).await?;
    Ok(())
}

/// A service whose task runs with resources of its node, until its update is complete.
async fn assigned(s: &mut Session) -> Outcome {
    let (image, name) = (image(s).await?, s.name("service"));
    let generic = json!([
        { "DiscreteResourceSpec": { "Kind": "SSD", "Value": 1 } },
        { "DiscreteResourceSpec": { "Kind": "GPU", "Value": 1 } },
    ]);
    let body = json!({
        "Name": name,
        "TaskTemplate": {
            "ContainerSpec": { "Image": image, "Command": ["probe", "trap", "TERM", "0"] },
            "Resources": { "Reservations": { "GenericResources": generic } },
        },
        "Mode": { "Replicated": { "Replicas": 1 } },
        "UpdateConfig": { "Parallelism": 1, "Monitor": 1_000_000, "Order": "stop-first" },
    });
    let id = create(s, body).await?;
    s.until_at("/tasks", "/0/Status/State", |found| found == Some(&json!("running"))).await?;
    let task = s.call("GET /tasks", &[]).filters(json!({ "service": [name] })).expect(200).await?.text("/0/ID")?;
    s.know(&task, "task");
    s.call("GET /tasks/{id}", &[&task]).expect(200).await?;
    let seen = s.call("GET /services/{id}", &[&id]).expect(200).await?;
    update_service(s, &id, &seen, |spec| spec["TaskTemplate"]["ForceUpdate"] = json!(1)).await?;
    s.until_at(&format!("/services/{id}"), "/UpdateStatus/State", |found| found == Some(&json!("completed"))).await?;
    s.call("GET /services/{id}", &[&id]).expect(200).await?;
    s.call("GET /services", &[]).expect(200).await?;
    Ok(())
}

/// A container of no service on an overlay network: the swarm has a task for its attachment.
async fn attached(s: &mut Session) -> Outcome {
    let network = overlay(s).await?;
    let host = json!({ "NetworkMode": network });
    let container = s.start(json!({ "Cmd": ["probe", "sleep", "infinity"], "HostConfig": host })).await?;
    // Lists leave attachments out unless they are asked for.
    let path = "/tasks?filters=%7B%22runtime%22%3A%5B%22attachment%22%5D%7D";
    s.until_at(path, "/0/Status/State", |found| found == Some(&json!("running"))).await?;
    let task =
        s.call("GET /tasks", &[]).filters(json!({ "runtime": ["attachment"] })).expect(200).await?.text("/0/ID")?;
    s.know(&task, "task");
    s.call("GET /tasks/{id}", &[&task]).expect(200).await?;
    s.call("GET /networks", &[]).filters(json!({ "name": [network] })).expect(200).await?;
    s.call("GET /networks/{id}", &[&network]).query("verbose", "true").expect(200).await?;
    s.call("DELETE /containers/{id}", &[&container]).query("force", "true").expect(204).await?;
    Ok(())
}

/// Services of plugins are an experiment.
async fn plugin(s: &mut Session) -> Outcome {
    let name = s.name("service");
    let body = json!({
        "Name": name,
        "TaskTemplate": {
            "Runtime": "plugin",
            "PluginSpec": {
                "Name": "lockstep-never", "Remote": "127.0.0.1:1/nosuch", "Disabled": true,
                "PluginPrivilege": [{ "Name": "network", "Description": "its network", "Value": ["host"] }],
            },
        },
        "Mode": { "Global": {} },
    });
    s.call("POST /services/create", &[]).json(body).expect(500).await?;
    Ok(())
}
