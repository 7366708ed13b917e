//! Whether an object can be used, and if not, why.
//!
//! An object's own status says how far it is; why it does not get further is
//! said by what stands around it: its pods, the replica set in between, the
//! events about them, the class of a claim. So the object is judged alone
//! first, and only one that is on its way is judged again with what a few more
//! reads show ([`Around`]). What cannot be read is left out of the judgement.
//!
//! A rollout that cannot come to an end is [`Status::Stuck`] and not `Failed`:
//! an update mends it, and the pods of before may still be serving. Only what
//! repeats itself without hope counts as such (an image that cannot be pulled,
//! a container that has crashed three times, a secret that is not there, a
//! quota, an admission rule, a deadline); everything else is shown while the
//! engine goes on waiting.

mod around;
mod balancer;
mod claim;
mod job;
mod pods;
mod rollout;

#[cfg(test)]
mod tests;

use kube::core::DynamicObject;
use mlplat_core::facts::Type;
use mlplat_core::provider::Status;
use serde_json::Value;

pub(crate) use around::Around;

/// Where an object is in its life.
pub(crate) fn status(ty: &Type, live: &DynamicObject, around: &Around) -> Status {
    if live.metadata.deletion_timestamp.is_some() {
        return Status::Leaving(holding(live));
    }
    let object = Object {
        generation: live.metadata.generation.unwrap_or(0),
        data: &live.data,
    };
    match ty.name {
        "k8s.Namespace" if object.text("/status/phase") == "Terminating" => {
            Status::Leaving(holding(live))
        }
        "k8s.Deployment" => rollout::deployment(&object, around),
        "k8s.StatefulSet" => rollout::stateful_set(&object, around),
        "k8s.DaemonSet" => rollout::daemon_set(&object, around),
        "k8s.Job" => job::job(&object, around),
        "k8s.PersistentVolumeClaim" => claim::claim(&object, around),
        "k8s.Service" => balancer::service(&object, around),
        "k8s.Ingress" => balancer::ingress(&object, around),
        _ => Status::Ready,
    }
}

/// The host name of an object's load balancer, or its address.
pub(crate) fn load_balancer_host(live: &DynamicObject) -> Option<&str> {
    balancer::host(&live.data)
}

/// What an object on its way out still waits for, and on whom.
fn holding(live: &DynamicObject) -> String {
    let finalizers = live.metadata.finalizers.iter().flatten();
    let held = finalizers.map(|finalizer| match owner(live, finalizer) {
        Some(owner) => format!("{finalizer} (set by {owner})"),
        None => finalizer.clone(),
    });
    let held: Vec<String> = held.chain(remaining(live)).collect();
    match held.as_slice() {
        [] => "Terminating".to_owned(),
        held => format!("Terminating, held by {}", held.join(", ")),
    }
}

/// Who has set a finalizer, and has to take it off.
fn owner<'a>(live: &'a DynamicObject, finalizer: &str) -> Option<&'a str> {
    let value = format!("v:{}", Value::from(finalizer));
    let entries = live.metadata.managed_fields.as_ref()?;
    let set = entries.iter().find(|entry| {
        let fields = entry.fields_v1.as_ref().map(|fields| &fields.0);
        let set = fields.and_then(|fields| fields.pointer("/f:metadata/f:finalizers"));
        set.is_some_and(|set| set.get(&value).is_some())
    });
    set?.manager.as_deref()
}

/// What is in a namespace still, in the server's words.
fn remaining(live: &DynamicObject) -> Option<String> {
    let conditions = live.data.pointer("/status/conditions")?.as_array()?;
    let of = |wanted: &str| {
        let mut each = conditions.iter();
        let found = each.find(|one| one["type"] == wanted && one["status"] == "True")?;
        Some(found["message"].as_str()?.to_owned())
    };
    of("NamespaceFinalizersRemaining").or_else(|| of("NamespaceContentRemaining"))
}

/// An object as its judges read it.
struct Object<'a> {
    generation: i64,
    data: &'a Value,
}

impl Object<'_> {
    fn text(&self, pointer: &str) -> &str {
        self.data
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn number(&self, pointer: &str) -> Option<i64> {
        self.data.pointer(pointer).and_then(Value::as_i64)
    }

    fn count(&self, pointer: &str) -> i64 {
        self.number(pointer).unwrap_or(0)
    }

    fn flag(&self, pointer: &str) -> bool {
        self.data.pointer(pointer) == Some(&Value::Bool(true))
    }

    /// Reason and message of a condition that has this status.
    fn condition(&self, ty: &str, status: &str) -> Option<(String, String)> {
        condition(self.data, ty, status)
    }

    /// Whether its controller has seen the specification as it is.
    fn is_observed(&self) -> bool {
        self.count("/status/observedGeneration") >= self.generation
    }
}

/// Reason and message of a condition that has this status.
fn condition(object: &Value, ty: &str, status: &str) -> Option<(String, String)> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    let found = conditions
        .iter()
        .find(|one| one["type"] == ty && one["status"] == status)?;
    let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
    Some((text("reason"), text("message")))
}

/// `reason: message`, or the one that there is.
fn said((reason, message): (String, String)) -> String {
    match (reason.is_empty(), message.is_empty()) {
        (false, false) => format!("{reason}: {message}"),
        (false, true) => reason,
        _ => message,
    }
}

/// On its way, or stuck when what is around says so.
fn coming(progress: String, around: &Around) -> Status {
    match around.trouble() {
        None => Status::Coming(progress),
        Some(trouble) if trouble.for_good => Status::Stuck(trouble.why),
        Some(trouble) => Status::Coming(format!("{progress}; {}", trouble.why)),
    }
}
