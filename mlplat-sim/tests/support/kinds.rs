//! A program with every kind of object that a cluster has.

// Each test binary uses its own part of this.
#![allow(dead_code)]

use mlplat_aws::{EksCluster, Vpc};
use mlplat_core::graph::Stack;
use mlplat_core::{Cluster, Secret as Hidden};
use mlplat_k8s::objects::{DeploymentHandle, NamespaceHandle, NamespaceName, SecretHandle};
use mlplat_k8s::openapi::api::apps::v1::{DaemonSetSpec, DeploymentSpec, StatefulSetSpec};
use mlplat_k8s::openapi::api::autoscaling::v2::HorizontalPodAutoscalerSpec;
use mlplat_k8s::openapi::api::batch::v1::{CronJobSpec, JobSpec, JobTemplateSpec};
use mlplat_k8s::openapi::api::core::v1::{
    Container, PersistentVolumeClaim as Claim, PodSpec, ServiceSpec,
};
use mlplat_k8s::openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, IngressRule, IngressSpec, NetworkPolicyIngressRule,
    NetworkPolicyPort, NetworkPolicySpec,
};
use mlplat_k8s::openapi::api::policy::v1::PodDisruptionBudgetSpec;
use mlplat_k8s::openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use mlplat_k8s::openapi::apimachinery::pkg::util::intstr::IntOrString;
use mlplat_k8s::{
    ClusterRole, ClusterRoleBinding, ConfigMap, CronJob, DaemonSet, Deployment,
    HorizontalPodAutoscaler, Ingress, IngressClass, Job, Namespace, NetworkPolicy,
    PersistentVolumeClaim, PodDisruptionBudget, Role, RoleBinding, RoleRef, Secret, Service,
    ServiceAccount, Spec, StatefulSet, StorageClass, Wires, pods,
};

/// What the tests change.
#[derive(Clone)]
pub(crate) struct Wish {
    pub(crate) image: &'static str,
    pub(crate) password: &'static str,
    pub(crate) replicas: Option<i32>,
    pub(crate) selector: &'static str,
    pub(crate) migration: &'static str,
    /// What the simulated containers do.
    pub(crate) behaviour: &'static str,
}

pub(crate) const WISH: Wish = Wish {
    image: "web:1",
    password: "one",
    replicas: Some(2),
    selector: "web",
    migration: "migrate:1",
    behaviour: "",
};

