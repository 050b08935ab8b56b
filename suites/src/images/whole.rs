//! An image with everything set that can be: what inspect shows of it.

use super::committing;
use lockstep_harness::scenario::{Area, Outcome, Session};
use serde_json::json;

pub(super) fn add(area: &mut Area<'_>) {
    area.add("whole/committed", |s| Box::pin(committed(s)));
}

async fn committed(s: &mut Session) -> Outcome {
    let config = json!({
        "Cmd": ["probe", "exit", "0"],
        "Hostname": "web",
        "Domainname": "example.org",
        "User": "0:0",
        "ArgsEscaped": true,
        "Env": ["A=b"],
        "Entrypoint": ["probe"],
        "ExposedPorts": { "80/tcp": {} },
        "Volumes": { "/data": {} },
        "WorkingDir": "/tmp",
        "MacAddress": "02:42:ac:11:00:77",
        "NetworkDisabled": true,
        "OnBuild": ["RUN probe exit 0"],
        "StopSignal": "SIGUSR1",
        "StopTimeout": 7,
        "Shell": ["/bin/sh", "-c"],
        "Healthcheck": {
            "Test": ["CMD", "probe", "exit", "0"], "Interval": 3_000_000_000_u64, "Timeout": 1_000_000_000,
            "Retries": 2, "StartPeriod": 1_000_000_000,
        },
        "Labels": { "colour": "blue" },
    });
    let container = s.create(config.clone()).await?;
    let name = s.image_name("whole");
    committing(s, &container, &name).json(config).expect(201).await?;
    s.call("GET /images/{name}/json", &[&name]).expect(200).await?;
    Ok(())
}
