//! What nearly every program needs.

pub use std::process::ExitCode;

pub use mlplat_apps::{
    EbsStorageClass, EfsStorageClass, Exposure, MetadataStore, Mlflow, MlflowOptions,
    PostgresInCluster, Reach, Site,
};
pub use mlplat_aws::{
    AccessEntry, Addon, Bucket, BucketHandle, Certificate, ComputePlan, CoreDns, DbClass,
    DnsRecord, EbsCsi, EcrRepo, EfsCsi, EfsDirectory, EfsStorage, EksCluster, Endpoint,
    EndpointService, FargateProfile, FsxCsi, FsxLustre, GithubOidcRole, GpuNodeGroup, HostedZone,
    ImageMirror, Ingress, Irsa, KmsKey, KubeProxy, MetricsServer, MountpointS3, MySql,
    MySqlVersion, Nat, NodeGroup, Peer, PlatformUser, PodIdentity, PodIdentityAgent, Policy,
    Postgres, PostgresVersion, RegistryLogin, Role, SecretEntry, SecurityGroup, SnapshotController,
    Upstream, UserRole, Vpc, VpcCni, VpcEndpoints,
};
pub use mlplat_core::generators::{FernetKey, Htpasswd, RandomToken};
pub use mlplat_core::graph::{Construct, Lifecycle, OtherStack, Scope, Stack};
pub use mlplat_core::null::Null;
pub use mlplat_core::wiring::{Charset, Generated};
pub use mlplat_core::{Output, Secret, Settings, StackOutputs, secret_text, text};
pub use mlplat_k8s::{
    ClusterRole, ClusterRoleBinding, ConfigMap, CronJob, DaemonSet, Deployment,
    HorizontalPodAutoscaler, Ingress as KubeIngress, IngressClass, Job, Namespace, NetworkPolicy,
    PersistentVolumeClaim, PodDisruptionBudget, Role as KubeRole, RoleBinding, RoleRef,
    Secret as KubeSecret, Service, ServiceAccount, Spec, StatefulSet, StorageClass, Subject, Wires,
    openapi, pods,
};
pub use serde::Deserialize;
