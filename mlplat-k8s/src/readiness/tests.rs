//! Tables of objects and the statuses that they are in.

use kube::core::DynamicObject;
use mlplat_core::facts::Type;
use mlplat_core::provider::Status;
use serde_json::{Value, json};

use super::{Around, status};
use crate::objects::{
    CONFIG_MAP, DAEMON_SET, DEPLOYMENT, INGRESS, JOB, NAMESPACE, PERSISTENT_VOLUME_CLAIM, SERVICE,
    STATEFUL_SET,
};

fn object(mut value: Value) -> DynamicObject {
    if value["metadata"].is_null() {
        value["metadata"] = json!({"generation": 2});
    }
    serde_json::from_value(value).unwrap()
}

fn alone(ty: &Type, value: Value) -> String {
    within(ty, value, &Around::default())
}

fn within(ty: &Type, value: Value, around: &Around) -> String {
    match status(ty, &object(value), around) {
        Status::Ready => "ready".to_owned(),
        Status::Coming(why) => format!("coming: {why}"),
        Status::Failed(why) => format!("failed: {why}"),
        Status::Stuck(why) => format!("stuck: {why}"),
        Status::Leaving(why) => format!("leaving: {why}"),
    }
}

fn pods(pods: Vec<Value>) -> Around {
    Around {
        pods,
        ..Around::default()
    }
}

fn events(events: Vec<Value>) -> Around {
    Around {
        events,
        ..Around::default()
    }
}

fn waiting(reason: &str, message: &str) -> Value {
    json!({
        "metadata": {"name": "web-1"},
        "status": {"phase": "Pending", "containerStatuses": [{
            "name": "app",
            "state": {"waiting": {"reason": reason, "message": message}},
        }]},
    })
}

fn crashing(times: i64, last: Value) -> Value {
    json!({
        "metadata": {"name": "web-1"},
        "status": {"phase": "Running", "containerStatuses": [{
            "name": "app",
            "restartCount": times,
            "state": {"waiting": {"reason": "CrashLoopBackOff"}},
            "lastState": {"terminated": last},
        }]},
    })
}

