use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::{ConfigBuilder, RootCertStore, ServerConfig, WantsVerifier};
use tokio_rustls::TlsAcceptor;

use crate::config::Tls;

/// Certificate or key cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("certificates: {0}")]
    Certificates(#[source] pem::Error),
    #[error("it holds no certificate")]
    NoCertificate,
    #[error("key: {0}")]
    Key(#[source] pem::Error),
    #[error("certificates of clients' authorities: {0}")]
    ClientAuthority(#[source] VerifierBuilderError),
    #[error("certificate and key: {0}")]
    Pair(#[from] rustls::Error),
}

/// Reads certificate and key: TLS 1.2 and 1.3, with one protocol inside, by its name in ALPN.
pub(crate) fn acceptor(tls: &Tls, protocol: &[u8]) -> Result<TlsAcceptor, TlsError> {
    let (chain, key) = identity(tls)?;
    let mut config = builder()?.with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The same for sockets, where clients may be asked for a certificate that one of the given authorities signed.
pub(crate) fn socket_acceptor(tls: &Tls, client_ca: Option<&Path>) -> Result<TlsAcceptor, TlsError> {
    let (chain, key) = identity(tls)?;
    let config = match client_ca {
        None => builder()?.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(path)? {
                roots.add(certificate)?;
            }
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder()?.with_client_cert_verifier(verifier.map_err(TlsError::ClientAuthority)?)
        }
    };
    Ok(TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key)?)))
}

fn builder() -> Result<ConfigBuilder<ServerConfig, WantsVerifier>, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?)
}

fn identity(tls: &Tls) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let chain = certificates(&tls.certificates)?;
    Ok((chain, PrivateKeyDer::from_pem_file(&tls.key).map_err(TlsError::Key)?))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found =
        CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(TlsError::Certificates)?;
    if found.is_empty() { Err(TlsError::NoCertificate) } else { Ok(found) }
}
