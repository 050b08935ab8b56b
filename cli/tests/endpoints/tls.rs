//! Endpoints over TLS: a dockerd that demands client certificates, and servers whose own certificate is wrong.

use crate::certificates::{Authority, EXPIRED, Signed, VALID, folder};
use crate::process::{Process, available, free_port, listens, run, wrong};
use rcgen::ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};
use rstest::rstest;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// dockerd `--tlsverify` on loopback, with a data root of its own and without any network.
struct Dockerd {
    port: u16,
    _process: Process,
    folder: tempfile::TempDir,
}

fn dockerd(ca: &Authority) -> Dockerd {
    let root = tempfile::tempdir().unwrap();
    let pem = folder(root.path(), "server", &ca.pem, Some(&ca.server()));
    let port = free_port();
    let at = |name: &str| root.path().join(name).display().to_string();
    let file = |name: &str| pem.join(name).display().to_string();
    let log = root.path().join("log");
    let mut command = Command::new("dockerd");
    command.args(["--host", &format!("tcp://127.0.0.1:{port}"), "--tlsverify", "--tlscacert", &file("ca.pem")]);
    command.args(["--tlscert", &file("cert.pem"), "--tlskey", &file("key.pem"), "--pidfile", &at("pid")]);
    command.args(["--data-root", &at("data"), "--exec-root", &at("exec"), "--storage-driver", "vfs"]);
    command.args(["--bridge", "none", "--iptables=false", "--ip6tables=false", "--config-file", &at("none.json")]);
    std::fs::write(root.path().join("none.json"), "{}").unwrap();
    let mut process = Process::start(&mut command, &log);
    listens(&mut process, port, &log);
    Dockerd { port, _process: process, folder: root }
}

