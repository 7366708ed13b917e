//! Strategic merge patches: like a JSON merge patch, but lists with a merge key are merged item by item.
//!
//! Directives: `$patch` (`replace`, `delete`, `merge`) in objects and list items, `$deleteFromPrimitiveList/<field>`,
//! `$setElementOrder/<field>` (items named there come first, in that order) and `$retainKeys`.

use serde_json::{Map, Value};

use crate::kube::schema::{ListType, Type, TypeTable};

const DIRECTIVE: &str = "$patch";
const RETAIN: &str = "$retainKeys";
const DELETE_FROM: &str = "$deleteFromPrimitiveList/";
const ORDER: &str = "$setElementOrder/";

/// Patches a value in place.
pub(crate) fn strategic_merge(table: &TypeTable, ty: &Type, live: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        live.clone_from(patch);
        return;
    };
    if changes
        .get(DIRECTIVE)
        .is_some_and(|directive| directive == "replace")
        || !live.is_object()
    {
        *live = Value::Object(without_directives(changes));
        return;
    }
    let Value::Object(map) = live else { return };
    if let Some(Value::Array(kept)) = changes.get(RETAIN) {
        map.retain(|name, _| kept.iter().any(|one| one == name.as_str()));
    }
    for (name, change) in changes {
        if let Some(field) = name.strip_prefix(DELETE_FROM) {
            if let (Some(Value::Array(list)), Value::Array(gone)) = (map.get_mut(field), change) {
                list.retain(|item| !gone.contains(item));
            }
        } else if !name.starts_with('$') {
            merge_field(table, entry(table, ty, name), map, name, change);
        }
    }
    for (name, order) in changes {
        if let Some(field) = name.strip_prefix(ORDER) {
            reorder(table, entry(table, ty, field), map.get_mut(field), order);
        }
    }
}

fn merge_field(
    table: &TypeTable,
    ty: &Type,
    map: &mut Map<String, Value>,
    name: &str,
    change: &Value,
) {
    if change.is_null()
        || change
            .get(DIRECTIVE)
            .is_some_and(|directive| directive == "delete")
    {
        map.remove(name);
        return;
    }
    let merged_list = match table.resolve(ty) {
        Type::List(list) => list.merge_key.as_deref().map(|key| (list, key)),
        _ => None,
    };
    match (merged_list, change) {
        (Some((list, key)), Value::Array(items)) => {
            let live = map
                .entry(name.to_owned())
                .or_insert_with(|| Value::Array(Vec::new()));
            merge_list(table, list, key, live, items);
        }
        (_, Value::Object(changes)) => match map.get_mut(name) {
            Some(live) => strategic_merge(table, ty, live, change),
            None => {
                map.insert(name.to_owned(), Value::Object(without_directives(changes)));
            }
        },
        _ => {
            map.insert(name.to_owned(), change.clone());
        }
    }
}

fn merge_list(table: &TypeTable, list: &ListType, key: &str, live: &mut Value, items: &[Value]) {
    if !live.is_array() {
        *live = Value::Array(Vec::new());
    }
    let Value::Array(live) = live else { return };
    if items.iter().any(|item| {
        item.get(DIRECTIVE)
            .is_some_and(|directive| directive == "replace")
    }) {
        live.clear();
    }
    let same = |one: &Value, other: &Value| {
        if key.is_empty() {
            one == other
        } else {
            one.get(key) == other.get(key)
        }
    };
    let mut changed: Vec<(Option<usize>, Value)> = Vec::new();
    let mut gone: Vec<usize> = Vec::new();
    for item in items {
        let found = live.iter().position(|one| same(one, item));
        match (found, item.get(DIRECTIVE).and_then(Value::as_str)) {
            (found, Some("delete")) => gone.extend(found),
            (_, Some("replace")) => {}
            (Some(at), _) => {
                let mut merged = live[at].clone();
                strategic_merge(table, &list.item, &mut merged, item);
                gone.push(at);
                changed.push((Some(at), merged));
            }
            (None, _) => {
                let plain = item
                    .as_object()
                    .map(|map| Value::Object(without_directives(map)));
                changed.push((None, plain.unwrap_or_else(|| item.clone())));
            }
        }
    }
    let untouched = std::mem::take(live)
        .into_iter()
        .enumerate()
        .filter(|(at, _)| !gone.contains(at));
    *live = interleave(changed, untouched.collect());
}

