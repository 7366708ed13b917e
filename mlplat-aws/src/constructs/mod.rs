//! Constructs: what an engineer composes a platform of.
//!
//! A construct expands into the raw resources of this crate and hands back a
//! typed handle. What it decides by itself (address ranges, roles, the order
//! of add-ons) can be changed on any resource below it by `.edit(..)` and
//! `.raw(..)`.

mod accelerator;
mod access_entry;
mod addon;
mod auto_mode;
mod bucket;
mod certificate;
mod cidr;
mod cluster_access;
mod cluster_addons;
mod compute_plan;
mod control_plane_logs;
mod database;
mod dns_record;
mod domain;
mod ecr_repo;
mod efs_directory;
mod efs_storage;
mod eks_cluster;
mod eks_cluster_handle;
mod endpoint;
mod existing;
mod fargate_profile;
mod flow_logs;
mod fsx_lustre;
mod github_oidc_role;
mod github_workflow;
mod gpu_node_group;
mod grant;
mod hosted_zone;
mod identity;
mod image_mirror;
mod instance;
mod irsa;
mod kms_key;
mod kubernetes_version;
mod managed_policy;
mod network;
mod network_parts;
mod node_group;
mod platform_user;
mod pod_identity;
mod role;
mod rules;
mod secret_entry;
mod security_group;
mod subnet_plan;
mod tags;
mod target;
mod vpc;
mod vpc_endpoints;

pub use access_entry::AccessEntry;
pub use addon::{
    ActsInAws, Addon, AddonKind, AddonReady, CoreDns, EbsCsi, EfsCsi, FsxCsi, KubeProxy,
    MetricsServer, MountpointS3, PodIdentityAgent, SnapshotController, VpcCni,
};
pub use bucket::{Bucket, BucketHandle};
pub use certificate::{Certificate, CertificateHandle};
pub use cluster_addons::{Addons, NodeAddons};
pub use compute_plan::ComputePlan;
pub use database::{
    AwsManagedPassword, Database, DbClass, Engine, EngineSupport, EngineVersion, MySql,
    MySqlEngine, MySqlHandle, MySqlManagedHandle, MySqlVersion, Postgres, PostgresEngine,
    PostgresHandle, PostgresManagedHandle, PostgresVersion, SealedPassword,
};
pub use dns_record::DnsRecord;
pub use ecr_repo::{EcrRepo, EcrRepoHandle};
pub use efs_directory::{EfsDirectory, EfsDirectoryHandle};
pub use efs_storage::{EfsStorage, EfsStorageHandle};
pub use eks_cluster::EksCluster;
pub use eks_cluster_handle::EksClusterHandle;
pub use endpoint::Endpoint;
pub use existing::{
    ExistingBucket, ExistingCluster, ExistingDatabase, ExistingFiles, ExistingHostedZone,
    ExistingKey, ExistingRepo, ExistingSecret,
};
pub use fargate_profile::{FargateProfile, FargateProfileHandle};
pub use fsx_lustre::{FsxLustre, FsxLustreHandle};
pub use github_oidc_role::GithubOidcRole;
pub use github_workflow::GithubOidcRoleHandle;
pub use gpu_node_group::{GpuNodeGroup, GpuNodeGroupHandle};
pub use grant::{Grant, Grants};
pub use hosted_zone::{HostedZone, HostedZoneHandle, HostedZoneLookup};
pub use identity::IdentityHandle;
pub use image_mirror::{ImageMirror, ImageMirrorHandle, NotMirrored, RegistryLogin, Upstream};
pub use irsa::Irsa;
pub use kms_key::{KmsKey, KmsKeyHandle};
pub use kubernetes_version::{DEFAULT_KUBERNETES_VERSION, KNOWN_KUBERNETES_VERSIONS};
pub use managed_policy::Policy;
pub use network::{DatabaseSubnets, ExistingZone, Nat, Network, PrivateSubnets, PublicSubnets};
pub use node_group::{NodeGroup, NodeGroupHandle};
pub use platform_user::{PlatformUser, PlatformUserHandle, UserRole};
pub use pod_identity::PodIdentity;
pub use role::Role;
pub use rules::{HasSecurityGroup, Ingress, Peer, Ports};
pub use secret_entry::{SecretEntry, SecretEntryHandle};
pub use security_group::{SecurityGroup, SecurityGroupHandle};
pub use target::{Compute, Ec2Linux, Fargate, IdentityFor, RunsAs, Target};
pub use vpc::Vpc;
pub use vpc_endpoints::{EndpointService, VpcEndpoints, VpcEndpointsHandle};
