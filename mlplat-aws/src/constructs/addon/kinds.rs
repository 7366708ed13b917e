//! The add-ons, each a type that holds its settings.
//!
//! Names of settings are those of the add-ons' own schemas, as
//! `DescribeAddonConfiguration` answers them and the EKS user guide shows
//! them. Only settings that a platform decides are here; any other is set by
//! `.raw("addon", "ConfigurationValues", ..)`.

use std::ops::RangeInclusive;

use mlplat_core::Output;
use mlplat_core::wiring::Gives;
use serde_json::{Map, Value, json};

use super::kind::sealed::Kind;
use super::kind::{Acts, ActsInAws, AddonKind};
use crate::action;
use crate::policy::{Condition, ManagedPolicy, Operator, Statement};

/// Addresses of pods out of the subnets, and network policies. Before the
/// first node.
#[derive(Debug, Clone)]
pub struct VpcCni {
    policies: bool,
    prefixes: bool,
}

impl VpcCni {
    /// With network policies: without the agent that carries them out, a
    /// `NetworkPolicy` is accepted and does nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            policies: true,
            prefixes: false,
        }
    }

    /// Without the agent that carries out network policies.
    #[must_use]
    pub const fn without_network_policies(mut self) -> Self {
        self.policies = false;
        self
    }

    /// Takes addresses out of the subnets by sixteens, so that a node holds
    /// more pods: 110 instead of 29 on an `m6i.large`.
    #[must_use]
    pub const fn prefix_delegation(mut self) -> Self {
        self.prefixes = true;
        self
    }
}

impl Default for VpcCni {
    fn default() -> Self {
        Self::new()
    }
}

impl AddonKind for VpcCni {
    const NAME: &'static str = "vpc-cni";
}

impl ActsInAws for VpcCni {
    const ACCOUNT: &'static str = "aws-node";
}

impl Kind for VpcCni {
    /// Switches are texts in this schema.
    fn settings(&self) -> Map<String, Value> {
        let mut settings = Map::new();
        if self.policies {
            settings.insert("enableNetworkPolicy".to_owned(), json!("true"));
        }
        if self.prefixes {
            let prefixes = json!({"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"});
            settings.insert("env".to_owned(), prefixes);
        }
        settings
    }

    fn acts(&self) -> Option<Acts> {
        Some(Acts::by(Self::ACCOUNT, &[ManagedPolicy::EksCni]))
    }
}

/// Addresses of services, on every node. Before the first node.
#[derive(Debug, Clone, Default)]
pub struct KubeProxy {
    ipvs: bool,
}

impl KubeProxy {
    /// By iptables, as AWS has it.
    #[must_use]
    pub const fn new() -> Self {
        Self { ipvs: false }
    }

    /// By IPVS, which stays fast with thousands of services.
    #[must_use]
    pub const fn ipvs(mut self) -> Self {
        self.ipvs = true;
        self
    }
}

impl AddonKind for KubeProxy {
    const NAME: &'static str = "kube-proxy";
}

impl Kind for KubeProxy {
    fn settings(&self) -> Map<String, Value> {
        match self.ipvs {
            true => object(json!({"mode": "ipvs", "ipvs": {"scheduler": "rr"}})),
            false => Map::new(),
        }
    }
}

/// Names of services.
#[derive(Debug, Clone, Default)]
pub struct CoreDns {
    fargate: bool,
    replicas: Option<RangeInclusive<u32>>,
}

impl CoreDns {
    /// On nodes, with AWS's two replicas.
    #[must_use]
    pub fn new() -> Self {
        Self {
            fargate: false,
            replicas: None,
        }
    }

    /// On Fargate: without that, EKS marks its pods for instances, and they
    /// wait for ever.
    #[must_use]
    pub fn on_fargate(mut self) -> Self {
        self.fargate = true;
        self
    }

    /// Fewest and most replicas; EKS scales between them by the number of
    /// nodes.
    #[must_use]
    pub fn replicas(mut self, replicas: RangeInclusive<u32>) -> Self {
        self.replicas = Some(replicas);
        self
    }
}

