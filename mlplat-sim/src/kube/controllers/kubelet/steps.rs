//! The life of a pod on its node, as a function: from what it is, the time and what is around it to what it is next.
//!
//! A pod that a node has got is greeted (its containers wait), gets its sandbox once its volumes are there, runs its
//! init containers one after the other, then its containers, and finishes when they do. Every duration counts from a
//! time that the status already holds, so that nothing has to be remembered.
//!
//! Facts: phases, conditions and their reasons as the pod lifecycle documentation of Kubernetes 1.36 and
//! `pkg/kubelet/status/generate` have them.

use serde_json::{Value, json};

use super::super::conditions::{self, Condition};
use super::super::events::News;
use super::super::{hashes, pods};
use super::containers::{Around, Container, Role};
use super::{needs, timing};
use crate::kube::meta;

/// What a look at a pod comes to.
#[derive(Debug, Default)]
pub(super) struct Next {
    /// The status, if there is something new to say.
    pub(super) status: Option<Value>,
    /// The second at which the next thing is due.
    pub(super) due_s: Option<u64>,
    pub(super) news: Vec<News>,
    /// Images that have come.
    pub(super) pulled: Vec<String>,
    /// It has stopped and can go.
    pub(super) stopped: bool,
}

impl Next {
    fn at(due_s: u64) -> Self {
        Self {
            due_s: Some(due_s),
            ..Self::default()
        }
    }
}

/// What a pod becomes. `host` is the address of its node.
pub(super) fn step(around: &Around<'_>, host: &str) -> Next {
    let pod = around.pod;
    if meta::deleting(pod) {
        return stop(around);
    }
    if pods::is_finished(pod) {
        return Next::default();
    }
    if pod["status"]["startTime"].is_null() {
        return greet(around, host);
    }
    live(around, host)
}

/// The kubelet has seen the pod: its containers wait.
fn greet(around: &Around<'_>, host: &str) -> Next {
    let bound = conditions::find(&around.pod["status"], "PodScheduled");
    let bound = bound.map_or(0, |one| around.second(&one["lastTransitionTime"]));
    if bound + 1 > around.now_s {
        return Next::at(bound + 1);
    }
    let mut status = around.pod["status"].clone();
    status["startTime"] = json!(around.time);
    status["hostIP"] = json!(host);
    status["hostIPs"] = json!([{"ip": host}]);
    let all = Containers::of(around);
    finish(
        around,
        status,
        all,
        &mut Next::at(around.now_s + timing::SANDBOX_S),
    )
}

fn live(around: &Around<'_>, host: &str) -> Next {
    let mut next = Next::default();
    let mut status = around.pod["status"].clone();
    let begun = around.second(&status["startTime"]);
    let mut all = Containers::of(around);
    if let Some(limit) = around.pod["spec"]["activeDeadlineSeconds"].as_u64() {
        if begun + limit <= around.now_s {
            return overdue(around, status, all);
        }
        next.due_s = Some(begun + limit);
    }
    let base = match sandbox(around, &mut status, begun, host) {
        Ok(base) => base,
        Err((due_s, news)) => {
            next.due_s = [next.due_s, due_s].into_iter().flatten().min();
            next.news.extend(news);
            return next;
        }
    };
    let due_s = all.advance(base, around);
    next.due_s = [next.due_s, due_s].into_iter().flatten().min();
    finish(around, status, all, &mut next)
}

