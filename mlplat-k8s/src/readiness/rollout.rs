//! Deployments, stateful sets and daemon sets: by the same rules as
//! `kubectl rollout status`, with reasons.

use mlplat_core::provider::Status;

use super::pods::refused;
use super::{Around, Object, coming, said};

const UNSEEN: &str = "its controller has not seen it yet";

pub(super) fn deployment(object: &Object<'_>, around: &Around) -> Status {
    if !object.is_observed() {
        return Status::Coming(UNSEEN.to_owned());
    }
    // Nothing is rolled out while it is paused.
    if object.flag("/spec/paused") {
        return Status::Ready;
    }
    let desired = object.number("/spec/replicas").unwrap_or(1);
    let updated = object.count("/status/updatedReplicas");
    let old = object.count("/status/replicas") - updated;
    let available = object.count("/status/availableReplicas");
    let progress = if updated < desired {
        format!("{updated} of {desired} pods are new")
    } else if old > 0 {
        format!("{old} old pods are still there")
    } else if available < updated {
        format!("{available} of {updated} pods are available")
    } else {
        return Status::Ready;
    };
    if let Some((_, message)) = object.condition("ReplicaFailure", "True") {
        let trouble = refused(message);
        if trouble.for_good {
            return Status::Stuck(trouble.why);
        }
    }
    let late = object
        .condition("Progressing", "False")
        .filter(|(reason, _)| reason == "ProgressDeadlineExceeded");
    match (coming(progress, around), late) {
        (Status::Coming(progress), Some(late)) => {
            Status::Stuck(format!("{}; {progress}", said(late)))
        }
        (status, _) => status,
    }
}

pub(super) fn stateful_set(object: &Object<'_>, around: &Around) -> Status {
    if !object.is_observed() {
        return Status::Coming(UNSEEN.to_owned());
    }
    let desired = object.number("/spec/replicas").unwrap_or(1);
    // With `OnDelete` somebody else decides when pods are replaced.
    let rolls = object.text("/spec/updateStrategy/type") != "OnDelete";
    let kept = object.count("/spec/updateStrategy/rollingUpdate/partition");
    let to_update = (desired - kept).max(0);
    let updated = match object.text("/status/updateRevision") {
        // Nobody counts updated pods when all of them are.
        revision if revision == object.text("/status/currentRevision") => desired,
        _ => object.count("/status/updatedReplicas"),
    };
    let ready = object.count("/status/readyReplicas");
    let available = object
        .number("/status/availableReplicas")
        .map_or(ready, |available| available.min(ready));
    if available < desired {
        coming(
            format!("{available} of {desired} pods are available"),
            around,
        )
    } else if rolls && updated < to_update {
        coming(format!("{updated} of {to_update} pods are new"), around)
    } else {
        Status::Ready
    }
}

pub(super) fn daemon_set(object: &Object<'_>, around: &Around) -> Status {
    if !object.is_observed() {
        return Status::Coming(UNSEEN.to_owned());
    }
    let desired = object.count("/status/desiredNumberScheduled");
    let updated = object.count("/status/updatedNumberScheduled");
    let available = object.count("/status/numberAvailable");
    let rolls = object.text("/spec/updateStrategy/type") != "OnDelete";
    if rolls && updated < desired {
        coming(format!("{updated} of {desired} pods are new"), around)
    } else if available < desired {
        coming(
            format!("{available} of {desired} pods are available"),
            around,
        )
    } else {
        Status::Ready
    }
}
