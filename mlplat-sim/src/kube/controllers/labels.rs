//! Label selectors of specs: `matchLabels` and `matchExpressions`.

use serde_json::Value;

use crate::kube::meta;

/// Whether an object meets a selector. An empty one is met by all, an absent one by none.
pub(super) fn meets(object: &Value, selector: &Value) -> bool {
    if !selector.is_object() {
        return false;
    }
    let expressions = selector["matchExpressions"].as_array();
    has_all(object, &selector["matchLabels"])
        && expressions
            .into_iter()
            .flatten()
            .all(|expression| holds(object, expression))
}

/// Whether an object has all these labels.
pub(super) fn has_all(object: &Value, labels: &Value) -> bool {
    let mut wanted = labels.as_object().into_iter().flatten();
    wanted.all(|(name, value)| label(object, name) == value.as_str())
}

fn label<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    let mut all = meta::entries(object, "labels");
    all.find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn holds(object: &Value, expression: &Value) -> bool {
    let value = label(object, expression["key"].as_str().unwrap_or_default());
    let list = expression["values"].as_array();
    let among = |value: &str| list.into_iter().flatten().any(|one| one == value);
    match expression["operator"].as_str() {
        Some("In") => value.is_some_and(among),
        Some("NotIn") => !value.is_some_and(among),
        Some("Exists") => value.is_some(),
        Some("DoesNotExist") => value.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn selectors() {
        let object = json!({"metadata": {"labels": {"app": "web"}}});
        for (selector, expected) in [
            (json!({}), true),
            (Value::Null, false),
            (json!({"matchLabels": {"app": "web"}}), true),
            (json!({"matchLabels": {"app": "db"}}), false),
            (
                json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}),
                true,
            ),
            (
                json!({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}),
                false,
            ),
            (
                json!({"matchExpressions": [{"key": "x", "operator": "DoesNotExist"}]}),
                true,
            ),
            (
                json!({"matchExpressions": [{"key": "x", "operator": "Exists"}]}),
                false,
            ),
        ] {
            assert_eq!(meets(&object, &selector), expected, "{selector}");
        }
    }
}
