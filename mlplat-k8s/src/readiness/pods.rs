//! What pods say about themselves, and what events say about those that could
//! not be made.

use serde_json::Value;

/// How often a container may crash before it counts as hopeless: Kubernetes
/// has waited 10, 20 and 40 seconds in between by then.
const CRASHES: i64 = 3;

/// Why a pod does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) why: String,
    /// It repeats itself without hope.
    pub(super) for_good: bool,
}

fn passing(why: String) -> Trouble {
    Trouble {
        why,
        for_good: false,
    }
}

/// The most serious trouble of any pod, and of one that could not be made.
pub(super) fn worst(pods: &[Value], events: &[Value]) -> Option<Trouble> {
    let of_pods = pods.iter().filter_map(of_pod);
    let troubles: Vec<Trouble> = of_pods.chain(unmade(events)).collect();
    let for_good = troubles.iter().find(|trouble| trouble.for_good);
    for_good.or(troubles.first()).cloned()
}

/// A pod that a controller could not make, unless it has made one since:
/// events outlive what they tell of.
fn unmade(events: &[Value]) -> Option<Trouble> {
    let tries = events.iter().filter(|event| {
        let reason = text(event, "/reason");
        reason == "FailedCreate" || reason == "SuccessfulCreate"
    });
    let last = tries.max_by_key(|event| super::around::time(event))?;
    let failed = last["reason"] == "FailedCreate";
    failed.then(|| refused(text(last, "/message").to_owned()))
}

/// A pod that the API did not accept. A quota and an admission rule say no
/// until somebody changes something; a service account may only be late.
pub(super) fn refused(message: String) -> Trouble {
    let hopeless = [
        "exceeded quota",
        "violates PodSecurity",
        "denied the request",
    ];
    Trouble {
        for_good: hopeless.iter().any(|words| message.contains(words)),
        why: format!("pods are refused: {message}"),
    }
}

fn of_pod(pod: &Value) -> Option<Trouble> {
    if pod.pointer("/metadata/deletionTimestamp").is_some() {
        return None;
    }
    let name = text(pod, "/metadata/name");
    let trouble = match text(pod, "/status/phase") {
        "Succeeded" => return None,
        "Failed" => ended(pod),
        _ => unscheduled(pod).or_else(|| first_container(pod)),
    }?;
    Some(Trouble {
        why: format!("pod {name}: {}", trouble.why),
        ..trouble
    })
}

/// A pod without a node. More nodes may come.
fn unscheduled(pod: &Value) -> Option<Trouble> {
    let said = super::condition(pod, "PodScheduled", "False")?;
    Some(passing(super::said(said)))
}

/// The first container that is in trouble, initial ones before the others.
fn first_container(pod: &Value) -> Option<Trouble> {
    statuses(pod).find_map(|status| {
        let trouble = of_container(status)?;
        Some(Trouble {
            why: format!("container {}: {}", text(status, "/name"), trouble.why),
            ..trouble
        })
    })
}

fn of_container(status: &Value) -> Option<Trouble> {
    if let Some(waiting) = status.pointer("/state/waiting") {
        return of_waiting(status, waiting);
    }
    if let Some(over) = status.pointer("/state/terminated") {
        return (over["exitCode"] != 0).then(|| passing(exit(over)));
    }
    let unready = status["ready"] == false && status.pointer("/state/running").is_some();
    unready.then(|| passing("it runs, and its readiness probe does not succeed yet".to_owned()))
}

fn of_waiting(status: &Value, waiting: &Value) -> Option<Trouble> {
    let (reason, message) = (text(waiting, "/reason"), text(waiting, "/message"));
    let said = super::said((reason.to_owned(), message.to_owned()));
    let trouble = |for_good| {
        Some(Trouble {
            why: said.clone(),
            for_good,
        })
    };
    match reason {
        "CrashLoopBackOff" => Some(crashing(status)),
        "ImagePullBackOff"
        | "InvalidImageName"
        | "ErrImageNeverPull"
        | "CreateContainerConfigError"
        | "CreateContainerError" => trouble(true),
        "" | "ContainerCreating" | "PodInitializing" => None,
        _ => trouble(false),
    }
}

fn crashing(status: &Value) -> Trouble {
    let times = status["restartCount"].as_i64().unwrap_or(0);
    let last = status.pointer("/lastState/terminated");
    let last = last.map_or_else(|| "it ended".to_owned(), exit);
    Trouble {
        why: format!("CrashLoopBackOff: {last}, restarted {times} times"),
        for_good: times >= CRASHES,
    }
}

/// How the containers of a failed pod ended.
fn ended(pod: &Value) -> Option<Trouble> {
    let of_container = |status: &Value| {
        let over = status.pointer("/state/terminated")?;
        let name = text(status, "/name");
        (over["exitCode"] != 0).then(|| format!("container {name}: {}", exit(over)))
    };
    let said = (
        text(pod, "/status/reason").to_owned(),
        text(pod, "/status/message").to_owned(),
    );
    let why = statuses(pod).find_map(of_container);
    Some(passing(why.unwrap_or_else(|| super::said(said))))
}

/// `it ended with exit code 137 (OOMKilled)`, and what it left as its last
/// words.
fn exit(over: &Value) -> String {
    let code = over["exitCode"].as_i64().unwrap_or(0);
    let mut why = format!("it ended with exit code {code}");
    match text(over, "/reason") {
        "" | "Error" => {}
        reason => why.push_str(&format!(" ({reason})")),
    }
    let message = text(over, "/message").trim();
    if !message.is_empty() {
        why.push_str(&format!(": {message}"));
    }
    why
}

fn statuses(pod: &Value) -> impl Iterator<Item = &Value> {
    let of = |pointer: &str| {
        let list = pod.pointer(pointer).and_then(Value::as_array);
        list.into_iter().flatten()
    };
    of("/status/initContainerStatuses").chain(of("/status/containerStatuses"))
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}
