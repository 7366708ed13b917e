//! HTTP chart repositories.

use super::error::FetchError;
use super::network::Network;
use super::source::ChartSource;
use crate::yaml::{Limits, Node, parse_with};

/// The largest index that is read.
const MAX_INDEX: usize = 64 << 20;

/// The largest archive that is fetched; its contents are bounded again when it is loaded.
const MAX_ARCHIVE: usize = 100 << 20;

/// An archive and the digest that the index gives for it.
pub(super) struct FromIndex {
    pub(super) bytes: Vec<u8>,
    pub(super) digest: Option<String>,
}

/// Finds a chart in the index of its repository and brings it.
pub(super) async fn fetch(
    source: &ChartSource,
    network: &Network,
) -> Result<FromIndex, FetchError> {
    let client = network.client()?;
    let url = format!("{}/index.yaml", source.repository());
    let text = get(&client, network, &url, MAX_INDEX).await?;
    let text = String::from_utf8(text).map_err(|_| FetchError::Index {
        repository: source.repository().to_owned(),
        message: "it is not UTF-8".to_owned(),
    })?;
    let (location, digest) = find(source, &text)?;
    let bytes = get(&client, network, &location, MAX_ARCHIVE).await?;
    Ok(FromIndex { bytes, digest })
}

/// Where the index says the archive is, and its digest.
fn find(source: &ChartSource, index: &str) -> Result<(String, Option<String>), FetchError> {
    let limits = Limits {
        bytes: MAX_INDEX,
        ..Limits::default()
    };
    let wrong = |message: String| FetchError::Index {
        repository: source.repository().to_owned(),
        message,
    };
    let index = parse_with(index, limits).map_err(|error| wrong(error.to_string()))?;
    let entries = index
        .get("entries")
        .and_then(|entries| entries.get(source.name()));
    let Some(Node::Seq(versions)) = entries else {
        return Err(source.not_found());
    };
    let entry = versions
        .iter()
        .find(|entry| entry.get("version").and_then(Node::as_str) == Some(source.version()))
        .ok_or_else(|| source.not_found())?;
    let url = match entry.get("urls") {
        Some(Node::Seq(urls)) => urls.first().and_then(Node::as_str),
        _ => None,
    };
    let url = url.ok_or_else(|| wrong(format!("{} has no URL", source.name())))?;
    let digest = entry.get("digest").and_then(Node::as_str).map(|digest| {
        let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
        format!("sha256:{}", hex.to_lowercase())
    });
    Ok((absolute(source.repository(), url).map_err(wrong)?, digest))
}

/// The URL of an archive: as it stands, or below the repository.
fn absolute(repository: &str, url: &str) -> Result<String, String> {
    let base = reqwest::Url::parse(&format!("{repository}/")).map_err(|error| error.to_string())?;
    let full = base.join(url).map_err(|error| error.to_string())?;
    match full.scheme() {
        "http" | "https" => Ok(full.into()),
        other => Err(format!("a URL has the scheme {other}")),
    }
}

async fn get(
    client: &reqwest::Client,
    network: &Network,
    url: &str,
    limit: usize,
) -> Result<Vec<u8>, FetchError> {
    let fail = |message: String| FetchError::Network {
        url: without_query(url),
        message,
    };
    let parsed = reqwest::Url::parse(url).map_err(|error| fail(error.to_string()))?;
    let host = match (parsed.host_str(), parsed.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    };
    let mut request = client.get(parsed);
    if let Some((user, password)) = network.credentials_for(&host) {
        request = request.basic_auth(user, Some(password));
    }
    let mut response = request
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map_err(|error| fail(describe(&error.without_url())))?;
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| fail(describe(&error.without_url())))?
    {
        if bytes.len() + chunk.len() > limit {
            return Err(FetchError::TooLarge {
                url: without_query(url),
                limit,
            });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// An error with its causes.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// Queries and user names of URLs may be secret.
fn without_query(url: &str) -> String {
    match reqwest::Url::parse(url) {
        Ok(mut url) => {
            url.set_query(None);
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.into()
        }
        Err(_) => "a malformed URL".to_owned(),
    }
}
