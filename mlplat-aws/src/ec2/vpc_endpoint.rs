//! `ec2.VPCEndpoint`.

use mlplat_core::facts::{
    Canon, Held, OnChange, OutputFact, Quota, Recovery, Refs, Scope, Side, TYPE, Type, f, instant,
    opt, w,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{RouteTableId, SecurityGroupId, SubnetId, Tags, VpcEndpointId, VpcId};
use crate::sources;

/// Facts of `ec2.VPCEndpoint`.
///
/// Gateways (routes to S3 and DynamoDB, without a price) and interfaces
/// (addresses in subnets). Those for load balancers, service networks and
/// resources are not offered. A route table goes although a gateway has a
/// route in it; subnets and groups are held by interfaces.
///
/// The model spells the states with a capital letter, answers have small ones
/// (EC2 API reference, `DescribeVpcEndpoints`, example responses).
pub static VPC_ENDPOINT: Type = Type {
    name: "ec2.VPCEndpoint",
    doc: "A way from a VPC to an AWS service that does not cross the internet.",
    cloudformation: "AWS::EC2::VPCEndpoint",
    api: "ec2:CreateVpcEndpoint",
    id: "Id",
    recovery: Recovery::Tags { window_s: 60 },
    token: true,
    fields: &[
        f(
            "VpcId",
            OnChange::Replace,
            Refs::To("ec2.VPC", Held::Refused("DependencyViolation")),
        ),
        f("ServiceName", OnChange::Replace, Refs::No),
        opt("VpcEndpointType", OnChange::Replace),
        opt("RouteTableIds", OnChange::InPlace)
            .canon(Canon::Set)
            .refs(Refs::To("ec2.RouteTable", Held::Dangles)),
        opt("SubnetIds", OnChange::InPlace)
            .canon(Canon::Set)
            .refs(Refs::To("ec2.Subnet", Held::Refused("DependencyViolation"))),
        opt("SecurityGroupIds", OnChange::InPlace)
            .canon(Canon::Set)
            .refs(Refs::To(
                "ec2.SecurityGroup",
                Held::Refused("DependencyViolation"),
            )),
        opt("PrivateDnsEnabled", OnChange::InPlace),
        opt("PolicyDocument", OnChange::InPlace).canon(Canon::Policy),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[OutputFact::fixed("Id", "vpce-{hex17}")],
    brings: &[
        Side::Lingers {
            kind: "eni",
            holds: "SubnetIds",
            s: (0, 120),
        },
        Side::Lingers {
            kind: "eni",
            holds: "SecurityGroupIds",
            s: (0, 120),
        },
    ],
    create: w(60, &["Pending", "Available"], 0),
    update: instant(2),
    delete: w(60, &["Deleting", "Deleted"], 0),
    quota: Some(Quota {
        code: "L-29B6F2EB",
        default: 50,
        per: Scope::Parent("VpcId"),
        error: "VpcEndpointLimitExceeded",
    }),
    source: sources::EC2,
    ..TYPE
};

/// A way from a VPC to an AWS service that does not cross the internet. API:
/// `CreateVpcEndpoint`, `ModifyVpcEndpoint`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = VPC_ENDPOINT, handle = VpcEndpointHandle { id: VpcEndpointId })]
pub struct VpcEndpoint {
    /// The VPC.
    pub vpc_id: Output<VpcId>,
    /// The service: `com.amazonaws.eu-central-1.s3`.
    pub service_name: Output<String>,
    /// Gateway or interface. AWS's default is a gateway; always sent.
    pub vpc_endpoint_type: Output<VpcEndpointType>,
    /// The tables that get the route of a gateway.
    pub route_table_ids: Vec<Output<RouteTableId>>,
    /// The subnets of an interface, one per zone.
    pub subnet_ids: Vec<Output<SubnetId>>,
    /// Who may reach an interface. Default: the VPC's default group.
    pub security_group_ids: Vec<Output<SecurityGroupId>>,
    /// Whether the service's usual name leads to the interface inside the VPC.
    /// For one endpoint of a service in a VPC. AWS's default is true for
    /// interfaces.
    pub private_dns_enabled: Option<Output<bool>>,
    /// What may be done through the endpoint, as JSON text. Default everything.
    pub policy_document: Option<Output<String>>,
    /// Tags.
    pub tags: Tags,
}

impl VpcEndpoint {
    /// A gateway: for S3 and DynamoDB.
    pub fn gateway(
        vpc_id: impl Gives<VpcId>,
        service_name: impl Gives<String>,
        route_table_ids: impl IntoIterator<Item = Output<RouteTableId>>,
    ) -> Self {
        Self {
            vpc_endpoint_type: VpcEndpointType::Gateway.into(),
            route_table_ids: route_table_ids.into_iter().collect(),
            ..Self::plain(vpc_id.into(), service_name.into())
        }
    }

    /// An interface with an address in each subnet, under the service's usual
    /// name.
    pub fn interface(
        vpc_id: impl Gives<VpcId>,
        service_name: impl Gives<String>,
        subnet_ids: impl IntoIterator<Item = Output<SubnetId>>,
        security_group_ids: impl IntoIterator<Item = Output<SecurityGroupId>>,
    ) -> Self {
        Self {
            subnet_ids: subnet_ids.into_iter().collect(),
            security_group_ids: security_group_ids.into_iter().collect(),
            private_dns_enabled: Some(true.into()),
            ..Self::plain(vpc_id.into(), service_name.into())
        }
    }

    fn plain(vpc_id: Output<VpcId>, service_name: Output<String>) -> Self {
        Self {
            vpc_id,
            service_name,
            vpc_endpoint_type: VpcEndpointType::Interface.into(),
            route_table_ids: Vec::new(),
            subnet_ids: Vec::new(),
            security_group_ids: Vec::new(),
            private_dns_enabled: None,
            policy_document: None,
            tags: Tags::new(),
        }
    }
}

/// How an endpoint is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum VpcEndpointType {
    /// By a route.
    Gateway,
    /// By addresses in subnets.
    Interface,
}
