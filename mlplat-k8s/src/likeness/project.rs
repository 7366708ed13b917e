//! What there is, in the members that we have set.

use std::collections::BTreeSet;

use mlplat_core::facts::Document;
use serde_json::{Map, Value};

use super::names::{self, FREE, Place, vanishes};

/// What the server shows of a field, projected on what was applied. `None`
/// when nothing is there of what we have set.
///
/// ```
/// use mlplat_core::facts::DOCUMENT;
/// use serde_json::json;
///
/// let applied = json!({"replicas": 2, "cpu": {"limits": {"cpu": "1000m"}}});
/// let live = json!({"replicas": 3, "paused": false, "cpu": {"limits": {"cpu": "1"}}});
/// let seen = mlplat_k8s::likeness::ours(&DOCUMENT, &applied, Some(&live));
/// assert_eq!(seen, Some(json!({"replicas": 3, "cpu": {"limits": {"cpu": "1000m"}}})));
/// ```
#[must_use]
pub fn ours(inside: &Document, ours: &Value, live: Option<&Value>) -> Option<Value> {
    Projection { inside }.at(ours, live, Place::default())
}

struct Projection<'a> {
    inside: &'a Document,
}

impl Projection<'_> {
    fn at(&self, ours: &Value, live: Option<&Value>, place: Place<'_>) -> Option<Value> {
        let Some(live) = live.filter(|live| !live.is_null()) else {
            return vanishes(place, ours).then(|| ours.clone());
        };
        match (ours, live) {
            (Value::Object(ours), Value::Object(live)) => Some(self.members(ours, live, place)),
            (Value::Array(ours), Value::Array(live)) => Some(self.items(ours, live, place)),
            (ours, live) if same(ours, live, place) => Some(ours.clone()),
            (_, live) => Some(live.clone()),
        }
    }

    fn members(
        &self,
        ours: &Map<String, Value>,
        live: &Map<String, Value>,
        place: Place<'_>,
    ) -> Value {
        // A selector with one more label selects something else.
        let has_more = live.keys().any(|key| !ours.contains_key(key));
        if is_selector(place, ours) && has_more {
            return Value::Object(live.clone());
        }
        let each = ours.iter().filter_map(|(key, ours)| {
            let value = self.at(ours, live.get(key), place.member(key))?;
            Some((key.clone(), value))
        });
        Value::Object(each.collect())
    }

    fn items(&self, ours: &[Value], live: &[Value], place: Place<'_>) -> Value {
        if let Some(items) = self.by_key(ours, live, place) {
            return items;
        }
        if ours.len() != live.len() {
            return Value::Array(live.to_vec());
        }
        let each = ours.iter().zip(live);
        each.map(|(ours, live)| self.at(ours, Some(live), place).unwrap_or(Value::Null))
            .collect()
    }

    /// Items that are known by a key: those of ours that are there, in our
    /// order, since the server may hold others between them.
    fn by_key(&self, ours: &[Value], live: &[Value], place: Place<'_>) -> Option<Value> {
        let by = self.inside.list(place.name)?.by;
        let key = |item: &Value| {
            let item = names::at(Value::Array(vec![item.clone()]), place);
            let of = |name: &&str| item[0].get(*name).map(Value::to_string);
            by.iter().map(of).collect::<Option<Vec<_>>>()
        };
        let keys: Vec<_> = ours.iter().map(key).collect::<Option<_>>()?;
        let mut met = BTreeSet::new();
        if !keys.iter().all(|key| met.insert(key)) {
            return None;
        }
        let each = ours.iter().zip(&keys).filter_map(|(ours, wanted)| {
            let found = live
                .iter()
                .find(|item| key(item).as_ref() == Some(wanted))?;
            self.at(ours, Some(found), place)
        });
        Some(each.collect())
    }
}

fn is_selector(place: Place<'_>, ours: &Map<String, Value>) -> bool {
    let free = FREE.contains(&place.name) && !["labels", "annotations"].contains(&place.name);
    free || place.name == "selector" && ours.values().all(Value::is_string)
}

