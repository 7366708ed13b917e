//! Whether a pod may run on a node, and whether there is room for it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::quantities::milli;

/// Amounts by resource, in thousandths; `pods` counts pods.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Room(BTreeMap<String, u128>);

impl Room {
    pub(super) fn add(&mut self, other: &Self) {
        for (name, amount) in &other.0 {
            *self.0.entry(name.clone()).or_default() += amount;
        }
    }

    /// How many pods there are, in thousandths.
    pub(super) fn pods(&self) -> u128 {
        self.0.get("pods").copied().unwrap_or_default()
    }
}

/// What a pod asks for: the sum of its containers and sidecars, or its greediest init container if that is more.
pub(super) fn requests(spec: &Value) -> Room {
    let mut sum = Room::default();
    for container in list(spec, "containers") {
        sum.add(&of_container(container));
    }
    let mut most = BTreeMap::new();
    for container in list(spec, "initContainers") {
        let asked = of_container(container);
        if container["restartPolicy"] == "Always" {
            sum.add(&asked);
        } else {
            for (name, amount) in asked.0 {
                let kept = most.entry(name).or_insert(0);
                *kept = amount.max(*kept);
            }
        }
    }
    for (name, amount) in most {
        let kept = sum.0.entry(name).or_default();
        *kept = amount.max(*kept);
    }
    sum.0.insert("pods".to_owned(), 1000);
    sum
}

fn list<'a>(spec: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    spec[field].as_array().into_iter().flatten()
}

/// Requests of a container; where only a limit is given, it is the request.
fn of_container(container: &Value) -> Room {
    let mut room = Room::default();
    for field in ["limits", "requests"] {
        let amounts = container["resources"][field].as_object();
        for (name, amount) in amounts.into_iter().flatten() {
            room.0.insert(name.clone(), milli(amount));
        }
    }
    room
}

/// Why a pod cannot run on a node.
pub(super) fn complaint(spec: &Value, node: &Value, asked: &Room, used: &Room) -> Option<String> {
    if node["spec"]["unschedulable"] == true && !tolerates_cordon(spec) {
        return Some("node(s) were unschedulable".to_owned());
    }
    if untolerated(spec, node, &["NoSchedule", "NoExecute"]).is_some() {
        return Some("node(s) had untolerated taint(s)".to_owned());
    }
    if !selected(spec, node) {
        return Some("node(s) didn't match Pod's node affinity/selector".to_owned());
    }
    let over = |name: &str, wanted: u128| {
        let room = milli(&node["status"]["allocatable"][name]);
        let taken = used.0.get(name).copied().unwrap_or_default();
        wanted > 0 && taken + wanted > room
    };
    if over("pods", asked.pods()) {
        return Some("Too many pods".to_owned());
    }
    let mut wants = asked.0.iter().filter(|(name, _)| *name != "pods");
    let (name, _) = wants.find(|(name, wanted)| over(name, **wanted))?;
    Some(format!("Insufficient {name}"))
}

fn tolerates_cordon(spec: &Value) -> bool {
    let taint =
        serde_json::json!({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"});
    tolerates(spec, &taint)
}

/// The first taint with one of these effects that a pod does not tolerate.
pub(super) fn untolerated<'a>(
    spec: &Value,
    node: &'a Value,
    effects: &[&str],
) -> Option<&'a Value> {
    let taints = node["spec"]["taints"].as_array()?;
    taints.iter().find(|taint| {
        let effect = taint["effect"].as_str().unwrap_or_default();
        effects.contains(&effect) && !tolerates(spec, taint)
    })
}

fn tolerates(spec: &Value, taint: &Value) -> bool {
    let same = |one: &Value, field: &str| {
        let given = one[field].as_str().unwrap_or_default();
        given.is_empty() || Some(given) == taint[field].as_str()
    };
    list(spec, "tolerations").any(|one| {
        let exists = one["operator"] == "Exists";
        let value = exists
            || one["value"].as_str().unwrap_or_default()
                == taint["value"].as_str().unwrap_or_default();
        // Only `Exists` may leave the key out.
        let key = same(one, "key") && (exists || one["key"].is_string());
        same(one, "effect") && key && value
    })
}

