//! Member by member: what differs between two documents, each difference by
//! its path.
//!
//! Two trees are walked together. Members meet by their names, list items by
//! the key that the field's facts give them, or else by position while the
//! lists are equally long; what has no partner, or another shape, is one
//! difference as a whole. A value that is not known yet stands in the new tree
//! as a *hole* that says what it will come from.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::facts::{Document, Field, Keyed, OnChange};
use crate::graph::RESERVED;

/// One difference between two documents.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    /// Where, from the field on: `Spec.template.spec.containers[web].image`.
    pub(crate) path: String,
    pub(crate) old: Option<Value>,
    pub(crate) new: Option<Value>,
    /// The API cannot change it in place.
    pub(crate) fixed: bool,
}

/// What differs in a field between two values of it. With `order`, also the
/// order of lists in which it means something.
pub(crate) fn differences(
    field: &Field,
    old: Option<&Value>,
    new: Option<&Value>,
    order: bool,
) -> Vec<Difference> {
    let Some(inside) = field.inside else {
        return Vec::new();
    };
    let mut walk = Walk {
        inside,
        fixed: field.change == OnChange::Replace,
        order,
        found: Vec::new(),
    };
    let place = Place {
        shown: field.name.to_owned(),
        plain: String::new(),
        name: field.name.to_owned(),
    };
    walk.values(&place, old, new);
    walk.found
}

/// A value that is not known yet, as what it will come from.
pub(super) fn hole(text: &str) -> Value {
    Value::Object(Map::from_iter([(
        hole_key(),
        Value::String(text.to_owned()),
    )]))
}

/// What a hole says.
pub(super) fn hole_text(members: &Map<String, Value>) -> Option<&str> {
    members.get(&hole_key())?.as_str()
}

/// Whether any part is not known yet.
pub(super) fn has_hole(value: &Value) -> bool {
    match value {
        Value::Object(members) => hole_text(members).is_some() || members.values().any(has_hole),
        Value::Array(items) => items.iter().any(has_hole),
        _ => false,
    }
}

fn hole_key() -> String {
    format!("{RESERVED}unknown")
}

