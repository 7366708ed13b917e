//! Controller revisions: the templates that stateful and daemon sets had, under numbers that only rise.

use serde_json::{Value, json};

use super::acting::{Found, MANAGER, controlled, controlled_by, create, edit, kind_of, remove};
use super::hashes;
use crate::kube::meta;
use crate::kube::store::Store;

/// One template of a set.
#[derive(Debug, Clone)]
pub(super) struct Revision {
    /// `SET-HASH`.
    pub(super) name: String,
    pub(super) hash: String,
    pub(super) template: Value,
}

/// The newest revision of a set, which is the one of its template: made, or found and given the highest number.
pub(super) fn newest(store: &mut Store, set: &Found) -> Revision {
    let (key, object) = set;
    let template = &object["spec"]["template"];
    let hash = hashes::of(template);
    let name = format!("{}-{hash}", key.name);
    let known = controlled(store, object, "apps", "controllerrevisions");
    let number = |one: &Value| one["revision"].as_i64().unwrap_or_default();
    let highest = known.iter().map(|(_, one)| number(one)).max();
    let next = highest.unwrap_or_default() + 1;
    match known.iter().find(|(key, _)| key.name == name) {
        Some((key, one)) if Some(number(one)) != highest => {
            edit(store, key, MANAGER, |one| one["revision"] = json!(next));
        }
        Some(_) => {}
        None => make(store, set, &name, &hash, next),
    }
    Revision {
        name,
        hash,
        template: template.clone(),
    }
}

fn make(store: &mut Store, (key, object): &Found, name: &str, hash: &str, number: i64) {
    let Some(kind) = kind_of(store, key) else {
        return;
    };
    let mut labels = object["spec"]["template"]["metadata"]["labels"].clone();
    labels["controller.kubernetes.io/hash"] = json!(hash);
    let revision = json!({
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {
            "name": name,
            "labels": labels,
            "ownerReferences": [controlled_by(&kind, object)],
        },
        "data": {"spec": {"template": object["spec"]["template"]}},
        "revision": number,
    });
    // A set in a namespace that is going away has no further history.
    let _ = create(store, &key.namespace, revision, MANAGER);
}

/// The revision of a set by its name.
pub(super) fn named(store: &Store, set: &Value, name: &str) -> Option<Revision> {
    let known = controlled(store, set, "apps", "controllerrevisions");
    let (key, one) = known.into_iter().find(|(key, _)| key.name == name)?;
    let prefix = format!("{}-", meta::name(set));
    let hash = key.name.strip_prefix(&prefix).unwrap_or_default();
    Some(Revision {
        hash: hash.to_owned(),
        template: one["data"]["spec"]["template"].clone(),
        name: key.name,
    })
}

/// Old revisions beyond the limit go, except those in use.
pub(super) fn clean_up(store: &mut Store, set: &Value, in_use: &[&str]) {
    let limit = super::acting::count(&set["spec"]["revisionHistoryLimit"], 10);
    let mut old = controlled(store, set, "apps", "controllerrevisions");
    old.retain(|(key, _)| !in_use.contains(&key.name.as_str()));
    if old.len() <= limit {
        return;
    }
    old.sort_by_key(|(_, one)| one["revision"].as_i64());
    let surplus = old.len() - limit;
    old[..surplus]
        .iter()
        .for_each(|(key, _)| remove(store, key));
}
