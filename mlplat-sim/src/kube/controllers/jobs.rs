//! Jobs: pods until enough have succeeded, too many have failed, or time is up.
//!
//! A pod that has finished is counted once: the finalizer that tracks it goes in the same change in which the status
//! counts it. Then a job that has what it takes ends, and any other gets the pods that it lacks, each new one later
//! the more have failed before.
//!
//! Facts: `JobStatus`, conditions, reasons and messages as the documentation of Jobs and `pkg/controller/job` of
//! Kubernetes 1.36 have them. Left out: pod failure and success policies, back-off limits per index.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::acting::{
    Found, MANAGER, Soonest, all, controlled_by, controller, count, kind_of, put_count, remove,
    remove_with, set_finalizer, set_status,
};
use super::conditions::{self, Condition};
use super::events::{News, tell};
use super::pods::{self, Draft, Name};
use super::{Controller, indexes};
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::store::Store;
use crate::kube::verbs::{DeleteOptions, Propagation};

/// The finalizer of a pod that its job has not counted yet.
const TRACKING: &str = "batch.kubernetes.io/job-tracking";
const BACK_OFF_S: u64 = 10;
const LONGEST_S: u64 = 600;

/// The job controller, and the one that takes finished jobs away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Jobs;

impl Controller for Jobs {
    fn latency(&self) -> Duration {
        Duration::from_millis(20)
    }

    fn subjects(&self) -> &[&str] {
        &["jobs", "pods"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[("batch", "jobs"), ("", "pods"), ("", "serviceaccounts")]
    }

    fn react(&mut self, store: &mut Store, now: Duration) -> Option<Duration> {
        let mut again = Soonest::default();
        for job in all(store, "batch", "jobs") {
            if !meta::deleting(&job.1) {
                again.maybe(Work::of(store, job).go(store, now));
            }
        }
        release_orphans(store);
        again.0
    }
}

/// Pods of jobs that are gone, or going, are nobody's to count.
fn release_orphans(store: &mut Store) {
    let orphans: Vec<ObjectKey> = store
        .leaving()
        .filter(|(key, pod)| key.is("", "pods") && meta::finalizers(pod).contains(&TRACKING))
        .filter(|(key, pod)| {
            let owner = controller(pod).and_then(|owner| owner["name"].as_str());
            let job = owner.and_then(|owner| {
                store.get(&ObjectKey::new("batch", "jobs", &key.namespace, owner))
            });
            job.is_none_or(|job| meta::deleting(job) || is_over(job))
        })
        .map(|(key, _)| key.clone())
        .collect();
    for key in orphans {
        set_finalizer(store, &key, TRACKING, false);
    }
}

fn is_over(job: &Value) -> bool {
    conditions::holds(&job["status"], "Complete") || conditions::holds(&job["status"], "Failed")
}

/// A job at work.
struct Work {
    job: Found,
    pods: Vec<Found>,
    /// Pods that had not been counted.
    fresh: Vec<ObjectKey>,
    status: Value,
}

/// How a job is to end.
struct Verdict {
    /// The condition that announces the end, and the one that is it.
    announced: &'static str,
    ended: &'static str,
    reason: String,
    message: String,
}

impl Work {
    fn of(store: &Store, job: Found) -> Self {
        let pods = pods::of(store, &job.1);
        let mut status = job.1["status"].clone();
        if !status.is_object() {
            status = json!({});
        }
        Self {
            job,
            pods,
            fresh: Vec::new(),
            status,
        }
    }

    fn spec(&self) -> &Value {
        &self.job.1["spec"]
    }

    fn parallelism(&self) -> usize {
        count(&self.spec()["parallelism"], 1)
    }

    fn completions(&self) -> Option<usize> {
        let wanted = &self.spec()["completions"];
        wanted.is_number().then(|| count(wanted, 1))
    }

    fn indexed(&self) -> bool {
        self.spec()["completionMode"] == "Indexed"
    }

    fn suspended(&self) -> bool {
        self.spec()["suspend"] == true
    }

    fn number(&self, field: &str) -> usize {
        count(&self.status[field], 0)
    }

