//! Rules of roles.

use k8s_openapi::api::rbac::v1::PolicyRule;

/// Allows verbs (`get`, `list`, `watch`, `create` ...) on resources of an API
/// group; the core group is `""`.
///
/// ```
/// let rule = mlplat_k8s::pods::rule(&["get", "list"], "apps", &["deployments"]);
/// assert_eq!(rule.verbs, ["get", "list"]);
/// ```
#[must_use]
pub fn rule(verbs: &[&str], group: &str, resources: &[&str]) -> PolicyRule {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    PolicyRule {
        verbs: texts(verbs),
        api_groups: Some(vec![group.to_owned()]),
        resources: Some(texts(resources)),
        ..PolicyRule::default()
    }
}
