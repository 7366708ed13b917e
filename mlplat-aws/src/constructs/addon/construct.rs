//! `Addon`: one add-on of a cluster.

use std::fmt;
use std::marker::PhantomData;

use mlplat_core::wiring::{KnownText, NodeRef};
use mlplat_core::{Construct, Output, Scope};
use serde_json::Value;

use super::kind::{Acts, ActsInAws, AddonKind};
use crate::constructs::eks_cluster_handle::EksClusterHandle;
use crate::constructs::grant::Grant;
use crate::constructs::pod_identity::PodIdentity;
use crate::constructs::tags::named;
use crate::eks::{self, ResolveConflicts};
use crate::ids::ClusterName;
use crate::lookups::AddonVersion;
use crate::policy::Statement;

/// A part of a cluster that AWS installs and updates, with its settings, its
/// version and, if its pods act in AWS, a role that is theirs alone.
///
/// [`EksCluster`](crate::EksCluster) brings those that every cluster needs;
/// the others are added beside it:
///
/// ```
/// use mlplat_aws::{Addon, Bucket, EfsCsi, EksCluster, MountpointS3, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network));
///     let data = stack.add("data", Bucket::new());
///     stack.add("efs-csi", Addon::new(&cluster, EfsCsi));
///     stack.add("s3-csi", Addon::new(&cluster, MountpointS3).grant(data.read_write()));
/// })?;
/// assert!(graph.find(&"efs-csi/addon".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The version is AWS's default for the cluster's Kubernetes version, looked
/// up once and pinned in the state, or one that the program pins. Fields of
/// the add-on's objects that somebody changed in the cluster are taken back.
///
/// Permissions go to add-ons that act in AWS, and to no other:
///
/// ```compile_fail,E0277
/// # use mlplat_aws::{Addon, Bucket, EksCluster, MetricsServer, Vpc};
/// # use mlplat_core::graph::{Context, Graph};
/// # Graph::build(Context::new("demo"), |stack| {
/// #     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
/// #     let cluster = stack.add("cluster", EksCluster::new(&network));
/// #     let data = stack.add("data", Bucket::new());
/// stack.add("metrics", Addon::new(&cluster, MetricsServer).grant(data.read()));
/// # });
/// ```
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct Addon<A> {
    cluster: Output<ClusterName>,
    /// The cluster's minor version: `1.35`.
    kubernetes: String,
    /// Whether pods of the cluster get credentials by Pod Identity.
    credentials: bool,
    kind: A,
    version: Option<String>,
    statements: Vec<Statement>,
}

impl<A: AddonKind> Addon<A> {
    /// An add-on in AWS's default version.
    pub fn new(cluster: &EksClusterHandle, kind: A) -> Self {
        Self {
            credentials: cluster.compute.gives_pod_identity(),
            ..Self::of(cluster.name.clone(), &cluster.version, kind)
        }
    }

    pub(in crate::constructs) fn of(
        cluster: Output<ClusterName>,
        kubernetes: &str,
        kind: A,
    ) -> Self {
        Self {
            cluster,
            kubernetes: kubernetes.to_owned(),
            credentials: true,
            kind,
            version: None,
            statements: Vec::new(),
        }
    }

    /// This version and no other, as EKS spells it: `v1.20.4-eksbuild.2`.
    pub fn version(mut self, version: impl KnownText) -> Self {
        self.version = Some(version.into());
        self
    }

    /// In AWS's default version, or in one that is pinned.
    pub(in crate::constructs) fn at(mut self, version: Option<&String>) -> Self {
        self.version = version.cloned();
        self
    }