    fn active(&self) -> Vec<&Found> {
        let pods = self.pods.iter();
        pods.filter(|(_, pod)| pods::is_active(pod)).collect()
    }

    fn go(mut self, store: &mut Store, now: Duration) -> Option<Duration> {
        if is_over(&self.job.1) {
            return self.expire(store, now);
        }
        self.count_finished();
        let mut again = self.clock(store, now);
        if let Some(verdict) = self.verdict(store, now) {
            self.end(store, &verdict);
        } else if self.suspended() {
            self.stop_active(store);
        } else {
            again.maybe(self.staff(store, now));
        }
        self.report(store);
        again.0
    }

    /// A job that is over stays as long as it may.
    fn expire(&self, store: &mut Store, now: Duration) -> Option<Duration> {
        let ttl = self.spec()["ttlSecondsAfterFinished"].as_u64()?;
        let end = ["Complete", "Failed"]
            .iter()
            .filter(|ty| conditions::holds(&self.status, ty))
            .find_map(|ty| conditions::find(&self.status, ty));
        let since = end?["lastTransitionTime"].as_str()?;
        let due = store.since_epoch(since) + Duration::from_secs(ttl);
        if due > now {
            return Some(due);
        }
        let options = DeleteOptions {
            propagation: Some(Propagation::Foreground),
            ..DeleteOptions::default()
        };
        remove_with(store, &self.job.0, &options);
        None
    }

    /// Counts the pods that have finished since the last look, or are being deleted.
    fn count_finished(&mut self) {
        let mut done: BTreeSet<usize> = indexes::read(&self.status["completedIndexes"]);
        let (mut succeeded, mut failed) = (self.number("succeeded"), self.number("failed"));
        for (key, pod) in &self.pods {
            let over = pods::is_finished(pod) || meta::deleting(pod);
            if !over || !meta::finalizers(pod).contains(&TRACKING) {
                continue;
            }
            self.fresh.push(key.clone());
            if pods::phase(pod) == "Succeeded" {
                match index(pod).filter(|_| self.spec()["completionMode"] == "Indexed") {
                    Some(index) if !done.insert(index) => {}
                    _ => succeeded += 1,
                }
            } else if !self.suspended() {
                failed += 1;
            }
        }
        set_count(&mut self.status, "succeeded", succeeded);
        set_count(&mut self.status, "failed", failed);
        if self.indexed() && !done.is_empty() {
            self.status["completedIndexes"] = json!(indexes::write(&done));
        }
    }

    /// Starts the clock of the job, stops it while it is suspended; gives the time of its deadline.
    fn clock(&mut self, store: &Store, now: Duration) -> Soonest {
        let mut again = Soonest::default();
        let time = store.timestamp();
        let suspended = conditions::holds(&self.status, "Suspended");
        if self.suspended() {
            if !suspended {
                self.say("Suspended", true, "JobSuspended", "Job suspended", &time);
            }
            self.status
                .as_object_mut()
                .map(|map| map.remove("startTime"));
            return again;
        }
        if suspended {
            self.say("Suspended", false, "JobResumed", "Job resumed", &time);
        }
        if self.status["startTime"].is_null() {
            self.status["startTime"] = json!(time);
        }
        if let Some(deadline) = self.deadline(store).filter(|deadline| *deadline > now) {
            again.at(deadline);
        }
        again
    }

    fn deadline(&self, store: &Store) -> Option<Duration> {
        let limit = self.spec()["activeDeadlineSeconds"].as_u64()?;
        let since = self.status["startTime"].as_str()?;
        Some(store.since_epoch(since) + Duration::from_secs(limit))
    }

