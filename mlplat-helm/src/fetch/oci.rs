//! OCI registries.

use oci_client::client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};

use super::error::FetchError;
use super::network::{Network, use_ring};
use super::source::ChartSource;

/// The media type of a chart's archive, as helm pushes it.
const CHART_LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// The largest layer that is fetched.
const MAX_LAYER: i64 = 100 << 20;

/// Brings the archive of a chart from a registry; oci-client checks the layer's digest.
pub(super) async fn fetch(source: &ChartSource, network: &Network) -> Result<Vec<u8>, FetchError> {
    use_ring();
    let path = source.repository().trim_start_matches("oci://");
    // A tag cannot hold a plus; helm writes an underscore for it.
    let tag = source.version().replace('+', "_");
    let text = format!("{path}/{}:{tag}", source.name());
    let fail = |message: String| FetchError::Network {
        url: format!("oci://{text}"),
        message,
    };
    let reference: Reference = text.parse().map_err(|error| fail(format!("{error}")))?;
    let client = Client::try_from(config(network)).map_err(|error| fail(error.to_string()))?;
    let auth = match network.credentials_for(reference.registry()) {
        Some((user, password)) => RegistryAuth::Basic(user.to_owned(), password.to_owned()),
        None => RegistryAuth::Anonymous,
    };
    let (manifest, _) = client
        .pull_image_manifest(&reference, &auth)
        .await
        .map_err(|error| {
            if is_unknown(&error) {
                source.not_found()
            } else {
                fail(error.to_string())
            }
        })?;
    let layer = manifest
        .layers
        .iter()
        .find(|layer| layer.media_type == CHART_LAYER)
        .ok_or_else(|| fail("there is no chart in it".to_owned()))?;
    if layer.size > MAX_LAYER {
        return Err(FetchError::TooLarge {
            url: format!("oci://{text}"),
            limit: usize::try_from(MAX_LAYER).unwrap_or(usize::MAX),
        });
    }
    let mut bytes = Vec::new();
    client
        .pull_blob(&reference, layer, &mut bytes)
        .await
        .map_err(|error| fail(error.to_string()))?;
    Ok(bytes)
}

/// Whether the registry says that there is no such chart or version.
fn is_unknown(error: &OciDistributionError) -> bool {
    match error {
        OciDistributionError::ImageManifestNotFoundError(_) => true,
        OciDistributionError::RegistryError { envelope, .. } => {
            envelope.errors.iter().any(|error| {
                matches!(
                    error.code,
                    OciErrorCode::ManifestUnknown | OciErrorCode::NameUnknown
                )
            })
        }
        _ => false,
    }
}

fn config(network: &Network) -> ClientConfig {
    ClientConfig {
        protocol: ClientProtocol::HttpsExcept(network.plain_registries.clone()),
        extra_root_certificates: network
            .authorities
            .iter()
            .map(|pem| Certificate {
                encoding: CertificateEncoding::Pem,
                data: pem.clone(),
            })
            .collect(),
        https_proxy: network.https_proxy.clone(),
        http_proxy: network.http_proxy.clone(),
        no_proxy: network.no_proxy.clone(),
        connect_timeout: Some(std::time::Duration::from_secs(20)),
        read_timeout: Some(std::time::Duration::from_secs(60)),
        ..ClientConfig::default()
    }
}
