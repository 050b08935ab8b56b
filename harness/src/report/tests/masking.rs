use crate::report::mask::{Mask, header, text};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case("X-Registry-Auth", "e30=", "<masked>")]
#[case("x-registry-config", "e30=", "<masked>")]
#[case("authorization", "Basic dTpw", "<masked>")]
#[case("x-vault-token", "s.123", "<masked>")]
#[case("content-type", "application/json", "application/json")]
#[case("location", "/v1/x?token=abc&a=b", "/v1/x?token=<masked>&a=b")]
fn headers(#[case] name: &str, #[case] value: &str, #[case] shown: &str) {
    assert_eq!(header(name, value), shown);
}

#[rstest]
#[case(
    "docker swarm join --token SWMTKN-1-49nj-8vxv 10.0.0.1:2377",
    "docker swarm join --token <masked> 10.0.0.1:2377"
)]
#[case("SWMKEY-1-7c37Cc8654o6p38", "<masked>")]
#[case("MYSQL_ROOT_PASSWORD=hunter2 PATH=/bin", "MYSQL_ROOT_PASSWORD=<masked> PATH=/bin")]
#[case(r#"got {"IdentityToken": "hun\"ter2", "Status": "ok"}"#, r#"got {"IdentityToken": <masked>, "Status": "ok"}"#)]
#[case(r#""{\"password\":\"hunter2\",\"a\":\"b\"}""#, r#""{\"password\":<masked>,\"a\":\"b\"}""#)]
#[case("https://user:hunter2@example.org/x", "https://user:<masked>@example.org/x")]
#[case("Authorization: Bearer abc.def", "Authorization: Bearer <masked>")]
#[case("a\n-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----\nb", "a\n<masked>\nb")]
#[case("cut: -----BEGIN PRIVATE KEY-----\nMHc", "cut: <masked>")]
#[case(
    "s, step 1, /body/JoinTokens/Worker: not as in the snapshot (\"x\")",
    "s, step 1, /body/JoinTokens/Worker: not as in the snapshot <masked>"
)]
#[case("docker login --password hunter2 -u me", "docker login --password <masked> -u me")]
#[case("docker login --password-stdin x", "docker login --password-stdin x")]
#[case("basic information about http://a:80/b@sha256:ff", "basic information about http://a:80/b@sha256:ff")]
#[case("unauthorized: incorrect username or password", "unauthorized: incorrect username or password")]
fn texts(#[case] given: &str, #[case] shown: &str) {
    assert_eq!(text(given), shown);
}

#[rstest]
#[case::password("POST /auth", json!({ "username": "u", "password": "p" }), json!({ "username": "u", "password": "<masked>" }))]
#[case::nested(
    "GET /swarm",
    json!({ "JoinTokens": { "Worker": "w", "Manager": "<swarm-token>" }, "ID": "i" }),
    json!({ "JoinTokens": { "Worker": "<masked>", "Manager": "<swarm-token>" }, "ID": "i" })
)]
#[case::cases(
    "GET /x",
    json!({ "unlockKey": "k", "UNLOCK_KEY": "k", "PrivateKey": 7, "RegistryToken": null, "clientSecret": "", "auth": "a" }),
    json!({ "unlockKey": "<masked>", "UNLOCK_KEY": "<masked>", "PrivateKey": "<masked>", "RegistryToken": null, "clientSecret": "", "auth": "<masked>" })
)]
#[case::environment("GET /x", json!(["A=b", "API_TOKEN=t"]), json!(["A=b", "API_TOKEN=<masked>"]))]
#[case::secret("POST /secrets/create", json!({ "Name": "n", "Data": "ZGF0YQ==" }), json!({ "Name": "n", "Data": "<masked>" }))]
#[case::no_secret("POST /configs/create", json!({ "Data": "ZGF0YQ==" }), json!({ "Data": "ZGF0YQ==" }))]
#[case::not_quite_a_symbol("GET /x", json!({ "Token": "<Hunter2 is it>" }), json!({ "Token": "<masked>" }))]
fn bodies(#[case] operation: &str, #[case] given: Value, #[case] shown: Value) {
    assert_eq!(Mask::of(operation).value(&given), shown);
}

#[rstest]
#[case("GET /swarm", "/body/JoinTokens/Worker", json!("<masked>"))]
#[case("GET /x", "/headers/set-cookie", json!("<masked>"))]
#[case("GET /secrets/{id}", "/body/Data", json!("<masked>"))]
#[case("GET /x", "/body/Data", json!("plain"))]
fn places(#[case] operation: &str, #[case] pointer: &str, #[case] shown: Value) {
    assert_eq!(Mask::of(operation).at(pointer, &json!("plain")), shown);
}
