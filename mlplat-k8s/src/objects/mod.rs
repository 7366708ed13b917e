//! Kubernetes objects as resources, one file each.

mod config_map;
mod cron_job;
mod daemon_set;
mod deployment;
mod facts;
mod horizontal_pod_autoscaler;
mod ingress;
mod ingress_class;
mod job;
mod namespace;
mod network_policy;
mod persistent_volume_claim;
mod pod_disruption_budget;
mod rbac;
mod secret;
mod service;
mod service_account;
mod stateful_set;
mod storage_class;

use mlplat_core::facts::Type;

pub use config_map::{CONFIG_MAP, ConfigMap, ConfigMapHandle};
pub use cron_job::{CRON_JOB, CronJob, CronJobHandle};
pub use daemon_set::{DAEMON_SET, DaemonSet, DaemonSetHandle};
pub use deployment::{DEPLOYMENT, Deployment, DeploymentHandle};
pub use horizontal_pod_autoscaler::{
    HORIZONTAL_POD_AUTOSCALER, HorizontalPodAutoscaler, HorizontalPodAutoscalerHandle,
};
pub use ingress::{INGRESS, Ingress, IngressHandle};
pub use ingress_class::{INGRESS_CLASS, IngressClass, IngressClassHandle};
pub use job::{JOB, Job, JobHandle};
pub use namespace::{NAMESPACE, Namespace, NamespaceHandle};
pub use network_policy::{NETWORK_POLICY, NetworkPolicy, NetworkPolicyHandle};
pub use persistent_volume_claim::{
    PERSISTENT_VOLUME_CLAIM, PersistentVolumeClaim, PersistentVolumeClaimHandle,
};
pub use pod_disruption_budget::{
    POD_DISRUPTION_BUDGET, PodDisruptionBudget, PodDisruptionBudgetHandle,
};
pub use rbac::{
    CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ClusterRole, ClusterRoleBinding, ClusterRoleBindingHandle,
    ClusterRoleHandle, ROLE, ROLE_BINDING, Role, RoleBinding, RoleBindingHandle, RoleHandle,
    RoleRef, Subject,
};
pub use secret::{SECRET, Secret, SecretHandle};
pub use service::{SERVICE, Service, ServiceHandle};
pub use service_account::{SERVICE_ACCOUNT, ServiceAccount, ServiceAccountHandle};
pub use stateful_set::{STATEFUL_SET, StatefulSet, StatefulSetHandle};
pub use storage_class::{STORAGE_CLASS, StorageClass, StorageClassHandle};

pub(crate) use facts::{REVISION, REVISIONS};

mlplat_core::ids! {
    /// The name of a namespace.
    pub struct NamespaceName;
    /// The name of a service account within its namespace.
    pub struct ServiceAccountName;
}

/// Every type of this crate.
#[must_use]
pub fn catalog() -> Vec<&'static Type> {
    vec![
        &NAMESPACE,
        &SERVICE_ACCOUNT,
        &CONFIG_MAP,
        &SECRET,
        &ROLE,
        &CLUSTER_ROLE,
        &ROLE_BINDING,
        &CLUSTER_ROLE_BINDING,
        &STORAGE_CLASS,
        &PERSISTENT_VOLUME_CLAIM,
        &NETWORK_POLICY,
        &SERVICE,
        &INGRESS_CLASS,
        &INGRESS,
        &DEPLOYMENT,
        &STATEFUL_SET,
        &DAEMON_SET,
        &JOB,
        &CRON_JOB,
        &HORIZONTAL_POD_AUTOSCALER,
        &POD_DISRUPTION_BUDGET,
    ]
}
