//! Horizontal autoscalers: their status, and the bounds that they keep.
//!
//! Load is nobody's to simulate: pods use a fifth of what they ask for, and the number wished for stays what it is. A
//! target below `minReplicas` or above `maxReplicas` is put there, which needs no metrics. Metrics are there when the
//! cluster has the API service `v1beta1.metrics.k8s.io`, which EKS does not bring.
//!
//! Facts: conditions, reasons and messages of `pkg/controller/podautoscaler` of Kubernetes 1.36.

use std::time::Duration;

use serde_json::{Value, json};

use super::Controller;
use super::acting::{Found, MANAGER, all, count, edit, put_count, set_status};
use super::conditions::{self, Condition};
use super::events::{News, tell_once};
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::store::Store;

/// The use that is reported, in percent of the request.
const USE_PERCENT: u64 = 20;

/// The horizontal pod autoscaler.
#[derive(Debug, Clone, Copy, Default)]
pub struct Autoscalers;

impl Controller for Autoscalers {
    fn latency(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn subjects(&self) -> &[&str] {
        &["horizontalpodautoscalers"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[
            ("autoscaling", "horizontalpodautoscalers"),
            ("apps", "deployments"),
            ("apps", "statefulsets"),
            ("apiregistration.k8s.io", "apiservices"),
        ]
    }

    fn react(&mut self, store: &mut Store, _: Duration) -> Option<Duration> {
        for scaler in all(store, "autoscaling", "horizontalpodautoscalers") {
            if !meta::deleting(&scaler.1) {
                look(store, &scaler);
            }
        }
        None
    }
}

fn look(store: &mut Store, scaler: &Found) {
    let (key, object) = scaler;
    let mut status = json!({"desiredReplicas": 0});
    if let Some(before) = object["status"].get("conditions") {
        status["conditions"] = before.clone();
    }
    let target = &object["spec"]["scaleTargetRef"];
    let name = target["name"].as_str().unwrap_or_default();
    let resource = match target["kind"].as_str() {
        Some("StatefulSet") => "statefulsets",
        _ => "deployments",
    };
    let at = ObjectKey::new("apps", resource, &key.namespace, name);
    let Some(found) = store.get(&at).cloned() else {
        let why = format!(
            "the HPA controller was unable to get the target's current scale: {resource}.apps {name:?} not found"
        );
        say(
            store,
            &mut status,
            Condition::new("AbleToScale", false).because("FailedGetScale", why.clone()),
        );
        tell_once(
            store,
            object,
            "horizontal-pod-autoscaler",
            &News::warning("FailedGetScale", why),
        );
        set_status(store, key, MANAGER, status);
        return;
    };
    let asked = count(&found["spec"]["replicas"], 1);
    let least = count(&object["spec"]["minReplicas"], 1);
    let most = count(&object["spec"]["maxReplicas"], asked).max(least);
    let wanted = if asked == 0 {
        0
    } else {
        asked.clamp(least, most)
    };
    if wanted != asked {
        edit(store, &at, MANAGER, |target| {
            target["spec"]["replicas"] = json!(wanted)
        });
        let bound = if wanted == least {
            "below Spec.MinReplicas"
        } else {
            "above Spec.MaxReplicas"
        };
        let message = format!("New size: {wanted}; reason: Current number of replicas {bound}");
        tell_once(
            store,
            object,
            "horizontal-pod-autoscaler",
            &News::normal("SuccessfulRescale", message),
        );
        status["lastScaleTime"] = json!(store.timestamp());
    } else if let Some(time) = object["status"].get("lastScaleTime") {
        status["lastScaleTime"] = time.clone();
    }
    let running = count(&found["status"]["replicas"], 0);
    put_count(&mut status, "currentReplicas", running);
    status["desiredReplicas"] = json!(wanted);
    explain(store, object, asked, &mut status);
    set_status(store, key, MANAGER, status);
}

fn explain(store: &mut Store, scaler: &Value, asked: usize, status: &mut Value) {
    let able =
        |reason: &str, message: &str| Condition::new("AbleToScale", true).because(reason, message);
    if asked == 0 {
        say(
            store,
            status,
            able(
                "SucceededGetScale",
                "the HPA controller was able to get the target's current scale",
            ),
        );
        let why = "scaling is disabled since the replica count of the target is zero";
        say(
            store,
            status,
            Condition::new("ScalingActive", false).because("ScalingDisabled", why),
        );
        return;
    }
    let api = ObjectKey::new(
        "apiregistration.k8s.io",
        "apiservices",
        "",
        "v1beta1.metrics.k8s.io",
    );
    let metric = &scaler["spec"]["metrics"][0]["resource"]["name"];
    let metric = metric.as_str().unwrap_or("cpu").to_owned();
    if store.get(&api).is_none() {
        say(
            store,
            status,
            able(
                "SucceededGetScale",
                "the HPA controller was able to get the target's current scale",
            ),
        );
        let why = format!(
            "the HPA was unable to compute the replica count: failed to get {metric} utilization: unable to get metrics for resource {metric}: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)"
        );
        say(
            store,
            status,
            Condition::new("ScalingActive", false).because("FailedGetResourceMetric", why.clone()),
        );
        tell_once(
            store,
            scaler,
            "horizontal-pod-autoscaler",
            &News::warning("FailedGetResourceMetric", why),
        );
        return;
    }
    say(
        store,
        status,
        able("ReadyForNewScale", "recommended size matches current size"),
    );
    let found = format!(
        "the HPA was able to successfully calculate a replica count from {metric} resource utilization (percentage of request)"
    );
    say(
        store,
        status,
        Condition::new("ScalingActive", true).because("ValidMetricFound", found),
    );
    let within = "the desired count is within the acceptable range";
    say(
        store,
        status,
        Condition::new("ScalingLimited", false).because("DesiredWithinRange", within),
    );
    status["currentMetrics"] = json!([{
        "type": "Resource",
        "resource": {"name": metric, "current": {"averageUtilization": USE_PERCENT, "averageValue": "20m"}},
    }]);
}

fn say(store: &Store, status: &mut Value, condition: Condition) {
    conditions::set(status, &condition, &store.timestamp());
}