impl AddonKind for CoreDns {
    const NAME: &'static str = "coredns";
}

impl Kind for CoreDns {
    fn settings(&self) -> Map<String, Value> {
        let mut settings = Map::new();
        if self.fargate {
            settings.insert("computeType".to_owned(), json!("Fargate"));
        }
        if let Some(replicas) = &self.replicas {
            let scaling = json!({
                "enabled": true,
                "minReplicas": replicas.start(),
                "maxReplicas": replicas.end(),
            });
            settings.insert("autoScaling".to_owned(), scaling);
        }
        settings
    }
}

/// Volumes on EBS: disks that one node mounts at a time.
#[derive(Debug, Clone, Default)]
pub struct EbsCsi {
    key: Option<Output<String>>,
}

impl EbsCsi {
    /// A driver that may use volumes with its own tag alone.
    #[must_use]
    pub fn new() -> Self {
        Self { key: None }
    }

    /// Permits volumes that are encrypted by a KMS key, by its ARN; which
    /// ones are is said by their storage class.
    #[must_use]
    pub fn encrypting_by(mut self, key_arn: impl Gives<String>) -> Self {
        self.key = Some(key_arn.into());
        self
    }
}

impl AddonKind for EbsCsi {
    const NAME: &'static str = "aws-ebs-csi-driver";
}

impl ActsInAws for EbsCsi {
    const ACCOUNT: &'static str = "ebs-csi-controller-sa";
}

impl Kind for EbsCsi {
    fn acts(&self) -> Option<Acts> {
        let policies = &[ManagedPolicy::EbsCsiDriverV2];
        Some(Acts {
            statements: self.key.iter().flat_map(on_key).collect(),
            ..Acts::by(Self::ACCOUNT, policies)
        })
    }
}

/// What EBS needs of a key, in the driver's name: its documentation has these
/// two statements.
fn on_key(key: &Output<String>) -> [Statement; 2] {
    let grants = Condition::new(Operator::Bool, "kms:GrantIsForAWSResource", ["true".into()]);
    [
        Statement::allow([action!("kms:CreateGrant")])
            .on([key.clone()])
            .when(grants),
        Statement::allow([
            action!("kms:Decrypt"),
            action!("kms:GenerateDataKeyWithoutPlaintext"),
        ])
        .on([key.clone()]),
    ]
}

/// Declares add-ons without settings of their own.
macro_rules! plain {
    ($($(#[$doc:meta])* $kind:ident = $name:literal $(as $account:literal may [$($policy:ident),*])?;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default)]
        pub struct $kind;

        impl AddonKind for $kind {
            const NAME: &'static str = $name;
        }

        $(impl ActsInAws for $kind {
            const ACCOUNT: &'static str = $account;
        })?

        impl Kind for $kind {
            $(fn acts(&self) -> Option<Acts> {
                Some(Acts::by($account, &[$(ManagedPolicy::$policy),*]))
            })?
        }
    )*};
}

plain! {
    /// Credentials for pods, on every Linux node. Before the first node.
    PodIdentityAgent = "eks-pod-identity-agent";
    /// Volumes on EFS: folders that many pods share.
    EfsCsi = "aws-efs-csi-driver" as "efs-csi-controller-sa" may [EfsCsiDriver];
    /// Volumes on FSx for Lustre: fast scratch space that many pods share.
    FsxCsi = "aws-fsx-csi-driver" as "fsx-csi-controller-sa" may [FsxFullAccess];
    /// Buckets as folders. It may do nothing until it is granted a bucket:
    /// AWS has no policy for it, and one for all buckets would be too much.
    MountpointS3 = "aws-mountpoint-s3-csi-driver" as "s3-csi-driver-sa" may [];
    /// Snapshots of volumes, by `VolumeSnapshot`.
    SnapshotController = "snapshot-controller";
    /// What pods use of processor and memory: without it no
    /// `HorizontalPodAutoscaler` scales and `kubectl top` says nothing.
    MetricsServer = "metrics-server";
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