pub(crate) fn cluster(stack: &mut Stack, behaviour: &str) -> impl Cluster + use<> {
    let network = stack.add("network", Vpc::new("10.20.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network).nodes(1..=3));
    if !behaviour.is_empty() {
        let chosen = ConfigMap {
            cluster: cluster.access(),
            namespace: NamespaceName::new("kube-system").into(),
            name: Some("simulated-behaviour".into()),
            labels: [].into(),
            annotations: [].into(),
            data: [].into(),
        };
        stack.add("behaviour", chosen.entry("behaviour", behaviour));
    }
    cluster
}

pub(crate) fn container(image: &str) -> Container {
    Container {
        name: "web".to_owned(),
        image: Some(image.to_owned()),
        security_context: Some(pods::restricted()),
        resources: Some(pods::resources("50m", "0.125Gi")),
        ..Container::default()
    }
}

pub(crate) fn pod(container: Container) -> PodSpec {
    PodSpec {
        containers: vec![container],
        ..pods::restricted_pod()
    }
}

pub(crate) fn ends(image: &str) -> PodSpec {
    PodSpec {
        restart_policy: Some("Never".to_owned()),
        ..pod(container(image))
    }
}

/// A secret, and a deployment that uses it.
pub(crate) fn web(
    stack: &mut Stack,
    cluster: &dyn Cluster,
    space: &NamespaceHandle,
    wish: &Wish,
) -> DeploymentHandle {
    let secret = secret(stack, cluster, space, wish);
    let labels = pods::labels(wish.selector);
    let spec = Spec::of(|w: &mut Wires| DeploymentSpec {
        replicas: wish.replicas,
        selector: pods::selector(&labels),
        template: pods::template(
            &labels,
            pod(Container {
                env: Some(vec![
                    secret.env(w, "PASSWORD", "password"),
                    pods::env("EMPTY", ""),
                ]),
                ports: Some(vec![pods::port("http", 8080)]),
                readiness_probe: Some(pods::http_probe("/", 8080)),
                stdin: Some(false),
                ..container(wish.image)
            }),
        ),
        ..DeploymentSpec::default()
    });
    stack.add("web", Deployment::new(cluster, space, "web", spec))
}

fn secret(
    stack: &mut Stack,
    cluster: &dyn Cluster,
    space: &NamespaceHandle,
    wish: &Wish,
) -> SecretHandle {
    let password = Hidden::provided(wish.password.to_owned());
    let secret = Secret::new(cluster, space, "db").entry("password", password);
    stack.add("db", secret)
}

pub(crate) fn small(wish: &Wish) -> impl Fn(&mut Stack) + Send + Sync + 'static {
    let wish = wish.clone();
    move |stack: &mut Stack| {
        let cluster = cluster(stack, wish.behaviour);
        let space = stack.add("space", Namespace::new(&cluster, "space"));
        web(stack, &cluster, &space, &wish);
    }
}

pub(crate) fn everything(stack: &mut Stack) {
    let cluster = cluster(stack, "");
    in_a_namespace(stack, &cluster);
}

/// A namespace with every kind of object that is not in the other tests' way.
pub(crate) fn in_a_namespace(stack: &mut Stack, cluster: &dyn Cluster) -> NamespaceHandle {
    let made = stack.add("space", Namespace::new(cluster, "space"));
    let space = &made;
    rights(stack, cluster, space);
    storage(stack, cluster, space);
    let scaled = Wish {
        replicas: None,
        ..WISH
    };
    let web = web(stack, cluster, space, &scaled);
    workloads(stack, cluster, space);
    traffic(stack, cluster, space, &web);
    made
}

fn rights(stack: &mut Stack, cluster: &dyn Cluster, space: &NamespaceHandle) {
    let account = ServiceAccount::new(cluster, space, "runner");
    let account = stack.add("account", account);
    let rules = || Spec::of(|_: &mut Wires| vec![pods::rule(&["get"], "", &["pods"])]);
    let role = stack.add("role", Role::new(cluster, space, "reader", rules()));
    let wide = stack.add("wide", ClusterRole::new(cluster, "reader", rules()));
    let binding = RoleBinding::new(cluster, space, "reader", &role).to(&account);
    stack.add("binding", binding);
    let binding = ClusterRoleBinding::new(cluster, "reader", &wide).to(&account);
    stack.add("wide-binding", binding);
    let viewer = RoleBinding::new(cluster, space, "viewer", RoleRef::built_in("view"));
    stack.add("viewer", viewer.to(&account));
}

fn storage(stack: &mut Stack, cluster: &dyn Cluster, space: &NamespaceHandle) {
    let class = StorageClass::new(cluster, "fast", "ebs.csi.aws.com").parameter("type", "gp3");
    let class = stack.add("class", class);
    let spec = Spec::of(|w: &mut Wires| {
        let mut claim = pods::claim("1024Mi");
        claim.storage_class_name = Some(w.text(&class.name));
        claim
    });
    stack.add(
        "claim",
        PersistentVolumeClaim::new(cluster, space, "data", spec),
    );
}

fn workloads(stack: &mut Stack, cluster: &dyn Cluster, space: &NamespaceHandle) {
    let labels = pods::labels("db");
    let spec = Spec::of(|_: &mut Wires| StatefulSetSpec {
        replicas: Some(1),
        selector: pods::selector(&labels),
        service_name: Some("db".to_owned()),
        template: pods::template(
            &labels,
            pod(Container {
                volume_mounts: Some(vec![pods::mount("data", "/data")]),
                ..container("db:1")
            }),
        ),
        volume_claim_templates: Some(vec![Claim {
            metadata: ObjectMeta {
                name: Some("data".to_owned()),
                ..ObjectMeta::default()
            },
            spec: Some(pods::claim("2Gi")),
            ..Claim::default()
        }]),
        ..StatefulSetSpec::default()
    });
    // The class that claims get when they name none.
    let class = StorageClass::new(cluster, "standard", "ebs.csi.aws.com").default_class();
    stack.add("standard", class);
    stack.add("set", StatefulSet::new(cluster, space, "db", spec));
    let labels = pods::labels("agent");
    let spec = Spec::of(|_: &mut Wires| DaemonSetSpec {
        selector: pods::selector(&labels),
        template: pods::template(&labels, pod(container("agent:1"))),
        ..DaemonSetSpec::default()
    });
    stack.add("agent", DaemonSet::new(cluster, space, "agent", spec));
    let template = || pods::template(&pods::labels("job"), ends("job:1"));
    let spec = Spec::of(|_: &mut Wires| JobSpec {
        template: template(),
        backoff_limit: Some(0),
        ..JobSpec::default()
    });
    stack.add("job", Job::new(cluster, space, "job", spec));
    let spec = Spec::of(|_: &mut Wires| CronJobSpec {
        schedule: "0 3 * * *".to_owned(),
        job_template: JobTemplateSpec {
            spec: Some(JobSpec {
                template: template(),
                ..JobSpec::default()
            }),
            ..JobTemplateSpec::default()
        },
        ..CronJobSpec::default()
    });
    stack.add("nightly", CronJob::new(cluster, space, "nightly", spec));
}

fn traffic(
    stack: &mut Stack,
    cluster: &dyn Cluster,
    space: &NamespaceHandle,
    web: &DeploymentHandle,
) {
    let labels = pods::labels("web");
    let service = |ty: &'static str| {
        let labels = labels.clone();
        Spec::of(move |_: &mut Wires| ServiceSpec {
            type_: Some(ty.to_owned()),
            selector: Some(labels),
            ports: Some(vec![pods::service_port(80, "http")]),
            ..ServiceSpec::default()
        })
    };
    let inner = Service::new(cluster, space, "web", service("ClusterIP"));
    let inner = stack.add("service", inner);
    let outer = Service::new(cluster, space, "web-out", service("LoadBalancer"));
    let outer = stack.add("balanced", outer);
    stack.output("inner", &inner.host);
    stack.output("outer", &outer.load_balancer_host);
    let class = IngressClass::new(cluster, "alb", "ingress.k8s.aws/alb");
    let class = stack.add("ingress-class", class);
    let spec = Spec::of(|w: &mut Wires| IngressSpec {
        ingress_class_name: Some(w.text(&class.name)),
        rules: Some(vec![IngressRule {
            host: Some("web.example.com".to_owned()),
            http: Some(HTTPIngressRuleValue {
                paths: vec![HTTPIngressPath {
                    path: Some("/".to_owned()),
                    path_type: "Prefix".to_owned(),
                    backend: inner.backend(w, 80),
                }],
            }),
        }]),
        ..IngressSpec::default()
    });
    let ingress = stack.add("ingress", Ingress::new(cluster, space, "web", spec));
    stack.output("ingress", &ingress.load_balancer_host);
    let spec = Spec::of(|_: &mut Wires| NetworkPolicySpec {
        pod_selector: Some(pods::selector(&labels)),
        ingress: Some(vec![NetworkPolicyIngressRule {
            ports: Some(vec![NetworkPolicyPort {
                port: Some(IntOrString::String("8080".to_owned())),
                ..NetworkPolicyPort::default()
            }]),
            ..NetworkPolicyIngressRule::default()
        }]),
        egress: Some(vec![]),
        ..NetworkPolicySpec::default()
    });
    stack.add("policy", NetworkPolicy::new(cluster, space, "web", spec));
    let spec = Spec::of(|_: &mut Wires| PodDisruptionBudgetSpec {
        max_unavailable: Some(IntOrString::Int(1)),
        selector: Some(pods::selector(&labels)),
        ..PodDisruptionBudgetSpec::default()
    });
    stack.add(
        "budget",
        PodDisruptionBudget::new(cluster, space, "web", spec),
    );
    let spec = Spec::of(|w: &mut Wires| HorizontalPodAutoscalerSpec {
        max_replicas: 4,
        min_replicas: Some(1),
        scale_target_ref: web.scaled(w),
        ..HorizontalPodAutoscalerSpec::default()
    });
    let scaler = HorizontalPodAutoscaler::new(cluster, space, "web", spec);
    stack.add("scaler", scaler);
}
