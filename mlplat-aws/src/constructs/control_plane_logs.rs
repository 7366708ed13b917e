//! The log group of a control plane.
//!
//! EKS writes to `/aws/eks/<cluster>/cluster` and makes that group when it is
//! not there. So the group has to come first, and the cluster's name has to be
//! known before the cluster: it is the user's, or put together here.

use mlplat_core::Scope;
use mlplat_core::wiring::NodeRef;

use super::tags::named;
use crate::ids::LogGroupName;
use crate::logs::{LogGroup, Retention};

/// Longest name of a cluster.
const NAME_MAX: usize = 100;

pub(super) struct ControlPlaneLogs {
    /// The name that the cluster has to have.
    pub(super) cluster: String,
    /// The group.
    pub(super) node: NodeRef,
}

impl ControlPlaneLogs {
    pub(super) fn add(scope: &mut Scope<'_>, name: Option<&str>, retention: Retention) -> Self {
        let cluster = name.map_or_else(|| known_name(scope), str::to_owned);
        let group = LogGroup {
            log_group_name: Some(LogGroupName::new(format!("/aws/eks/{cluster}/cluster")).into()),
            retention_in_days: Some(retention.into()),
            tags: named(scope, "logs"),
            ..LogGroup::default()
        };
        let node = scope.add("logs", group).node;
        Self { cluster, node }
    }
}

/// Stack, environment and path in the characters that EKS accepts; of a long
/// one the end, which tells clusters apart.
fn known_name(scope: &Scope<'_>) -> String {
    let name = format!("{}-{}-{}", scope.stack_name(), scope.env(), scope.path());
    let name = name.replace(
        |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_',
        "-",
    );
    let surplus = name.len().saturating_sub(NAME_MAX);
    name[surplus..].trim_start_matches(['-', '_']).to_owned()
}