/// A deployment of 2 with one new pod up and both new.
fn rolling() -> Value {
    json!({
        "spec": {"replicas": 2},
        "status": {"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 1},
    })
}

#[test]
fn deployments_are_ready_when_everything_is_new_and_available() {
    let of = |status: Value| {
        alone(
            &DEPLOYMENT,
            json!({"spec": {"replicas": 2}, "status": status}),
        )
    };
    let unseen = json!({"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2});
    assert_eq!(of(unseen), "coming: its controller has not seen it yet");
    assert_eq!(
        alone(&DEPLOYMENT, json!({"spec": {}})),
        "coming: its controller has not seen it yet"
    );
    let counts = |replicas: i64, updated: i64, available: i64| {
        of(
            json!({"observedGeneration": 2, "replicas": replicas, "updatedReplicas": updated, "availableReplicas": available}),
        )
    };
    assert_eq!(counts(2, 1, 2), "coming: 1 of 2 pods are new");
    assert_eq!(counts(3, 2, 3), "coming: 1 old pods are still there");
    assert_eq!(counts(2, 2, 1), "coming: 1 of 2 pods are available");
    assert_eq!(counts(2, 2, 2), "ready");
    let none = json!({"spec": {"replicas": 0}, "status": {"observedGeneration": 2}});
    assert_eq!(alone(&DEPLOYMENT, none), "ready");
    let paused =
        json!({"spec": {"replicas": 2, "paused": true}, "status": {"observedGeneration": 2}});
    assert_eq!(alone(&DEPLOYMENT, paused), "ready");
    // Without a number it is one.
    let one = json!({"spec": {}, "status": {"observedGeneration": 2}});
    assert_eq!(alone(&DEPLOYMENT, one), "coming: 0 of 1 pods are new");
}

#[test]
fn a_deployment_says_what_its_pods_say() {
    let of = |pod: Value| within(&DEPLOYMENT, rolling(), &pods(vec![pod]));
    assert_eq!(
        of(waiting(
            "ImagePullBackOff",
            "Back-off pulling image \"nope\""
        )),
        "stuck: pod web-1: container app: ImagePullBackOff: Back-off pulling image \"nope\""
    );
    assert_eq!(
        of(waiting("ErrImagePull", "not found")),
        "coming: 1 of 2 pods are available; pod web-1: container app: ErrImagePull: not found"
    );
    assert_eq!(
        of(waiting(
            "CreateContainerConfigError",
            "secret \"db\" not found"
        )),
        "stuck: pod web-1: container app: CreateContainerConfigError: secret \"db\" not found"
    );
    assert_eq!(
        of(waiting("ContainerCreating", "")),
        "coming: 1 of 2 pods are available"
    );
    let unready = json!({"metadata": {"name": "web-1"}, "status": {"containerStatuses": [
        {"name": "app", "ready": false, "state": {"running": {}}},
    ]}});
    assert_eq!(
        of(unready),
        "coming: 1 of 2 pods are available; pod web-1: container app: it runs, and its readiness probe does not succeed yet"
    );
}

#[test]
fn crashes_are_hopeless_when_they_repeat_themselves() {
    let of = |pod: Value| within(&DEPLOYMENT, rolling(), &pods(vec![pod]));
    assert_eq!(
        of(crashing(2, json!({"exitCode": 1, "reason": "Error"}))),
        "coming: 1 of 2 pods are available; pod web-1: container app: CrashLoopBackOff: it ended with exit code 1, restarted 2 times"
    );
    assert_eq!(
        of(crashing(3, json!({"exitCode": 137, "reason": "OOMKilled"}))),
        "stuck: pod web-1: container app: CrashLoopBackOff: it ended with exit code 137 (OOMKilled), restarted 3 times"
    );
    assert_eq!(
        of(crashing(
            3,
            json!({"exitCode": 2, "reason": "Error", "message": "no database\n"})
        )),
        "stuck: pod web-1: container app: CrashLoopBackOff: it ended with exit code 2: no database, restarted 3 times"
    );
}

#[test]
fn pods_without_a_node_are_waited_for() {
    let pod = json!({"metadata": {"name": "web-1"}, "status": {"phase": "Pending", "conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available: 3 Insufficient nvidia.com/gpu."},
    ]}});
    assert_eq!(
        within(&DEPLOYMENT, rolling(), &pods(vec![pod])),
        "coming: 1 of 2 pods are available; pod web-1: Unschedulable: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu."
    );
}

#[test]
fn the_hopeless_pod_is_named_before_the_others_and_leaving_ones_never() {
    let bad = waiting("InvalidImageName", "bad");
    let around = pods(vec![waiting("ErrImagePull", "x"), bad.clone()]);
    assert_eq!(
        within(&DEPLOYMENT, rolling(), &around),
        "stuck: pod web-1: container app: InvalidImageName: bad"
    );
    let mut leaving = bad;
    leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(
        within(&DEPLOYMENT, rolling(), &pods(vec![leaving])),
        "coming: 1 of 2 pods are available"
    );
    // A container that starts first is in trouble first.
    let first = json!({"metadata": {"name": "web-1"}, "status": {
        "initContainerStatuses": [{"name": "wait", "state": {"terminated": {"exitCode": 3}}}],
        "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "PodInitializing"}}}],
    }});
    assert_eq!(
        within(&DEPLOYMENT, rolling(), &pods(vec![first])),
        "coming: 1 of 2 pods are available; pod web-1: container wait: it ended with exit code 3"
    );
}

#[test]
fn quotas_admission_and_deadlines_are_hopeless() {
    let with = |ty: &str, status: &str, reason: &str, message: &str| {
        let mut deployment = rolling();
        deployment["status"]["conditions"] =
            json!([{"type": ty, "status": status, "reason": reason, "message": message}]);
        alone(&DEPLOYMENT, deployment)
    };
    let quota = "pods \"web-1\" is forbidden: exceeded quota: compute";
    assert_eq!(
        with("ReplicaFailure", "True", "FailedCreate", quota),
        format!("stuck: pods are refused: {quota}")
    );
    assert_eq!(
        with(
            "ReplicaFailure",
            "True",
            "FailedCreate",
            "serviceaccount \"a\" not found"
        ),
        "coming: 1 of 2 pods are available"
    );
    assert_eq!(
        with(
            "Progressing",
            "False",
            "ProgressDeadlineExceeded",
            "ReplicaSet \"web\" has timed out progressing."
        ),
        "stuck: ProgressDeadlineExceeded: ReplicaSet \"web\" has timed out progressing.; 1 of 2 pods are available"
    );
    assert_eq!(
        with("Progressing", "True", "ReplicaSetUpdated", ""),
        "coming: 1 of 2 pods are available"
    );
    let refused = |message: &str| {
        let event = json!({"type": "Warning", "reason": "FailedCreate", "message": message});
        let stateful = json!({"spec": {"replicas": 1}, "status": {"observedGeneration": 2}});
        within(&STATEFUL_SET, stateful, &events(vec![event]))
    };
    assert_eq!(
        refused("violates PodSecurity \"restricted:latest\""),
        "stuck: pods are refused: violates PodSecurity \"restricted:latest\""
    );
    assert_eq!(
        refused("etcdserver: request timed out"),
        "coming: 0 of 1 pods are available; pods are refused: etcdserver: request timed out"
    );
}

/// A quota that was exceeded for a while is no reason to give up later.
#[test]
fn a_pod_that_was_made_since_ends_the_trouble() {
    let event = |reason: &str, at: &str| json!({"reason": reason, "message": "exceeded quota", "lastTimestamp": at});
    let of = |events: Vec<Value>| within(&DEPLOYMENT, rolling(), &self::events(events));
    let (early, late) = ("2026-01-01T00:00:01Z", "2026-01-01T00:00:09Z");
    assert_eq!(
        of(vec![
            event("SuccessfulCreate", late),
            event("FailedCreate", early)
        ]),
        "coming: 1 of 2 pods are available"
    );
    assert_eq!(
        of(vec![
            event("SuccessfulCreate", early),
            event("FailedCreate", late)
        ]),
        "stuck: pods are refused: exceeded quota"
    );
}

#[test]
fn stateful_sets_roll_down_to_their_partition() {
    let of = |strategy: Value, updated: i64, ready: i64, current: &str| {
        let status = json!({
            "observedGeneration": 2, "readyReplicas": ready, "availableReplicas": ready,
            "updatedReplicas": updated, "currentRevision": current, "updateRevision": "b",
        });
        alone(
            &STATEFUL_SET,
            json!({"spec": {"replicas": 3, "updateStrategy": strategy}, "status": status}),
        )
    };
    let rolls = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}});
    assert_eq!(of(rolls.clone(), 1, 3, "a"), "coming: 1 of 3 pods are new");
    assert_eq!(
        of(rolls.clone(), 3, 2, "a"),
        "coming: 2 of 3 pods are available"
    );
    assert_eq!(of(rolls.clone(), 3, 3, "a"), "ready");
    assert_eq!(of(rolls, 0, 3, "b"), "ready");
    let canary = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}});
    assert_eq!(of(canary.clone(), 0, 3, "a"), "coming: 0 of 1 pods are new");
    assert_eq!(of(canary, 1, 3, "a"), "ready");
    assert_eq!(of(json!({"type": "OnDelete"}), 0, 3, "a"), "ready");
}