/// The second in which the sandbox was ready, or what it still waits for.
fn sandbox(
    around: &Around<'_>,
    status: &mut Value,
    begun: u64,
    host: &str,
) -> Result<u64, (Option<u64>, Option<News>)> {
    let spec = &around.pod["spec"];
    let made = conditions::find(status, "PodReadyToStartContainers");
    if let Some(made) = made.filter(|one| one["status"] == "True") {
        return Ok(around.second(&made["lastTransitionTime"]));
    }
    let namespace = meta::text(around.pod, "namespace");
    if let Some(why) = needs::missing_volume(around.store, namespace, spec) {
        // Whatever is missing wakes the kubelet when it comes.
        return Err((None, Some(News::warning("FailedMount", why))));
    }
    let attach = if needs::has_disk(spec) {
        timing::ATTACH_S
    } else {
        0
    };
    let ready = begun + timing::SANDBOX_S + attach;
    if ready > around.now_s {
        return Err((Some(ready), None));
    }
    let own = address(around);
    let ip = if spec["hostNetwork"] == true {
        host
    } else {
        &own
    };
    status["podIP"] = json!(ip);
    status["podIPs"] = json!([{"ip": ip}]);
    let condition = Condition::new("PodReadyToStartContainers", true);
    conditions::set(status, &condition, around.time);
    Ok(around.now_s)
}

/// An address of the VPC for a pod; two of a thousand pods share one in 3 of 100 clusters.
fn address(around: &Around<'_>) -> String {
    let number = hashes::number(around.seed(), meta::uid(around.pod));
    let [_, _, _, _, _, a, b, c] = number.to_be_bytes();
    format!("10.{a}.{b}.{c}")
}

/// The containers of a pod.
struct Containers<'a> {
    inits: Vec<Container<'a>>,
    mains: Vec<Container<'a>>,
}

impl<'a> Containers<'a> {
    fn of(around: &Around<'a>) -> Self {
        let (spec, status) = (&around.pod["spec"], &around.pod["status"]);
        let policy = spec["restartPolicy"].as_str().unwrap_or("Always");
        let list = |field: &str| {
            spec[field]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default()
        };
        let waits = if list("initContainers").is_empty() {
            "ContainerCreating"
        } else {
            "PodInitializing"
        };
        let known = |field: &str, name: &Value| {
            let mut all = status[field].as_array().into_iter().flatten();
            all.find(|one| one["name"] == *name)
        };
        let build = |field: &str, shown: &str, role: fn(&Value, &str) -> Role| {
            let each = list(field).iter().map(|one| {
                let known = known(shown, &one["name"]);
                Container::new(one, role(one, policy), policy, known, waits)
            });
            each.collect()
        };
        Self {
            inits: build("initContainers", "initContainerStatuses", |one, _| {
                if one["restartPolicy"] == "Always" {
                    Role::Sidecar
                } else {
                    Role::Init
                }
            }),
            mains: build("containers", "containerStatuses", |_, policy| {
                if policy == "Always" {
                    Role::Server
                } else {
                    Role::Task
                }
            }),
        }
    }

    fn advance(&mut self, base: u64, around: &Around<'_>) -> Option<u64> {
        let mut due = Vec::new();
        let mut turn = Some(base);
        for one in &mut self.inits {
            due.extend(one.advance(turn, around));
            turn = turn.and_then(|from| after(one, from, around));
        }
        for one in &mut self.mains {
            due.extend(one.advance(turn, around));
        }
        if self.over() {
            for one in &mut self.inits {
                if one.role == Role::Sidecar && one.running().is_some() {
                    one.terminate(0, "Completed", around);
                }
            }
            return None;
        }
        due.into_iter().min()
    }

    /// Whether every container has ended for good, or an init container has failed for good.
    fn over(&self) -> bool {
        self.broken()
            || (!self.mains.is_empty() && self.mains.iter().all(|one| one.ended().is_some()))
    }

    fn broken(&self) -> bool {
        let inits = self.inits.iter().filter(|one| one.role == Role::Init);
        let mut ends = inits.filter_map(Container::ended);
        ends.any(|code| code != 0)
    }

    /// The init containers that have work to do; none once a container has run.
    fn waiting(&self) -> Vec<&'a str> {
        if self.mains.iter().any(has_run) {
            return Vec::new();
        }
        let waiting = self.inits.iter().filter(|one| !is_done(one));
        waiting.map(Container::name).collect()
    }

    fn phase(&self, policy: &str) -> &'static str {
        let codes: Vec<i64> = self.mains.iter().filter_map(Container::ended).collect();
        if self.broken() || codes.len() == self.mains.len() && codes.iter().any(|code| *code != 0) {
            return "Failed";
        }
        if !self.waiting().is_empty() {
            return "Pending";
        }
        if !codes.is_empty() && codes.len() == self.mains.len() && policy != "Always" {
            return "Succeeded";
        }
        if !self.mains.iter().all(has_run) {
            "Pending"
        } else {
            "Running"
        }
    }
}

