//! Certificates for `https://` endpoints.

use super::EngineError;
use std::path::{Path, PathBuf};

/// The files that Docker's clients use: an authority to trust, and a client certificate with its key (all PEM).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Trusted instead of the system's authorities.
    pub ca: Option<PathBuf>,
    /// The client certificate.
    pub cert: Option<PathBuf>,
    /// The client certificate's key.
    pub key: Option<PathBuf>,
}

impl TlsFiles {
    /// The files of a folder as `DOCKER_CERT_PATH` names it: `ca.pem`, `cert.pem`, `key.pem`, each if it is there.
    pub fn from_folder(folder: &Path) -> TlsFiles {
        let file = |name: &str| Some(folder.join(name)).filter(|path| path.exists());
        TlsFiles { ca: file("ca.pem"), cert: file("cert.pem"), key: file("key.pem") }
    }

    pub(super) fn apply(&self, mut builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, EngineError> {
        if let Some(ca) = &self.ca {
            let pem = read(ca)?;
            let certificates = reqwest::Certificate::from_pem_bundle(&pem)
                .ok()
                .filter(|list| !list.is_empty())
                .ok_or_else(|| wrong(ca, "holds no PEM certificate (-----BEGIN CERTIFICATE-----)"))?;
            builder = builder.tls_certs_only(certificates);
        }
        match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => {
                let mut pem = read(cert)?;
                pem.push(b'\n');
                pem.extend(read(key)?);
                let identity = reqwest::Identity::from_pem(&pem)
                    .map_err(|error| wrong(key, &format!("is no key to {}: {error}", cert.display())))?;
                Ok(builder.identity(identity))
            }
            (Some(cert), None) => Err(wrong(cert, "is a client certificate without its key (give --tls-key)")),
            (None, Some(key)) => Err(wrong(key, "is a key without its client certificate (give --tls-cert)")),
            (None, None) => Ok(builder),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, EngineError> {
    std::fs::read(path).map_err(|error| wrong(path, &format!("cannot be read: {error}")))
}

fn wrong(path: &Path, problem: &str) -> EngineError {
    EngineError::Certificate { path: path.to_owned(), problem: problem.to_owned() }
}
