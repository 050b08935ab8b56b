//! Certificates for endpoints over TLS: read and checked before anything is sent, so that a wrong file is told from a refusal.

use super::EngineError;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, InconsistentKeys, RootCertStore};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files that Docker's clients use: an authority to trust, and a client certificate with its key (all PEM).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Trusted instead of the system's authorities.
    pub ca: Option<PathBuf>,
    /// The client certificate.
    pub cert: Option<PathBuf>,
    /// The client certificate's key.
    pub key: Option<PathBuf>,
    /// The engine's certificate is not verified: a context's SkipTLSVerify, or DOCKER_TLS without DOCKER_TLS_VERIFY.
    pub skip_verify: bool,
}

impl TlsFiles {
    /// The files of a folder as `DOCKER_CERT_PATH` names it: `ca.pem`, `cert.pem`, `key.pem`, each if it is there.
    pub fn from_folder(folder: &Path) -> TlsFiles {
        let file = |name: &str| Some(folder.join(name)).filter(|path| path.exists());
        TlsFiles { ca: file("ca.pem"), cert: file("cert.pem"), key: file("key.pem"), skip_verify: false }
    }

    /// These files, and the others where one is not given. An authority that is given is there to verify with.
    pub(super) fn or(self, others: TlsFiles) -> TlsFiles {
        let skip_verify = self.skip_verify || (others.skip_verify && self.ca.is_none());
        let (ca, cert, key) = (self.ca.or(others.ca), self.cert.or(others.cert), self.key.or(others.key));
        TlsFiles { ca, cert, key, skip_verify }
    }

    pub(super) fn apply(&self, mut builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, EngineError> {
        if self.skip_verify {
            builder = builder.tls_danger_accept_invalid_certs(true);
        } else if let Some(ca) = &self.ca {
            authorities(ca)?;
            let list = reqwest::Certificate::from_pem_bundle(&read(ca)?)
                .map_err(|error| wrong(ca, &format!("cannot be used as an authority: {error}")))?;
            builder = builder.tls_certs_only(list);
        }
        match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => {
                let chain = certificates(cert)?;
                belong_together(cert, chain, key, private_key(key)?)?;
                let mut pem = read(cert)?;
                pem.push(b'\n');
                pem.extend(read(key)?);
                let identity = reqwest::Identity::from_pem(&pem)
                    .map_err(|error| wrong(key, &format!("cannot be used with {}: {error}", cert.display())))?;
                Ok(builder.identity(identity))
            }
            (Some(cert), None) => {
                Err(wrong(cert, "is a client certificate without its key: give --tls-key, or key.pem beside it"))
            }
            (None, Some(key)) => {
                Err(wrong(key, "is a key without its client certificate: give --tls-cert, or cert.pem beside it"))
            }
            (None, None) => Ok(builder),
        }
    }

    /// What this machine sees wrong with its own client certificate, asked after an engine refused it. The engine may trust
    /// other authorities than the one that vouches for it, so this is a hint and never a refusal by itself.
    pub(super) fn doubt(&self) -> Option<CertificateError> {
        let chain = certificates(self.cert.as_deref()?).ok()?;
        let (own, between) = chain.split_first()?;
        let mut roots = RootCertStore::empty();
        match self.ca.as_deref().map(authorities) {
            Some(Ok(trusted)) => roots = trusted,
            // Without an authority only the dates can be judged: the certificate vouches for itself.
            _ => roots.add(own.clone()).ok()?,
        }
        let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().ok()?;
        match verifier.verify_client_cert(own, between, UnixTime::now()) {
            Err(rustls::Error::InvalidCertificate(problem)) => Some(problem),
            _ => None,
        }
    }
}

/// All certificates of a PEM file; none is an error.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, EngineError> {
    let pem = read(path)?;
    let list: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match list {
        Ok(list) if !list.is_empty() => Ok(list),
        Ok(_) => Err(wrong(path, "holds no PEM certificate (-----BEGIN CERTIFICATE-----)")),
        Err(error) => Err(wrong(path, &format!("is damaged PEM: {error}"))),
    }
}

fn authorities(path: &Path) -> Result<RootCertStore, EngineError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(|_| wrong(path, "holds a PEM block that is no X.509 certificate"))?;
    }
    Ok(roots)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, EngineError> {
    let pem = read(path)?;
    let text = String::from_utf8_lossy(&pem);
    // PKCS#8 (RFC 7468, section 11) and the older form of OpenSSL (RFC 1421, section 4.6.1.1).
    if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(wrong(
            path,
            "is an encrypted key, which cannot be used; write it without a passphrase: openssl pkey -in KEY -out PLAIN",
        ));
    }
    PrivateKeyDer::from_pem_slice(&pem).map_err(|error| match error {
        PemError::NoItemsFound => wrong(path, "holds no PEM private key (-----BEGIN PRIVATE KEY-----)"),
        error => wrong(path, &format!("is damaged PEM: {error}")),
    })
}

fn belong_together(
    cert: &Path,
    chain: Vec<CertificateDer<'static>>,
    key: &Path,
    private: PrivateKeyDer<'static>,
) -> Result<(), EngineError> {
    let signer = rustls::crypto::ring::sign::any_supported_type(&private)
        .map_err(|_| wrong(key, "is no RSA, ECDSA (P-256, P-384) or Ed25519 key"))?;
    match CertifiedKey::new(chain, signer).keys_match() {
        Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(()),
        Err(rustls::Error::InconsistentKeys(_)) => Err(wrong(
            key,
            &format!("does not belong to the certificate {}: give the key it was made with", cert.display()),
        )),
        Err(_) => Err(wrong(cert, "holds a PEM block that is no X.509 certificate")),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, EngineError> {
    std::fs::read(path).map_err(|error| wrong(path, &format!("cannot be read: {error}")))
}

fn wrong(path: &Path, problem: &str) -> EngineError {
    EngineError::Certificate { path: path.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::empty("", "holds no PEM certificate")]
    #[case::text("not a certificate\n", "holds no PEM certificate")]
    #[case::key("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "holds no PEM certificate")]
    #[case::cut("-----BEGIN CERTIFICATE-----\nAAAA\n", "is damaged PEM")]
    #[case::no_der("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "is no X.509 certificate")]
    fn an_authority_has_to_be_one(#[case] text: &str, #[case] says: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, text).unwrap();
        let error = TlsFiles { ca: Some(path), ..TlsFiles::default() }.apply(reqwest::Client::builder()).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(error.is_usage());
    }

    #[rstest]
    #[case("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "encrypted")]
    #[case(
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        "encrypted"
    )]
    #[case("garbage", "holds no PEM private key")]
    fn a_key_has_to_be_usable(#[case] text: &str, #[case] says: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        std::fs::write(&path, text).unwrap();
        assert!(private_key(&path).unwrap_err().to_string().contains(says));
    }

    #[test]
    fn missing_files_and_halves_are_named() {
        let of = |files: TlsFiles| files.apply(reqwest::Client::builder()).unwrap_err().to_string();
        let none = PathBuf::from("/nonexistent/x.pem");
        assert!(
            of(TlsFiles { ca: Some(none.clone()), ..Default::default() })
                .contains("/nonexistent/x.pem: cannot be read")
        );
        assert!(of(TlsFiles { cert: Some(none.clone()), ..Default::default() }).contains("--tls-key"));
        assert!(of(TlsFiles { key: Some(none), ..Default::default() }).contains("--tls-cert"));
    }
}