    /// How the job ends, if it has come to that.
    fn verdict(&self, store: &Store, now: Duration) -> Option<Verdict> {
        let announced = |ty: &str| {
            let one = conditions::find(&self.status, ty)?;
            let text = |field: &str| one[field].as_str().unwrap_or_default().to_owned();
            Some((text("reason"), text("message")))
        };
        let failed = |reason: String, message: String| Verdict {
            announced: "FailureTarget",
            ended: "Failed",
            reason,
            message,
        };
        if let Some((reason, message)) = announced("FailureTarget") {
            return Some(failed(reason, message));
        }
        let limit = count(&self.spec()["backoffLimit"], 6);
        let restarts = self.restarts();
        let worn = restarts > 0 && restarts >= limit.max(1);
        if self.number("failed") > limit || worn {
            let message = "Job has reached the specified backoff limit".to_owned();
            return Some(failed("BackoffLimitExceeded".to_owned(), message));
        }
        if self.deadline(store).is_some_and(|deadline| deadline <= now) && !self.suspended() {
            let message = "Job was active longer than specified deadline".to_owned();
            return Some(failed("DeadlineExceeded".to_owned(), message));
        }
        let done = match self.completions() {
            Some(wanted) => self.number("succeeded") >= wanted,
            None => self.number("succeeded") > 0 && self.active().is_empty(),
        };
        done.then(|| Verdict {
            announced: "SuccessCriteriaMet",
            ended: "Complete",
            reason: "CompletionsReached".to_owned(),
            message: "Reached expected number of succeeded pods".to_owned(),
        })
    }

    /// How often the containers of running pods were restarted, where pods restart them.
    fn restarts(&self) -> usize {
        if self.spec()["template"]["spec"]["restartPolicy"] != "OnFailure" {
            return 0;
        }
        let each = |pod: &Value| -> usize {
            let lists = ["containerStatuses", "initContainerStatuses"];
            let lists = lists
                .iter()
                .filter_map(|list| pod["status"][*list].as_array());
            lists
                .flatten()
                .map(|one| count(&one["restartCount"], 0))
                .sum()
        };
        self.active().iter().map(|(_, pod)| each(pod)).sum()
    }

    /// Announces the end, stops what still runs, and ends when nothing does.
    fn end(&mut self, store: &mut Store, verdict: &Verdict) {
        let time = store.timestamp();
        if !conditions::holds(&self.status, verdict.announced) {
            self.say(
                verdict.announced,
                true,
                &verdict.reason,
                &verdict.message,
                &time,
            );
        }
        self.stop_active(store);
        let left = self
            .pods
            .iter()
            .any(|(key, pod)| !pods::is_finished(pod) && store.get(key).is_some());
        if left {
            return;
        }
        self.say(
            verdict.ended,
            true,
            &verdict.reason,
            &verdict.message,
            &time,
        );
        let news = if verdict.ended == "Complete" {
            self.status["completionTime"] = json!(time);
            News::normal("Completed", "Job completed")
        } else if verdict.reason == "DeadlineExceeded" {
            News::warning("DeadlineExceeded", verdict.message.clone())
        } else {
            News::warning("BackoffLimitExceeded", verdict.message.clone())
        };
        tell(store, &self.job.1, "job-controller", &news);
    }

    fn stop_active(&self, store: &mut Store) {
        for (key, _) in self.active() {
            remove(store, key);
        }
    }

    /// Gives the job the pods that it lacks, or takes those that are too many; gives the time at which the next may
    /// come.
    fn staff(&mut self, store: &mut Store, now: Duration) -> Option<Duration> {
        let active: Vec<Found> = self.active().into_iter().cloned().collect();
        let succeeded = self.number("succeeded");
        let wanted = match self.completions() {
            Some(all) => self.parallelism().min(all.saturating_sub(succeeded)),
            None if succeeded > 0 => active.len(),
            None => self.parallelism(),
        };
        if active.len() > wanted {
            let mut active = active;
            pods::least_wanted_first(&mut active);
            let surplus = active.len() - wanted;
            active[..surplus]
                .iter()
                .for_each(|(key, _)| remove(store, key));
            return None;
        }
        if active.len() == wanted {
            return None;
        }
        if let Some(due) = self.back_off(store).filter(|due| *due > now) {
            return Some(due);
        }
        let free = self.free_indexes(&active);
        for at in 0..wanted - active.len() {
            let pod = self.draft(store, free.get(at).copied())?;
            if let Err(failure) = pods::make(store, &self.job.0.namespace, pod) {
                let message = format!("Error creating: {}", failure.message);
                let news = News::warning("FailedCreate", message);
                tell(store, &self.job.1, "job-controller", &news);
                return None;
            }
        }
        None
    }

