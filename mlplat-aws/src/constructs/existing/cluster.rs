//! A cluster that is there already.

use mlplat_core::wiring::{Gives, KnownText};
use mlplat_core::{Construct, Output, Scope};

use crate::constructs::cluster_addons::Addons;
use crate::constructs::compute_plan::ComputePlan;
use crate::constructs::eks_cluster::EksCluster;
use crate::constructs::eks_cluster_handle::{EksClusterHandle, key};
use crate::constructs::kubernetes_version::DEFAULT_KUBERNETES_VERSION;
use crate::constructs::network::Network;
use crate::eks;
use crate::ids::ClusterName;

impl EksCluster {
    /// A cluster that is there already, by its name, in a network that
    /// [`Network::existing`] or this program knows. Whoever deploys has to be
    /// admitted to it already, to put anything into it.
    ///
    /// ```
    /// use mlplat_aws::ids::ClusterName;
    /// use mlplat_aws::{EksCluster, PodIdentity, Vpc};
    /// use mlplat_core::graph::{Context, Graph};
    ///
    /// Graph::build(Context::new("demo"), |stack| {
    ///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
    ///     let shared = EksCluster::existing(ClusterName::new("shared"), &network).version("1.34");
    ///     let shared = stack.add("shared", shared);
    ///     stack.add("web", PodIdentity::new(&shared, ("apps", "web")));
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn existing(name: impl Gives<ClusterName>, network: &Network) -> ExistingCluster {
        ExistingCluster {
            name: name.into(),
            network: network.clone(),
            version: DEFAULT_KUBERNETES_VERSION.to_owned(),
            compute: ComputePlan::Managed,
        }
    }
}

/// A cluster that is there already: see [`EksCluster::existing`].
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct ExistingCluster {
    name: Output<ClusterName>,
    network: Network,
    version: String,
    compute: ComputePlan,
}

impl ExistingCluster {
    /// Its Kubernetes version, by which add-ons and node groups choose theirs.
    /// Default: that of a new cluster.
    pub fn version(mut self, version: impl KnownText) -> Self {
        self.version = version.into();
        self
    }

    /// On what its pods run. Default: nodes, with the add-ons that they need.
    pub fn compute(mut self, plan: ComputePlan) -> Self {
        self.compute = plan;
        self
    }
}

impl Construct for ExistingCluster {
    type Handle = EksClusterHandle;

    fn build(self, scope: &mut Scope<'_>) -> EksClusterHandle {
        let cluster = scope.existing::<eks::Cluster>("control-plane", self.name.cast::<String>());
        EksClusterHandle {
            name: cluster.name,
            arn: cluster.arn,
            version: self.version,
            endpoint: cluster.endpoint,
            certificate_authority_data: cluster.certificate_authority_data,
            issuer_url: cluster.open_id_connect_issuer_url,
            security_group_id: cluster.cluster_security_group_id,
            vpc_id: self.network.vpc_id.clone(),
            node_subnets: self.network.node_subnets().to_vec(),
            nodes: None,
            // Whoever owns the cluster owns them.
            addons: Addons {
                coredns: None,
                on_nodes: None,
            },
            compute: self.compute,
            access: Vec::new(),
            node: cluster.node,
            key: key(scope.path().as_str()),
        }
    }
}
