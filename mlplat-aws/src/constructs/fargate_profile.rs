//! `FargateProfile`: pods without nodes.

use std::collections::BTreeMap;

use mlplat_core::wiring::{KnownText, NodeRef};
use mlplat_core::{Construct, Output, Scope};

use super::eks_cluster_handle::EksClusterHandle;
use super::network::PrivateSubnets;
use super::role::Role;
use super::tags::named;
use super::target::{Compute, Fargate};
use crate::eks::{self, FargateSelector, selects};
use crate::iam::RoleHandle;
use crate::ids::{ClusterName, FargateProfileName, SubnetId};
use crate::lookups::CallerIdentity;
use crate::policy::{ManagedPolicy, trust};

/// How many selectors a profile takes.
const SELECTORS_MAX: usize = 5;
/// How many labels a selector takes.
const LABELS_MAX: usize = 5;

/// Pods of a cluster that run on Fargate, in private subnets, and the role by
/// which Fargate pulls their images.
///
/// A pod is put on Fargate when it is scheduled, so the profile comes before
/// it. There are no daemon sets, no privileged pods, no GPUs, no EBS volumes
/// and no EKS Pod Identity there: credentials are by [`Irsa`](crate::Irsa).
///
/// ```
/// use mlplat_aws::{EksCluster, FargateProfile, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network));
///     let apps = FargateProfile::new(&cluster, &network.private_subnets)
///         .namespace("apps")
///         .labelled("batch", [("on", "fargate")]);
///     stack.add("apps", apps);
/// })?;
/// assert!(graph.find(&"apps/profile".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct FargateProfile {
    cluster: Output<ClusterName>,
    subnets: Vec<Output<SubnetId>>,
    selectors: Vec<Selector>,
}

/// A namespace and labels.
type Selector = (String, BTreeMap<String, String>);

impl FargateProfile {
    /// A profile that selects nothing yet.
    pub fn new(cluster: &EksClusterHandle, subnets: &PrivateSubnets) -> Self {
        Self::of(cluster.name.clone(), subnets)
    }

    pub(super) fn of(cluster: Output<ClusterName>, subnets: &PrivateSubnets) -> Self {
        Self {
            cluster,
            subnets: subnets.ids().to_vec(),
            selectors: Vec::new(),
        }
    }

    /// All pods of a namespace; `*` stands for any characters, `?` for any one.
    pub fn namespace(self, namespace: impl KnownText) -> Self {
        self.labelled(namespace, [] as [(&str, &str); 0])
    }

    /// Pods of a namespace that have all of these labels.
    pub fn labelled<K: KnownText, V: KnownText>(
        mut self,
        namespace: impl KnownText,
        labels: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let labels = labels
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()));
        self.selectors.push((namespace.into(), labels.collect()));
        self
    }

    fn check(&self, scope: &mut Scope<'_>) {
        if !(1..=SELECTORS_MAX).contains(&self.selectors.len()) {
            scope.problem(
                "bad-selectors",
                format!(
                    "a profile takes 1 to {SELECTORS_MAX} selectors, not {}",
                    self.selectors.len()
                ),
                "name namespaces by .namespace(..), and make a second profile for more",
            );
        }
        for (namespace, labels) in &self.selectors {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-*?".contains(c);
            if namespace.is_empty() || namespace.len() > 63 || !namespace.chars().all(fits) {
                scope.problem(
                    "bad-kubernetes-name",
                    format!("\"{}\" selects no namespace", namespace.escape_debug()),
                    "use 1 to 63 of a-z 0-9 - * and ?",
                );
            }
            if labels.len() > LABELS_MAX {
                scope.problem(
                    "too-many-labels",
                    format!("a selector takes {LABELS_MAX} labels, not {}", labels.len()),
                    "select by fewer",
                );
            }
        }
        if self.subnets.is_empty() {
            scope.problem(
                "no-private-subnets",
                "Fargate runs pods in private subnets alone, and the network has none",
                "give the network private subnets",
            );
        }
    }
}

/// A Fargate profile.
#[derive(Debug, Clone)]
pub struct FargateProfileHandle {
    /// Its name.
    pub name: Output<FargateProfileName>,
    /// The role by which Fargate pulls images; not the pods'.
    pub role: RoleHandle,
    /// The raw profile.
    pub node: NodeRef,
    /// What it selects.
    selectors: Vec<Selector>,
}

#[diagnostic::do_not_recommend]
impl Compute for FargateProfileHandle {
    type Target = Fargate;

    fn ready(&self) -> NodeRef {
        self.node
    }

    fn takes(&self, namespace: &str, labels: &BTreeMap<String, String>) -> bool {
        self.selectors.iter().any(|(pattern, wanted)| {
            let has = |(key, value): (&String, &String)| {
                labels.get(key).is_some_and(|label| selects(value, label))
            };
            selects(pattern, namespace) && wanted.iter().all(has)
        })
    }
}

impl Construct for FargateProfile {
    type Handle = FargateProfileHandle;

    fn build(self, scope: &mut Scope<'_>) -> FargateProfileHandle {
        self.check(scope);
        let caller = scope.shared("caller-identity", CallerIdentity {});
        let trust = trust::fargate(&caller.region, &caller.account, &self.cluster);
        let role = Role::new(trust)
            .describe("Fargate of an EKS cluster")
            .managed(ManagedPolicy::EksFargatePodExecution);
        let role = scope.add("role", role);
        let selectors = self
            .selectors
            .clone()
            .into_iter()
            .map(|(namespace, labels)| FargateSelector {
                namespace: namespace.into(),
                labels: labels
                    .into_iter()
                    .map(|(key, value)| (key, value.into()))
                    .collect(),
            });
        let tags = named(scope, "");
        let profile = eks::FargateProfile {
            tags,
            ..eks::FargateProfile::new(self.cluster, &role.arn, self.subnets, selectors)
        };
        let profile = scope.add("profile", profile);
        FargateProfileHandle {
            name: profile.fargate_profile_name,
            role,
            node: profile.node,
            selectors: self.selectors,
        }
    }
}
