//! `EbsStorageClass`: volumes on EBS.

use mlplat_aws::{ComputePlan, EksClusterHandle};
use mlplat_core::wiring::Gives;
use mlplat_core::{Cluster, Construct, Output, Scope};
use mlplat_k8s::StorageClass;

use super::class::{Rwo, VolumeClass};

/// The driver of the add-on, and the one that EKS runs in Auto Mode.
const DRIVER: &str = "ebs.csi.aws.com";
const DRIVER_OF_AUTO_MODE: &str = "ebs.csi.eks.amazonaws.com";

/// The class of claims that name none: encrypted gp3 volumes, made in the zone
/// of the pod that needs one. EKS marks no class as the default, and claims
/// without a class then wait for ever.
///
/// ```
/// use mlplat_apps::{EbsStorageClass, PostgresInCluster};
/// use mlplat_aws::{EksCluster, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network));
///     let disks = stack.add("disks", EbsStorageClass::new(&cluster));
///     stack.add("metadata", PostgresInCluster::new(&cluster).volumes(&disks));
/// })?;
/// assert!(graph.find(&"disks/class".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "add it to a stack"]
pub struct EbsStorageClass<'a> {
    cluster: &'a EksClusterHandle,
    name: String,
    default: bool,
    retain: bool,
    key: Option<Output<String>>,
}

impl<'a> EbsStorageClass<'a> {
    /// The default class, named `gp3`.
    pub fn new(cluster: &'a EksClusterHandle) -> Self {
        Self {
            cluster,
            name: "gp3".to_owned(),
            default: true,
            retain: false,
            key: None,
        }
    }

    /// A further class of this name, for claims that name it.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self.default = false;
        self
    }

    /// Keeps a volume when its claim goes: for data that nobody may lose by
    /// deleting a pod's claim. Somebody has to delete it by hand then.
    pub fn retaining(mut self) -> Self {
        self.retain = true;
        self
    }

    /// Encrypted by a KMS key, by its ARN, instead of the account's own. The
    /// driver has to be permitted to use it:
    /// `EksCluster::ebs_csi(EbsCsi::new().encrypting_by(&key))`.
    pub fn encrypted_by(mut self, key_arn: impl Gives<String>) -> Self {
        self.key = Some(key_arn.into());
        self
    }
}

impl Construct for EbsStorageClass<'_> {
    type Handle = VolumeClass<Rwo>;

    fn build(self, scope: &mut Scope<'_>) -> VolumeClass<Rwo> {
        let driver = match self.cluster.compute {
            ComputePlan::AutoMode => DRIVER_OF_AUTO_MODE,
            ComputePlan::Managed => DRIVER,
            ComputePlan::FargateOnly => {
                scope.problem(
                    "no-disks-on-fargate",
                    "pods on Fargate mount no volume of EBS",
                    "give the cluster nodes, or share files on EFS",
                );
                DRIVER
            }
        };
        let mut class = gp3(self.cluster, &self.name, driver);
        if self.default {
            class = class.default_class();
        }
        if self.retain {
            class.reclaim_policy = Some("Retain".into());
        }
        if let Some(key) = self.key {
            class = class.parameter("kmsKeyId", key);
        }
        let class = scope.add("class", class);
        if let Some(addons) = &self.cluster.addons.on_nodes {
            scope.order(addons.ebs_csi.node, class.node);
        }
        class.into()
    }
}

/// Encrypted gp3 volumes of a driver.
pub(crate) fn gp3(cluster: &dyn Cluster, name: &str, driver: &str) -> StorageClass {
    StorageClass::new(cluster, name, driver)
        .parameter("type", "gp3")
        .parameter("encrypted", "true")
}
