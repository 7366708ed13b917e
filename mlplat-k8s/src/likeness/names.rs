//! What members mean, by their names.

use serde_json::{Map, Value, json};

use super::quantity;

/// Maps whose values are quantities.
const QUANTITIES: [&str; 3] = ["limits", "requests", "overhead"];
/// Members that are quantities wherever they stand.
const QUANTITY: [&str; 3] = ["sizeLimit", "divisor", "averageValue"];
/// Members that are a number or a text, of which a text of digits is a number.
const INT_OR_STRING: [&str; 5] = [
    "targetPort",
    "maxSurge",
    "maxUnavailable",
    "minAvailable",
    "port",
];
/// Maps of free texts: their keys are no member names.
pub(super) const FREE: [&str; 8] = [
    "labels",
    "annotations",
    "matchLabels",
    "nodeSelector",
    "parameters",
    "volumeAttributes",
    "options",
    "userAnnotations",
];
/// Numbers and flags that the server leaves out when they are zero.
const VANISHING: [&str; 15] = [
    "healthCheckNodePort",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostPort",
    "initialDelaySeconds",
    "minReadySeconds",
    "nodePort",
    "number",
    "paused",
    "publishNotReadyAddresses",
    "readOnly",
    "stdin",
    "stdinOnce",
    "tty",
];

/// Numbers of a probe that mean their default when they are zero, and come back
/// as that.
const DEFAULTED: [&str; 4] = [
    "failureThreshold",
    "periodSeconds",
    "successThreshold",
    "timeoutSeconds",
];

/// Where a member stands: its own name, and that of the member around it.
#[derive(Clone, Copy, Default)]
pub(super) struct Place<'a> {
    pub(super) name: &'a str,
    pub(super) around: &'a str,
}

impl<'a> Place<'a> {
    pub(super) fn member(self, name: &'a str) -> Self {
        Self {
            name,
            around: self.name,
        }
    }

    fn is_quantity(self) -> bool {
        QUANTITY.contains(&self.name)
            || QUANTITIES.contains(&self.around)
            || matches!((self.around, self.name), ("target", "value"))
            || self.name == "tolerance"
    }
}

/// Whether a value that we have set may be missing in what the server shows,
/// and means the same.
pub(super) fn vanishes(place: Place<'_>, value: &Value) -> bool {
    let is_map = || FREE.contains(&place.name) || QUANTITIES.contains(&place.name);
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty() && is_map(),
        Value::Bool(flag) => !flag && VANISHING.contains(&place.name),
        Value::Number(number) => number.as_i64() == Some(0) && VANISHING.contains(&place.name),
    }
}

/// A document in which equal values are written alike: quantities in canonical
/// form, numbers as numbers, ports with the protocol that they have by default,
/// which is part of their key, and no zero that stands for a default. Applying
/// it twice changes nothing.
#[must_use]
pub fn canonical(document: Value) -> Value {
    at(document, Place::default())
}

pub(super) fn at(value: Value, place: Place<'_>) -> Value {
    match value {
        Value::Object(members) if is_free(place, &members) => Value::Object(members),
        Value::Object(members) => {
            let says = |(key, value): &(String, Value)| {
                value.as_i64() != Some(0) || !DEFAULTED.contains(&key.as_str())
            };
            let each = members.into_iter().filter(says).map(|(key, value)| {
                let value = at(value, place.member(&key));
                (key, value)
            });
            Value::Object(each.collect())
        }
        Value::Array(items) => {
            let ports = place.name == "ports";
            let each = items.into_iter().map(|item| at(item, place));
            each.map(|item| if ports { with_protocol(item) } else { item })
                .collect()
        }
        Value::String(text) => scalar(text, place),
        other => other,
    }
}

/// A map of free texts; the selector of a service is one, too.
fn is_free(place: Place<'_>, members: &Map<String, Value>) -> bool {
    FREE.contains(&place.name) || place.name == "selector" && members.values().all(Value::is_string)
}

fn scalar(text: String, place: Place<'_>) -> Value {
    if place.is_quantity() {
        return Value::String(quantity::canonical(&text).unwrap_or(text));
    }
    if INT_OR_STRING.contains(&place.name)
        && let Ok(number) = text.parse::<i32>()
    {
        return json!(number);
    }
    Value::String(text)
}

fn with_protocol(mut port: Value) -> Value {
    if let Some(members) = port.as_object_mut() {
        members.entry("protocol").or_insert_with(|| json!("TCP"));
    }
    port
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_the_server_writes_them() {
        let given = json!({
            "containers": [{
                "name": "a",
                "env": [{"name": "LIMIT", "value": "1000m"}],
                "ports": [{"containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}],
                "resources": {"limits": {"cpu": "1000m", "memory": "1024Mi"}},
                "livenessProbe": {"httpGet": {"port": "8080"}, "tcpSocket": {"port": "http"}},
            }],
            "selector": {"sizeLimit": "1000m"},
            "metadata": {"labels": {"divisor": "1000m"}},
            "metrics": [{"resource": {"target": {"averageValue": "0.5", "value": "2000m"}}}],
            "strategy": {"rollingUpdate": {"maxSurge": "1", "maxUnavailable": "25%"}},
        });
        let written = json!({
            "containers": [{
                "name": "a",
                "env": [{"name": "LIMIT", "value": "1000m"}],
                "ports": [
                    {"containerPort": 80, "protocol": "TCP"},
                    {"containerPort": 53, "protocol": "UDP"},
                ],
                "resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
                "livenessProbe": {"httpGet": {"port": 8080}, "tcpSocket": {"port": "http"}},
            }],
            "selector": {"sizeLimit": "1000m"},
            "metadata": {"labels": {"divisor": "1000m"}},
            "metrics": [{"resource": {"target": {"averageValue": "500m", "value": "2"}}}],
            "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": "25%"}},
        });
        assert_eq!(canonical(given), written);
        assert_eq!(canonical(written.clone()), written);
    }
}