#[test]
fn daemon_sets_are_ready_on_every_node() {
    let of = |desired: i64, updated: i64, available: i64| {
        alone(
            &DAEMON_SET,
            json!({"spec": {}, "status": {
                "observedGeneration": 2, "desiredNumberScheduled": desired,
                "updatedNumberScheduled": updated, "numberAvailable": available,
            }}),
        )
    };
    assert_eq!(of(3, 2, 3), "coming: 2 of 3 pods are new");
    assert_eq!(of(3, 3, 2), "coming: 2 of 3 pods are available");
    assert_eq!(
        (of(3, 3, 3), of(0, 0, 0)),
        ("ready".to_owned(), "ready".to_owned())
    );
}

#[test]
fn jobs_end_well_or_not() {
    let of = |conditions: Value, around: &Around| {
        let status = json!({"conditions": conditions, "active": 1, "failed": 2});
        within(&JOB, json!({"spec": {}, "status": status}), around)
    };
    let nobody = Around::default();
    assert_eq!(
        of(json!([]), &nobody),
        "coming: 1 running, 0 succeeded, 2 failed"
    );
    assert_eq!(
        of(json!([{"type": "Complete", "status": "True"}]), &nobody),
        "ready"
    );
    let failed = json!([{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "Job has reached the specified backoff limit"}]);
    let pod = json!({"metadata": {"name": "migrate-x"}, "status": {"phase": "Failed", "containerStatuses": [
        {"name": "migrate", "state": {"terminated": {"exitCode": 1, "reason": "Error", "message": "no such table"}}},
    ]}});
    assert_eq!(
        of(failed, &pods(vec![pod.clone()])),
        "failed: BackoffLimitExceeded: Job has reached the specified backoff limit; pod migrate-x: container migrate: it ended with exit code 1: no such table"
    );
    assert_eq!(
        of(json!([]), &pods(vec![pod])),
        "coming: 1 running, 0 succeeded, 2 failed; pod migrate-x: container migrate: it ended with exit code 1: no such table"
    );
    let evicted = json!({"metadata": {"name": "m"}, "status": {"phase": "Failed", "reason": "Evicted", "message": "low on memory"}});
    assert_eq!(
        of(json!([]), &pods(vec![evicted])),
        "coming: 1 running, 0 succeeded, 2 failed; pod m: Evicted: low on memory"
    );
    assert_eq!(
        of(json!([]), &pods(vec![waiting("ImagePullBackOff", "x")])),
        "stuck: pod web-1: container app: ImagePullBackOff: x"
    );
    assert_eq!(alone(&JOB, json!({"spec": {"suspend": true}})), "ready");
}

