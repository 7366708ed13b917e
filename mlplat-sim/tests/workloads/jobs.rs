//! Jobs.

use serde_json::{Value, json};

use crate::world::{World, bare, condition, job, said};

const JOB: &str = "/apis/batch/v1/namespaces/default/jobs/load";

fn over(world: &World) -> bool {
    let status = world.status("jobs", "load");
    ["Complete", "Failed"]
        .iter()
        .any(|ty| condition(&status, ty).is_some_and(|one| one[0] == "True"))
}

/// A finished job as `kubectl get job -o yaml` shows it (Kubernetes documentation, Jobs; conditions since 1.31).
#[test]
fn a_job_that_succeeds() {
    let mut world = World::new();
    let made = world.make(&job("load", json!({"completions": 3, "parallelism": 2})));
    let uid = made["metadata"]["uid"].as_str().unwrap();
    assert_eq!(
        made["spec"]["selector"]["matchLabels"]["batch.kubernetes.io/controller-uid"],
        uid
    );
    world.pass(3);
    let status = world.status("jobs", "load");
    assert_eq!(
        (&status["active"], &status["succeeded"]),
        (&json!(2), &Value::Null)
    );
    let pods = world.all("pods");
    assert_eq!(
        pods[0]["metadata"]["labels"]["batch.kubernetes.io/job-name"],
        "load"
    );
    assert_eq!(
        pods[0]["metadata"]["finalizers"],
        json!(["batch.kubernetes.io/job-tracking"])
    );
    world.until(over);
    let mut status = bare(&world.status("jobs", "load"));
    assert!(status["startTime"].as_str() < status["completionTime"].as_str());
    status
        .as_object_mut()
        .unwrap()
        .retain(|field, _| !field.ends_with("Time"));
    let reached = |ty: &str| {
        json!({"type": ty, "status": "True", "reason": "CompletionsReached",
               "message": "Reached expected number of succeeded pods"})
    };
    assert_eq!(
        status,
        json!({
            "succeeded": 3,
            "ready": 0,
            "terminating": 0,
            "uncountedTerminatedPods": {},
            "conditions": [reached("SuccessCriteriaMet"), reached("Complete")],
        })
    );
    let phases: Vec<Value> = world
        .all("pods")
        .iter()
        .map(|pod| pod["status"]["phase"].clone())
        .collect();
    assert_eq!(phases, ["Succeeded", "Succeeded", "Succeeded"]);
    assert!(
        world
            .all("pods")
            .iter()
            .all(|pod| pod["metadata"]["finalizers"].is_null())
    );
    let ready = condition(&world.all("pods")[0]["status"], "Ready");
    assert_eq!(ready, said("False", "PodCompleted", ""));
}

/// Failed pods come again after 10, 20, 40 s ...; beyond the limit the job has failed (Kubernetes documentation, Jobs,
/// "Pod backoff failure policy").
#[test]
fn a_job_that_fails() {
    let mut world = World::new();
    world.choose("job=load:3");
    world.make(&job("load", json!({"backoffLimit": 2})));
    let took = world.until(over);
    // Two waits, of 10 and 20 s, and three short lives.
    assert!((30..90).contains(&took), "{took} s");
    let status = world.status("jobs", "load");
    let reached = "Job has reached the specified backoff limit";
    assert_eq!(
        condition(&status, "Failed"),
        said("True", "BackoffLimitExceeded", reached)
    );
    assert_eq!(
        condition(&status, "FailureTarget"),
        said("True", "BackoffLimitExceeded", reached)
    );
    assert_eq!(status["failed"], 3);
    assert_eq!(status["completionTime"], Value::Null);
    let ends: Vec<Value> = world
        .all("pods")
        .iter()
        .map(|pod| pod["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"].clone())
        .collect();
    assert_eq!(ends, [3, 3, 3]);
}

#[test]
fn containers_restarted_in_place_count_too() {
    let mut world = World::new();
    world.choose("crash=task:1");
    let spec = json!({"backoffLimit": 2, "template": {"spec": {"restartPolicy": "OnFailure"}}});
    world.make(&job("load", spec));
    world.until(over);
    let status = world.status("jobs", "load");
    assert_eq!(
        condition(&status, "Failed").unwrap()[1],
        "BackoffLimitExceeded"
    );
    assert!(world.all("pods").is_empty());
}

#[test]
fn a_deadline_stops_it() {
    let mut world = World::new();
    world.choose("takes=task:1000");
    world.make(&job("load", json!({"activeDeadlineSeconds": 30})));
    let took = world.until(over);
    assert!((30..36).contains(&took), "{took} s");
    let status = world.status("jobs", "load");
    let message = "Job was active longer than specified deadline";
    assert_eq!(
        condition(&status, "Failed"),
        said("True", "DeadlineExceeded", message)
    );
    assert_eq!(
        (&status["active"], &status["failed"]),
        (&Value::Null, &json!(1))
    );
    assert!(world.all("pods").is_empty());
}

#[test]
fn a_finished_job_goes_after_its_time() {
    let mut world = World::new();
    world.make(&job("load", json!({"ttlSecondsAfterFinished": 20})));
    world.until(over);
    world.pass(18);
    assert!(world.get("jobs", "load").is_some());
    world.pass(5);
    assert!(world.get("jobs", "load").is_none());
    assert!(world.all("pods").is_empty());
}

#[test]
fn a_suspended_job_rests() {
    let mut world = World::new();
    world.make(&job("load", json!({"suspend": true})));
    world.pass(10);
    let status = world.status("jobs", "load");
    assert_eq!(
        condition(&status, "Suspended"),
        said("True", "JobSuspended", "Job suspended")
    );
    assert_eq!(
        (world.all("pods").len(), &status["startTime"]),
        (0, &Value::Null)
    );
    world.send("MERGE", JOB, &json!({"spec": {"suspend": false}}));
    world.until(over);
    let status = world.status("jobs", "load");
    assert_eq!(
        condition(&status, "Suspended"),
        said("False", "JobResumed", "Job resumed")
    );
    assert_eq!(status["succeeded"], 1);
}

#[test]
fn an_indexed_job_does_every_index_once() {
    let mut world = World::new();
    world.choose("crash=load-1/task:1@0.5");
    world.make(&job(
        "load",
        json!({"completionMode": "Indexed", "completions": 4, "parallelism": 3}),
    ));
    world.until(over);
    let status = world.status("jobs", "load");
    assert_eq!(
        (&status["succeeded"], &status["completedIndexes"]),
        (&json!(4), &json!("0-3"))
    );
    let pods = world.all("pods");
    assert!(
        pods[0]["metadata"]["name"]
            .as_str()
            .unwrap()
            .starts_with("load-0-")
    );
    assert_eq!(pods[0]["spec"]["hostname"], "load-0");
    assert_eq!(
        pods[0]["spec"]["containers"][0]["env"][0]["name"],
        "JOB_COMPLETION_INDEX"
    );
}

#[test]
fn a_deleted_job_takes_its_pods_along() {
    let mut world = World::new();
    world.choose("takes=task:1000");
    world.make(&job("load", json!({})));
    world.pass(20);
    assert_eq!(world.status("jobs", "load")["ready"], 1);
    world.send("DELETE", JOB, &json!({"propagationPolicy": "Background"}));
    world.pass(10);
    assert!(world.all("pods").is_empty());
}
