//! The swarm itself and its one node.

use super::{in_swarm, init_with, place};
use lockstep_harness::scenario::{Area, Need, Outcome, Reply, Session};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("init/inspect-and-leave", |s| Box::pin(inspect_and_leave(s))).needs(Need::Disposable);
    area.add("init/twice", |s| Box::pin(twice(s))).needs(Need::Disposable);
    area.add("update/rotates-tokens", |s| Box::pin(rotates_tokens(s))).needs(Need::Disposable);
    area.add("update/rotates-the-authority", |s| Box::pin(rotates_authority(s))).needs(Need::Disposable);
    area.add("update/out-of-sequence", |s| Box::pin(out_of_sequence(s))).needs(Need::Disposable);
    area.add("unlock/not-locked", |s| Box::pin(not_locked(s))).needs(Need::Disposable);
    area.add("update/locks", |s| Box::pin(locks(s))).needs(Need::Disposable);
    area.add("nodes/list-and-inspect", |s| Box::pin(nodes(s))).needs(Need::Disposable);
    area.add("nodes/update", |s| Box::pin(update_node(s))).needs(Need::Disposable);
    area.add("nodes/remove-the-manager", |s| Box::pin(remove_node(s))).needs(Need::Disposable);
    area.add("networks/overlay", |s| Box::pin(overlay(s))).needs(Need::Disposable);
}

/// Looks at the swarm without a step and makes symbols of what is secret or new each time, so that no step shows it.
pub(super) async fn know(s: &mut Session, seen: &Reply) -> Outcome {
    for (pointer, symbol) in [
        ("/ID", "swarm"),
        ("/JoinTokens/Worker", "swarm-token:worker"),
        ("/JoinTokens/Manager", "swarm-token:manager"),
        ("/TLSInfo/TrustRoot", "trust-root"),
        ("/TLSInfo/CertIssuerPublicKey", "issuer-key"),
    ] {
        s.know(&seen.text(pointer)?, symbol);
    }
    Ok(())
}

async fn inspect_and_leave(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        let seen = s.call("GET /swarm", &[]).expect(200).await?;
        know(s, &seen).await?;
        s.call("POST /swarm/leave", &[]).expect(503).await?;
        Ok(())
    })
    .await?;
    s.call("GET /swarm", &[]).expect(503).await?;
    Ok(())
}

async fn twice(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        s.call("POST /swarm/init", &[]).json(place("127.0.0.1")).expect(503).await?;
        let body = json!({ "RemoteAddrs": ["127.0.0.1:1"], "JoinToken": "bad" });
        s.call("POST /swarm/join", &[]).json(body).expect(503).await?;
        Ok(())
    })
    .await
}

async fn rotates_tokens(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        let seen = s.call("GET /swarm", &[]).expect(200).await?;
        know(s, &seen).await?;
        let spec = seen.at("/Spec")?;
        let call = s.call("POST /swarm/update", &[]).query("version", seen.at("/Version/Index")?);
        call.query("rotateWorkerToken", "true").query("rotateManagerToken", "true").json(spec).expect(200).await?;
        let seen = s.call("GET /swarm", &[]).expect(200).await?;
        s.know(&seen.text("/JoinTokens/Worker")?, "swarm-token:new-worker");
        s.know(&seen.text("/JoinTokens/Manager")?, "swarm-token:new-manager");
        Ok(())
    })
    .await
}

/// The swarm makes itself another certificate authority.
async fn rotates_authority(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        let seen = s.call("GET /swarm", &[]).expect(200).await?;
        know(s, &seen).await?;
        let mut spec = seen.at("/Spec")?;
        spec["CAConfig"]["ForceRotate"] = json!(1);
        spec["Labels"] = json!({ "colour": "blue" });
        let call = s.call("POST /swarm/update", &[]).query("version", seen.at("/Version/Index")?);
        call.json(spec).expect(200).await?;
        s.until_at("/swarm", "/RootRotationInProgress", |found| found == Some(&json!(false))).await?;
        let seen = s.call("GET /swarm", &[]).expect(200).await?;
        s.know(&seen.text("/JoinTokens/Worker")?, "swarm-token:new-worker");
        s.know(&seen.text("/JoinTokens/Manager")?, "swarm-token:new-manager");
        s.call("GET /info", &[]).expect(200).await?;
        Ok(())
    })
    .await
}

async fn out_of_sequence(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        let seen = s.call("GET /swarm", &[]).expect(200).await?;
        know(s, &seen).await?;
        s.call("POST /swarm/update", &[]).query("version", 1).json(seen.at("/Spec")?).expect(500).await?;
        s.call("POST /swarm/update", &[]).json(seen.at("/Spec")?).expect(400).await?;
        Ok(())
    })
    .await
}

async fn not_locked(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        s.call("GET /swarm/unlockkey", &[]).expect(200).await?;
        s.call("POST /swarm/unlock", &[]).json(json!({ "UnlockKey": "x" })).expect(409).await?;
        Ok(())
    })
    .await
}

