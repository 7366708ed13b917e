//! `k8s.CronJob`.

use std::collections::BTreeMap;

use k8s_openapi::api::batch::v1::CronJobSpec;
use mlplat_core::facts::{Document, Type, instant};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{
    ANNOTATIONS, CLUSTER, DELETE_PODS, IN_NAMESPACE, LABELS, NAME, NAMESPACED, OUTPUTS, POD_LISTS,
    spec,
};
use super::{NamespaceHandle, NamespaceName};
use crate::Spec;

/// Facts of `k8s.CronJob`: API `batch/v1`, kind `CronJob`.
pub static CRON_JOB: Type = Type {
    name: "k8s.CronJob",
    doc: "A job that is made again and again, by the clock.",
    api: "batch/v1/cronjobs",
    fields: &[
        CLUSTER,
        IN_NAMESPACE,
        NAME,
        LABELS,
        ANNOTATIONS,
        spec(&Document {
            fixed: &[],
            keyed: POD_LISTS,
        }),
    ],
    outputs: OUTPUTS,
    create: instant(0),
    delete: DELETE_PODS,
    ..NAMESPACED
};

/// A job that is made again and again, by the clock. Kubernetes API: `batch/v1` `CronJob`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = CRON_JOB, handle = CronJobHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
})]
pub struct CronJob {
    /// The cluster.
    pub cluster: Output<ClusterAccess>,
    /// The namespace.
    pub namespace: Output<NamespaceName>,
    /// The name, unique in the namespace: a DNS-1123 label. Generated when not
    /// set.
    pub name: Option<Output<String>>,
    /// Labels.
    pub labels: BTreeMap<String, Output<String>>,
    /// Annotations.
    pub annotations: BTreeMap<String, Output<String>>,
    /// What runs, and when. All of it changes in place, for the jobs to come.
    pub spec: Spec<CronJobSpec>,
}

impl CronJob {
    /// One of this name, without labels of its own.
    pub fn new(
        cluster: &dyn Cluster,
        namespace: &NamespaceHandle,
        name: &str,
        spec: Spec<CronJobSpec>,
    ) -> Self {
        Self {
            cluster: cluster.access(),
            namespace: (&namespace.name).into(),
            name: Some(name.into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            spec,
        }
    }
}
