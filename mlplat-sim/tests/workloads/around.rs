//! What stands around pods: services, load balancers, budgets, autoscalers, cron jobs, namespaces.

use serde_json::{Value, json};

use crate::world::{World, bare, condition, deployment, said};

fn service(spec: Value) -> Value {
    let mut service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}});
    json_patch::merge(&mut service["spec"], &spec);
    service
}

fn web() -> Value {
    json!({"name": "web", "image": "web:1", "ports": [{"name": "http", "containerPort": 8080}],
           "readinessProbe": {"httpGet": {"port": 8080}}})
}

fn ready(world: &World, count: u64) -> bool {
    world.status("deployments", "web")["readyReplicas"] == count
}

#[test]
fn a_service_leads_to_its_ready_pods() {
    let mut world = World::new();
    world.make(&service(json!({})));
    world.make(&deployment("web", 2, web()));
    world.until(|world| {
        world
            .all("pods")
            .iter()
            .all(|pod| pod["status"]["podIP"].is_string())
            && !world.all("pods").is_empty()
    });
    world.pass(1);
    let slice = world.all("endpointslices").remove(0);
    assert_eq!(
        slice["metadata"]["labels"]["kubernetes.io/service-name"],
        "web"
    );
    assert_eq!(slice["metadata"]["ownerReferences"][0]["kind"], "Service");
    assert_eq!(
        slice["ports"],
        json!([{"name": "http", "port": 8080, "protocol": "TCP"}])
    );
    assert_eq!(
        slice["endpoints"][0]["conditions"],
        json!({"ready": false, "serving": false, "terminating": false})
    );
    let old = world.get("endpoints", "web").unwrap();
    assert_eq!(
        old["subsets"][0]["notReadyAddresses"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    world.until(|world| ready(world, 2));
    world.pass(1);
    let slice = world.all("endpointslices").remove(0);
    let pods = world.all("pods");
    assert_eq!(
        slice["endpoints"][1]["addresses"],
        json!([pods[1]["status"]["podIP"]])
    );
    assert_eq!(
        slice["endpoints"][1]["targetRef"]["name"],
        pods[1]["metadata"]["name"]
    );
    assert_eq!(
        slice["endpoints"][1]["conditions"],
        json!({"ready": true, "serving": true, "terminating": false})
    );
    let old = world.get("endpoints", "web").unwrap();
    assert_eq!(old["subsets"][0]["addresses"].as_array().unwrap().len(), 2);
    world.delete("/api/v1/namespaces/default/services/web");
    world.pass(3);
    assert!(world.all("endpointslices").is_empty() && world.all("endpoints").is_empty());
}

const SERVICE: &str = "/api/v1/namespaces/default/services/web";

fn host(world: &World, resource: &str) -> Option<String> {
    let status = world.status(resource, "web");
    status["loadBalancer"]["ingress"][0]["hostname"]
        .as_str()
        .map(str::to_owned)
}

/// A load balancer comes after a minute or two and holds its service until it is gone (Services, "Garbage collecting
/// load balancers").
#[test]
fn a_service_gets_a_load_balancer() {
    let mut world = World::new();
    world.make(&service(json!({"type": "LoadBalancer"})));
    let took = world.until(|world| host(world, "services").is_some());
    assert!((60..=121).contains(&took), "{took} s");
    let made = world.get("services", "web").unwrap();
    assert_eq!(
        made["metadata"]["finalizers"],
        json!(["service.kubernetes.io/load-balancer-cleanup"])
    );
    let uid: String = made["metadata"]["uid"].as_str().unwrap().replace('-', "");
    assert_eq!(
        host(&world, "services").unwrap(),
        format!("a{uid}-1.us-east-1.elb.amazonaws.com")
    );
    let told = world.told();
    for (reason, message) in [
        ("EnsuringLoadBalancer", "Ensuring load balancer"),
        ("EnsuredLoadBalancer", "Ensured load balancer"),
    ] {
        assert!(told.contains(&(reason.to_owned(), message.to_owned())));
    }
    world.delete(SERVICE);
    let took = world.until(|world| world.get("services", "web").is_none());
    assert!((10..=20).contains(&took), "{took} s");
}

#[test]
fn a_service_that_wants_none_any_more_loses_it() {
    let mut world = World::new();
    world.make(&service(json!({"type": "LoadBalancer"})));
    world.until(|world| host(world, "services").is_some());
    world.send("MERGE", SERVICE, &json!({"spec": {"type": "ClusterIP"}}));
    world.until(|world| world.get("services", "web").unwrap()["metadata"]["finalizers"].is_null());
    assert_eq!(host(&world, "services"), None);
}

fn ingress(spec: Value) -> Value {
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web"}, "spec": spec})
}

fn class(name: &str, controller: &str) -> Value {
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": name}, "spec": {"controller": controller}})
}

#[test]
fn an_ingress_needs_a_controller() {
    let mut world = World::new();
    world.make(&ingress(json!({"ingressClassName": "alb"})));
    world.pass(600);
    assert_eq!(host(&world, "ingresses"), None);
    assert_eq!(
        world.get("ingresses", "web").unwrap()["metadata"]["finalizers"],
        Value::Null
    );
    world.make(&class("alb", "ingress.k8s.aws/alb"));
    world.until(|world| host(world, "ingresses").is_some());
    let made = world.get("ingresses", "web").unwrap();
    assert_eq!(
        made["metadata"]["finalizers"],
        json!(["ingress.k8s.aws/resources"])
    );
}

#[test]
fn an_ingress_of_nginx_has_the_host_of_its_service() {
    let mut world = World::new();
    world.make(&class("nginx", "k8s.io/ingress-nginx"));
    world.make(&ingress(json!({"ingressClassName": "nginx"})));
    world.pass(10);
    assert_eq!(host(&world, "ingresses"), None);
    let mut controller = service(json!({"type": "LoadBalancer"}));
    controller["metadata"]["labels"] = json!({"app.kubernetes.io/name": "ingress-nginx"});
    world.make(&controller);
    world.until(|world| host(world, "ingresses").is_some());
    assert_eq!(host(&world, "ingresses"), host(&world, "services"));
}

/// The AWS Load Balancer Controller is not there by itself: a service that waits for it waits for ever.
#[test]
fn a_load_balancer_of_a_controller_that_is_missing() {
    let mut world = World::new();
    let mut external = service(json!({"type": "LoadBalancer"}));
    external["metadata"]["annotations"] =
        json!({"service.beta.kubernetes.io/aws-load-balancer-type": "external"});
    world.make(&external);
    world.pass(1800);
    assert_eq!(host(&world, "services"), None);
    world.make(&class("alb", "ingress.k8s.aws/alb"));
    world.until(|world| host(world, "services").is_some());
    // The controller's own default is inside.
    assert!(host(&world, "services").unwrap().starts_with("internal-"));
}

fn budget(spec: Value) -> Value {
    let mut budget = json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}}});
    json_patch::merge(&mut budget["spec"], &spec);
    budget
}