/// What a manager that restarts has to be told first. (It shows after a restart only.)
async fn locks(s: &mut Session) -> Outcome {
    init_with(s, place("127.0.0.1")).await?;
    let outcome = async {
        let seen = s.call("GET /swarm", &[]).expect(200).await?;
        know(s, &seen).await?;
        let mut spec = seen.at("/Spec")?;
        spec["EncryptionConfig"] = json!({ "AutoLockManagers": true });
        let call = s.call("POST /swarm/update", &[]).query("version", seen.at("/Version/Index")?);
        call.json(spec.clone()).expect(200).await?;
        s.call("GET /swarm/unlockkey", &[]).expect(200).await?;
        let seen = s.call("GET /swarm", &[]).expect(200).await?;
        let call = s.call("POST /swarm/update", &[]).query("version", seen.at("/Version/Index")?);
        call.query("rotateManagerUnlockKey", "true").json(spec).expect(200).await?;
        s.call("GET /swarm/unlockkey", &[]).expect(200).await?;
        s.call("POST /swarm/unlock", &[]).json(json!({ "UnlockKey": "x" })).expect(409).await?;
        s.call("POST /swarm/unlock", &[]).body("application/json", "{bad").expect(400).await?;
        for (name, value) in [("rotateWorkerToken", "maybe"), ("rotateManagerUnlockKey", "maybe"), ("version", "-1")] {
            let call = s.call("POST /swarm/update", &[]).query(name, value);
            call.json(seen.at("/Spec")?).expect(400).await?;
        }
        Ok(())
    }
    .await;
    leave_in_the_end(s).await?;
    outcome
}

/// Leaves without a step: a leave while a new key is being put in place fails, or leaves certificates behind that lock the next swarm
/// (20.10.24), and when that is done cannot be seen. (1.5 s were enough each time.)
async fn leave_in_the_end(s: &mut Session) -> Outcome {
    s.settle(std::time::Duration::from_secs(3)).await;
    for _ in 0..50 {
        s.quiet("POST", "/swarm/leave?force=true", None).await?;
        let info = s.quiet("GET", "/info", None).await?.unwrap_or_default();
        if info["Swarm"]["LocalNodeState"] != "active" && info["Swarm"]["LocalNodeState"] != "locked" {
            break;
        }
    }
    Ok(())
}

/// The swarm's one node, once its agent has told what it runs on.
pub(super) async fn node(s: &mut Session) -> Result<Value, lockstep_harness::scenario::Stop> {
    s.until_at("/nodes", "/0/Description/TLSInfo/TrustRoot", |found| found.is_some()).await?;
    s.until_at("/nodes", "/0/ManagerStatus/Leader", |found| found == Some(&json!(true))).await?;
    s.until_at("/nodes", "/0/Status/State", |found| found == Some(&json!("ready"))).await?;
    let seen = s.call("GET /nodes", &[]).expect(200).await?;
    s.know(&seen.text("/0/Description/TLSInfo/TrustRoot")?, "trust-root");
    s.know(&seen.text("/0/Description/TLSInfo/CertIssuerPublicKey")?, "issuer-key");
    s.know(&seen.text("/0/ID")?, "node");
    seen.at("/0")
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

async fn nodes(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        let id = text(&node(s).await?, "ID");
        s.call("GET /nodes/{id}", &[&id]).expect(200).await?;
        s.call("GET /nodes", &[]).filters(json!({ "role": ["worker"] })).expect(200).await?;
        s.call("GET /nodes", &[]).filters(json!({ "nosuch": ["x"] })).expect(400).await?;
        s.call("GET /nodes/{id}", &["nosuch"]).expect(404).await?;
        Ok(())
    })
    .await
}

async fn update_node(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        let node = node(s).await?;
        let (id, mut spec) = (text(&node, "ID"), node["Spec"].clone());
        spec["Labels"] = json!({ "colour": "blue" });
        s.call("POST /nodes/{id}/update", &[&id]).query("version", 1).json(spec.clone()).expect(500).await?;
        s.call("POST /nodes/{id}/update", &[&id]).json(spec.clone()).expect(400).await?;
        s.call("POST /nodes/{id}/update", &[&id])
            .query("version", &node["Version"]["Index"])
            .json(spec)
            .expect(200)
            .await?;
        s.call("GET /nodes/{id}", &[&id]).expect(200).await?;
        Ok(())
    })
    .await
}

async fn remove_node(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        let id = text(&node(s).await?, "ID");
        s.call("DELETE /nodes/{id}", &[&id]).expect(400).await?;
        s.call("DELETE /nodes/{id}", &["nosuch"]).expect(404).await?;
        Ok(())
    })
    .await
}

async fn overlay(s: &mut Session) -> Outcome {
    in_swarm(s, async |s| {
        let name = s.name("overlay");
        let body = json!({ "Name": name, "Driver": "overlay", "Attachable": true, "IPAM": { "Config": [{ "Subnet": "10.221.90.0/24" }] } });
        let id = s.call("POST /networks/create", &[]).json(body).expect(201).await?.id()?;
        s.know(&id, "overlay");
        // The manager fills in the rest after it has answered.
        s.until_at(&format!("/networks/{name}"), "/Driver", |found| found == Some(&json!("overlay"))).await?;
        s.call("GET /networks/{id}", &[&name]).expect(200).await?;
        s.call("DELETE /networks/{id}", &[&name]).expect(204).await?;
        Ok(())
    })
    .await
}
