//! AWS resource types and constructs for mlplat.
//!
//! Two layers. The raw layer has one file per AWS object, with the declared
//! facts from which the planner derives order and replacement, the simulated
//! cloud derives behaviour, and the oracle checks both: [`ec2`], [`ecr`],
//! [`iam`], [`eks`], [`s3`], and the read-only questions of [`lookups`]. Type names are
//! the service and CloudFormation's name (`ec2.NatGateway`), field names are
//! those of CloudFormation and the API; where a request is nested, its members
//! stand at the top level, and [`api`] says where each one goes.
//!
//! Above it are the constructs that a program is composed of, here at the top:
//! [`Vpc`], [`SecurityGroup`], [`EksCluster`], [`NodeGroup`], [`PodIdentity`],
//! [`Irsa`], [`Role`], [`AccessEntry`]; for data [`Bucket`], [`MySql`],
//! [`Postgres`], [`EfsStorage`], [`FsxLustre`], [`SecretEntry`], [`KmsKey`]. [`policy`] builds IAM
//! documents whose unknown parts stay visible, and [`catalog`] lists every type.

pub mod acm;
pub mod api;
pub mod autoscaling;
mod catalog;
pub mod checks;
mod constructs;
pub mod ec2;
pub mod ecr;
pub mod efs;
pub mod eks;
pub mod fsx;
pub mod iam;
pub mod ids;
pub mod kms;
pub mod limits;
pub mod logs;
pub mod lookups;
pub mod permissions;
pub mod policy;
pub mod rds;
mod reference;
pub mod route53;
pub mod s3;
pub mod secretsmanager;
mod sources;

pub use catalog::catalog;
pub use constructs::{
    AccessEntry, ActsInAws, Addon, AddonKind, AddonReady, Addons, AwsManagedPassword, Bucket,
    BucketHandle, Certificate, CertificateHandle, Compute, ComputePlan, CoreDns,
    DEFAULT_KUBERNETES_VERSION, Database, DatabaseSubnets, DbClass, DnsRecord, EbsCsi, Ec2Linux,
    EcrRepo, EcrRepoHandle, EfsCsi, EfsDirectory, EfsDirectoryHandle, EfsStorage, EfsStorageHandle,
    EksCluster, EksClusterHandle, Endpoint, EndpointService, Engine, EngineSupport, EngineVersion,
    ExistingBucket, ExistingCluster, ExistingDatabase, ExistingFiles, ExistingHostedZone,
    ExistingKey, ExistingRepo, ExistingSecret, ExistingZone, Fargate, FargateProfile,
    FargateProfileHandle, FsxCsi, FsxLustre, FsxLustreHandle, GithubOidcRole, GithubOidcRoleHandle,
    GpuNodeGroup, GpuNodeGroupHandle, Grant, Grants, HasSecurityGroup, HostedZone,
    HostedZoneHandle, HostedZoneLookup, IdentityFor, IdentityHandle, ImageMirror,
    ImageMirrorHandle, Ingress, Irsa, KNOWN_KUBERNETES_VERSIONS, KmsKey, KmsKeyHandle, KubeProxy,
    MetricsServer, MountpointS3, MySql, MySqlEngine, MySqlHandle, MySqlManagedHandle, MySqlVersion,
    Nat, Network, NodeAddons, NodeGroup, NodeGroupHandle, NotMirrored, Peer, PlatformUser,
    PlatformUserHandle, PodIdentity, PodIdentityAgent, Policy, Ports, Postgres, PostgresEngine,
    PostgresHandle, PostgresManagedHandle, PostgresVersion, PrivateSubnets, PublicSubnets,
    RegistryLogin, Role, RunsAs, SealedPassword, SecretEntry, SecretEntryHandle, SecurityGroup,
    SecurityGroupHandle, SnapshotController, Target, Upstream, UserRole, Vpc, VpcCni, VpcEndpoints,
    VpcEndpointsHandle,
};
pub use ids::Tags;
pub use reference::reference;
