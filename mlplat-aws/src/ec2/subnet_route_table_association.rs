//! `ec2.SubnetRouteTableAssociation`.

use mlplat_core::facts::{
    Held, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Tagging, Type, Unique, f, instant, w,
};
use mlplat_core::{Output, Resource};

use crate::ids::{RouteTableAssociationId, RouteTableId, SubnetId};
use crate::sources;

/// Facts of `ec2.SubnetRouteTableAssociation`.
///
/// `ReplaceRouteTableAssociation` could move a subnet to another table in one
/// call, but under a new association id; CloudFormation calls both fields
/// create-only, and so does this.
pub static SUBNET_ROUTE_TABLE_ASSOCIATION: Type = Type {
    name: "ec2.SubnetRouteTableAssociation",
    doc: "Which route table a subnet uses instead of the VPC's main one.",
    cloudformation: "AWS::EC2::SubnetRouteTableAssociation",
    api: "ec2:AssociateRouteTable",
    id: "Id",
    recovery: Recovery::NaturalKey(&["RouteTableId", "SubnetId"]),
    tags: Tagging::Never,
    fields: &[
        f(
            "RouteTableId",
            OnChange::Replace,
            Refs::To("ec2.RouteTable", Held::Refused("DependencyViolation")),
        ),
        f(
            "SubnetId",
            OnChange::Replace,
            Refs::To("ec2.Subnet", Held::Cascades),
        ),
    ],
    outputs: &[OutputFact::fixed("Id", "rtbassoc-{hex17}")],
    unique: &[Unique {
        fields: &["SubnetId"],
        scope: Scope::Account,
        code: "Resource.AlreadyAssociated",
        held_after_delete_s: 0,
    }],
    create: w(1, &["associating", "associated"], 0),
    update: instant(1),
    delete: instant(1),
    source: sources::EC2,
    ..TYPE
};

/// Which route table a subnet uses instead of the VPC's main one. API:
/// `AssociateRouteTable`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = SUBNET_ROUTE_TABLE_ASSOCIATION, handle = SubnetRouteTableAssociationHandle {
    id: RouteTableAssociationId,
})]
pub struct SubnetRouteTableAssociation {
    /// The table.
    pub route_table_id: Output<RouteTableId>,
    /// The subnet; it has one table at a time.
    pub subnet_id: Output<SubnetId>,
}
