//! `ec2.VPC`.

use ipnet::Ipv4Net;
use mlplat_core::facts::{
    Blocked, Canon, OnChange, OutputFact, Quota, Recovery, Refs, Scope, Side, TYPE, Type, f,
    instant, opt, w,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{NetworkAclId, RouteTableId, SecurityGroupId, Tags, VpcId};
use crate::sources;

/// Facts of `ec2.VPC`.
///
/// A VPC brings a default security group, a main route table and a default
/// network ACL; they go when it goes and never hold it. `DeleteVpc` is refused
/// while anything else lies in it, which the references of the other types
/// say.
pub static VPC: Type = Type {
    name: "ec2.VPC",
    doc: "A private network of one region, with its own address range.",
    cloudformation: "AWS::EC2::VPC",
    api: "ec2:CreateVpc",
    id: "VpcId",
    recovery: Recovery::Tags { window_s: 60 },
    fields: &[
        f("CidrBlock", OnChange::Replace, Refs::No).canon(Canon::Cidr),
        opt("EnableDnsSupport", OnChange::InPlace),
        opt("EnableDnsHostnames", OnChange::InPlace),
        opt("InstanceTenancy", OnChange::Replace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("VpcId", "vpc-{hex17}"),
        OutputFact::fixed("DefaultSecurityGroup", "{child:ec2.SecurityGroup}"),
        OutputFact::fixed("DefaultNetworkAcl", "{child:ec2.NetworkAcl}"),
        OutputFact::fixed("MainRouteTableId", "{child:ec2.RouteTable}"),
    ],
    brings: &[
        Side::Child {
            ty: "ec2.SecurityGroup",
            output: Some("DefaultSecurityGroup"),
            field: "VpcId",
        },
        Side::Child {
            ty: "ec2.NetworkAcl",
            output: Some("DefaultNetworkAcl"),
            field: "VpcId",
        },
        Side::Child {
            ty: "ec2.RouteTable",
            output: Some("MainRouteTableId"),
            field: "VpcId",
        },
    ],
    blocked: &[Blocked {
        when: "the VPC holds objects that nobody declared (network interfaces, endpoints, load balancers, security groups of a controller)",
        code: "DependencyViolation",
    }],
    create: w(12, &["pending", "available"], 0),
    update: instant(2),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-F678F1CE",
        default: 5,
        per: Scope::Account,
        error: "VpcLimitExceeded",
    }),
    source: sources::EC2,
    ..TYPE
};

/// A private network of one region. API: `CreateVpc`, then
/// `ModifyVpcAttribute` once for each DNS setting.
#[derive(Resource, Clone, Debug)]
#[resource(facts = VPC, handle = VpcHandle {
    vpc_id: VpcId,
    default_security_group: SecurityGroupId,
    default_network_acl: NetworkAclId,
    main_route_table_id: RouteTableId,
})]
pub struct Vpc {
    /// The address range, `/16` to `/28`. A change replaces the VPC.
    pub cidr_block: Output<Ipv4Net>,
    /// Whether Amazon's DNS server answers in the VPC. Default true.
    pub enable_dns_support: Option<Output<bool>>,
    /// Whether instances with a public address get a DNS name. Default false;
    /// EKS nodes need both DNS settings on.
    pub enable_dns_hostnames: Option<Output<bool>>,
    /// Hardware tenancy of instances. Default `default`. AWS allows only the
    /// step from `dedicated` to `default` in place; here every change replaces.
    pub instance_tenancy: Option<Output<InstanceTenancy>>,
    /// Tags.
    pub tags: Tags,
}

impl Vpc {
    /// A VPC with AWS's defaults.
    pub fn new(cidr_block: impl Gives<Ipv4Net>) -> Self {
        Self {
            cidr_block: cidr_block.into(),
            enable_dns_support: None,
            enable_dns_hostnames: None,
            instance_tenancy: None,
            tags: Tags::new(),
        }
    }
}

/// On whose hardware instances run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InstanceTenancy {
    /// Shared hardware.
    Default,
    /// Hardware of this account only.
    Dedicated,
}
