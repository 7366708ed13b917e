//! Why a chart does not render.

use crate::template;
use crate::values::ValuesError;

/// A render that fails; the texts are helm's where helm fails at the same.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A chart of another type than `application`.
    #[error("{0} charts are not installable")]
    NotInstallable(String),
    /// Dependencies that `Chart.yaml` lists are not there.
    #[error(
        "An error occurred while checking for chart dependencies. You may need to run `helm \
         dependency build` to fetch missing dependencies: found in Chart.yaml, but missing in \
         charts/ directory: {}", .0.join(", ")
    )]
    MissingDependencies(Vec<String>),
    /// The release's name is not one.
    #[error(
        "release name {0:?}: invalid release name, must match regex \
         ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must \
         not be longer than 53"
    )]
    ReleaseName(String),
    /// The chart does not support the Kubernetes version.
    #[error("chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {found}")]
    KubeVersion {
        /// The chart's range.
        wanted: String,
        /// The version given.
        found: String,
    },
    /// The values are refused.
    #[error(transparent)]
    Values(#[from] ValuesError),
    /// The caller's values cannot be serialized.
    #[error("serialize the values: {0}")]
    Serialize(#[from] serde_json::Error),
    /// A template fails.
    #[error("{0}")]
    Template(#[from] template::Error),
    /// What a template made is not YAML.
    #[error("YAML parse error on {file}: {message}")]
    Manifest {
        /// The template.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// A decision that would depend on an unknown or secret value.
    #[error("{0}")]
    Opaque(String),
}
