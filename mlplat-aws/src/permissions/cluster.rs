//! EKS, and the auto scaling groups that it makes.

use super::table::{NOTHING, Pass, Permissions};

const CLUSTER: &str = "arn:{partition}:eks:{region}:{account}:cluster/{ClusterName}";
const TAGS: &[&str] = &["eks:TagResource", "eks:UntagResource"];
const ROLES: &str = "arn:{partition}:iam::{account}:role/*";

pub(super) const ROWS: &[Permissions] = &[
    Permissions {
        ty: "autoscaling.Tag",
        create: &["autoscaling:CreateOrUpdateTags"],
        read: &["autoscaling:DescribeTags"],
        update: &["autoscaling:CreateOrUpdateTags"],
        delete: &["autoscaling:DeleteTags"],
        on: &[
            "arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}",
        ],
        ..NOTHING
    },
    Permissions {
        ty: "eks.AccessEntry",
        create: &["eks:CreateAccessEntry"],
        read: &["eks:DescribeAccessEntry"],
        update: &["eks:UpdateAccessEntry"],
        delete: &["eks:DeleteAccessEntry"],
        tag: TAGS,
        on: &[
            CLUSTER,
            "arn:{partition}:eks:{region}:{account}:access-entry/{ClusterName}/*",
        ],
        ..NOTHING
    },
    Permissions {
        ty: "eks.AccessPolicyAssociation",
        create: &["eks:AssociateAccessPolicy"],
        read: &["eks:ListAssociatedAccessPolicies"],
        update: &["eks:AssociateAccessPolicy"],
        delete: &["eks:DisassociateAccessPolicy"],
        on: &[
            CLUSTER,
            "arn:{partition}:eks:{region}:{account}:access-entry/{ClusterName}/*",
        ],
        ..NOTHING
    },
    Permissions {
        ty: "eks.Addon",
        create: &["eks:CreateAddon"],
        read: &["eks:DescribeAddon"],
        update: &["eks:DescribeUpdate", "eks:UpdateAddon"],
        delete: &["eks:DeleteAddon"],
        tag: TAGS,
        on: &[
            CLUSTER,
            "arn:{partition}:eks:{region}:{account}:addon/{ClusterName}/{AddonName}/*",
        ],
        passes: &[Pass {
            field: "ServiceAccountRoleArn",
            services: &["eks.amazonaws.com"],
        }],
        ..NOTHING
    },
    Permissions {
        ty: "eks.AddonVersion",
        read: &["eks:DescribeAddonVersions"],
        ..NOTHING
    },
    CONTROL_PLANE,
    Permissions {
        ty: "eks.ClusterVersions",
        read: &["eks:DescribeClusterVersions"],
        ..NOTHING
    },
    Permissions {
        ty: "eks.FargateProfile",
        create: &["eks:CreateFargateProfile", "iam:GetRole"],
        read: &["eks:DescribeFargateProfile"],
        delete: &["eks:DeleteFargateProfile"],
        tag: TAGS,
        on: &[
            CLUSTER,
            "arn:{partition}:eks:{region}:{account}:fargateprofile/{ClusterName}/{FargateProfileName}/*",
            ROLES,
        ],
        passes: &[Pass {
            field: "PodExecutionRoleArn",
            services: &["eks-fargate-pods.amazonaws.com", "eks.amazonaws.com"],
        }],
        linked: &["eks-fargate.amazonaws.com"],
        ..NOTHING
    },
    NODEGROUP,
    Permissions {
        ty: "eks.PodIdentityAssociation",
        create: &["eks:CreatePodIdentityAssociation", "iam:GetRole"],
        read: &[
            "eks:DescribePodIdentityAssociation",
            "eks:ListPodIdentityAssociations",
        ],
        update: &["eks:UpdatePodIdentityAssociation", "iam:GetRole"],
        delete: &["eks:DeletePodIdentityAssociation"],
        tag: TAGS,
        on: &[
            CLUSTER,
            "arn:{partition}:eks:{region}:{account}:podidentityassociation/{ClusterName}/*",
            ROLES,
        ],
        passes: &[Pass {
            field: "RoleArn",
            services: &["pods.eks.amazonaws.com"],
        }],
        ..NOTHING
    },
];

/// The VPC and its subnets are looked at, and the key for secrets is handed
/// over, in the deployer's name.
const CONTROL_PLANE: Permissions = Permissions {
    ty: "eks.Cluster",
    create: &[
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "eks:CreateCluster",
        "iam:GetRole",
        "iam:ListAttachedRolePolicies",
        "kms:CreateGrant",
        "kms:DescribeKey",
    ],
    read: &["eks:DescribeCluster"],
    update: &[
        "eks:DescribeUpdate",
        "eks:UpdateClusterConfig",
        "eks:UpdateClusterVersion",
    ],
    delete: &["eks:DeleteCluster"],
    tag: TAGS,
    on: &[
        "arn:{partition}:eks:{region}:{account}:cluster/{Name}",
        "arn:{partition}:kms:{region}:{account}:key/*",
        ROLES,
    ],
    passes: &[
        Pass {
            field: "RoleArn",
            services: &["eks.amazonaws.com"],
        },
        Pass {
            field: "NodeRoleArn",
            services: &["ec2.amazonaws.com", "eks.amazonaws.com"],
        },
    ],
    linked: &["eks.amazonaws.com"],
};

/// With a launch template, EC2 asks whether the deployer could start the
/// instances himself; images and snapshots belong to no account of ours.
const NODEGROUP: Permissions = Permissions {
    ty: "eks.Nodegroup",
    create: &[
        "ec2:CreateTags",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:DescribeSubnets",
        "ec2:RunInstances",
        "eks:CreateNodegroup",
        "iam:GetRole",
        "iam:ListAttachedRolePolicies",
    ],
    read: &["eks:DescribeNodegroup"],
    update: &[
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:RunInstances",
        "eks:DescribeUpdate",
        "eks:UpdateNodegroupConfig",
        "eks:UpdateNodegroupVersion",
    ],
    delete: &["eks:DeleteNodegroup"],
    tag: TAGS,
    on: &[
        CLUSTER,
        "arn:{partition}:eks:{region}:{account}:nodegroup/{ClusterName}/{NodegroupName}/*",
        "arn:{partition}:ec2:{region}:{account}:*/*",
        "arn:{partition}:ec2:{region}::image/*",
        "arn:{partition}:ec2:{region}::snapshot/*",
        ROLES,
    ],
    passes: &[Pass {
        field: "NodeRole",
        services: &["ec2.amazonaws.com", "eks.amazonaws.com"],
    }],
    linked: &["eks-nodegroup.amazonaws.com", "spot.amazonaws.com"],
};
