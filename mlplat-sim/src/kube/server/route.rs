//! From a path to what it names.

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// `/version`.
    Version,
    /// `/healthz`, `/livez`, `/readyz`.
    Health,
    /// `/api`.
    CoreVersions,
    /// `/apis`.
    Groups,
    /// `/apis/GROUP`.
    Group(String),
    /// `/api/v1`, `/apis/GROUP/VERSION`.
    Resources { group: String, version: String },
    /// Anything below.
    Objects(Objects),
}

/// Objects in a path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Objects {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) namespace: Option<String>,
    pub(crate) resource: String,
    pub(crate) name: Option<String>,
    pub(crate) subresource: Option<String>,
}

/// Reads a path; `None` when it is none of the server's.
pub(crate) fn route(path: &str) -> Option<Route> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["version"] => Some(Route::Version),
        ["healthz" | "livez" | "readyz"] => Some(Route::Health),
        ["api"] => Some(Route::CoreVersions),
        ["apis"] => Some(Route::Groups),
        ["apis", group] => Some(Route::Group((*group).to_owned())),
        ["api", version, rest @ ..] => below("", version, rest),
        ["apis", group, version, rest @ ..] => below(group, version, rest),
        _ => None,
    }
}

fn below(group: &str, version: &str, rest: &[&str]) -> Option<Route> {
    let own = |text: &&str| (*text).to_owned();
    let base = Objects {
        group: group.to_owned(),
        version: version.to_owned(),
        ..Objects::default()
    };
    let objects = match rest {
        [] => {
            return Some(Route::Resources {
                group: base.group,
                version: base.version,
            });
        }
        ["namespaces", name, sub @ ("status" | "finalize")] => Objects {
            resource: "namespaces".to_owned(),
            name: Some(own(name)),
            subresource: Some(own(sub)),
            ..base
        },
        ["namespaces", namespace, resource, rest @ ..] if rest.len() <= 2 => Objects {
            namespace: Some(own(namespace)),
            resource: own(resource),
            name: rest.first().map(own),
            subresource: rest.get(1).map(own),
            ..base
        },
        [resource, rest @ ..] if rest.len() <= 2 => Objects {
            resource: own(resource),
            name: rest.first().map(own),
            subresource: rest.get(1).map(own),
            ..base
        },
        _ => return None,
    };
    Some(Route::Objects(objects))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(path: &str) -> Objects {
        match route(path) {
            Some(Route::Objects(objects)) => objects,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn paths() {
        assert_eq!(
            route("/apis/apps/v1"),
            Some(Route::Resources {
                group: "apps".into(),
                version: "v1".into()
            })
        );
        assert_eq!(route("/nope"), None);
        let status = objects("/api/v1/namespaces/a/status");
        assert_eq!(
            (status.resource.as_str(), status.subresource.as_deref()),
            ("namespaces", Some("status"))
        );
        let maps = objects("/api/v1/namespaces/a/configmaps");
        assert_eq!(
            (maps.namespace.as_deref(), maps.resource.as_str(), maps.name),
            (Some("a"), "configmaps", None)
        );
        let scale = objects("/apis/apps/v1/namespaces/a/deployments/b/scale");
        assert_eq!(
            (scale.name.as_deref(), scale.subresource.as_deref()),
            (Some("b"), Some("scale"))
        );
        let cluster = objects("/apis/rbac.authorization.k8s.io/v1/clusterroles/system:x");
        assert_eq!(
            (cluster.namespace, cluster.name.as_deref()),
            (None, Some("system:x"))
        );
    }
}