/// Whether one path is the other, or lies below it.
pub(super) fn touch(one: &str, other: &str) -> bool {
    let below = |path: &str, above: &str| {
        path.strip_prefix(above)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    below(one, other) || below(other, one)
}

/// The field that a path begins with.
pub(crate) fn field_of(path: &str) -> &str {
    path.split(['.', '[', ' ']).next().unwrap_or(path)
}

struct Place {
    /// The path as people read it.
    shown: String,
    /// The names of the members on the way, with dots.
    plain: String,
    /// The name of the last member.
    name: String,
}

impl Place {
    fn member(&self, name: &str) -> Self {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let shown = if !name.is_empty() && name.chars().all(is_word) {
            format!("{}.{name}", self.shown)
        } else {
            format!("{}[{name:?}]", self.shown)
        };
        let plain = match self.plain.as_str() {
            "" => name.to_owned(),
            plain => format!("{plain}.{name}"),
        };
        Self {
            shown,
            plain,
            name: name.to_owned(),
        }
    }

    fn item(&self, key: &str) -> Self {
        Self {
            shown: format!("{}[{key}]", self.shown),
            plain: self.plain.clone(),
            name: self.name.clone(),
        }
    }
}

struct Walk {
    inside: &'static Document,
    /// Nothing in the field can be changed in place.
    fixed: bool,
    order: bool,
    found: Vec<Difference>,
}

impl Walk {
    fn values(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        match (old, new) {
            (old, new) if old == new => {}
            (Some(Value::Object(old)), Some(Value::Object(new)))
                if !is_reserved(old) && !is_reserved(new) =>
            {
                self.members(place, old, new);
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => self.items(place, old, new),
            (old, new) => self.differ(place, old, new),
        }
    }

    fn members(&mut self, place: &Place, old: &Map<String, Value>, new: &Map<String, Value>) {
        let more = new.keys().filter(|name| !old.contains_key(*name));
        for name in old.keys().chain(more) {
            self.values(&place.member(name), old.get(name), new.get(name));
        }
    }

    fn items(&mut self, place: &Place, old: &[Value], new: &[Value]) {
        let keyed = self.inside.list(&place.name);
        let by_key = keyed.and_then(|keyed| Some((keyed, keys(keyed, old)?, keys(keyed, new)?)));
        if let Some((keyed, old_keys, new_keys)) = by_key {
            let find = |keys: &BTreeMap<String, usize>, key: &str| keys.get(key).copied();
            let all: Vec<&String> = in_order(&old_keys)
                .into_iter()
                .chain(in_order(&new_keys))
                .collect();
            let mut met = std::collections::BTreeSet::new();
            for key in all.into_iter().filter(|key| met.insert(*key)) {
                let old = find(&old_keys, key).and_then(|at| old.get(at));
                let new = find(&new_keys, key).and_then(|at| new.get(at));
                self.values(&place.item(key), old, new);
            }
            if self.order && keyed.ordered {
                self.ranks(place, &old_keys, &new_keys);
            }
        } else if old.len() == new.len() {
            for (at, (old, new)) in old.iter().zip(new).enumerate() {
                self.values(&place.item(&at.to_string()), Some(old), Some(new));
            }
        } else {
            let list = |items: &[Value]| Value::Array(items.to_vec());
            self.differ(place, Some(&list(old)), Some(&list(new)));
        }
    }

    /// The order of the items that both lists have.
    fn ranks(
        &mut self,
        place: &Place,
        old: &BTreeMap<String, usize>,
        new: &BTreeMap<String, usize>,
    ) {
        let common = |keys: &BTreeMap<String, usize>, other: &BTreeMap<String, usize>| {
            let keys = in_order(keys).into_iter();
            let both = keys.filter(|key| other.contains_key(*key));
            both.map(|key| Value::String(key.clone())).collect()
        };
        let (old, new): (Value, Value) = (common(old, new), common(new, old));
        if old != new {
            let place = Place {
                shown: format!("{} (order)", place.shown),
                plain: place.plain.clone(),
                name: place.name.clone(),
            };
            self.differ(&place, Some(&old), Some(&new));
        }
    }

    fn differ(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let below = |path: &str| {
            let rest = place.plain.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        // A whole that goes or comes takes what is fixed in it along.
        let holds = |path: &str| {
            let above = place.plain.is_empty() || path.starts_with(&format!("{}.", place.plain));
            above && (has(old, place, path) || has(new, place, path))
        };
        let fixed = self.fixed
            || self
                .inside
                .fixed
                .iter()
                .any(|path| below(path) || holds(path));
        self.found.push(Difference {
            path: place.shown.clone(),
            old: old.cloned(),
            new: new.cloned(),
            fixed,
        });
    }
}

/// Whether the value at a place has the member that a longer path names.
fn has(value: Option<&Value>, place: &Place, path: &str) -> bool {
    let rest = path.strip_prefix(&place.plain).unwrap_or(path);
    let pointer = format!("/{}", rest.trim_start_matches('.').replace('.', "/"));
    value.is_some_and(|value| value.pointer(&pointer).is_some())
}

fn is_reserved(members: &Map<String, Value>) -> bool {
    members.keys().any(|key| key.starts_with(RESERVED))
}

/// Where each item stands by its key; nothing when an item has none, or two
/// have the same.
fn keys(keyed: &Keyed, items: &[Value]) -> Option<BTreeMap<String, usize>> {
    let mut keys = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        let parts: Option<Vec<String>> = keyed.by.iter().map(|name| part(item, name)).collect();
        if keys.insert(parts?.join("/"), at).is_some() {
            return None;
        }
    }
    Some(keys)
}

fn part(item: &Value, name: &str) -> Option<String> {
    match item.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn in_order(keys: &BTreeMap<String, usize>) -> Vec<&String> {
    let mut ranked: Vec<(&String, &usize)> = keys.iter().collect();
    ranked.sort_by_key(|(_, at)| **at);
    ranked.into_iter().map(|(key, _)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Refs, f, keyed};
    use proptest::prelude::*;
    use serde_json::json;

    const POD: Document = Document {
        fixed: &["selector", "claims.size"],
        keyed: &[
            keyed("containers", &["name"]),
            keyed("ports", &["port", "protocol"]),
            keyed("env", &["name"]).ordered(),
        ],
    };
    const SPEC: Field = f("Spec", OnChange::InPlace, Refs::No).inside(&POD);

    fn shown(old: Value, new: Value) -> Vec<String> {
        let each = differences(&SPEC, Some(&old), Some(&new), true);
        let each = each.into_iter().map(|one| {
            let text =
                |value: Option<Value>| value.map_or("-".to_owned(), |value| value.to_string());
            let fixed = if one.fixed { " fixed" } else { "" };
            format!(
                "{}: {} -> {}{fixed}",
                one.path,
                text(one.old),
                text(one.new)
            )
        });
        each.collect()
    }

    #[test]
    fn members_meet_by_name_and_items_by_key() {
        let old = json!({"containers": [{"name": "a", "image": "a:1"}, {"name": "b"}], "x": 1});
        let new = json!({"containers": [{"name": "c"}, {"name": "a", "image": "a:2"}], "x": 1});
        assert_eq!(
            shown(old, new),
            [
                r#"Spec.containers[a].image: "a:1" -> "a:2""#,
                r#"Spec.containers[b]: {"name":"b"} -> -"#,
                r#"Spec.containers[c]: - -> {"name":"c"}"#,
            ]
        );
        let ports = |target| json!({"ports": [{"port": 1, "protocol": "TCP", "to": target}]});
        assert_eq!(shown(ports(1), ports(2)), ["Spec.ports[1/TCP].to: 1 -> 2"]);
    }

    #[test]
    fn lists_without_keys_meet_by_position_or_not_at_all() {
        let args = |args: Value| json!({ "args": args });
        assert_eq!(
            shown(args(json!(["a", "b"])), args(json!(["a", "c"]))),
            [r#"Spec.args[1]: "b" -> "c""#]
        );
        assert_eq!(
            shown(args(json!(["a"])), args(json!([]))),
            [r#"Spec.args: ["a"] -> []"#]
        );
        // Two of one name are no keys.
        let twice = json!({"containers": [{"name": "a"}, {"name": "a"}]});
        assert_eq!(shown(twice, json!({"containers": []})).len(), 1);
    }

    #[test]
    fn order_counts_where_it_means_something() {
        let env = |names: [&str; 2]| json!({"env": names.map(|name| json!({ "name": name }))});
        assert_eq!(
            shown(env(["a", "b"]), env(["b", "a"])),
            [r#"Spec.env (order): ["a","b"] -> ["b","a"]"#]
        );
        let containers =
            |names: [&str; 2]| json!({"containers": names.map(|name| json!({ "name": name }))});
        assert!(shown(containers(["a", "b"]), containers(["b", "a"])).is_empty());
    }

    #[test]
    fn what_is_fixed_is_told_also_when_a_whole_changes() {
        let spec = |label: &str| json!({"selector": {"app": label}, "selectors": label});
        assert_eq!(
            shown(spec("a"), spec("b")),
            [
                r#"Spec.selector.app: "a" -> "b" fixed"#,
                r#"Spec.selectors: "a" -> "b""#,
            ]
        );
        let claims = |size: Value| json!({"claims": size});
        assert_eq!(
            shown(claims(json!({"size": 1})), json!({})),
            [r#"Spec.claims: {"size":1} -> - fixed"#]
        );
        assert_eq!(
            shown(claims(json!({"name": 1})), json!({})),
            [r#"Spec.claims: {"name":1} -> -"#]
        );
    }

    #[test]
    fn odd_names_are_quoted_and_holes_are_one_value() {
        let at = |value: Value| json!({"annotations": {"mlplat.dev/a": value}});
        assert_eq!(
            shown(at(json!("1")), at(hole("<a.Id>"))),
            [r#"Spec.annotations["mlplat.dev/a"]: "1" -> {"$mlplat:unknown":"<a.Id>"}"#]
        );
        assert!(has_hole(&at(hole("<a.Id>"))) && !has_hole(&at(json!("1"))));
    }

    #[test]
    fn paths_touch_from_end_to_end() {
        assert!(touch("Spec.a[b].c", "Spec.a") && touch("Spec", "Spec[a]") && touch("A", "A"));
        assert!(!touch("Spec.ab", "Spec.a") && !touch("Spec.a[b]", "Spec.a[c]"));
        assert_eq!(
            (
                field_of("Spec.a[b]"),
                field_of("Data[\"x.y\"]"),
                field_of("Name")
            ),
            ("Spec", "Data", "Name")
        );
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            "[ab]{0,1}".prop_map(Value::from)
        ];
        let key = prop_oneof![
            Just("containers"),
            Just("name"),
            Just("ports"),
            Just("selector"),
            Just("x")
        ];
        leaf.prop_recursive(4, 24, 3, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::btree_map(key.clone(), inner, 0..4).prop_map(|map| {
                    Value::Object(
                        map.into_iter()
                            .map(|(key, value)| (key.to_owned(), value))
                            .collect(),
                    )
                }),
            ]
        })
    }

    proptest! {
        /// Equal documents have no difference, and those without one are equal
        /// but for the order of keyed lists.
        #[test]
        fn no_difference_means_equal(one in value(), other in value()) {
            prop_assert!(differences(&SPEC, Some(&one), Some(&one), true).is_empty());
            if differences(&SPEC, Some(&one), Some(&other), true).is_empty() {
                prop_assert_eq!(sorted(one), sorted(other));
            }
        }

        /// The same differences are found from the other side.
        #[test]
        fn differences_are_symmetric(one in value(), other in value()) {
            let paths = |old: &Value, new: &Value| {
                let found = differences(&SPEC, Some(old), Some(new), true);
                let mut paths: Vec<_> = found.into_iter().map(|one| (one.path, one.fixed)).collect();
                paths.sort();
                paths
            };
            prop_assert_eq!(paths(&one, &other), paths(&other, &one));
        }
    }

    fn sorted(value: Value) -> Value {
        match value {
            Value::Array(items) => {
                let mut items: Vec<Value> = items.into_iter().map(sorted).collect();
                items.sort_by_key(Value::to_string);
                Value::Array(items)
            }
            Value::Object(members) => members
                .into_iter()
                .map(|(key, value)| (key, sorted(value)))
                .collect(),
            scalar => scalar,
        }
    }
}
