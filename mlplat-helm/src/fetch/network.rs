//! How the network is reached.

use super::error::FetchError;

/// Proxies, certificates and credentials. Nothing is read from the environment unless
/// [`Network::from_environment`] is asked for it.
#[derive(Clone, Default)]
pub struct Network {
    pub(super) https_proxy: Option<String>,
    pub(super) http_proxy: Option<String>,
    pub(super) no_proxy: Option<String>,
    /// Certificate authorities besides those of the system, PEM.
    pub(super) authorities: Vec<Vec<u8>>,
    pub(super) credentials: Vec<(String, String, String)>,
    pub(super) plain_registries: Vec<String>,
}

impl Network {
    /// Proxies from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (also in lower case), and
    /// certificate authorities from the file that `SSL_CERT_FILE` names.
    ///
    /// # Errors
    ///
    /// That file cannot be read.
    pub fn from_environment() -> Result<Self, FetchError> {
        let variable = |name: &str| {
            [name.to_owned(), name.to_lowercase()]
                .iter()
                .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        };
        let mut network = Self {
            https_proxy: variable("HTTPS_PROXY"),
            http_proxy: variable("HTTP_PROXY"),
            no_proxy: variable("NO_PROXY"),
            ..Self::default()
        };
        if let Some(path) = variable("SSL_CERT_FILE") {
            let path = std::path::PathBuf::from(path);
            let pem =
                std::fs::read(&path).map_err(|error| FetchError::file("read", &path, error))?;
            network.authorities.push(pem);
        }
        Ok(network)
    }

    /// A proxy for all requests.
    #[must_use]
    pub fn with_proxy(mut self, url: impl Into<String>) -> Self {
        let url = url.into();
        self.https_proxy = Some(url.clone());
        self.http_proxy = Some(url);
        self
    }

    /// Certificate authorities to trust besides those of the system, PEM.
    #[must_use]
    pub fn with_authorities(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities.push(pem.into());
        self
    }

    /// Name and password for a host (`example.com` or `example.com:5000`); they are sent to no
    /// other host.
    #[must_use]
    pub fn with_credentials(
        mut self,
        host: impl Into<String>,
        user: impl Into<String>,
        password: impl Into<String>,
    ) -> Self {
        self.credentials
            .push((host.into(), user.into(), password.into()));
        self
    }

    /// Talks plain HTTP to this OCI registry.
    #[must_use]
    pub fn with_plain_registry(mut self, host: impl Into<String>) -> Self {
        self.plain_registries.push(host.into());
        self
    }

    pub(super) fn credentials_for(&self, host: &str) -> Option<(&str, &str)> {
        self.credentials
            .iter()
            .find(|(own, ..)| own == host)
            .map(|(_, user, password)| (user.as_str(), password.as_str()))
    }

    pub(super) fn client(&self) -> Result<reqwest::Client, FetchError> {
        use_ring();
        let fail = |error: reqwest::Error| FetchError::Network {
            url: "the client".to_owned(),
            message: error.to_string(),
        };
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(std::time::Duration::from_secs(20))
            .read_timeout(std::time::Duration::from_secs(60))
            .user_agent(concat!("mlplat-helm/", env!("CARGO_PKG_VERSION")));
        let exceptions = self
            .no_proxy
            .as_deref()
            .and_then(reqwest::NoProxy::from_string);
        if let Some(url) = &self.https_proxy {
            let proxy = reqwest::Proxy::https(url).map_err(fail)?;
            builder = builder.proxy(proxy.no_proxy(exceptions.clone()));
        }
        if let Some(url) = &self.http_proxy {
            let proxy = reqwest::Proxy::http(url).map_err(fail)?;
            builder = builder.proxy(proxy.no_proxy(exceptions));
        }
        for pem in &self.authorities {
            for certificate in reqwest::Certificate::from_pem_bundle(pem).map_err(fail)? {
                builder = builder.add_root_certificate(certificate);
            }
        }
        builder.build().map_err(fail)
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network").finish_non_exhaustive()
    }
}

/// TLS is done by rustls with ring. Another provider that the program has chosen before stays.
pub(super) fn use_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
