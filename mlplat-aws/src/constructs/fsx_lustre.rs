//! `FsxLustre`: files at the speed of training.

use mlplat_core::wiring::{Gives, KnownText, NodeRef};
use mlplat_core::{Construct, Output, Scope, text};

use super::bucket::BucketHandle;
use super::network::Network;
use super::rules::{HasSecurityGroup, Peer, Ports};
use super::security_group::SecurityGroup;
use super::tags::named;
use crate::fsx::{self, LustreDeploymentType, RepositoryEvent};
use crate::ids::{Arn, FsxFileSystemId, SecurityGroupId, SubnetId};

/// The version of Lustre, which links to buckets need to be 2.12 or newer.
const LUSTRE: &str = "2.15";
/// What Lustre's clients and servers talk on.
const PORTS: [Ports; 2] = [Ports::tcp(988), Ports::tcp_range(1018, 1023)];

/// A Lustre file system: hundreds of megabytes a second for each TiB, for many
/// machines at once, in one zone.
///
/// ```
/// use mlplat_aws::{Bucket, EksCluster, FsxLustre, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network));
///     let datasets = stack.add("datasets", Bucket::new());
///     let scratch = FsxLustre::new(&network)
///         .gib(2400)
///         .linked_to("/datasets", &datasets)
///         .reachable_from(&cluster);
///     stack.add("scratch", scratch);
/// })?;
/// assert!(graph.find(&"scratch/link-1".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// By default it is of the kind `SCRATCH_2`, which keeps one copy of each file:
/// for data that is elsewhere too. A persistent one that is linked to no bucket
/// is backed up daily, and once more when it is deleted; every other one takes
/// its files along.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct FsxLustre {
    network: Network,
    zone: usize,
    gib: u32,
    deployment: LustreDeploymentType,
    throughput: Option<u32>,
    compressed: bool,
    key: Option<Output<String>>,
    peers: Vec<Peer>,
    links: Vec<(String, Output<String>)>,
    disposable: bool,
}

impl FsxLustre {
    /// A temporary file system of 1,200 GiB in the network's first zone.
    pub fn new(network: &Network) -> Self {
        Self {
            network: network.clone(),
            zone: 1,
            gib: 1200,
            deployment: LustreDeploymentType::Scratch2,
            throughput: None,
            compressed: false,
            key: None,
            peers: Vec::new(),
            links: Vec::new(),
            disposable: false,
        }
    }

    /// Its size in GiB: 1,200, or a multiple of 2,400. It can grow and never
    /// shrink.
    pub fn gib(mut self, gib: u32) -> Self {
        self.gib = gib;
        self
    }

    /// Of this kind.
    pub fn deployment(mut self, deployment: LustreDeploymentType) -> Self {
        self.deployment = deployment;
        self
    }

    /// MB/s for each TiB, for the persistent kinds: 125, 250, 500 or 1,000
    /// (`PERSISTENT_2`), 50, 100 or 200 (`PERSISTENT_1`). Default: the least.
    pub fn throughput(mut self, mbps_per_tib: u32) -> Self {
        self.throughput = Some(mbps_per_tib);
        self
    }

    /// In the network's n-th zone, from 1.
    pub fn zone(mut self, number: usize) -> Self {
        self.zone = number;
        self
    }

    /// Compresses files as they are written.
    pub fn compressed(mut self) -> Self {
        self.compressed = true;
        self
    }

    /// Encrypted by a KMS key, by its ARN, for the persistent kinds.
    pub fn encrypted_by(mut self, key_arn: impl Gives<String>) -> Self {
        self.key = Some(key_arn.into());
        self
    }

    /// Lets the interfaces of a security group mount it: a cluster's nodes.
    pub fn reachable_from(mut self, whom: &impl HasSecurityGroup) -> Self {
        self.peers.push(Peer::group(whom));
        self
    }

    /// Shows a bucket in the directory `path`, and writes what changes there
    /// back to it.
    pub fn linked_to(mut self, path: impl KnownText, bucket: &BucketHandle) -> Self {
        self.links.push((path.into(), text!("{}/", bucket.uri())));
        self
    }

    /// For examples and tests: no backups.
    pub fn disposable(mut self) -> Self {
        self.disposable = true;
        self
    }

    fn is_persistent(&self) -> bool {
        self.deployment != LustreDeploymentType::Scratch2
    }

    /// Whether FSx can back it up, and should.
    fn is_backed_up(&self) -> bool {
        self.is_persistent() && self.links.is_empty() && !self.disposable
    }

