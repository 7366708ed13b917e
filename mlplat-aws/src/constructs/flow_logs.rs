//! The flow log of a network, with its log group and the role that writes.

use mlplat_core::{Output, Scope};

use super::role::Role;
use super::tags::named;
use crate::action;
use crate::ec2::FlowLog;
use crate::ids::VpcId;
use crate::logs::{LogGroup, Retention};
use crate::lookups::CallerIdentity;
use crate::policy::{Statement, trust};

/// Adds the three to a network. The role may write to the group and not make
/// one, so a deleted group does not come back.
pub(super) fn add(scope: &mut Scope<'_>, vpc: &Output<VpcId>, retention: Retention) {
    let group = LogGroup {
        retention_in_days: Some(retention.into()),
        tags: named(scope, "flow-logs"),
        ..LogGroup::default()
    };
    let group = scope.add("flow-logs", group);
    let caller = scope.shared("caller-identity", CallerIdentity {});
    let write = Statement::allow([
        action!("logs:CreateLogStream"),
        action!("logs:DescribeLogStreams"),
        action!("logs:PutLogEvents"),
    ]);
    // The call lists, so IAM knows no narrower resource for it.
    let list = Statement::allow([action!("logs:DescribeLogGroups")]).on_everything();
    let role = Role::new(trust::flow_logs(caller.account))
        .describe("Writes the flow logs of a network")
        .allow(write.on([group.arn.cast()]))
        .allow(list);
    let role = scope.add("flow-log-writer", role);
    let log = FlowLog {
        tags: named(scope, "flow-log"),
        ..FlowLog::new(vpc, group.log_group_name, role.arn)
    };
    scope.add("flow-log", log);
}