/// Disruptions allowed for three pods (Disruptions; Specifying a Disruption Budget, "minAvailable", "maxUnavailable").
#[test]
fn budgets() {
    for (spec, desired, allowed) in [
        (json!({"minAvailable": 2}), 2, 1),
        (json!({"minAvailable": "50%"}), 2, 1),
        (json!({"maxUnavailable": 1}), 2, 1),
        (json!({"maxUnavailable": "34%"}), 1, 2),
        (json!({"minAvailable": 3}), 3, 0),
    ] {
        let mut world = World::new();
        world.make(&budget(spec.clone()));
        world.make(&deployment("web", 3, web()));
        world.until(|world| ready(world, 3));
        world.pass(1);
        let reason = if allowed > 0 {
            "SufficientPods"
        } else {
            "InsufficientPods"
        };
        let status = if allowed > 0 { "True" } else { "False" };
        assert_eq!(
            bare(&world.status("poddisruptionbudgets", "web")),
            json!({
                "observedGeneration": 1, "disruptionsAllowed": allowed, "currentHealthy": 3,
                "desiredHealthy": desired, "expectedPods": 3,
                "conditions": [{"type": "DisruptionAllowed", "status": status, "reason": reason,
                                "message": "", "observedGeneration": 1}],
            }),
            "{spec}"
        );
    }
}

