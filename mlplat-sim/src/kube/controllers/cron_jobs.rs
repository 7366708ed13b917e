//! Cron jobs: a job whenever it is time.
//!
//! A look starts at most the last job that is due; those missed before it are not made up for. Times are counted from
//! the last one that the status holds, else from the creation.
//!
//! Facts: names, events and status of `pkg/controller/cronjob` of Kubernetes 1.36. Left out: time zones other than
//! UTC, and `startingDeadlineSeconds`.

use std::time::Duration;

use serde_json::{Value, json};

use super::acting::{
    Found, MANAGER, Soonest, all, controlled, controlled_by, count, create, kind_of, remove,
    remove_with, set_status,
};
use super::cron::Schedule;
use super::events::{News, tell, tell_once};
use super::{Controller, conditions};
use crate::kube::clock::timestamp;
use crate::kube::meta;
use crate::kube::store::Store;
use crate::kube::verbs::{DeleteOptions, Propagation};

const COMPONENT: &str = "cronjob-controller";

/// The cron job controller.
#[derive(Debug, Clone, Copy, Default)]
pub struct CronJobs;

impl Controller for CronJobs {
    fn latency(&self) -> Duration {
        Duration::from_millis(100)
    }

    fn subjects(&self) -> &[&str] {
        &["cronjobs"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[("batch", "cronjobs"), ("batch", "jobs")]
    }

    fn react(&mut self, store: &mut Store, now: Duration) -> Option<Duration> {
        let mut again = Soonest::default();
        for cron in all(store, "batch", "cronjobs") {
            if !meta::deleting(&cron.1) {
                again.maybe(look(store, &cron, now));
            }
        }
        again.0
    }
}

fn look(store: &mut Store, cron: &Found, now: Duration) -> Option<Duration> {
    let (key, object) = cron;
    let mut jobs = controlled(store, object, "batch", "jobs");
    let mut status = object["status"].clone();
    if !status.is_object() {
        status = json!({});
    }
    let mut again = None;
    if object["spec"]["suspend"] != true {
        let text = object["spec"]["schedule"].as_str().unwrap_or_default();
        match Schedule::parse(text) {
            None => {
                let message = format!("unparseable schedule: {text:?}");
                tell_once(
                    store,
                    object,
                    COMPONENT,
                    &News::warning("UnparseableSchedule", message),
                );
            }
            Some(schedule) => {
                let (due, next) = due(store, object, &schedule, now);
                again = next;
                if let Some(due) = due
                    && start(store, cron, &jobs, due)
                {
                    status["lastScheduleTime"] = json!(timestamp(0, Duration::from_secs(due)));
                }
            }
        }
    }
    jobs = controlled(store, object, "batch", "jobs");
    let active = jobs.iter().filter(|(_, job)| ended(job).is_none());
    let active: Vec<Value> = active
        .map(|(key, job)| {
            json!({"apiVersion": "batch/v1", "kind": "Job", "namespace": key.namespace, "name": key.name, "uid": meta::uid(job)})
        })
        .collect();
    status["active"] = json!(active);
    if active.is_empty()
        && let Some(map) = status.as_object_mut()
    {
        map.remove("active");
    }
    let done = jobs
        .iter()
        .filter_map(|(_, job)| job["status"]["completionTime"].as_str());
    if let Some(last) = done.max() {
        status["lastSuccessfulTime"] = json!(last);
    }
    set_status(store, key, MANAGER, status);
    clean_up(store, object, &jobs);
    again
}

/// The last time that is due, in seconds since 1970, and the one after now.
fn due(
    store: &Store,
    cron: &Value,
    schedule: &Schedule,
    now: Duration,
) -> (Option<u64>, Option<Duration>) {
    let epoch = store.config().epoch_unix_s;
    let last = cron["status"]["lastScheduleTime"].as_str();
    let last = last.unwrap_or_else(|| meta::text(cron, "creationTimestamp"));
    let seconds = |time: Duration| epoch + i64::try_from(time.as_secs()).unwrap_or(i64::MAX / 2);
    let (mut at, now) = (seconds(store.since_epoch(last)), seconds(now));
    let mut due = None;
    while let Some(next) = schedule.after(at) {
        if next > now {
            let wait = u64::try_from(next - epoch).ok();
            return (due, wait.map(Duration::from_secs));
        }
        due = u64::try_from(next).ok();
        at = next;
    }
    (due, None)
}

/// Starts the job of a time, unless another one keeps it from that. Whether it was started.
fn start(store: &mut Store, (key, cron): &Found, jobs: &[Found], due: u64) -> bool {
    let active: Vec<&Found> = jobs
        .iter()
        .filter(|(_, job)| ended(job).is_none())
        .collect();
    match cron["spec"]["concurrencyPolicy"].as_str() {
        Some("Forbid") if !active.is_empty() => {
            let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
            tell(
                store,
                cron,
                COMPONENT,
                &News::normal("JobAlreadyActive", message),
            );
            return false;
        }
        Some("Replace") => active.iter().for_each(|(key, _)| remove(store, key)),
        _ => {}
    }
    let Some(kind) = kind_of(store, key) else {
        return false;
    };
    let name = format!("{}-{}", key.name, due / 60);
    let template = &cron["spec"]["jobTemplate"];
    let mut job = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "annotations": template["metadata"]["annotations"],
            "labels": template["metadata"]["labels"],
            "ownerReferences": [controlled_by(&kind, cron)],
        },
        "spec": template["spec"],
    });
    let time = timestamp(0, Duration::from_secs(due));
    job["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"] = json!(time);
    if create(store, &key.namespace, job, MANAGER).is_err() {
        return false;
    }
    let message = format!("Created job {name}");
    tell(
        store,
        cron,
        COMPONENT,
        &News::normal("SuccessfulCreate", message),
    );
    true
}

/// How a job has ended.
fn ended(job: &Value) -> Option<&'static str> {
    let mut ends = ["Complete", "Failed"].into_iter();
    ends.find(|ty| conditions::holds(&job["status"], ty))
}

/// Jobs that have ended go when there are more than the history keeps.
fn clean_up(store: &mut Store, cron: &Value, jobs: &[Found]) {
    for (end, field, default) in [
        ("Complete", "successfulJobsHistoryLimit", 3),
        ("Failed", "failedJobsHistoryLimit", 1),
    ] {
        let limit = count(&cron["spec"][field], default);
        let mut over: Vec<&Found> = jobs
            .iter()
            .filter(|(_, job)| ended(job) == Some(end))
            .collect();
        over.sort_by_key(|(_, job)| {
            job["status"]["startTime"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        });
        let surplus = over.len().saturating_sub(limit);
        let options = DeleteOptions {
            propagation: Some(Propagation::Background),
            ..DeleteOptions::default()
        };
        for (key, _) in &over[..surplus] {
            remove_with(store, key, &options);
        }
    }
}
