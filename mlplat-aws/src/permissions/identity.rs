//! IAM, STS, Service Quotas.

use super::table::{NOTHING, Permissions};

const ROLE: &str = "arn:{partition}:iam::{account}:role/{RoleName}";

pub(super) const ROWS: &[Permissions] = &[
    Permissions {
        ty: "iam.ManagedPolicy",
        create: &["iam:CreatePolicy"],
        read: &["iam:GetPolicy", "iam:GetPolicyVersion"],
        // IAM keeps five versions, and deletes none by itself.
        update: &[
            "iam:CreatePolicyVersion",
            "iam:DeletePolicyVersion",
            "iam:ListPolicyVersions",
        ],
        delete: &[
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:ListPolicyVersions",
        ],
        tag: &["iam:TagPolicy", "iam:UntagPolicy"],
        on: &["arn:{partition}:iam::{account}:policy{Path}{ManagedPolicyName}"],
        ..NOTHING
    },
    Permissions {
        ty: "iam.OIDCProvider",
        create: &["iam:CreateOpenIDConnectProvider"],
        read: &[
            "iam:GetOpenIDConnectProvider",
            "iam:ListOpenIDConnectProviders",
        ],
        update: &[
            "iam:AddClientIDToOpenIDConnectProvider",
            "iam:RemoveClientIDFromOpenIDConnectProvider",
            "iam:UpdateOpenIDConnectProviderThumbprint",
        ],
        delete: &["iam:DeleteOpenIDConnectProvider"],
        tag: &[
            "iam:TagOpenIDConnectProvider",
            "iam:UntagOpenIDConnectProvider",
        ],
        on: &["arn:{partition}:iam::{account}:oidc-provider/*"],
        ..NOTHING
    },
    Permissions {
        ty: "iam.Role",
        create: &["iam:CreateRole"],
        read: &["iam:GetRole"],
        update: &[
            "iam:DeleteRolePermissionsBoundary",
            "iam:PutRolePermissionsBoundary",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
        ],
        delete: &["iam:DeleteRole"],
        tag: &["iam:TagRole", "iam:UntagRole"],
        on: &[ROLE],
        ..NOTHING
    },
    Permissions {
        ty: "iam.RolePolicy",
        create: &["iam:PutRolePolicy"],
        read: &["iam:GetRolePolicy"],
        update: &["iam:PutRolePolicy"],
        delete: &["iam:DeleteRolePolicy"],
        on: &[ROLE],
        ..NOTHING
    },
    Permissions {
        ty: "iam.RolePolicyAttachment",
        create: &["iam:AttachRolePolicy"],
        read: &["iam:ListAttachedRolePolicies"],
        delete: &["iam:DetachRolePolicy"],
        on: &[ROLE],
        ..NOTHING
    },
    Permissions {
        ty: "servicequotas.Quota",
        read: &[
            "servicequotas:GetAWSDefaultServiceQuota",
            "servicequotas:GetServiceQuota",
        ],
        ..NOTHING
    },
    // Served to anybody: no action is asked for.
    Permissions {
        ty: "checkip.CallerIp",
        ..NOTHING
    },
    Permissions {
        ty: "sts.CallerIdentity",
        read: &["sts:GetCallerIdentity"],
        ..NOTHING
    },
];
