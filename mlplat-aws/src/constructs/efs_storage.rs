//! `EfsStorage`: files that many pods share.

use mlplat_core::wiring::{Gives, NodeRef};
use mlplat_core::{Construct, Output, Scope};

use super::grant::Grant;
use super::network::Network;
use super::rules::{HasSecurityGroup, Peer, Ports};
use super::security_group::SecurityGroup;
use super::tags::named;
use crate::action;
use crate::efs::{self, BackupStatus, LifecyclePolicy, ThroughputMode};
use crate::ids::{Arn, EfsFileSystemId, SecurityGroupId};
use crate::policy::Statement;

/// Network file system, version 4.
const NFS: u16 = 2049;

/// A file system that grows with its files and that pods in every zone mount
/// at once: encrypted, backed up daily, with an address in each private
/// subnet. Files that nobody reads for thirty days move to cheaper storage.
///
/// ```
/// use mlplat_aws::{EfsDirectory, EfsStorage, EksCluster, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network));
///     let files = stack.add("files", EfsStorage::new(&network).reachable_from(&cluster));
///     stack.add("logs", EfsDirectory::new(&files, "/airflow/logs").owned_by(50000, 0));
/// })?;
/// assert!(graph.find(&"files/mount-target-3".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Deleting it destroys the files at once; only the copies of AWS Backup stay,
/// in a vault of the account.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct EfsStorage {
    network: Network,
    peers: Vec<Peer>,
    key: Option<Output<String>>,
    throughput: Throughput,
    backups: bool,
    tiering: bool,
}

#[derive(Debug, Clone, Copy)]
enum Throughput {
    Elastic,
    Bursting,
    Provisioned(u32),
}

impl EfsStorage {
    /// A file system with an address in each private subnet of the network.
    pub fn new(network: &Network) -> Self {
        Self {
            network: network.clone(),
            peers: Vec::new(),
            key: None,
            throughput: Throughput::Elastic,
            backups: true,
            tiering: true,
        }
    }

    /// Lets the interfaces of a security group mount it: a cluster's nodes.
    pub fn reachable_from(mut self, whom: &impl HasSecurityGroup) -> Self {
        self.peers.push(Peer::group(whom));
        self
    }

    /// Encrypted by a KMS key, by its ARN, instead of the account's own.
    pub fn encrypted_by(mut self, key_arn: impl Gives<String>) -> Self {
        self.key = Some(key_arn.into());
        self
    }

    /// As fast as it is large, with credits, instead of paid by use.
    pub fn bursting(mut self) -> Self {
        self.throughput = Throughput::Bursting;
        self
    }

    /// As fast as bought, 1 to 3,414 MiB a second, instead of paid by use.
    pub fn provisioned_mibps(mut self, mibps: u32) -> Self {
        self.throughput = Throughput::Provisioned(mibps);
        self
    }

    /// Without daily copies.
    pub fn without_backups(mut self) -> Self {
        self.backups = false;
        self
    }

    /// Keeps files that nobody reads where they are.
    pub fn without_tiering(mut self) -> Self {
        self.tiering = false;
        self
    }

    fn check(&self, scope: &mut Scope<'_>) {
        if let Throughput::Provisioned(mibps) = self.throughput
            && !(1..=3414).contains(&mibps)
        {
            scope.problem(
                "bad-throughput",
                format!("EFS would refuse {mibps} MiB a second"),
                "choose 1 to 3414, or leave it elastic",
            );
        }
        if self.network.private_subnets.ids().is_empty() {
            scope.problem(
                "too-few-zones",
                "the network has no private subnet to mount the files in",
                "spread it over one zone at least",
            );
        }
    }

    fn file_system(&self, scope: &Scope<'_>) -> efs::FileSystem {
        let (mode, mibps) = match self.throughput {
            Throughput::Elastic => (ThroughputMode::Elastic, None),
            Throughput::Bursting => (ThroughputMode::Bursting, None),
            Throughput::Provisioned(mibps) => (ThroughputMode::Provisioned, Some(mibps)),
        };
        let backup = match self.backups {
            true => BackupStatus::Enabled,
            false => BackupStatus::Disabled,
        };
        let tiering = self.tiering.then(|| LifecyclePolicy {
            transition_to_ia: Some("AFTER_30_DAYS".into()),
            ..LifecyclePolicy::default()
        });
        efs::FileSystem {
            encrypted: Some(true.into()),
            kms_key_id: self.key.clone(),
            throughput_mode: Some(mode.into()),
            provisioned_throughput_in_mibps: mibps.map(|mibps| f64::from(mibps).into()),
            lifecycle_policies: tiering.into_iter().collect(),
            backup_status: Some(backup.into()),
            tags: named(scope, ""),
            ..efs::FileSystem::default()
        }
    }
}

impl Construct for EfsStorage {
    type Handle = EfsStorageHandle;

    fn build(self, scope: &mut Scope<'_>) -> EfsStorageHandle {
        self.check(scope);
        let files = self.file_system(scope);
        let files = scope.add("file-system", files);
        let mut group = SecurityGroup::new(&self.network, "Shared files");
        for peer in self.peers {
            group = group.allow(Ports::tcp(NFS), peer);
        }
        let group = scope.add("security-group", group).group_id;
        let subnets = self.network.private_subnets.ids();
        let targets = (1..).zip(subnets).map(|(number, subnet)| {
            let target = efs::MountTarget {
                file_system_id: files.file_system_id.clone(),
                subnet_id: subnet.clone(),
                security_groups: vec![group.clone()],
                ip_address: None,
            };
            scope.add(&format!("mount-target-{number}"), target).node
        });
        EfsStorageHandle {
            mount_targets: targets.collect(),
            file_system_id: files.file_system_id,
            arn: files.arn,
            security_group: group,
            node: files.node,
        }
    }
}

/// A file system that many pods share.
#[derive(Debug, Clone)]
pub struct EfsStorageHandle {
    /// Its id, which a storage class names.
    pub file_system_id: Output<EfsFileSystemId>,
    /// Its ARN.
    pub arn: Output<Arn>,
    /// The security group of its addresses.
    pub security_group: Output<SecurityGroupId>,
    /// The nodes that have to be there before anybody mounts it: its
    /// addresses.
    pub mount_targets: Vec<NodeRef>,
    /// The file system's node.
    pub node: NodeRef,
}

impl EfsStorageHandle {
    /// Permits to mount it and to write. Who is not root stays who they are.
    pub fn mount(&self) -> Grant {
        let actions = [
            action!("elasticfilesystem:ClientMount"),
            action!("elasticfilesystem:ClientWrite"),
        ];
        Grant::new([Statement::allow(actions).on([self.arn.cast()])])
    }
}

#[diagnostic::do_not_recommend]
impl HasSecurityGroup for EfsStorageHandle {
    fn security_group_id(&self) -> Output<SecurityGroupId> {
        self.security_group.clone()
    }
}