    /// Speeds of the kind, the least first.
    fn speeds(&self) -> &'static [u32] {
        match self.deployment {
            LustreDeploymentType::Scratch2 => &[],
            LustreDeploymentType::Persistent1 => &[50, 100, 200],
            LustreDeploymentType::Persistent2 => &[125, 250, 500, 1000],
        }
    }

    fn check(&self, scope: &mut Scope<'_>) {
        if self.gib != 1200 && (self.gib == 0 || !self.gib.is_multiple_of(2400)) {
            scope.problem(
                "bad-storage",
                format!("FSx would refuse a Lustre file system of {} GiB", self.gib),
                "choose 1200 GiB, or a multiple of 2400",
            );
        }
        self.check_speed(scope);
        if self.key.is_some() && !self.is_persistent() {
            scope.problem(
                "no-key-for-scratch",
                "FSx encrypts temporary file systems by a key of its own",
                "leave the key out, or choose a persistent kind",
            );
        }
        let bad = self.links.iter().find(|(path, _)| !path.starts_with('/'));
        if let Some((path, _)) = bad {
            scope.problem(
                "bad-directory",
                format!(
                    "\"{}\" is no directory of the file system",
                    path.escape_debug()
                ),
                "begin it with /",
            );
        }
    }

    fn check_speed(&self, scope: &mut Scope<'_>) {
        let Some(speed) = self
            .throughput
            .filter(|speed| !self.speeds().contains(speed))
        else {
            return;
        };
        let speeds: Vec<_> = self.speeds().iter().map(u32::to_string).collect();
        let fix = match speeds.is_empty() {
            true => "leave it out, or choose a persistent kind".to_owned(),
            false => format!("choose one of {}", speeds.join(", ")),
        };
        scope.problem(
            "bad-throughput",
            format!("FSx would refuse {speed} MB/s for each TiB of this kind"),
            fix,
        );
    }

    fn subnet(&self, scope: &mut Scope<'_>) -> Option<Output<SubnetId>> {
        let subnets = self.network.private_subnets.ids();
        let subnet = self.zone.checked_sub(1).and_then(|at| subnets.get(at));
        if subnet.is_none() {
            scope.problem(
                "bad-zone",
                format!("the network has no private subnet in zone {}", self.zone),
                format!("choose one of its {} zones", subnets.len()),
            );
        }
        subnet.cloned()
    }

    fn file_system(
        &self,
        scope: &Scope<'_>,
        subnet: Output<SubnetId>,
        group: &Output<SecurityGroupId>,
    ) -> fsx::FileSystem {
        let speed = self.throughput.or_else(|| self.speeds().first().copied());
        let compression = if self.compressed { "LZ4" } else { "NONE" };
        let backed_up = self.is_backed_up();
        fsx::FileSystem {
            file_system_type: "LUSTRE".into(),
            file_system_type_version: Some(LUSTRE.into()),
            storage_capacity: Some(self.gib.into()),
            storage_type: Some("SSD".into()),
            subnet_ids: vec![subnet],
            security_group_ids: vec![group.clone()],
            kms_key_id: self.key.clone(),
            deployment_type: Some(self.deployment.into()),
            per_unit_storage_throughput: speed.map(Into::into),
            data_compression_type: Some(compression.into()),
            automatic_backup_retention_days: backed_up.then(|| 7.into()),
            daily_automatic_backup_start_time: None,
            copy_tags_to_backups: backed_up.then(|| true.into()),
            weekly_maintenance_start_time: None,
            skip_final_backup: (!backed_up).into(),
            tags: named(scope, ""),
        }
    }
}

impl Construct for FsxLustre {
    type Handle = FsxLustreHandle;

    fn build(self, scope: &mut Scope<'_>) -> FsxLustreHandle {
        self.check(scope);
        // Without a subnet the program is refused; the rest is checked too.
        let subnet = self
            .subnet(scope)
            .unwrap_or_else(|| SubnetId::new("").into());
        let mut group = SecurityGroup::new(&self.network, "Fast files");
        for ports in PORTS {
            group = group.allow(ports, Peer::same_group());
            for peer in &self.peers {
                group = group.allow(ports, peer.clone());
            }
        }
        let group = scope.add("security-group", group).group_id;
        let files = self.file_system(scope, subnet, &group);
        let files = scope.add("file-system", files);
        let links = (1..).zip(self.links).map(|(number, (path, uri))| {
            let tags = named(scope, "");
            let link = fsx::DataRepositoryAssociation {
                file_system_id: files.id.clone(),
                file_system_path: path.into(),
                data_repository_path: uri,
                batch_import_meta_data_on_create: Some(true.into()),
                imported_file_chunk_size: None,
                auto_import_events: every_event(),
                auto_export_events: every_event(),
                delete_data_in_file_system: None,
                tags,
            };
            scope.add(&format!("link-{number}"), link).node
        });
        FsxLustreHandle {
            links: links.collect(),
            id: files.id,
            arn: files.resource_arn,
            dns_name: files.dns_name,
            mount_name: files.lustre_mount_name,
            security_group: group,
            node: files.node,
        }
    }
}

fn every_event() -> Vec<Output<RepositoryEvent>> {
    use RepositoryEvent::{Changed, Deleted, New};
    [New, Changed, Deleted].map(Into::into).into()
}

/// A Lustre file system.
#[derive(Debug, Clone)]
pub struct FsxLustreHandle {
    /// Its id.
    pub id: Output<FsxFileSystemId>,
    /// Its ARN.
    pub arn: Output<Arn>,
    /// Its host name, inside the network.
    pub dns_name: Output<String>,
    /// What is mounted: `host@tcp:/name`.
    pub mount_name: Output<String>,
    /// The security group of its interfaces.
    pub security_group: Output<SecurityGroupId>,
    /// The nodes of its links to buckets.
    pub links: Vec<NodeRef>,
    /// The file system's node.
    pub node: NodeRef,
}

#[diagnostic::do_not_recommend]
impl HasSecurityGroup for FsxLustreHandle {
    fn security_group_id(&self) -> Output<SecurityGroupId> {
        self.security_group.clone()
    }
}
