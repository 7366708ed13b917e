//! The life of one container: waiting, running, terminated, and around again.
//!
//! Reasons and messages are those of the kubelet of Kubernetes 1.36 (Pod Lifecycle, "Container states"; `pkg/kubelet`,
//! `pkg/kubelet/images`, `pkg/kubelet/kuberuntime`).

use serde_json::{Value, json};

use super::super::events::News;
use super::super::hashes;
use super::{needs, timing};
use crate::kube::behaviour::{Behaviours, Start};
use crate::kube::meta;
use crate::kube::store::Store;

/// What a container is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It has to end well before the others start.
    Init,
    /// It starts before the others and stays beside them.
    Sidecar,
    /// It runs for good.
    Server,
    /// It runs to its end.
    Task,
}

/// What a container finds around it. Times are whole seconds since the world began.
pub(super) struct Around<'a> {
    pub(super) store: &'a Store,
    pub(super) chosen: &'a Behaviours,
    pub(super) pod: &'a Value,
    /// The job that owns the pod; empty for none.
    pub(super) job: &'a str,
    /// The images that the node has.
    pub(super) images: &'a dyn Fn(&str) -> bool,
    pub(super) now_s: u64,
    /// The time as a timestamp.
    pub(super) time: &'a str,
}

impl Around<'_> {
    pub(super) fn seed(&self) -> u64 {
        self.store.config().seed
    }

    pub(super) fn second(&self, timestamp: &Value) -> u64 {
        let text = timestamp.as_str().unwrap_or_default();
        self.store.since_epoch(text).as_secs()
    }

    pub(super) fn start<'b>(&'b self, container: &'b str, before: u64) -> Start<'b> {
        Start {
            pod: meta::name(self.pod),
            container,
            job: self.job,
            before,
            luck: timing::luck(self.seed(), meta::uid(self.pod), container, before),
        }
    }

    /// How long the image of a container takes to come.
    pub(super) fn pull_s(&self, spec: &Value) -> u64 {
        let image = spec["image"].as_str().unwrap_or_default();
        if (self.images)(image) && spec["imagePullPolicy"] != "Always" {
            0
        } else if (self.images)(image) {
            1
        } else {
            timing::pull_s(self.seed(), image)
        }
    }

    /// `name_namespace(uid)`, as messages call a pod.
    fn full_name(&self) -> String {
        let text = |field| meta::text(self.pod, field);
        format!("{}_{}({})", text("name"), text("namespace"), text("uid"))
    }
}

/// A container between two looks.
pub(super) struct Container<'a> {
    pub(super) spec: &'a Value,
    pub(super) role: Role,
    /// Whether it is started again after an end with this code.
    restarts_after: fn(i64) -> bool,
    pub(super) status: Value,
    pub(super) news: Vec<News>,
    /// It was started just now: its image has come.
    pub(super) begun: bool,
}

impl<'a> Container<'a> {
    /// A container as its pod's status shows it, or waiting for its first start.
    pub(super) fn new(
        spec: &'a Value,
        role: Role,
        policy: &str,
        status: Option<&Value>,
        waits: &str,
    ) -> Self {
        let fresh = || {
            json!({
                "name": spec["name"],
                "image": spec["image"],
                "imageID": "",
                "state": {"waiting": {"reason": waits}},
                "lastState": {},
                "ready": false,
                "restartCount": 0,
                "started": false,
            })
        };
        let restarts_after: fn(i64) -> bool = match (role, policy) {
            (Role::Sidecar, _) | (Role::Server | Role::Task, "Always") => |_| true,
            (_, "Never") => |_| false,
            _ => |code| code != 0,
        };
        Self {
            spec,
            role,
            restarts_after,
            status: status.cloned().unwrap_or_else(fresh),
            news: Vec::new(),
            begun: false,
        }
    }

