//! Certificates made on the spot: an authority, and what it signs.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use std::path::{Path, PathBuf};

/// An authority, and its certificate in PEM.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
}

/// A certificate and its key in PEM.
pub struct Signed {
    pub cert: String,
    pub key: String,
}

impl Authority {
    pub fn new(name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Authority { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate for these names that is valid in these years.
    pub fn sign(&self, names: &[&str], usage: ExtendedKeyUsagePurpose, years: (i32, i32)) -> Signed {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, "lockstep test");
        params.extended_key_usages = vec![usage];
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let key = KeyPair::generate().unwrap();
        let cert = params.signed_by(&key, &self.issuer).unwrap().pem();
        Signed { cert, key: key.serialize_pem() }
    }

    pub fn server(&self) -> Signed {
        self.sign(&["127.0.0.1"], ExtendedKeyUsagePurpose::ServerAuth, VALID)
    }

    pub fn client(&self) -> Signed {
        self.sign(&[], ExtendedKeyUsagePurpose::ClientAuth, VALID)
    }
}

pub const VALID: (i32, i32) = (2020, 2090);
pub const EXPIRED: (i32, i32) = (2020, 2021);

/// Writes `ca.pem`, `cert.pem` and `key.pem` into a new folder, as DOCKER_CERT_PATH wants them.
pub fn folder(parent: &Path, name: &str, ca: &str, signed: Option<&Signed>) -> PathBuf {
    let folder = parent.join(name);
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("ca.pem"), ca).unwrap();
    if let Some(signed) = signed {
        std::fs::write(folder.join("cert.pem"), &signed.cert).unwrap();
        std::fs::write(folder.join("key.pem"), &signed.key).unwrap();
    }
    folder
}