/// The order of a merged list: what the patch names keeps the order of the patch, the rest keeps its own; of the two
/// next ones, the one that stood first in the live list comes first, and new ones come before everything.
fn interleave(changed: Vec<(Option<usize>, Value)>, untouched: Vec<(usize, Value)>) -> Vec<Value> {
    let mut out = Vec::with_capacity(changed.len() + untouched.len());
    let mut untouched = untouched.into_iter().peekable();
    for (place, item) in changed {
        if let Some(place) = place {
            while let Some((_, before)) = untouched.next_if(|(at, _)| *at < place) {
                out.push(before);
            }
        }
        out.push(item);
    }
    out.extend(untouched.map(|(_, item)| item));
    out
}

fn reorder(table: &TypeTable, ty: &Type, live: Option<&mut Value>, order: &Value) {
    let (Type::List(list), Some(Value::Array(live)), Value::Array(order)) =
        (table.resolve(ty), live, order)
    else {
        return;
    };
    let Some(key) = &list.merge_key else { return };
    let place = |item: &Value| {
        let same = |one: &Value| {
            if key.is_empty() {
                one == item
            } else {
                one.get(key) == item.get(key)
            }
        };
        order.iter().position(same).unwrap_or(usize::MAX)
    };
    live.sort_by_key(place);
}

fn entry<'a>(table: &'a TypeTable, ty: &'a Type, name: &str) -> &'a Type {
    const ANY: &Type = &Type::Any { atomic: false };
    match table.resolve(ty) {
        Type::Object(object) => object.entry(name),
        _ => ANY,
    }
}

/// A value that is new has nothing to merge with: what remains are its plain, non-null fields.
fn without_directives(map: &Map<String, Value>) -> Map<String, Value> {
    let plain = map
        .iter()
        .filter(|(name, value)| !name.starts_with('$') && !value.is_null());
    let cleaned = plain.map(|(name, value)| {
        let value = value.as_object().map_or_else(
            || value.clone(),
            |inner| Value::Object(without_directives(inner)),
        );
        (name.clone(), value)
    });
    cleaned.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::schema::builtin;
    use serde_json::json;

    fn patched(kind: (&str, &str), mut live: Value, patch: &Value) -> Value {
        let registry = builtin();
        let kind = registry.by_kind(kind.0, kind.1).unwrap();
        strategic_merge(registry.types(), &kind.ty, &mut live, patch);
        live
    }

    #[test]
    fn containers_merge_by_name() {
        let live = json!({"spec": {"template": {"spec": {"containers": [{"name": "a", "image": "1", "args": ["x"]}, {"name": "b"}]}}}});
        let patch = json!({"spec": {"template": {"spec": {
            "containers": [{"name": "b", "$patch": "delete"}, {"name": "a", "image": "2", "args": ["y"]}, {"name": "c"}]}}}});
        let new = patched(("apps", "Deployment"), live, &patch);
        let wanted = json!([{"name": "a", "image": "2", "args": ["y"]}, {"name": "c"}]);
        assert_eq!(new["spec"]["template"]["spec"]["containers"], wanted);
    }

    #[test]
    fn finalizers_merge_as_a_set_and_maps_by_key() {
        let live = json!({"metadata": {"finalizers": ["a/b"], "labels": {"x": "1", "y": "2"}}});
        let patch =
            json!({"metadata": {"finalizers": ["c/d", "a/b"], "labels": {"x": null, "z": "3"}}});
        let new = patched(("", "ConfigMap"), live, &patch);
        assert_eq!(
            new,
            json!({"metadata": {"finalizers": ["c/d", "a/b"], "labels": {"y": "2", "z": "3"}}})
        );
        let gone = json!({"metadata": {"$deleteFromPrimitiveList/finalizers": ["a/b"]}});
        let new = patched(("", "ConfigMap"), new, &gone);
        assert_eq!(new["metadata"]["finalizers"], json!(["c/d"]));
    }

    #[test]
    fn replacing_and_retaining() {
        let live = json!({"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}});
        let patch = json!({"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}});
        assert_eq!(
            patched(("apps", "Deployment"), live.clone(), &patch),
            json!({"spec": {"strategy": {"type": "Recreate"}}})
        );
        let patch = json!({"spec": {"strategy": {"$patch": "replace", "type": "Recreate"}}});
        assert_eq!(
            patched(("apps", "Deployment"), live, &patch),
            json!({"spec": {"strategy": {"type": "Recreate"}}})
        );
    }
}