/// Whether a node carries the labels that a pod asks for.
pub(super) fn selected(spec: &Value, node: &Value) -> bool {
    let labels = &node["metadata"]["labels"];
    let wanted = spec["nodeSelector"].as_object().into_iter().flatten();
    if !wanted
        .into_iter()
        .all(|(name, value)| labels[name] == *value)
    {
        return false;
    }
    let required =
        &spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    required.is_null() || any_term(&required["nodeSelectorTerms"], node)
}

/// Whether a node meets one of the terms of a node selector.
pub(super) fn any_term(terms: &Value, node: &Value) -> bool {
    let labels = &node["metadata"]["labels"];
    let terms = terms.as_array().map(Vec::as_slice).unwrap_or_default();
    terms.iter().any(|term| {
        let mut by_label = list(term, "matchExpressions");
        let mut by_field = list(term, "matchFields");
        let name = |_: &str| node["metadata"]["name"].as_str();
        let label = |key: &str| labels[key].as_str();
        by_label.all(|one| meets(one, label)) && by_field.all(|one| meets(one, name))
    })
}

fn meets<'a>(expression: &Value, find: impl Fn(&str) -> Option<&'a str>) -> bool {
    let value = find(expression["key"].as_str().unwrap_or_default());
    let values = || list(expression, "values").filter_map(Value::as_str);
    let compare = |greater: bool| {
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
        match (number(value), number(values().next())) {
            (Some(value), Some(limit)) if greater => value > limit,
            (Some(value), Some(limit)) => value < limit,
            _ => false,
        }
    };
    match expression["operator"].as_str() {
        Some("In") => value.is_some_and(|value| values().any(|one| one == value)),
        Some("NotIn") => value.is_none_or(|value| values().all(|one| one != value)),
        Some("Exists") => value.is_some(),
        Some("DoesNotExist") => value.is_none(),
        Some("Gt") => compare(true),
        Some("Lt") => compare(false),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn node() -> Value {
        json!({
            "metadata": {"name": "n1", "labels": {"zone": "a", "gen": "6"}},
            "spec": {"taints": [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]},
            "status": {"allocatable": {"cpu": "1", "memory": "1Gi", "pods": "2"}},
        })
    }

    fn why(spec: &Value) -> Option<String> {
        complaint(spec, &node(), &requests(spec), &Room::default())
    }

    #[test]
    fn taints_labels_and_room() {
        let tolerates = json!([{"key": "gpu", "operator": "Exists"}]);
        let asks = |cpu: &str| json!([{"resources": {"requests": {"cpu": cpu}}}]);
        for (spec, expected) in [
            (json!({}), Some("node(s) had untolerated taint(s)")),
            (
                json!({"tolerations": [{"key": "gpu", "value": "no"}]}),
                Some("node(s) had untolerated taint(s)"),
            ),
            (
                json!({"tolerations": [{"key": "gpu", "value": "yes"}]}),
                None,
            ),
            (json!({"tolerations": [{"operator": "Exists"}]}), None),
            (
                json!({"tolerations": tolerates, "nodeSelector": {"zone": "b"}}),
                Some("node(s) didn't match Pod's node affinity/selector"),
            ),
            (
                json!({"tolerations": tolerates, "containers": asks("1")}),
                None,
            ),
            (
                json!({"tolerations": tolerates, "containers": asks("1001m")}),
                Some("Insufficient cpu"),
            ),
            (
                json!({"tolerations": tolerates, "initContainers": asks("2")}),
                Some("Insufficient cpu"),
            ),
        ] {
            assert_eq!(why(&spec).as_deref(), expected, "{spec}");
        }
    }

    #[test]
    fn expressions_of_node_affinity() {
        for (operator, key, values, expected) in [
            ("In", "zone", json!(["a", "b"]), true),
            ("NotIn", "zone", json!(["a"]), false),
            ("NotIn", "other", json!(["a"]), true),
            ("Exists", "gen", json!([]), true),
            ("DoesNotExist", "gen", json!([]), false),
            ("Gt", "gen", json!(["5"]), true),
            ("Lt", "gen", json!(["5"]), false),
        ] {
            let term = json!([{"matchExpressions": [{"key": key, "operator": operator, "values": values}]}]);
            assert_eq!(any_term(&term, &node()), expected, "{operator} {key}");
        }
        let field = json!([{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n1"]}]}]);
        assert!(any_term(&field, &node()));
        assert!(!any_term(&json!([]), &node()));
    }
}
