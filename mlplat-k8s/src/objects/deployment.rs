//! `k8s.Deployment`.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::DeploymentSpec;
use mlplat_core::facts::{Document, Type};
use mlplat_core::{Cluster, ClusterAccess, Output, Resource};

use super::facts::{
    ANNOTATIONS, CLUSTER, DELETE_PODS, IN_NAMESPACE, LABELS, NAME, OUTPUTS, POD_LISTS, ROLLOUT,
    WITH_PODS, spec,
};
use super::{NamespaceHandle, NamespaceName, REVISIONS};
use crate::Spec;

/// Facts of `k8s.Deployment`: API `apps/v1`, kind `Deployment`.
pub static DEPLOYMENT: Type = Type {
    name: "k8s.Deployment",
    doc: "Pods that are alike and replaced one by one.",
    api: "apps/v1/deployments",
    fields: &[
        CLUSTER,
        IN_NAMESPACE,
        NAME,
        LABELS,
        ANNOTATIONS,
        spec(&Document {
            fixed: &["selector"],
            keyed: POD_LISTS,
        }),
    ],
    outputs: OUTPUTS,
    create: ROLLOUT,
    update: ROLLOUT,
    delete: DELETE_PODS,
    ..WITH_PODS
};

/// Pods that are alike and replaced one by one. Kubernetes API: `apps/v1` `Deployment`.
///
/// Ready when its controller has seen the specification and all pods are of
/// the new kind and available.
///
/// ```
/// use k8s_openapi::api::apps::v1::DeploymentSpec;
/// use k8s_openapi::api::core::v1::{Container, PodSpec, PodTemplateSpec};
/// use mlplat_core::{Cluster, Output, Stack};
/// use mlplat_k8s::objects::NamespaceHandle;
/// use mlplat_k8s::{Deployment, Spec, Wires, pods};
///
/// fn web(stack: &mut Stack, cluster: &dyn Cluster, space: &NamespaceHandle, repository: &Output<String>) {
///     let labels = pods::labels("web");
///     let spec = Spec::of(|w: &mut Wires| DeploymentSpec {
///         selector: pods::selector(&labels),
///         template: pods::template(&labels, PodSpec {
///             containers: vec![Container {
///                 name: "web".into(),
///                 image: Some(format!("{}:v1", w.text(repository))),
///                 security_context: Some(pods::restricted()),
///                 ..Container::default()
///             }],
///             ..pods::restricted_pod()
///         }),
///         ..DeploymentSpec::default()
///     });
///     stack.add("web", Deployment::new(cluster, space, "web", spec));
/// }
/// ```
#[derive(Resource, Clone, Debug)]
#[resource(facts = DEPLOYMENT, handle = DeploymentHandle {
    id: String,
    name: String,
    namespace: NamespaceName,
})]
pub struct Deployment {
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
    /// What runs, and how often. Only `selector` cannot be changed in place.
    pub spec: Spec<DeploymentSpec>,
}

impl Deployment {
    /// One of this name, without labels of its own.
    pub fn new(
        cluster: &dyn Cluster,
        namespace: &NamespaceHandle,
        name: &str,
        spec: Spec<DeploymentSpec>,
    ) -> Self {
        Self {
            cluster: cluster.access(),
            namespace: (&namespace.name).into(),
            name: Some(name.into()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            spec: spec.rolling(REVISIONS),
        }
    }
}