/// The second from which the container after this one may start.
fn after(one: &Container<'_>, from: u64, around: &Around<'_>) -> Option<u64> {
    if !is_done(one) {
        return None;
    }
    let ended = one
        .terminated()
        .map(|ended| around.second(&ended["finishedAt"]));
    let began = one
        .running()
        .map(|running| around.second(&running["startedAt"]));
    Some(from.max(ended.or(began).unwrap_or(from)))
}

fn has_run(one: &Container<'_>) -> bool {
    one.status["state"]["waiting"].is_null() || !one.status["lastState"]["terminated"].is_null()
}

fn is_done(one: &Container<'_>) -> bool {
    match one.role {
        Role::Sidecar => one.started(),
        _ => one.ended() == Some(0),
    }
}

/// The pod ran longer than it may.
fn overdue(around: &Around<'_>, mut status: Value, mut all: Containers<'_>) -> Next {
    for one in all.inits.iter_mut().chain(&mut all.mains) {
        if one.running().is_some() {
            one.terminate(137, "Error", around);
        }
    }
    let message = "Pod was active on the node longer than the specified deadline";
    status["reason"] = json!("DeadlineExceeded");
    status["message"] = json!(message);
    let mut next = Next::default();
    next.news.push(News::normal("DeadlineExceeded", message));
    status["phase"] = json!("Failed");
    finish(around, status, all, &mut next)
}

/// Puts containers, phase and conditions into the status.
fn finish(around: &Around<'_>, mut status: Value, all: Containers<'_>, next: &mut Next) -> Next {
    let policy = around.pod["spec"]["restartPolicy"].as_str();
    if status["reason"] != "DeadlineExceeded" {
        status["phase"] = json!(all.phase(policy.unwrap_or("Always")));
    }
    status["observedGeneration"] = json!(meta::generation(around.pod));
    conclude(around, &mut status, &all);
    for one in all.inits.iter().chain(&all.mains) {
        next.news.extend(one.news.iter().cloned());
        if one.begun {
            next.pulled
                .extend(one.spec["image"].as_str().map(str::to_owned));
        }
    }
    let shown = |list: Vec<Container<'_>>| -> Vec<Value> {
        list.into_iter().map(|one| one.status).collect()
    };
    let mut mains = shown(all.mains);
    mains.sort_by(|a, b| a["name"].as_str().cmp(&b["name"].as_str()));
    status["containerStatuses"] = Value::from(mains);
    let inits = shown(all.inits);
    if !inits.is_empty() {
        status["initContainerStatuses"] = Value::from(inits);
    }
    if status != around.pod["status"] {
        next.status = Some(status);
    }
    std::mem::take(next)
}

