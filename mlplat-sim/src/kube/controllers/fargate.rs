//! Pods that a Fargate profile selects run on Fargate, and only those.
//!
//! In reality an admission webhook gives such a pod to a scheduler of its own, which makes a node for it with a taint
//! that nothing tolerates. Here the profile has one node, whose annotation says which pods come to it. Left out: EBS
//! volumes, which Fargate does not have, and the pods that Fargate refuses (privileged ones, those with host ports).

use std::borrow::Cow;

use mlplat_aws::eks::selects;
use serde_json::Value;

use super::acting::Found;

/// The annotation of a node of Fargate: the selectors of its profile.
pub(super) const SELECTS: &str = "simulated.mlplat.dev/selects";

/// Which of the nodes are out of the question for a pod because of Fargate, with the scheduler's words for it.
pub(super) fn complaints(nodes: &[Found], pod: &Found) -> Vec<Option<String>> {
    let taken: Vec<Option<bool>> = nodes.iter().map(|(_, node)| takes(node, pod)).collect();
    let on_fargate = taken.contains(&Some(true));
    let each = taken.into_iter().map(|takes| match takes {
        Some(true) => None,
        Some(false) => Some("node(s) had untolerated taint(s)".to_owned()),
        None => on_fargate.then(|| "node(s) were not made for the pod".to_owned()),
    });
    each.collect()
}

/// Whether a node of Fargate takes a pod; nothing for another node.
fn takes(node: &Value, (key, pod): &Found) -> Option<bool> {
    let selectors = node["metadata"]["annotations"][SELECTS].as_str()?;
    let selectors: Vec<Value> = serde_json::from_str(selectors).unwrap_or_default();
    let labels = &pod["metadata"]["labels"];
    let has = |name: &str, value: &Value| {
        let label = labels[name].as_str();
        label.is_some_and(|label| selects(value.as_str().unwrap_or_default(), label))
    };
    Some(selectors.iter().any(|selector| {
        let namespace = selector["namespace"].as_str().unwrap_or_default();
        let mut wanted = selector["labels"].as_object().into_iter().flatten();
        selects(namespace, &key.namespace) && wanted.all(|(name, value)| has(name, value))
    }))
}

/// A node as the pods see it that it was made for: its taint is not for them.
pub(super) fn without_taint(node: &Value) -> Cow<'_, Value> {
    if node["metadata"]["annotations"][SELECTS].is_null() {
        return Cow::Borrowed(node);
    }
    let mut open = node.clone();
    open["spec"]["taints"] = Value::Null;
    Cow::Owned(open)
}
