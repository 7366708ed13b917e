//! EC2's networks and launch templates.
//!
//! A call on one object is checked against others too (a subnet is made in a
//! VPC, an association joins a table and a subnet), so the actions are allowed
//! on every object of the account and region.

use super::table::{NOTHING, Pass, Permissions};

const ANY: &[&str] = &["arn:{partition}:ec2:{region}:{account}:*/*"];
const TAGS: &[&str] = &["ec2:CreateTags", "ec2:DeleteTags"];

pub(super) const ROWS: &[Permissions] = &[
    Permissions {
        ty: "ec2.AvailabilityZones",
        read: &["ec2:DescribeAvailabilityZones"],
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.DefaultSecurityGroupLock",
        create: &[
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
        ],
        read: &["ec2:DescribeSecurityGroups"],
        update: &[
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
        ],
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.EIP",
        create: &["ec2:AllocateAddress"],
        read: &["ec2:DescribeAddresses"],
        delete: &["ec2:ReleaseAddress"],
        tag: TAGS,
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.FlowLog",
        create: &["ec2:CreateFlowLogs"],
        read: &["ec2:DescribeFlowLogs"],
        delete: &["ec2:DeleteFlowLogs"],
        tag: TAGS,
        on: ANY,
        passes: &[Pass {
            field: "DeliverLogsPermissionArn",
            services: &["vpc-flow-logs.amazonaws.com"],
        }],
        ..NOTHING
    },
    Permissions {
        ty: "ec2.InternetGateway",
        create: &["ec2:CreateInternetGateway"],
        read: &["ec2:DescribeInternetGateways"],
        delete: &["ec2:DeleteInternetGateway"],
        tag: TAGS,
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.LaunchTemplate",
        create: &["ec2:CreateLaunchTemplate"],
        read: &[
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:DescribeLaunchTemplates",
        ],
        update: &["ec2:CreateLaunchTemplateVersion"],
        delete: &["ec2:DeleteLaunchTemplate"],
        tag: TAGS,
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.NatGateway",
        create: &["ec2:CreateNatGateway"],
        read: &["ec2:DescribeNatGateways"],
        delete: &["ec2:DeleteNatGateway"],
        tag: TAGS,
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.NetworkAcl",
        read: &["ec2:DescribeNetworkAcls"],
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.Route",
        create: &["ec2:CreateRoute"],
        read: &["ec2:DescribeRouteTables"],
        update: &["ec2:ReplaceRoute"],
        delete: &["ec2:DeleteRoute"],
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.RouteTable",
        create: &["ec2:CreateRouteTable"],
        read: &["ec2:DescribeRouteTables"],
        delete: &["ec2:DeleteRouteTable"],
        tag: TAGS,
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.SecurityGroup",
        create: &["ec2:CreateSecurityGroup"],
        read: &["ec2:DescribeSecurityGroups"],
        delete: &["ec2:DeleteSecurityGroup"],
        tag: TAGS,
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.SecurityGroupEgress",
        create: &["ec2:AuthorizeSecurityGroupEgress"],
        read: &["ec2:DescribeSecurityGroupRules"],
        update: &["ec2:UpdateSecurityGroupRuleDescriptionsEgress"],
        delete: &["ec2:RevokeSecurityGroupEgress"],
        tag: TAGS,
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.SecurityGroupIngress",
        create: &["ec2:AuthorizeSecurityGroupIngress"],
        read: &["ec2:DescribeSecurityGroupRules"],
        update: &["ec2:UpdateSecurityGroupRuleDescriptionsIngress"],
        delete: &["ec2:RevokeSecurityGroupIngress"],
        tag: TAGS,
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.Subnet",
        create: &["ec2:CreateSubnet", "ec2:ModifySubnetAttribute"],
        read: &["ec2:DescribeSubnets"],
        update: &["ec2:ModifySubnetAttribute"],
        delete: &["ec2:DeleteSubnet"],
        tag: TAGS,
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.SubnetRouteTableAssociation",
        create: &["ec2:AssociateRouteTable"],
        read: &["ec2:DescribeRouteTables"],
        update: &["ec2:ReplaceRouteTableAssociation"],
        delete: &["ec2:DisassociateRouteTable"],
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.VPC",
        create: &["ec2:CreateVpc", "ec2:ModifyVpcAttribute"],
        read: &[
            "ec2:DescribeNetworkAcls",
            "ec2:DescribeRouteTables",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeVpcAttribute",
            "ec2:DescribeVpcs",
        ],
        update: &["ec2:ModifyVpcAttribute", "ec2:ModifyVpcTenancy"],
        delete: &["ec2:DeleteVpc"],
        tag: TAGS,
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.VPCEndpoint",
        create: &["ec2:CreateVpcEndpoint"],
        read: &["ec2:DescribeVpcEndpoints"],
        update: &["ec2:ModifyVpcEndpoint"],
        delete: &["ec2:DeleteVpcEndpoints"],
        tag: TAGS,
        on: ANY,
        ..NOTHING
    },
    Permissions {
        ty: "ec2.VPCGatewayAttachment",
        create: &["ec2:AttachInternetGateway"],
        read: &["ec2:DescribeInternetGateways"],
        delete: &["ec2:DetachInternetGateway"],
        on: ANY,
        ..NOTHING
    },
];