#[test]
fn autoscalers_keep_bounds_and_say_what_they_miss() {
    let mut world = World::new();
    world.make(&deployment("web", 1, web()));
    world.make(&json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                 "minReplicas": 2, "maxReplicas": 4,
                 "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}]}}));
    world.until(|world| ready(world, 2));
    world.pass(3);
    let status = world.status("horizontalpodautoscalers", "web");
    assert_eq!(
        (&status["currentReplicas"], &status["desiredReplicas"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(
        condition(&status, "ScalingActive"),
        said(
            "False",
            "FailedGetResourceMetric",
            "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)"
        )
    );
    world.make(&json!({
        "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "v1beta1.metrics.k8s.io"},
        "spec": {"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100}}));
    world.pass(3);
    let status = world.status("horizontalpodautoscalers", "web");
    assert_eq!(
        condition(&status, "ScalingActive").unwrap()[1],
        "ValidMetricFound"
    );
    assert_eq!(
        condition(&status, "AbleToScale").unwrap()[1],
        "ReadyForNewScale"
    );
}

#[test]
fn a_cron_job_starts_jobs() {
    let mut world = World::new();
    world.make(&json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "tick"},
        "spec": {"schedule": "*/5 * * * *", "jobTemplate": {"spec": {"template": {"spec": {
            "restartPolicy": "Never", "containers": [{"name": "task", "image": "task:1"}]}}}}}}));
    world.pass(280);
    assert!(world.all("jobs").is_empty());
    world.pass(30);
    // The world begins at 2026-01-01T00:00:00Z, minute 29453760.
    assert_eq!(world.all("jobs")[0]["metadata"]["name"], "tick-29453765");
    assert_eq!(
        world.status("cronjobs", "tick")["lastScheduleTime"],
        "2026-01-01T00:05:00Z"
    );
    world.pass(3000);
    // Three successful ones are kept.
    let jobs = world.all("jobs").len();
    assert!((3..=4).contains(&jobs), "{jobs}");
    assert!(world.status("cronjobs", "tick")["lastSuccessfulTime"].is_string());
}

/// A namespace waits for the pods and load balancers in it.
#[test]
fn a_namespace_takes_everything_along() {
    let mut world = World::new();
    world.make(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "app"}}));
    world.pass(1);
    let mut web = deployment("web", 2, web());
    web["metadata"]["namespace"] = json!("app");
    world.make(&web);
    let mut service = service(json!({"type": "LoadBalancer"}));
    service["metadata"]["namespace"] = json!("app");
    world.make(&service);
    world.until(|world| ready(world, 2) && host(world, "services").is_some());
    world.delete("/api/v1/namespaces/app");
    world.pass(8);
    let status = world.status("namespaces", "app");
    let [_, reason, message] = condition(&status, "NamespaceFinalizersRemaining").unwrap();
    assert_eq!(reason, "SomeFinalizersRemain");
    assert!(
        message.ends_with("service.kubernetes.io/load-balancer-cleanup in 1 resource instances"),
        "{message}"
    );
    let took = world.until(|world| world.get("namespaces", "app").is_none());
    assert!((5..40).contains(&took), "{took} s");
    let left = world
        .server
        .store()
        .objects()
        .filter(|(key, _)| key.namespace == "app")
        .count();
    assert_eq!(left, 0);
}