/// The five conditions, in the order in which the kubelet gives them; those of others stay behind them.
fn conclude(around: &Around<'_>, status: &mut Value, all: &Containers<'_>) {
    let names = |list: Vec<&str>| format!("[{}]", list.join(" "));
    let over = match status["phase"].as_str() {
        Some("Succeeded") => Some("PodCompleted"),
        Some("Failed") => Some("PodFailed"),
        _ => None,
    };
    let waiting = all.waiting();
    let initialized = if waiting.is_empty() || over.is_some() {
        let reason = over.filter(|_| waiting.is_empty()).unwrap_or_default();
        Condition::new("Initialized", waiting.is_empty()).because(reason, "")
    } else {
        let message = format!("containers with incomplete status: {}", names(waiting));
        Condition::new("Initialized", false).because("ContainersNotInitialized", message)
    };
    let serving = all.inits.iter().filter(|one| one.role == Role::Sidecar);
    let unready: Vec<&str> = serving
        .chain(&all.mains)
        .filter(|one| !one.ready())
        .map(Container::name)
        .collect();
    let gate = open_gate(around, status);
    let contained = |ty| match over {
        Some(reason) => Condition::new(ty, false).because(reason, ""),
        None if unready.is_empty() => Condition::new(ty, true),
        None => {
            let message = format!("containers with unready status: {}", names(unready.clone()));
            Condition::new(ty, false).because("ContainersNotReady", message)
        }
    };
    let ready = match gate {
        Some(why) if unready.is_empty() && over.is_none() => {
            Condition::new("Ready", false).because("ReadinessGatesNotReady", why)
        }
        _ => contained("Ready"),
    };
    let sandbox = Condition::new(
        "PodReadyToStartContainers",
        conditions::holds(status, "PodReadyToStartContainers") && over.is_none(),
    );
    let ours = [sandbox, initialized, ready, contained("ContainersReady")];
    let mut list: Vec<Value> = ours
        .iter()
        .map(|condition| {
            let before = conditions::find(status, condition.ty);
            let mut entry = conditions::entry(before, condition, around.time);
            entry["lastProbeTime"] = Value::Null;
            entry
        })
        .collect();
    let others = status["conditions"].as_array().into_iter().flatten();
    let others = others.filter(|one| ours.iter().all(|ours| one["type"] != ours.ty));
    list.extend(others.cloned());
    status["conditions"] = Value::from(list);
}

/// Why a readiness gate keeps the pod from being ready.
fn open_gate(around: &Around<'_>, status: &Value) -> Option<String> {
    let gates = around.pod["spec"]["readinessGates"].as_array()?;
    gates.iter().find_map(|gate| {
        let ty = gate["conditionType"].as_str()?;
        match conditions::find(status, ty) {
            None => Some(format!(
                "corresponding condition of pod readiness gate {ty:?} does not exist."
            )),
            Some(one) if one["status"] != "True" => {
                let value = one["status"].as_str().unwrap_or_default();
                Some(format!(
                    "the status of pod readiness gate {ty:?} is not \"True\", but {value}"
                ))
            }
            Some(_) => None,
        }
    })
}

/// A pod on its way out: its containers are told to stop, and killed when the grace is over.
fn stop(around: &Around<'_>) -> Next {
    let pod = around.pod;
    let grace = pod["metadata"]["deletionGracePeriodSeconds"].as_u64();
    let grace = grace.unwrap_or_default();
    if grace == 0 {
        // Others hold it.
        return Next::default();
    }
    let end = around.second(&pod["metadata"]["deletionTimestamp"]);
    let told = end.saturating_sub(grace);
    let containers = pod["spec"]["containers"].as_array();
    let containers = containers.map(Vec::as_slice).unwrap_or_default();
    let stubborn = |one: &Value| {
        let name = one["name"].as_str().unwrap_or_default();
        around.chosen.stubborn(around.start(name, 0))
    };
    let sleeps = containers
        .iter()
        .filter_map(|one| one["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64());
    let sleep = sleeps.max().unwrap_or_default();
    let takes = if containers.iter().any(stubborn) {
        grace
    } else {
        grace.min(sleep + timing::stop_s(around.seed(), meta::uid(pod)))
    };
    if told + takes > around.now_s {
        return Next::at(told + takes);
    }
    let mut next = Next {
        stopped: true,
        ..Next::default()
    };
    // Whoever holds the pod wants to know how it ended.
    if !meta::finalizers(pod).is_empty() && !pods::is_finished(pod) {
        let mut all = Containers::of(around);
        for one in all.inits.iter_mut().chain(&mut all.mains) {
            if one.terminated().is_none() {
                let code = if takes == grace { 137 } else { 143 };
                one.terminate(code, "Error", around);
            }
        }
        let mut status = pod["status"].clone();
        status["phase"] = json!("Failed");
        return finish(around, status, all, &mut next);
    }
    next
}