    fn check(&self, scope: &mut Scope<'_>, acts: Option<&Acts>) {
        if let Some(version) = &self.version
            && !is_version(version)
        {
            scope.problem(
                "bad-addon-version",
                format!("\"{}\" is no version of an add-on", version.escape_debug()),
                "write it as EKS does: v1.20.4-eksbuild.2",
            );
        }
        let Some(acts) = acts else { return };
        if !self.credentials {
            scope.problem(
                "no-pod-identity",
                format!("the pods of {} would get no credentials on Fargate", A::NAME),
                "give the cluster nodes: .without_nodes() and node groups instead of .fargate_only()",
            );
        }
        if acts.policies.is_empty() && acts.statements.is_empty() && self.statements.is_empty() {
            scope.problem(
                "addon-without-rights",
                format!("{} may not do anything in AWS yet", A::NAME),
                "say what it is for: .grant(bucket.read_write())",
            );
        }
    }

    /// The pinned version, or AWS's default for the cluster's.
    fn chosen_version(&self, scope: &mut Scope<'_>) -> Output<String> {
        if let Some(version) = &self.version {
            return version.as_str().into();
        }
        let question = AddonVersion {
            addon_name: A::NAME.into(),
            kubernetes_version: self.kubernetes.as_str().into(),
        };
        let key = format!("addon-version-{}-{}", A::NAME, self.kubernetes);
        scope.shared(&key, question).addon_version
    }
}

impl<A: ActsInAws> Addon<A> {
    /// With further permissions for its pods.
    pub fn allow(mut self, statement: Statement) -> Self {
        self.statements.push(statement);
        self
    }

    /// With what a grant permits: `bucket.read_write()`.
    pub fn grant(mut self, grant: Grant) -> Self {
        self.statements.extend(grant.into_statements());
        self
    }
}

impl<A: AddonKind> Construct for Addon<A> {
    type Handle = AddonReady<A>;

    fn build(self, scope: &mut Scope<'_>) -> AddonReady<A> {
        let acts = self.kind.acts();
        self.check(scope, acts.as_ref());
        let version = self.chosen_version(scope);
        if let Some(acts) = acts {
            let account = ("kube-system", acts.account).into();
            let mut identity = PodIdentity::of(self.cluster.clone(), account);
            for policy in acts.policies {
                identity = identity.managed(*policy);
            }
            for statement in acts.statements.into_iter().chain(self.statements) {
                identity = identity.allow(statement);
            }
            scope.add("identity", identity);
        }
        let settings = self.kind.settings();
        let settings = (!settings.is_empty()).then(|| Value::Object(settings).to_string());
        let addon = eks::Addon {
            addon_version: Some(version.clone()),
            configuration_values: settings.map(Into::into),
            resolve_conflicts: Some(ResolveConflicts::Overwrite.into()),
            tags: named(scope, ""),
            ..eks::Addon::new(&self.cluster, A::NAME)
        };
        AddonReady {
            node: scope.add("addon", addon).node,
            version,
            kind: PhantomData,
        }
    }
}

/// An add-on that is there: whoever asks for `&AddonReady<EfsCsi>` cannot be
/// planned without one, and comes after it.
#[derive(Clone)]
pub struct AddonReady<A> {
    /// The raw add-on, to come after.
    pub node: NodeRef,
    /// Its version.
    pub version: Output<String>,
    kind: PhantomData<fn() -> A>,
}

impl<A: AddonKind> fmt::Debug for AddonReady<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(A::NAME)
            .field("node", &self.node)
            .field("version", &self.version)
            .finish()
    }
}

/// `v1.20.4-eksbuild.2`.
fn is_version(text: &str) -> bool {
    let numbers = |text: &str| text.split('.').all(|part| part.parse::<u32>().is_ok());
    let parts = text
        .strip_prefix('v')
        .and_then(|text| text.split_once("-eksbuild."));
    parts.is_some_and(|(version, build)| numbers(version) && build.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_eks() {
        for good in [
            "v1.20.4-eksbuild.2",
            "v0.8.0-eksbuild.1",
            "v1.12.1-eksbuild.10",
        ] {
            assert!(is_version(good), "{good}");
        }
        for bad in [
            "",
            "latest",
            "1.20.4-eksbuild.2",
            "v1.20.4",
            "v1.x-eksbuild.1",
            "v1-eksbuild.",
        ] {
            assert!(!is_version(bad), "{bad}");
        }
    }
}