    /// When the next pod may come after some have failed in a row.
    fn back_off(&self, store: &Store) -> Option<Duration> {
        let ends = |phase: &'static str| {
            let those = self
                .pods
                .iter()
                .filter(move |(_, pod)| pods::phase(pod) == phase);
            those.filter_map(|(_, pod)| ended(store, pod))
        };
        let last_success = ends("Succeeded").max();
        let failures: Vec<Duration> = ends("Failed")
            .filter(|end| last_success.is_none_or(|good| *end > good))
            .collect();
        let last = failures.iter().max()?;
        let times = u32::try_from(failures.len() - 1)
            .unwrap_or(u32::MAX)
            .min(10);
        let wait = (BACK_OFF_S << times).min(LONGEST_S);
        Some(*last + Duration::from_secs(wait))
    }

    /// The indexes that have neither a pod nor a success.
    fn free_indexes(&self, active: &[Found]) -> Vec<usize> {
        let done = indexes::read(&self.status["completedIndexes"]);
        let busy: BTreeSet<usize> = active.iter().filter_map(|(_, pod)| index(pod)).collect();
        let all = 0..self.completions().unwrap_or_default();
        all.filter(|one| !done.contains(one) && !busy.contains(one))
            .collect()
    }

    fn draft(&self, store: &Store, index: Option<usize>) -> Option<Value> {
        let (key, job) = &self.job;
        let index = index.filter(|_| self.indexed());
        let name = match index {
            Some(index) => format!("{}-{index}-", key.name),
            None => format!("{}-", key.name),
        };
        let draft = Draft {
            template: &self.spec()["template"],
            name: Name::Begins(name),
            reference: controlled_by(&kind_of(store, key)?, job),
        };
        let mut pod = draft.pod();
        pod["metadata"]["finalizers"] = json!([TRACKING]);
        if let Some(index) = index {
            indexes::mark(&mut pod, &key.name, index);
        }
        Some(pod)
    }

    fn report(&mut self, store: &mut Store) {
        let mut current = pods::of(store, &self.job.1);
        let leaving = current
            .iter()
            .filter(|(_, pod)| meta::deleting(pod) && !pods::is_finished(pod));
        let terminating = leaving.count();
        current.retain(|(_, pod)| pods::is_active(pod));
        let ready = current
            .iter()
            .filter(|(_, pod)| pods::is_ready(pod))
            .count();
        set_count(&mut self.status, "active", current.len());
        self.status["ready"] = json!(ready);
        self.status["terminating"] = json!(terminating);
        self.status["uncountedTerminatedPods"] = json!({});
        set_status(store, &self.job.0, MANAGER, self.status.clone());
        for key in std::mem::take(&mut self.fresh) {
            set_finalizer(store, &key, TRACKING, false);
        }
    }

    fn say(&mut self, ty: &'static str, holds: bool, reason: &str, message: &str, time: &str) {
        let condition = Condition::new(ty, holds).because(reason, message);
        let mut entry = conditions::entry(conditions::find(&self.status, ty), &condition, time);
        entry["lastProbeTime"] = json!(time);
        conditions::put(&mut self.status, entry);
    }
}

/// When the last container of a pod ended.
fn ended(store: &Store, pod: &Value) -> Option<Duration> {
    let lists = ["containerStatuses", "initContainerStatuses"];
    let lists = lists
        .iter()
        .filter_map(|list| pod["status"][*list].as_array());
    let ends = lists
        .flatten()
        .filter_map(|one| one["state"]["terminated"]["finishedAt"].as_str());
    ends.map(|end| store.since_epoch(end)).max()
}

fn index(pod: &Value) -> Option<usize> {
    let text = pod["metadata"]["annotations"][indexes::ANNOTATION].as_str()?;
    text.parse().ok()
}

fn set_count(status: &mut Value, field: &str, number: usize) {
    if let Some(map) = status.as_object_mut() {
        map.remove(field);
    }
    put_count(status, field, number);
}