    pub(super) fn name(&self) -> &'a str {
        self.spec["name"].as_str().unwrap_or_default()
    }

    fn image(&self) -> &'a str {
        self.spec["image"].as_str().unwrap_or_default()
    }

    pub(super) fn ready(&self) -> bool {
        self.status["ready"] == true
    }

    pub(super) fn started(&self) -> bool {
        self.status["started"] == true
    }

    pub(super) fn running(&self) -> Option<&Value> {
        self.status["state"].get("running")
    }

    pub(super) fn terminated(&self) -> Option<&Value> {
        self.status["state"].get("terminated")
    }

    /// The exit code with which it has ended for good.
    pub(super) fn ended(&self) -> Option<i64> {
        let code = self.terminated()?["exitCode"].as_i64()?;
        (!(self.restarts_after)(code)).then_some(code)
    }

    fn restarts(&self) -> u64 {
        self.status["restartCount"].as_u64().unwrap_or_default()
    }

    fn waits_for(&self) -> &str {
        let reason = self.status["state"]["waiting"]["reason"].as_str();
        reason.unwrap_or_default()
    }

    fn wait(&mut self, reason: &str, message: Option<&str>) {
        let mut waiting = json!({"reason": reason});
        if let Some(message) = message {
            waiting["message"] = json!(message);
        }
        self.status["state"] = json!({"waiting": waiting});
        self.status["ready"] = json!(false);
        self.status["started"] = json!(false);
    }

    /// Lets it do what is due. `from` is the second from which it may start; none while it is not its turn. Gives the
    /// second at which the next thing is due.
    pub(super) fn advance(&mut self, from: Option<u64>, around: &Around<'_>) -> Option<u64> {
        if self.terminated().is_some() {
            return self.rest(around);
        }
        if self.running().is_some() {
            return self.run(around);
        }
        if self.waits_for() == "CrashLoopBackOff" {
            let last = self.status["lastState"]["terminated"].clone();
            let due = around.second(&last["finishedAt"]) + self.back_off_s(&last, around);
            return self.start_at(due, around, true);
        }
        self.come(from?, around)
    }

    /// Its image comes, its environment is made, it starts.
    fn come(&mut self, from: u64, around: &Around<'_>) -> Option<u64> {
        let pulled = from + around.pull_s(self.spec);
        let failed = ["ErrImagePull", "ImagePullBackOff"].contains(&self.waits_for());
        if around.chosen.unpullable(self.image()) {
            return self.fail_to_pull(pulled, failed, around);
        }
        let due = if failed {
            timing::next_pull(pulled, around.now_s)
        } else {
            pulled
        };
        if due > around.now_s {
            return Some(due);
        }
        let namespace = meta::text(around.pod, "namespace");
        match needs::missing_environment(around.store, namespace, self.spec) {
            // Whatever is missing wakes the kubelet when it comes.
            Some(why) => {
                if self.status["state"]["waiting"]["message"] != why.as_str() {
                    let message = format!("Error: {why}");
                    self.news.push(News::warning("Failed", message));
                    self.wait("CreateContainerConfigError", Some(&why));
                }
                None
            }
            None => self.start_at(due, around, false),
        }
    }

    fn fail_to_pull(&mut self, pulled: u64, failed: bool, around: &Around<'_>) -> Option<u64> {
        let image = self.image();
        let why = format!(
            "failed to pull and unpack image {image:?}: failed to resolve reference {image:?}: {image}: not found"
        );
        if !failed {
            if pulled > around.now_s {
                return Some(pulled);
            }
            let message = format!("Failed to pull image {image:?}: {why}");
            self.news.push(News::warning("Failed", message));
            self.news
                .push(News::warning("Failed", "Error: ErrImagePull"));
            self.wait("ErrImagePull", Some(&why));
            return Some(around.now_s + timing::PULL_ERROR_S);
        }
        if self.waits_for() == "ErrImagePull" {
            let due = pulled + timing::PULL_ERROR_S;
            if due > around.now_s {
                return Some(due);
            }
            let message = format!("Back-off pulling image {image:?}");
            self.news.push(News::normal("BackOff", message.clone()));
            self.news
                .push(News::warning("Failed", "Error: ImagePullBackOff"));
            let message = format!("{message}: ErrImagePull: {why}");
            self.wait("ImagePullBackOff", Some(&message));
        }
        None
    }

    /// Starts it when it is time, and lets it run.
    fn start_at(&mut self, due: u64, around: &Around<'_>, again: bool) -> Option<u64> {
        if due > around.now_s {
            return Some(due);
        }
        if again {
            if let Some(ended) = self.terminated().cloned() {
                self.status["lastState"] = json!({"terminated": ended});
            }
            self.status["restartCount"] = json!(self.restarts() + 1);
        }
        let start = format!(
            "{} {} {}",
            meta::uid(around.pod),
            self.name(),
            self.restarts()
        );
        let id = hashes::number(around.seed(), &start);
        self.status["containerID"] =
            json!(format!("containerd://{id:016x}{:016x}", id.rotate_left(17)));
        let digest = hashes::number(0, self.image());
        let digest = format!("{digest:016x}").repeat(4);
        let repository = self.image().split('@').next().unwrap_or_default();
        self.status["imageID"] = json!(format!("{repository}@sha256:{digest}"));
        self.status["state"] = json!({"running": {"startedAt": around.time}});
        self.begun = true;
        self.run(around)
    }

    /// It starts up, gets ready, comes to its end.
    fn run(&mut self, around: &Around<'_>) -> Option<u64> {
        let since = around.second(&self.running()?["startedAt"]);
        let start = around.start(self.name(), self.restarts());
        let seconds = around.chosen.seconds(start);
        if let Some((code, after)) = self.end(start, seconds, around) {
            if since + after <= around.now_s {
                let reason = if code == 0 { "Completed" } else { "Error" };
                self.terminate(code, reason, around);
                return self.rest(around);
            }
            if matches!(self.role, Role::Init) {
                self.status["started"] = json!(true);
                return Some(since + after);
            }
        }
        let end = self
            .end(start, seconds, around)
            .map(|(_, after)| since + after);
        let unready = around.chosen.unready(start);
        let [started, ready] = self.probes(seconds, around).map(|after| since + after);
        self.status["started"] = json!(started <= around.now_s);
        self.status["ready"] = json!(ready <= around.now_s && !unready);
        let dues = [Some(started), Some(ready).filter(|_| !unready), end];
        let later = dues.into_iter().flatten().filter(|due| *due > around.now_s);
        later.min()
    }

    /// The exit code with which a start ends, and after how long.
    fn end(
        &self,
        start: Start<'_>,
        seconds: Option<u64>,
        around: &Around<'_>,
    ) -> Option<(i64, u64)> {
        let of = format!("{} {}", meta::uid(around.pod), start.container);
        if let Some(code) = around.chosen.exit_code(start) {
            let after = seconds.unwrap_or_else(|| timing::crash_s(around.seed(), &of));
            return Some((code, after));
        }
        let after = match self.role {
            Role::Init => timing::init_s(around.seed(), &of),
            Role::Task => timing::task_s(around.seed(), &of),
            Role::Sidecar | Role::Server => return None,
        };
        Some((0, seconds.unwrap_or(after)))
    }

    /// After how many seconds it has started, and after how many it is ready.
    fn probes(&self, seconds: Option<u64>, around: &Around<'_>) -> [u64; 2] {
        let answers = seconds.unwrap_or_else(|| timing::answer_s(around.seed(), self.image()));
        let probe = |field: &str| {
            let probe = self.spec.get(field).filter(|probe| probe.is_object())?;
            Some(first_success_s(probe, answers))
        };
        let started = probe("startupProbe").unwrap_or(0);
        let ready = match probe("readinessProbe") {
            // The first success of a startup probe lets the readiness probe go at once.
            Some(_) if started > 0 => started,
            Some(ready) => ready,
            None if self.role == Role::Server => started.max(seconds.unwrap_or(0)),
            None => started,
        };
        [started, ready]
    }

    /// Comes to an end.
    pub(super) fn terminate(&mut self, code: i64, reason: &str, around: &Around<'_>) {
        let since = match self.running() {
            Some(running) => running["startedAt"].clone(),
            None => Value::Null,
        };
        let mut ended = json!({
            "exitCode": code,
            "reason": reason,
            "startedAt": since,
            "finishedAt": around.time,
        });
        if let Some(id) = self.status.get("containerID") {
            ended["containerID"] = id.clone();
        }
        self.status["state"] = json!({"terminated": ended});
        // An init container that has done its work counts as ready.
        self.status["ready"] = json!(self.role == Role::Init && code == 0);
        self.status["started"] = json!(false);
    }

    fn back_off_s(&self, ended: &Value, around: &Around<'_>) -> u64 {
        let ran = around.second(&ended["finishedAt"]) - around.second(&ended["startedAt"]);
        timing::crash_back_off_s(self.restarts(), ran)
    }

    /// It has ended: it stays so, is started again at once, or has to wait.
    fn rest(&mut self, around: &Around<'_>) -> Option<u64> {
        if self.ended().is_some() {
            return None;
        }
        let ended = self.terminated()?.clone();
        // The end is seen for a second before anything else happens.
        let seen = around.second(&ended["finishedAt"]) + 1;
        if seen > around.now_s {
            return Some(seen);
        }
        let wait = self.back_off_s(&ended, around);
        if wait == 0 {
            return self.start_at(seen, around, true);
        }
        let (name, pod) = (self.name(), around.full_name());
        let message = format!("Back-off restarting failed container {name} in pod {pod}");
        self.news.push(News::warning("BackOff", message));
        let message = format!("back-off {wait}s restarting failed container={name} pod={pod}");
        let message = if wait >= 60 {
            message.replace(&format!("{wait}s"), &minutes(wait))
        } else {
            message
        };
        self.wait("CrashLoopBackOff", Some(&message));
        self.status["lastState"] = json!({"terminated": ended});
        Some(around.second(&ended["finishedAt"]) + wait)
    }
}

/// A duration as Go writes it: `1m20s`.
fn minutes(seconds: u64) -> String {
    format!("{}m{}s", seconds / 60, seconds % 60)
}

/// When a probe first says yes, if what it asks answers after so many seconds.
fn first_success_s(probe: &Value, answers: u64) -> u64 {
    let number = |field: &str, default: u64| probe[field].as_u64().unwrap_or(default);
    let (delay, period) = (
        number("initialDelaySeconds", 0),
        number("periodSeconds", 10).max(1),
    );
    let late = answers.saturating_sub(delay).div_ceil(period);
    let more = number("successThreshold", 1).saturating_sub(1);
    // A probe is never quicker than the second in which it is sent.
    (delay + (late + more) * period).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_ask_in_their_rhythm() {
        for (probe, answers, expected) in [
            (json!({}), 3, 10),
            (json!({"initialDelaySeconds": 5}), 3, 5),
            (json!({"initialDelaySeconds": 5, "periodSeconds": 2}), 8, 9),
            (json!({"periodSeconds": 1, "successThreshold": 3}), 0, 2),
            (json!({"periodSeconds": 1}), 0, 1),
        ] {
            assert_eq!(first_success_s(&probe, answers), expected, "{probe}");
        }
    }
}
