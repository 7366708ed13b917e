//! What templates learn about the cluster and about helm.

use crate::semver::{SemverError, Version};

/// The helm version whose behaviour this crate has: the lists below, the treatment of nulls, the
/// functions.
pub const HELM_VERSION: &str = "v3.17.3";

/// The Kubernetes version that helm 3.17 assumes when it is told none.
pub const DEFAULT_KUBE_VERSION: &str = "v1.32.0";

/// The API versions built into helm 3.17.3, in its order: those of its own client library
/// (client-go 0.32), whatever the cluster's version is. Read off `.Capabilities.APIVersions` of
/// the helm 3.17.3 binary.
pub const DEFAULT_API_VERSIONS: [&str; 56] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "autoscaling/v2beta1",
    "autoscaling/v2beta2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1alpha1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha1",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1alpha1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

/// The cluster as `.Capabilities` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// Such as `v1.34.0`.
    pub(super) kube_version: String,
    pub(super) major: String,
    pub(super) minor: String,
    pub(super) api_versions: Vec<String>,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            kube_version: DEFAULT_KUBE_VERSION.to_owned(),
            major: "1".to_owned(),
            minor: "32".to_owned(),
            api_versions: DEFAULT_API_VERSIONS
                .iter()
                .map(|&version| version.to_owned())
                .collect(),
        }
    }
}

impl Capabilities {
    /// Another version of Kubernetes, as `--kube-version` takes it.
    ///
    /// # Errors
    ///
    /// The text is not a version.
    ///
    /// ```
    /// use mlplat_helm::render::Capabilities;
    /// let capabilities = Capabilities::default().with_kube_version("1.34").unwrap();
    /// assert_eq!(capabilities.kube_version(), "v1.34.0");
    /// ```
    pub fn with_kube_version(mut self, version: &str) -> Result<Self, SemverError> {
        let version = Version::parse(version)?;
        self.kube_version = format!("v{version}");
        self.major = version.major.to_string();
        self.minor = version.minor.to_string();
        Ok(self)
    }

    /// More API versions, as `--api-versions` takes them.
    #[must_use]
    pub fn with_api_versions(
        mut self,
        versions: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.api_versions
            .extend(versions.into_iter().map(Into::into));
        self
    }

    /// The version of Kubernetes, with a `v` in front.
    pub fn kube_version(&self) -> &str {
        &self.kube_version
    }

    /// The API versions that templates find.
    pub fn api_versions(&self) -> &[String] {
        &self.api_versions
    }
}
