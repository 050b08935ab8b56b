//! What a failed TLS handshake means, in words that say what to do.

use super::TlsFiles;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError};
use std::error::Error;

/// Why TLS failed, where it did: `None` when the error has another cause.
///
/// `first` says that the engine never answered yet: then a connection that ends without a word right after the handshake counts
/// as a refusal too. In TLS 1.3 the client's certificate is judged after the client has finished and sent its request
/// (RFC 8446, section 4.4.2.4), and the alert may be lost to a reset.
pub(super) fn explain(error: &(dyn Error + 'static), files: &TlsFiles, first: bool) -> Option<String> {
    match find(error) {
        Some(rustls::Error::InvalidCertificate(problem)) => Some(of_engine(problem, files)),
        Some(rustls::Error::AlertReceived(alert)) => Some(of_client(*alert, files)),
        Some(rustls::Error::InvalidMessage(_)) => {
            Some("it does not speak TLS: if it is plain HTTP, write http://HOST:PORT".to_owned())
        }
        Some(other) => Some(format!("TLS failed: {other}")),
        None if first && cut_off(error) => {
            Some(format!("it closed the connection right after the TLS handshake; {}", client_certificate(files, "")))
        }
        None => None,
    }
}

/// The TLS error among the causes. An `io::Error` does not give what it wraps as its source.
fn find<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(found) = inner.and_then(|inner| find(inner)) {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

fn cut_off(error: &(dyn Error + 'static)) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let mut cause = Some(error);
    while let Some(error) = cause {
        let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        if matches!(kind, Some(BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)) {
            return true;
        }
        // hyper's words for a connection that ended within the answer, and for one that ended before the request was on it.
        if ["connection closed before message completed", "connection was not ready"].contains(&&*error.to_string()) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// What is wrong with the engine's certificate.
fn of_engine(problem: &CertificateError, files: &TlsFiles) -> String {
    let clock = "renew it on the engine, or set the clock";
    match problem {
        CertificateError::Expired => format!("its certificate has expired: {clock}"),
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("its certificate expired on {}: {clock}", date(*not_after))
        }
        CertificateError::NotValidYet => format!("its certificate is not valid yet: {clock}"),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("its certificate is not valid before {}: {clock}", date(*not_before))
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => match &files.ca {
            Some(ca) => format!(
                "its certificate is not signed by {}: give the authority that signed it with --tls-ca",
                ca.display()
            ),
            None => "its certificate is not signed by an authority of this system: give the one that signed it with --tls-ca".to_owned(),
        },
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            "its certificate names no host (subjectAltName): issue one that names the host".to_owned()
        }
        CertificateError::NotValidForNameContext { expected, presented } => format!(
            "its certificate is not for {}, but for {}: write the endpoint with that name, or issue one for this name",
            expected.to_str(),
            presented.iter().map(|name| bare(name)).collect::<Vec<_>>().join(", ")
        ),
        CertificateError::Other(other) => format!("its certificate cannot be trusted: {other}; give its authority with --tls-ca"),
        other => format!("its certificate cannot be trusted: {other}"),
    }
}

/// A name as a person writes it: rustls gives `DnsName("host")` and `IpAddress(127.0.0.1)`.
fn bare(name: &str) -> &str {
    let inside = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inside.trim_matches('"')
}

/// What an engine's alert says of the client (RFC 8446, section 6.2).
fn of_client(alert: AlertDescription, files: &TlsFiles) -> String {
    use AlertDescription as A;
    let said = match alert {
        // Go before 1.21 answers everything about certificates so: dockerd 20.10.
        A::BadCertificate => "",
        A::CertificateRequired | A::NoCertificate => "none was sent",
        A::CertificateExpired => "it has expired",
        A::UnknownCA => "it is not signed by an authority that the engine trusts",
        A::CertificateRevoked => "it is revoked",
        A::CertificateUnknown | A::UnsupportedCertificate | A::AccessDenied | A::DecryptError => "it is not accepted",
        // Before TLS 1.3 a missing client certificate was a failed handshake (RFC 5246, section 7.4.6).
        A::HandshakeFailure if files.cert.is_none() => "",
        A::ProtocolVersion | A::HandshakeFailure | A::InsufficientSecurity => {
            return "it and Lockstep have no TLS version or cipher in common: Lockstep speaks TLS 1.2 and 1.3"
                .to_owned();
        }
        A::UnrecognisedName => {
            return "it serves no host of this name: write the endpoint with a name of its certificate".to_owned();
        }
        other => return format!("it ended the TLS handshake: {other:?}"),
    };
    client_certificate(files, said)
}

/// The client's certificate is missing or refused; what the engine did not say is looked up here.
fn client_certificate(files: &TlsFiles, said: &str) -> String {
    let Some(cert) = &files.cert else {
        return "it demands a client certificate: give --tls-cert and --tls-key (or DOCKER_CERT_PATH with DOCKER_TLS_VERIFY=1)".to_owned();
    };
    let (why, what_to_do) = match files.doubt() {
        Some(CertificateError::ExpiredContext { not_after, .. }) => {
            (format!("it expired on {}", date(not_after)), "renew it")
        }
        Some(CertificateError::Expired) => ("it has expired".to_owned(), "renew it"),
        Some(CertificateError::NotValidYetContext { not_before, .. }) => {
            (format!("it is not valid before {}", date(not_before)), "set the clock")
        }
        Some(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            let ca =
                files.ca.as_deref().map(|ca| format!("; {} did not sign it either", ca.display())).unwrap_or_default();
            let said = if said.is_empty() { "its authority is probably not one that the engine trusts" } else { said };
            (format!("{said}{ca}"), "give one of the engine's authority")
        }
        Some(CertificateError::InvalidPurposeContext { .. } | CertificateError::InvalidPurpose) => {
            ("it is not meant for clients (extendedKeyUsage = clientAuth)".to_owned(), "issue one that is")
        }
        _ if said.is_empty() => ("the engine does not say why".to_owned(), "its log does"),
        _ => (said.to_owned(), "the engine's log says more"),
    };
    format!("it refuses the client certificate {}: {why}; {what_to_do}", cert.display())
}

/// A day as people write it (civil from days: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn date(time: UnixTime) -> String {
    let days = i64::try_from(time.as_secs() / 86_400).unwrap_or(0) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::time::Duration;

    #[rstest]
    #[case(0, "1970-01-01")]
    #[case(951_782_400, "2000-02-29")]
    #[case(1_735_689_599, "2024-12-31")]
    fn writes_days(#[case] seconds: u64, #[case] day: &str) {
        assert_eq!(date(UnixTime::since_unix_epoch(Duration::from_secs(seconds))), day);
    }

    #[rstest]
    #[case(AlertDescription::BadCertificate, false, "demands a client certificate")]
    #[case(AlertDescription::CertificateRequired, false, "demands a client certificate")]
    #[case(AlertDescription::HandshakeFailure, false, "demands a client certificate")]
    #[case(AlertDescription::HandshakeFailure, true, "no TLS version or cipher in common")]
    #[case(AlertDescription::CertificateExpired, true, "refuses the client certificate /c.pem: it has expired")]
    #[case(AlertDescription::UnknownCA, true, "not signed by an authority that the engine trusts")]
    #[case(AlertDescription::BadCertificate, true, "does not say why")]
    fn alerts_in_words(#[case] alert: AlertDescription, #[case] with_certificate: bool, #[case] says: &str) {
        let files = TlsFiles { cert: with_certificate.then(|| "/c.pem".into()), ..TlsFiles::default() };
        // As hyper and tokio-rustls pass it on: wrapped in an io::Error.
        let error = std::io::Error::new(std::io::ErrorKind::InvalidData, rustls::Error::AlertReceived(alert));
        let text = explain(&error, &files, false).unwrap();
        assert!(text.contains(says), "{text}");
    }

    #[test]
    fn a_reset_counts_as_refusal_only_before_the_first_answer() {
        let error = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert!(explain(&error, &TlsFiles::default(), true).unwrap().contains("--tls-cert"));
        assert_eq!(explain(&error, &TlsFiles::default(), false), None);
        let other = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        assert_eq!(explain(&other, &TlsFiles::default(), true), None);
    }
}
