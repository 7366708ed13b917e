//! Objects in a cluster: what needs no machine everywhere, pods where there
//! are some.

use mlplat_aws::policy::trust;
use mlplat_aws::{eks, iam};
use mlplat_core::{Secret, Stack};
use mlplat_k8s::objects::NamespaceHandle;
use mlplat_k8s::openapi::api::apps::v1::{DaemonSetSpec, DeploymentSpec, StatefulSetSpec};
use mlplat_k8s::openapi::api::batch::v1::{CronJobSpec, JobSpec, JobTemplateSpec};
use mlplat_k8s::openapi::api::core::v1::{Container, PodSpec, ServiceSpec};
use mlplat_k8s::openapi::api::networking::v1::NetworkPolicySpec;
use mlplat_k8s::openapi::api::policy::v1::PodDisruptionBudgetSpec;
use mlplat_k8s::{
    ClusterRole, ClusterRoleBinding, ConfigMap, CronJob, DaemonSet, Deployment, IngressClass, Job,
    Namespace, NetworkPolicy, PodDisruptionBudget, Role, RoleBinding, Secret as KubeSecret,
    Service, ServiceAccount, Spec, StatefulSet, StorageClass, pods,
};

use super::cluster::Place;
use super::draft::Draft;

pub(super) fn add(stack: &mut Stack, draft: Draft, place: &Place, secret: &str) {
    let space = Namespace::new(place, draft.seldom("space", &["work", "play"]));
    let space = space.label("team", draft.pick("space of", &["red", "green"]));
    let space = stack.add("space", space);
    settings(stack, draft, place, &space, secret);
    access(stack, draft, place, &space);
    classes(stack, draft, place);
    if place.runs_pods {
        running(stack, draft, place, &space);
    }
}

fn settings(stack: &mut Stack, draft: Draft, place: &Place, space: &NamespaceHandle, secret: &str) {
    if draft.is_there("settings") {
        let settings = ConfigMap::new(place, space, draft.pick("settings", &["one", "two"]));
        let settings = settings.entry("colour", draft.pick("colour", &["red", "green", "blue"]));
        let path = draft.place(stack, "settings");
        stack.add(&path, settings);
    }
    let password = KubeSecret::new(place, space, "password");
    let password = password.entry("password", Secret::provided(secret.to_owned()));
    let path = draft.place(stack, "password");
    stack.add(&path, password);
    if draft.has("service", 2) && draft.is_there("service") {
        let port = draft.pick("port", &[80, 8080]);
        let spec = Spec::of(|_| ServiceSpec {
            selector: Some(pods::labels("web")),
            ports: Some(vec![pods::service_port(port, "web")]),
            ..ServiceSpec::default()
        });
        stack.add("service", Service::new(place, space, "web", spec));
    }
    if draft.has("closed", 3) && draft.is_there("closed") {
        let types = draft.pick("closed to", &["Ingress", "Egress"]);
        let spec = Spec::of(|_| NetworkPolicySpec {
            pod_selector: Some(pods::selector(&pods::labels("web"))),
            policy_types: Some(vec![types.to_owned()]),
            ..NetworkPolicySpec::default()
        });
        stack.add("closed", NetworkPolicy::new(place, space, "closed", spec));
    }
}

fn access(stack: &mut Stack, draft: Draft, place: &Place, space: &NamespaceHandle) {
    if !draft.is_there("runner") {
        return;
    }
    let runner = ServiceAccount::new(place, space, "runner");
    let path = draft.place(stack, "runner");
    let runner = stack.add(&path, runner);
    let verbs: &[&str] = draft.pick("verbs", &[&["get"][..], &["get", "list"]]);
    let rules = || Spec::of(|_| vec![pods::rule(verbs, "", &["configmaps"])]);
    if draft.has("local access", 2) {
        let role = stack.add("reader", Role::new(place, space, "reader", rules()));
        let binding = RoleBinding::new(place, space, "reader", &role);
        stack.add("reads", binding.to(&runner));
    } else {
        let role = stack.add("reader", ClusterRole::new(place, "reader", rules()));
        let binding = ClusterRoleBinding::new(place, "reader", &role);
        stack.add("reads", binding.to(&runner));
    }
    if draft.has("identity", 2) && draft.is_there("identity") {
        let role = stack.add("pod-role", iam::Role::new(trust::pod_identity().render()));
        let identity = eks::PodIdentityAssociation::new(
            &place.name,
            runner.namespace.cast(),
            runner.name.cast(),
            &role.arn,
        );
        stack.add("identity", identity);
    }
}