#[test]
fn claims_are_bound_or_wait_for_a_pod() {
    let of = |phase: &str, around: &Around| {
        within(
            &PERSISTENT_VOLUME_CLAIM,
            json!({"spec": {}, "status": {"phase": phase}}),
            around,
        )
    };
    let class = |mode: &str| Around {
        class: Some(json!({ "volumeBindingMode": mode })),
        ..Around::default()
    };
    assert_eq!(of("Bound", &Around::default()), "ready");
    assert_eq!(of("Pending", &Around::default()), "coming: Pending");
    assert_eq!(of("Pending", &class("Immediate")), "coming: Pending");
    assert_eq!(of("Pending", &class("WaitForFirstConsumer")), "ready");
    let waits = json!({"type": "Normal", "reason": "WaitForFirstConsumer"});
    assert_eq!(of("Pending", &events(vec![waits])), "ready");
    let no_room = |message: &str, at: &str| json!({"type": "Warning", "reason": "ProvisioningFailed", "message": message, "lastTimestamp": at});
    let around = events(vec![
        no_room("new", "2026-01-01T00:00:09Z"),
        no_room("old", "2026-01-01T00:00:01Z"),
    ]);
    assert_eq!(
        of("Pending", &around),
        "coming: Pending; ProvisioningFailed: new"
    );
    assert!(of("Lost", &Around::default()).starts_with("failed: "));
    let growing = json!({"spec": {}, "status": {"phase": "Bound", "conditions": [{"type": "Resizing", "status": "True"}]}});
    assert_eq!(alone(&PERSISTENT_VOLUME_CLAIM, growing), "coming: Resizing");
}

#[test]
fn what_is_reached_from_outside_needs_an_address() {
    let service = |ty: &str, ingress: Value| {
        alone(
            &SERVICE,
            json!({"spec": {"type": ty}, "status": {"loadBalancer": {"ingress": ingress}}}),
        )
    };
    assert_eq!(service("ClusterIP", Value::Null), "ready");
    assert_eq!(
        service("LoadBalancer", Value::Null),
        "coming: its load balancer has no address yet"
    );
    assert_eq!(
        service("LoadBalancer", json!([{"hostname": ""}])),
        "coming: its load balancer has no address yet"
    );
    assert_eq!(
        service("LoadBalancer", json!([{"hostname": "a.elb"}])),
        "ready"
    );
    let balanced = |first: Value| {
        let live = object(json!({"status": {"loadBalancer": {"ingress": [first]}}}));
        super::load_balancer_host(&live).map(str::to_owned)
    };
    assert_eq!(
        balanced(json!({"hostname": "a.elb", "ip": "1.2.3.4"})).as_deref(),
        Some("a.elb")
    );
    assert_eq!(
        balanced(json!({"ip": "1.2.3.4"})).as_deref(),
        Some("1.2.3.4")
    );
    let failed = json!({"type": "Warning", "reason": "FailedDeployModel", "message": "no subnets"});
    assert_eq!(
        within(&INGRESS, json!({"spec": {}}), &events(vec![failed])),
        "coming: its load balancer has no address yet; FailedDeployModel: no subnets"
    );
}

#[test]
fn whatever_is_being_deleted_is_leaving() {
    let leaving = |finalizers: Value| {
        let metadata =
            json!({"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": finalizers});
        alone(&DEPLOYMENT, json!({ "metadata": metadata }))
    };
    assert_eq!(leaving(json!([])), "leaving: Terminating");
    assert_eq!(
        leaving(json!(["foregroundDeletion"])),
        "leaving: Terminating, held by foregroundDeletion"
    );
    let set = json!({"f:metadata": {"f:finalizers": {"v:\"example.com/never\"": {}}}});
    let metadata = json!({
        "deletionTimestamp": "2026-01-01T00:00:00Z",
        "finalizers": ["example.com/never", "other"],
        "managedFields": [{"manager": "operator", "fieldsV1": set}],
    });
    assert_eq!(
        alone(&DEPLOYMENT, json!({ "metadata": metadata })),
        "leaving: Terminating, held by example.com/never (set by operator), other"
    );
    let namespace = json!({"metadata": {"name": "a"}, "status": {"phase": "Terminating"}});
    assert_eq!(alone(&NAMESPACE, namespace), "leaving: Terminating");
    let message =
        "Some content in the namespace has finalizers remaining: x in 1 resource instances";
    let namespace = json!({"metadata": {"name": "a"}, "status": {"phase": "Terminating", "conditions": [
        {"type": "NamespaceFinalizersRemaining", "status": "True", "message": message},
    ]}});
    assert_eq!(
        alone(&NAMESPACE, namespace),
        format!("leaving: Terminating, held by {message}")
    );
    assert_eq!(alone(&CONFIG_MAP, json!({"data": {}})), "ready");
}
