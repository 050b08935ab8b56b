//! A registry that wants to know who asks.

use super::{DISTRIBUTION, NOBODY, PULL, PUSH, login, named};
use lockstep_harness::scenario::{ACCOUNT, Access, Area, Outcome, Registry, Session};
use serde_json::{Value, json};

pub(super) fn add(area: &mut Area<'_>) {
    area.add("auth", |s| Box::pin(auth(s))).needs(Registry::needs());
    area.add("auth-in-requests", |s| Box::pin(auth_in_requests(s))).needs(Registry::needs());
    area.add("auth-of-a-build", |s| Box::pin(auth_of_a_build(s))).needs(Registry::needs());
    area.add("auth-of-plugins", |s| Box::pin(auth_of_plugins(s))).needs(Registry::needs());
}

async fn auth(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Account).await?;
    let host = registry.host().to_owned();
    let (user, password) = ACCOUNT;
    let bodies: [(Value, u16); 6] = [
        (json!({ "username": user, "password": password, "serveraddress": host }), 200),
        (json!({ "username": user, "password": password, "serveraddress": format!("http://{host}/v1/") }), 200),
        (json!({ "username": user, "password": "wrong", "serveraddress": host }), 500),
        (json!({ "username": "nobody", "password": password, "serveraddress": host }), 500),
        (json!({ "serveraddress": host }), 500),
        (json!({ "username": user, "password": password, "serveraddress": "UPPER/\u{e4}" }), 500),
    ];
    for (body, status) in bodies {
        s.call("POST /auth", &[]).json(body).independent().expect(status).await?;
    }
    s.call("POST /auth", &[]).independent().expect(500).await?;
    Ok(())
}

/// Push, pull and distribution take the account in a header: nobody's, a wrong one, the right one.
async fn auth_in_requests(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Account).await?;
    let host = registry.host().to_owned();
    let repository = named(s, &registry).await?;
    let name = format!("{repository}:t");
    let (wrong, right) = (login(ACCOUNT.0, "wrong", &host), login(ACCOUNT.0, ACCOUNT.1, &host));
    for auth in [NOBODY, &wrong, &right] {
        let call = s.call(PUSH, &[&repository]).query("tag", "t").header("x-registry-auth", auth);
        call.progress().independent().expect(200).await?;
    }
    for (auth, status) in [(NOBODY, 500), (&wrong, 401), (&right, 200)] {
        s.call(DISTRIBUTION, &[&name]).header("x-registry-auth", auth).independent().expect(status).await?;
    }
    for (auth, status) in [(NOBODY, 500), (&wrong, 500), (&right, 200)] {
        let call = s.call(PULL, &[]).query("fromImage", &name).header("x-registry-auth", auth);
        call.progress().independent().expect(status).await?;
    }
    Ok(())
}

/// A build has an account for each registry that its stages come from.
async fn auth_of_a_build(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Account).await?;
    let host = registry.host().to_owned();
    let repository = named(s, &registry).await?;
    let right = login(ACCOUNT.0, ACCOUNT.1, &host);
    let call = s.call(PUSH, &[&repository]).query("tag", "t").header("x-registry-auth", &right);
    call.progress().expect(200).await?;
    let context = crate::archives::files(&[("Dockerfile", &format!("FROM {repository}:t\nLABEL colour=blue\n"))]);
    for password in ["wrong", ACCOUNT.1] {
        let accounts = json!({ host.as_str(): { "username": ACCOUNT.0, "password": password } });
        let name = s.image_name("built");
        let call = s.call("POST /build", &[]).query("t", name).query("pull", "true").tar(context.clone());
        call.header("x-registry-config", &config(&accounts)).progress().answered().await?;
    }
    Ok(())
}

/// `X-Registry-Config`: an account by registry.
fn config(accounts: &Value) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE.encode(accounts.to_string())
}

async fn auth_of_plugins(s: &mut Session) -> Outcome {
    let registry = s.registry(Access::Account).await?;
    let host = registry.host().to_owned();
    let remote = format!("{host}/lockstep/plugin:t");
    let (user, password) = ACCOUNT;
    let body = json!({ "username": user, "password": password, "email": "lockstep@localhost", "serveraddress": host });
    s.call("POST /auth", &[]).json(body).independent().expect(200).await?;
    let privileges = json!([{ "Name": "network", "Description": "its network", "Value": ["host"] }]);
    for password in ["wrong", password] {
        let auth = login(user, password, &host);
        let call = s.call("GET /plugins/privileges", &[]).query("remote", &remote);
        call.header("x-registry-auth", &auth).answered().await?;
        let call = s.call("POST /plugins/pull", &[]).query("remote", &remote).json(privileges.clone());
        call.header("x-registry-auth", &auth).progress().answered().await?;
        let call =
            s.call("POST /plugins/{name}/upgrade", &["nosuch"]).query("remote", &remote).json(privileges.clone());
        call.header("x-registry-auth", &auth).answered().await?;
    }
    Ok(())
}