fn classes(stack: &mut Stack, draft: Draft, place: &Place) {
    if draft.has("storage class", 2) && draft.is_there("storage class") {
        let class = StorageClass::new(place, "fast", "ebs.csi.aws.com");
        let class = class.parameter("type", draft.seldom("disk", &["gp3", "io2"]));
        stack.add("storage-class", class);
    }
    if draft.has("ingress class", 3) {
        let class = IngressClass::new(place, "front", "example.org/front");
        stack.add("ingress-class", class);
    }
}

fn pod(image: &str, restarts: Option<&str>) -> PodSpec {
    PodSpec {
        containers: vec![Container {
            name: "main".to_owned(),
            image: Some(image.to_owned()),
            security_context: Some(pods::restricted()),
            resources: Some(pods::resources("10m", "32Mi")),
            ..Container::default()
        }],
        restart_policy: restarts.map(str::to_owned),
        ..pods::restricted_pod()
    }
}

/// Two kinds of pods.
fn running(stack: &mut Stack, draft: Draft, place: &Place, space: &NamespaceHandle) {
    let image = draft.pick("image", &["web:1", "web:2"]);
    match draft.fixed("kind of pods", 3) {
        0 => deployment(stack, draft, place, space, image),
        1 => {
            let spec = Spec::of(|_| StatefulSetSpec {
                replicas: Some(1),
                service_name: Some("web".to_owned()),
                selector: pods::selector(&pods::labels("web")),
                template: pods::template(&pods::labels("web"), pod(image, None)),
                ..StatefulSetSpec::default()
            });
            stack.add("web", StatefulSet::new(place, space, "web", spec));
        }
        _ => {
            let spec = Spec::of(|_| DaemonSetSpec {
                selector: pods::selector(&pods::labels("web")),
                template: pods::template(&pods::labels("web"), pod(image, None)),
                ..DaemonSetSpec::default()
            });
            stack.add("web", DaemonSet::new(place, space, "web", spec));
        }
    }
    jobs(stack, draft, place, space, image);
}

fn deployment(
    stack: &mut Stack,
    draft: Draft,
    place: &Place,
    space: &NamespaceHandle,
    image: &str,
) {
    let labels = pods::labels("web");
    let spec = Spec::of(|_| DeploymentSpec {
        replicas: Some(draft.pick("replicas", &[1, 2])),
        selector: pods::selector(&labels),
        template: pods::template(&labels, pod(image, None)),
        ..DeploymentSpec::default()
    });
    stack.add("web", Deployment::new(place, space, "web", spec));
    let spec = Spec::of(|_| PodDisruptionBudgetSpec {
        selector: Some(pods::selector(&labels)),
        ..PodDisruptionBudgetSpec::default()
    });
    let budget = PodDisruptionBudget::new(place, space, "web", spec);
    stack.add("budget", budget);
}

fn jobs(stack: &mut Stack, draft: Draft, place: &Place, space: &NamespaceHandle, image: &str) {
    let job = || JobSpec {
        template: pods::template(&pods::labels("job"), pod(image, Some("Never"))),
        ..JobSpec::default()
    };
    if draft.has("job", 2) && draft.is_there("job") {
        let spec = Spec::of(|_| job());
        stack.add("job", Job::new(place, space, "job", spec));
    } else if draft.is_there("nightly") {
        let spec = Spec::of(|_| CronJobSpec {
            schedule: draft
                .pick("nightly", &["0 3 * * *", "0 4 * * *"])
                .to_owned(),
            job_template: JobTemplateSpec {
                spec: Some(job()),
                ..JobTemplateSpec::default()
            },
            ..CronJobSpec::default()
        });
        stack.add("nightly", CronJob::new(place, space, "nightly", spec));
    }
}
