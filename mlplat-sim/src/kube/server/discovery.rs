//! What the server says it serves: version, groups, resources; and the same in the aggregated form.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::route::Route;
use crate::kube::kinds::{Kind, Scope};
use crate::kube::store::Store;

/// The verbs that every kind has, apart from deleting many.
const VERBS: [&str; 8] = [
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "update",
    "watch",
];

/// Answers a question about what is served; `None` for a group or version that is not.
pub(super) fn answer(store: &Store, route: &Route, aggregated: bool) -> Option<Value> {
    match route {
        Route::Version => Some(version(store)),
        Route::Health => Some(json!("ok")),
        Route::CoreVersions if aggregated => Some(aggregate(store, true)),
        Route::Groups if aggregated => Some(aggregate(store, false)),
        Route::CoreVersions => Some(json!({
            "kind": "APIVersions",
            "versions": ["v1"],
            "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "simulated"}],
        })),
        Route::Groups => {
            let groups = groups(store);
            let groups: Vec<Value> = groups
                .iter()
                .filter(|(name, _)| !name.is_empty())
                .map(group)
                .collect();
            Some(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))
        }
        Route::Group(name) => {
            let groups = groups(store);
            let found = groups.iter().find(|(known, _)| *known == name)?;
            let mut value = group(found);
            value["kind"] = json!("APIGroup");
            value["apiVersion"] = json!("v1");
            Some(value)
        }
        Route::Resources { group, version } => resources(store, group, version),
        Route::Objects(_) => None,
    }
}

fn version(store: &Store) -> Value {
    let (major, minor, patch) = store.config().version;
    json!({
        "major": major.to_string(),
        "minor": minor.to_string(),
        "gitVersion": format!("v{major}.{minor}.{patch}"),
        "gitCommit": "simulated",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "none",
        "compiler": "none",
        "platform": "simulated",
    })
}

/// The versions of each group with their kinds.
type Groups<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a Kind>>>;

fn groups(store: &Store) -> Groups<'_> {
    let mut groups = Groups::new();
    for kind in store.registry().kinds() {
        groups
            .entry(&kind.group)
            .or_default()
            .entry(&kind.version)
            .or_default()
            .push(kind);
    }
    groups
}

fn group((name, versions): (&&str, &BTreeMap<&str, Vec<&Kind>>)) -> Value {
    let versions: Vec<Value> = newest_first(versions)
        .map(
            |(version, _)| json!({"groupVersion": format!("{name}/{version}"), "version": version}),
        )
        .collect();
    json!({"name": name, "versions": versions, "preferredVersion": versions.first()})
}

/// Stable versions before betas before alphas, higher numbers first.
fn newest_first<'a, 'b>(
    versions: &'b BTreeMap<&'a str, Vec<&'a Kind>>,
) -> impl Iterator<Item = (&'b &'a str, &'b Vec<&'a Kind>)> {
    let mut all: Vec<_> = versions.iter().collect();
    all.sort_by_key(|(version, _)| {
        let stage = if version.contains("alpha") {
            2
        } else {
            u8::from(version.contains("beta"))
        };
        (stage, std::cmp::Reverse((version.len(), **version)))
    });
    all.into_iter()
}

fn verbs(kind: &Kind) -> Vec<&'static str> {
    if kind.custom {
        // The same verbs, in the order of another handler.
        return vec![
            "delete",
            "deletecollection",
            "get",
            "list",
            "patch",
            "create",
            "update",
            "watch",
        ];
    }
    VERBS
        .into_iter()
        .filter(|verb| *verb != "deletecollection" || !kind.is_core("Namespace"))
        .collect()
}

fn resources(store: &Store, group: &str, version: &str) -> Option<Value> {
    let groups = groups(store);
    let kinds = groups
        .get(group)
        .and_then(|versions| versions.get(version))?;
    let mut resources = Vec::new();
    for kind in kinds {
        let mut resource = json!({
            "name": kind.plural,
            "singularName": kind.singular,
            "namespaced": kind.namespaced(),
            "kind": kind.kind,
            "verbs": verbs(kind),
        });
        for (field, values) in [
            ("shortNames", &kind.short_names),
            ("categories", &kind.categories),
        ] {
            if !values.is_empty() {
                resource[field] = json!(values);
            }
        }
        resources.push(resource);
        for subresource in &kind.subresources {
            resources.push(json!({
                "name": format!("{}/{subresource}", kind.plural),
                "singularName": "",
                "namespaced": kind.namespaced(),
                "kind": kind.kind,
                "verbs": ["get", "patch", "update"],
            }));
        }
    }
    let group_version = if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    };
    Some(
        json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources}),
    )
}

fn aggregate(store: &Store, core: bool) -> Value {
    let groups = groups(store);
    let wanted = groups.iter().filter(|(name, _)| name.is_empty() == core);
    let items: Vec<Value> = wanted
        .map(|(name, versions)| {
            let versions: Vec<Value> = newest_first(versions)
                .map(|(version, kinds)| {
                    let resources: Vec<Value> =
                        kinds.iter().map(|kind| aggregated_resource(kind)).collect();
                    json!({"version": version, "resources": resources, "freshness": "Current"})
                })
                .collect();
            json!({"metadata": {"name": name, "creationTimestamp": null}, "versions": versions})
        })
        .collect();
    json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items})
}

fn aggregated_resource(kind: &Kind) -> Value {
    let identity = json!({"group": kind.group, "version": kind.version, "kind": kind.kind});
    let subresources: Vec<Value> = kind
        .subresources
        .iter()
        .map(|name| json!({"subresource": name, "responseKind": identity, "verbs": ["get", "patch", "update"]}))
        .collect();
    let mut resource = json!({
        "resource": kind.plural,
        "responseKind": identity,
        "scope": if kind.scope == Scope::Namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": kind.singular,
        "verbs": verbs(kind),
    });
    for (field, values) in [
        ("shortNames", &kind.short_names),
        ("categories", &kind.categories),
    ] {
        if !values.is_empty() {
            resource[field] = json!(values);
        }
    }
    if !subresources.is_empty() {
        resource["subresources"] = Value::Array(subresources);
    }
    resource
}
