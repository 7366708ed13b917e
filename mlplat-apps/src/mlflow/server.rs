//! The tracking server's pods.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::{DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment};
use k8s_openapi::api::core::v1::{
    Container, Lifecycle, LifecycleHandler, Probe, SleepAction, TopologySpreadConstraint,
};
use k8s_openapi::api::policy::v1::PodDisruptionBudgetSpec;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use mlplat_core::wiring::NodeRef;
use mlplat_core::{Construct, Scope};
use mlplat_k8s::objects::ServiceAccountHandle;
use mlplat_k8s::{Deployment, PodDisruptionBudget, Spec, Wires, pods};

use super::options::MlflowOptions;
use super::proxy::{HEALTH_PATH, LIVE_PATH, PROXY_PORT};
use super::settings::SCRATCH;
use crate::placed::{Ground, Place, Placed, pod};
use crate::process::Process;

/// Who the processes are. The images name no user; this one has no rights in
/// either of them.
pub(super) const USER: i64 = 10_001;
/// The name of the deployment and its container.
const NAME: &str = "mlflow";

/// The labels of one of MLflow's workloads.
pub(super) fn labels(name: &str) -> BTreeMap<String, String> {
    let mut labels = pods::labels(name);
    labels.insert("app.kubernetes.io/part-of".to_owned(), NAME.to_owned());
    labels
}

/// The pods, and how many of them may go at once.
pub(super) struct TrackingServer<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) options: &'a MlflowOptions,
    pub(super) account: &'a ServiceAccountHandle,
    pub(super) server: Process,
    pub(super) proxy: Process,
}

impl Construct for TrackingServer<'_> {
    type Handle = NodeRef;

    fn build(self, scope: &mut Scope<'_>) -> NodeRef {
        let Ground { cluster, namespace } = self.ground;
        let place = |name, process| Place {
            ground: self.ground,
            name,
            process,
        };
        let server = scope.add("mlflow", place("mlflow-server", self.server));
        let proxy = scope.add("proxy", place("mlflow-proxy", self.proxy));
        let spec = spec(self.options, self.account, &server, &proxy);
        let deployment = Deployment::new(cluster, namespace, NAME, spec);
        let deployment = scope.add("deployment", deployment);
        let budget = Spec::of(|_| PodDisruptionBudgetSpec {
            max_unavailable: Some(IntOrString::Int(1)),
            selector: Some(pods::selector(&pods::labels(NAME))),
            ..PodDisruptionBudgetSpec::default()
        });
        let budget = PodDisruptionBudget::new(cluster, namespace, NAME, budget);
        scope.add("budget", budget);
        deployment.node
    }
}

fn spec(
    options: &MlflowOptions,
    account: &ServiceAccountHandle,
    server: &Placed,
    proxy: &Placed,
) -> Spec<DeploymentSpec> {
    let selector = pods::selector(&pods::labels(NAME));
    Spec::of(|w| {
        let containers = vec![
            server_container(w, server, options),
            proxy_container(w, proxy, &options.proxy_image),
        ];
        let files = vec![server.volume(w, NAME), proxy.volume(w, "proxy")];
        let mut pod = pod(USER, containers, files);
        pod.service_account_name = Some(w.text(&account.name));
        pod.topology_spread_constraints = Some(vec![TopologySpreadConstraint {
            max_skew: 1,
            topology_key: "kubernetes.io/hostname".to_owned(),
            when_unsatisfiable: "ScheduleAnyway".to_owned(),
            label_selector: Some(selector.clone()),
            ..TopologySpreadConstraint::default()
        }]);
        DeploymentSpec {
            replicas: Some(options.replicas.into()),
            selector: selector.clone(),
            strategy: Some(one_by_one(options.replicas)),
            template: pods::template(&labels(NAME), pod),
            ..DeploymentSpec::default()
        }
    })
}

/// One of several pods goes before a new one comes, since a cluster may have
/// no room for one more; the others answer meanwhile. A single one has to wait
/// for its successor.
fn one_by_one(replicas: u16) -> DeploymentStrategy {
    let (surge, unavailable) = if replicas > 1 { (0, 1) } else { (1, 0) };
    DeploymentStrategy {
        type_: Some("RollingUpdate".to_owned()),
        rolling_update: Some(RollingUpdateDeployment {
            max_surge: Some(IntOrString::Int(surge)),
            max_unavailable: Some(IntOrString::Int(unavailable)),
        }),
    }
}

fn server_container(w: &Wires, server: &Placed, options: &MlflowOptions) -> Container {
    Container {
        resources: Some(pods::resources(&options.cpu, &options.memory)),
        // Four minutes to load its libraries on a busy node.
        startup_probe: Some(probe(HEALTH_PATH, 5, 48)),
        // It listens on loopback alone, so the node asks through the door. A
        // minute, because a large upload can keep all workers busy.
        liveness_probe: Some(probe(HEALTH_PATH, 10, 6)),
        lifecycle: Some(leave_first()),
        ..server.container(w, NAME, &options.image, SCRATCH)
    }
}

fn proxy_container(w: &Wires, proxy: &Placed, image: &str) -> Container {
    let mut container = Container {
        ports: Some(vec![pods::port("http", PROXY_PORT.into())]),
        resources: Some(pods::resources("50m", "128Mi")),
        readiness_probe: Some(probe(HEALTH_PATH, 5, 3)),
        liveness_probe: Some(probe(LIVE_PATH, 10, 3)),
        lifecycle: Some(leave_first()),
        ..proxy.container(w, "proxy", image, SCRATCH)
    };
    // Caddy's image gives its program this capability, and a program that may
    // not have what it was given is not started (caddyserver/caddy-docker#396).
    // The standard allows this one.
    let security = container.security_context.get_or_insert_default();
    let capabilities = security.capabilities.get_or_insert_default();
    capabilities.add = Some(vec!["NET_BIND_SERVICE".to_owned()]);
    container
}

fn probe(path: &str, every_s: i32, failures: i32) -> Probe {
    Probe {
        period_seconds: Some(every_s),
        failure_threshold: Some(failures),
        timeout_seconds: Some(5),
        ..pods::http_probe(path, PROXY_PORT.into())
    }
}

/// Load balancers go on sending for some seconds to a pod that is leaving.
fn leave_first() -> Lifecycle {
    Lifecycle {
        pre_stop: Some(LifecycleHandler {
            sleep: Some(SleepAction { seconds: 10 }),
            ..LifecycleHandler::default()
        }),
        ..Lifecycle::default()
    }
}
