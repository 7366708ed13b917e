//! `ec2.FlowLog`.

use mlplat_core::facts::{
    By, Fails, Held, Join, Need, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Type, Unique,
    f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{FlowLogId, LogGroupName, RoleArn, Tags, VpcId};
use crate::sources;

/// Facts of `ec2.FlowLog`.
///
/// Only logs of a whole VPC, into a log group: those of subnets, interfaces
/// and gateways are not offered, nor are buckets and streams. Nothing of it
/// can be changed. A log whose role may not write is made all the same, and
/// says so only in its delivery status. That a VPC goes although it has a flow
/// log is from general knowledge.
pub static FLOW_LOG: Type = Type {
    name: "ec2.FlowLog",
    doc: "Records of who sent how much to whom in a VPC.",
    cloudformation: "AWS::EC2::FlowLog",
    api: "ec2:CreateFlowLogs",
    id: "Id",
    recovery: Recovery::Tags { window_s: 60 },
    token: true,
    fields: &[
        f(
            "ResourceId",
            OnChange::Replace,
            Refs::To("ec2.VPC", Held::Dangles),
        ),
        f("ResourceType", OnChange::Replace, Refs::No),
        f("TrafficType", OnChange::Replace, Refs::No),
        f(
            "LogGroupName",
            OnChange::Replace,
            Refs::May("logs.LogGroup", Held::Dangles),
        ),
        f(
            "DeliverLogsPermissionArn",
            OnChange::Replace,
            Refs::May("iam.Role", Held::Dangles),
        ),
        opt("MaxAggregationInterval", OnChange::Replace),
        opt("LogFormat", OnChange::Replace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[OutputFact::fixed("Id", "fl-{hex17}")],
    unique: &[Unique {
        fields: &["TrafficType", "LogGroupName"],
        scope: Scope::Parent("ResourceId"),
        code: "FlowLogAlreadyExists",
        held_after_delete_s: 0,
    }],
    needs: &[Need {
        what: "the permissions of the role that writes",
        path: &[
            Join::Follow("DeliverLogsPermissionArn"),
            Join::Back("iam.RolePolicy", "RoleName"),
        ],
        by: By::ToBecomeReady,
        fails: Fails::OrderOnly,
    }],
    create: instant(2),
    update: instant(1),
    delete: instant(1),
    source: sources::EC2,
    ..TYPE
};

/// Records of who sent how much to whom in a VPC. API: `CreateFlowLogs`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = FLOW_LOG, handle = FlowLogHandle { id: FlowLogId })]
pub struct FlowLog {
    /// The VPC. In the API one of `ResourceIds`.
    pub resource_id: Output<VpcId>,
    /// What [`Self::resource_id`] names.
    pub resource_type: Output<FlowLogResourceType>,
    /// Which traffic is recorded.
    pub traffic_type: Output<TrafficType>,
    /// The log group that records go to.
    pub log_group_name: Output<LogGroupName>,
    /// The role by which they are written.
    pub deliver_logs_permission_arn: Output<RoleArn>,
    /// For how long traffic is summed up into one record, in seconds: 60 or
    /// 600. Default 600.
    pub max_aggregation_interval: Option<Output<u32>>,
    /// The fields of a record: `${srcaddr} ${dstaddr}`. Default: those of
    /// version 2.
    pub log_format: Option<Output<String>>,
    /// Tags.
    pub tags: Tags,
}

impl FlowLog {
    /// All traffic of a VPC, into a log group.
    pub fn new(
        vpc_id: impl Gives<VpcId>,
        log_group_name: impl Gives<LogGroupName>,
        role_arn: impl Gives<RoleArn>,
    ) -> Self {
        Self {
            resource_id: vpc_id.into(),
            resource_type: FlowLogResourceType::Vpc.into(),
            traffic_type: TrafficType::All.into(),
            log_group_name: log_group_name.into(),
            deliver_logs_permission_arn: role_arn.into(),
            max_aggregation_interval: None,
            log_format: None,
            tags: Tags::new(),
        }
    }
}

/// What a flow log is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub enum FlowLogResourceType {
    /// A whole VPC.
    #[serde(rename = "VPC")]
    Vpc,
}

/// Which traffic a flow log records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TrafficType {
    /// What groups and access lists let through.
    Accept,
    /// What they did not.
    Reject,
    /// Both.
    All,
}
