use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
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
    #[error("certificate and key: {0}")]
    Pair(#[from] rustls::Error),
}

/// Reads certificate and key: TLS 1.2 and 1.3, with one protocol inside, by its name in ALPN.
pub(crate) fn acceptor(tls: &Tls, protocol: &[u8]) -> Result<TlsAcceptor, TlsError> {
    let chain = CertificateDer::pem_file_iter(&tls.certificates)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(TlsError::Certificates)?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(TlsError::Key)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
