//! `k8s.Job`.

use std::collections::BTreeMap;

use k8s_openapi::api::batch::v1::JobSpec;
use mlplat_core::facts::{Document, Type, w};
use mlplat_core::{Cluster, ClusterAccess, Output, Problem, Resource};

use super::facts::{
    ANNOTATIONS, CLUSTER, DELETE_PODS, IN_NAMESPACE, LABELS, NAME, OUTPUTS, POD_LISTS, WITH_PODS,
    spec,
};
use super::{NamespaceHandle, NamespaceName};
use crate::Spec;

/// Facts of `k8s.Job`: API `batch/v1`, kind `Job`.
pub static JOB: Type = Type {
    name: "k8s.Job",
    doc: "Pods that run to their end.",
    api: "batch/v1/jobs",
    fields: &[
        CLUSTER,
        IN_NAMESPACE,
        NAME,
        LABELS,
        ANNOTATIONS,
        spec(&Document {
            fixed: &[
                "template",
                "selector",
                "completions",
                "completionMode",
                "manualSelector",
                "podFailurePolicy",
                "successPolicy",
                "backoffLimitPerIndex",
                "maxFailedIndexes",
                "podReplacementPolicy",
                "managedBy",
            ],
            keyed: POD_LISTS,
        }),
    ],
    outputs: OUTPUTS,
    create: w(30, &["Active", "Complete"], 0),
    update: w(30, &["Active", "Complete"], 0),
    delete: DELETE_PODS,
    ..WITH_PODS
};

/// Pods that run to their end. Kubernetes API: `batch/v1` `Job`.
///
/// Ready when it is complete: whatever refers to it comes after its end. A job
/// that has failed is made anew by the next deployment, and so is one whose
/// template changes.
#[derive(Resource, Clone, Debug)]
#[resource(facts = JOB, handle = JobHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
})]
pub struct Job {
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
    /// What runs, and how often. How many at once, for how long and with how many
    /// retries changes in place; everything else makes the job run anew.
    pub spec: Spec<JobSpec>,
}

impl Job {
    /// One of this name, without labels of its own.
    pub fn new(
        cluster: &dyn Cluster,
        namespace: &NamespaceHandle,
        name: &str,
        spec: Spec<JobSpec>,
    ) -> Self {
        Self {
            cluster: cluster.access(),
            namespace: (&namespace.name).into(),
            name: Some(name.into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            spec: spec.without("ttlSecondsAfterFinished", disappears),
        }
    }
}

fn disappears() -> Problem {
    Problem::new(
        "job-disappears",
        "ttlSecondsAfterFinished would let the cluster delete the job, and every deployment run it again",
        "leave it out: the job goes when it leaves the program",
    )
}