fn write(parent: &Path, name: &str, text: &str) -> String {
    let path = parent.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn dockerd_that_demands_client_certificates() {
    if !available(&["dockerd", "containerd"]) {
        return;
    }
    let (ca, other) = (Authority::new("ours"), Authority::new("theirs"));
    let engine = dockerd(&ca);
    let root = engine.folder.path();
    let own = ca.client();
    let expired = ca.sign(&[], ClientAuth, EXPIRED);
    let files = |name: &str, ca: &str, signed: Option<&Signed>| folder(root, name, ca, signed).display().to_string();
    let good = files("good", &ca.pem, Some(&own));
    let late = files("late", &ca.pem, Some(&expired));
    let strange = files("strange", &ca.pem, Some(&other.client()));
    let alone = files("alone", &ca.pem, None);
    let mixed = files("mixed", &ca.pem, Some(&Signed { cert: ca.client().cert, key: own.key.clone() }));
    let garbage = write(root, "garbage.pem", "no certificate, no key\n");
    let wrong_ca = write(root, "wrong-ca.pem", &other.pem);
    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let locked = write(root, "locked.pem", locked);

    let https = format!("https://127.0.0.1:{}", engine.port);
    let tcp = https.replace("https", "tcp");
    let by_name = https.replace("127.0.0.1", "localhost");
    let flags = |ca: &str, cert: &str, key: &str| {
        let given = [("--tls-ca", ca), ("--tls-cert", cert), ("--tls-key", key)];
        given
            .into_iter()
            .filter(|(_, path)| !path.is_empty())
            .flat_map(|(flag, path)| [flag.to_owned(), path.to_owned()])
            .collect()
    };
    let of =
        |folder: &str| flags(&format!("{folder}/ca.pem"), &format!("{folder}/cert.pem"), &format!("{folder}/key.pem"));
    let (good_ca, good_cert, good_key) =
        (format!("{good}/ca.pem"), format!("{good}/cert.pem"), format!("{good}/key.pem"));
    let by_context = context(root, &tcp, &good);
    let docker = |path: &str| {
        vec![("DOCKER_HOST", tcp.clone()), ("DOCKER_TLS_VERIFY", "1".to_owned()), ("DOCKER_CERT_PATH", path.to_owned())]
    };

    type Case<'a> = (&'a str, &'a str, Vec<String>, Vec<(&'a str, String)>, i32, Vec<&'a str>);
    #[rustfmt::skip]
    let cases: Vec<Case<'_>> = vec![
        ("good files", &https, of(&good), vec![], 0, vec!["no differences"]),
        ("DOCKER_HOST and DOCKER_CERT_PATH", "env", vec![], docker(&good), 0, vec!["no differences"]),
        ("tcp:// with DOCKER_TLS_VERIFY", &tcp, vec![], docker(&good), 0, vec!["no differences"]),
        ("DOCKER_TLS alone does not verify", "env", flags("", &good_cert, &good_key), vec![("DOCKER_HOST", tcp.clone()), ("DOCKER_TLS", "1".to_owned()), ("DOCKER_CERT_PATH", alone.clone())], 0, vec!["no differences"]),
        ("a context", "context:far", vec![], vec![("DOCKER_CONFIG", by_context.clone())], 0, vec!["no differences"]),
        ("the current context", "env", vec![], vec![("DOCKER_CONFIG", by_context.clone()), ("DOCKER_CONTEXT", "far".to_owned())], 0, vec!["no differences"]),
        ("an unknown context", "context:near", vec![], vec![("DOCKER_CONFIG", by_context)], 2, vec!["no Docker context 'near'", "default, far"]),
        ("no client certificate", &https, flags(&good_ca, "", ""), vec![], 3, vec![&https, "demands a client certificate: give --tls-cert and --tls-key"]),
        ("no client certificate in DOCKER_CERT_PATH", "env", vec![], docker(&alone), 3, vec!["demands a client certificate"]),
        ("DOCKER_CERT_PATH without anything", "env", vec![], docker("/nonexistent"), 2, vec!["/nonexistent/ca.pem: cannot be read"]),
        ("an expired client certificate", &https, of(&late), vec![], 3, vec!["late/cert.pem", "it expired on 2021-01-01"]),
        ("a client certificate of another authority", &https, of(&strange), vec![], 3, vec!["refuses the client certificate", "strange/cert.pem", "did not sign it"]),
        ("an authority that did not sign the engine's", &https, flags(&wrong_ca, &good_cert, &good_key), vec![], 3, vec!["certificate is not signed by", "wrong-ca.pem"]),
        ("no authority", &https, flags("", &good_cert, &good_key), vec![], 3, vec!["give the one that signed it with --tls-ca"]),
        ("a name that is not in the certificate", &by_name, of(&good), vec![], 3, vec!["its certificate is not for localhost, but for 127.0.0.1: "]),
        ("the key of another certificate", &https, of(&mixed), vec![], 2, vec!["mixed/key.pem", "does not belong to the certificate"]),
        ("garbage for an authority", &https, flags(&garbage, "", ""), vec![], 2, vec!["garbage.pem", "holds no PEM certificate"]),
        ("garbage for a certificate", &https, flags(&good_ca, &garbage, &good_key), vec![], 2, vec!["garbage.pem", "holds no PEM certificate"]),
        ("garbage for a key", &https, flags(&good_ca, &good_cert, &garbage), vec![], 2, vec!["garbage.pem", "holds no PEM private key"]),
        ("a key with a passphrase", &https, flags(&good_ca, &good_cert, &locked), vec![], 2, vec!["locked.pem", "openssl pkey"]),
        ("a missing file", &https, flags("/nonexistent.pem", "", ""), vec![], 2, vec!["/nonexistent.pem: cannot be read"]),
        ("a folder for a file", &https, flags(&good, "", ""), vec![], 2, vec!["cannot be read"]),
        ("a certificate without key", &https, flags(&good_ca, &good_cert, ""), vec![], 2, vec!["give --tls-key"]),
        ("plain HTTP to a TLS port", &tcp, vec![], vec![], 3, vec![&tcp, "it speaks TLS: write https://"]),
        ("flags for a plain endpoint", &tcp, of(&good), vec![], 2, vec!["write https://"]),
    ];
    let failed: Vec<String> = cases
        .into_iter()
        .filter_map(|(name, endpoint, more, variables, status, says)| {
            let more: Vec<&str> = more.iter().map(String::as_str).collect();
            let variables: Vec<(&str, &str)> = variables.iter().map(|(key, value)| (*key, value.as_str())).collect();
            wrong(name, &run(endpoint, &more, &variables), status, &says)
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// A configuration folder with the context `far`, made by Docker's own client.
fn context(root: &Path, host: &str, files: &str) -> String {
    let config = root.join("config").display().to_string();
    let docker = format!("host={host},ca={files}/ca.pem,cert={files}/cert.pem,key={files}/key.pem");
    let made = Command::new("docker")
        .args(["--config", &config, "context", "create", "far", "--docker", &docker])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    config
}

/// A TLS server that answers every request with 404; its address and the authority's file.
fn server(names: &[&str], years: (i32, i32)) -> (String, tempfile::TempDir, PathBuf) {
    let ca = Authority::new("ours");
    let signed = ca.sign(names, ServerAuth, years);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, &ca.pem).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let chain = vec![CertificateDer::from_pem_slice(signed.cert.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(signed.key.as_bytes()).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut tls = rustls::Stream::new(&mut connection, &mut stream);
            if tls.read(&mut [0; 4096]).is_ok() {
                let _ = tls.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
            }
        }
    });
    (format!("https://{address}"), folder, file)
}

#[rstest]
#[case::expired(&["127.0.0.1"], EXPIRED, "its certificate expired on 2021-01-01: renew it on the engine")]
#[case::early(&["127.0.0.1"], (2080, 2090), "its certificate is not valid before 2080-01-01")]
#[case::no_name(&[], VALID, "its certificate names no host")]
#[case::trusted(&["127.0.0.1"], VALID, "GET /version")]
fn an_engines_certificate_is_verified(#[case] names: &[&str], #[case] years: (i32, i32), #[case] says: &str) {
    let (endpoint, _folder, ca) = server(names, years);
    let output = run(&endpoint, &["--tls-ca", ca.to_str().unwrap()], &[]);
    assert_eq!(wrong(says, &output, 3, &[says, &endpoint]), None);
}

#[test]
fn tls_to_a_plain_port_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // What Go's net/http says to a handshake.
            let _ = stream.unwrap().write_all(
                b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n400 Bad Request",
            );
        }
    });
    let output = run(&endpoint, &[], &[]);
    assert_eq!(wrong("plain", &output, 3, &["does not speak TLS", "http://", &endpoint]), None);
}