/// Whether two values mean the same.
fn same(ours: &Value, live: &Value, place: Place<'_>) -> bool {
    ours == live || names::at(ours.clone(), place) == names::at(live.clone(), place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlplat_core::facts::{DOCUMENT, keyed};
    use proptest::prelude::*;
    use serde_json::json;

    const POD: Document = Document {
        fixed: &[],
        keyed: &[
            keyed("containers", &["name"]),
            keyed("ports", &["containerPort", "protocol"]),
        ],
    };

    fn seen(ours: Value, live: Value) -> Value {
        super::ours(&POD, &ours, Some(&live)).unwrap_or_default()
    }

    #[test]
    fn defaults_and_what_others_set_are_left_out() {
        let applied = json!({
            "replicas": 2,
            "template": {"containers": [{
                "name": "b",
                "image": "b:1",
                "args": [],
                "stdin": false,
                "ports": [{"containerPort": 80}],
                "resources": {"limits": {"cpu": "1000m"}, "requests": {}},
                "env": [{"name": "A", "value": ""}],
            }]},
        });
        let live = json!({
            "replicas": 2,
            "revisionHistoryLimit": 10,
            "template": {"dnsPolicy": "ClusterFirst", "containers": [
                {"name": "injected", "image": "proxy"},
                {
                    "name": "b",
                    "image": "b:1",
                    "imagePullPolicy": "Always",
                    "ports": [
                        {"containerPort": 80, "protocol": "UDP"},
                        {"containerPort": 80, "protocol": "TCP", "name": "web"},
                    ],
                    "resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
                    "env": [{"name": "A"}],
                },
            ]},
        });
        assert_eq!(seen(applied.clone(), live), applied);
    }

    #[test]
    fn what_others_changed_shows() {
        let one = |ours, live| seen(json!({ "containers": ours }), json!({ "containers": live }));
        let a = json!([{"name": "a", "image": "a:1"}]);
        let changed = json!([{"name": "a", "image": "a:2", "tty": true}]);
        assert_eq!(
            one(a.clone(), changed),
            json!({"containers": [{"name": "a", "image": "a:2"}]})
        );
        assert_eq!(one(a, json!([{"name": "b"}])), json!({"containers": []}));
        // Lists without keys are ours as a whole, item by item.
        let args =
            |ours, live| seen(json!({ "args": ours }), json!({ "args": live }))["args"].clone();
        assert_eq!(args(json!(["a"]), json!(["a", "b"])), json!(["a", "b"]));
        assert_eq!(
            args(json!([{"a": 1}]), json!([{"a": 1, "b": 2}])),
            json!([{"a": 1}])
        );
    }

    #[test]
    fn what_is_gone_is_gone_unless_it_meant_nothing() {
        assert_eq!(
            seen(json!({"paused": false}), json!({})),
            json!({"paused": false})
        );
        assert_eq!(seen(json!({"paused": true}), json!({})), json!({}));
        // These are not what they would be by default.
        assert_eq!(
            seen(json!({"allowPrivilegeEscalation": false}), json!({})),
            json!({})
        );
        assert_eq!(seen(json!({"runAsUser": 0}), json!({})), json!({}));
        assert_eq!(
            seen(json!({"emptyDir": {}}), json!({"configMap": {}})),
            json!({})
        );
    }

    #[test]
    fn one_more_label_in_a_selector_shows() {
        let more = json!({"app": "a", "more": "b"});
        for name in ["selector", "matchLabels", "nodeSelector"] {
            assert_eq!(
                seen(json!({name: {"app": "a"}}), json!({name: more}))[name],
                more
            );
        }
        assert_eq!(
            seen(json!({"labels": {"app": "a"}}), json!({"labels": more})),
            json!({"labels": {"app": "a"}})
        );
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..3_i32).prop_map(Value::from),
            "[a-c0-9m]{0,3}".prop_map(Value::from),
        ];
        let key = prop_oneof![
            Just("containers"),
            Just("name"),
            Just("ports"),
            Just("containerPort"),
            Just("limits"),
            Just("port"),
            Just("labels"),
            Just("selector"),
            Just("x"),
        ];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(key.clone(), inner, 0..4).prop_map(|map| {
                    let each = map.into_iter().map(|(key, value)| (key.to_owned(), value));
                    Value::Object(each.collect())
                }),
            ]
        })
    }

    proptest! {
        /// Right after it was applied nothing has drifted.
        #[test]
        fn a_document_projected_on_itself_is_itself(value in value()) {
            prop_assert_eq!(super::ours(&POD, &value, Some(&value)).unwrap_or_default(), value);
        }

        /// Nor when the server writes it in canonical form.
        #[test]
        fn nor_on_its_canonical_form(value in value()) {
            let live = names::canonical(value.clone());
            prop_assert_eq!(super::ours(&POD, &value, Some(&live)).unwrap_or_default(), value);
        }

        #[test]
        fn projecting_twice_is_projecting_once(applied in value(), live in value()) {
            let Some(once) = super::ours(&DOCUMENT, &applied, Some(&live)) else { return Ok(()) };
            let twice = super::ours(&DOCUMENT, &applied, Some(&once));
            prop_assert_eq!(twice, Some(once));
        }
    }
}
