//! Trust policies: who may take on a role.

use mlplat_core::ServiceAccountRef;
use mlplat_core::wiring::{Gives, KnownText};

use super::{Condition, Operator, PolicyDocument, Principal, Statement};
use crate::action;
use crate::ids::{AccountId, ClusterName, OidcProviderArn, Region};

/// An AWS service: `eks.amazonaws.com`, `ec2.amazonaws.com`.
pub fn service(name: impl KnownText) -> PolicyDocument {
    PolicyDocument::new([
        Statement::allow([action!("sts:AssumeRole")]).by(Principal::Service(name.into()))
    ])
}

/// An AWS service that says by tags for what each of its sessions is: EKS in
/// Auto Mode.
pub fn service_with_tags(name: impl KnownText) -> PolicyDocument {
    PolicyDocument::new([
        Statement::allow([action!("sts:AssumeRole"), action!("sts:TagSession")])
            .by(Principal::Service(name.into())),
    ])
}

/// Pods, by EKS Pod Identity: which ones is said by the association. The text
/// is that of the EKS user guide.
pub fn pod_identity() -> PolicyDocument {
    PolicyDocument::new([
        Statement::allow([action!("sts:AssumeRole"), action!("sts:TagSession")])
            .sid("AllowEksAuthToAssumeRoleForPodIdentity")
            .by(Principal::Service("pods.eks.amazonaws.com".into())),
    ])
}

/// Pods of one service account, by tokens of the cluster's issuer (IRSA).
///
/// `issuer` is the issuer without `https://`. Both the subject and the
/// audience are asked for: without the subject every pod of the cluster could
/// take on the role, without the audience a token made for somebody else.
pub fn irsa(
    provider: impl Gives<OidcProviderArn>,
    issuer: impl Gives<String>,
    account: &ServiceAccountRef,
) -> PolicyDocument {
    let issuer = issuer.into();
    let subject = mlplat_core::text!(
        "system:serviceaccount:{}:{}",
        account.namespace,
        account.name
    );
    PolicyDocument::new(
        [Statement::allow([action!("sts:AssumeRoleWithWebIdentity")])
            .by(Principal::Federated(provider.into()))
            .when(Condition::equals(
                mlplat_core::text!("{}:aud", issuer),
                "sts.amazonaws.com",
            ))
            .when(Condition::equals(
                mlplat_core::text!("{}:sub", issuer),
                subject,
            ))],
    )
}

/// The issuer of GitHub Actions' tokens, without `https://`.
pub const GITHUB: &str = "token.actions.githubusercontent.com";

/// Runs of GitHub Actions whose token has one of these subjects:
/// `repo:owner/name:ref:refs/heads/main`. They are compared whole, and the
/// audience is asked for, as with [`irsa`].
pub fn github(
    provider: impl Gives<OidcProviderArn>,
    subjects: impl IntoIterator<Item = String>,
) -> PolicyDocument {
    let subjects = subjects.into_iter().map(Into::into);
    PolicyDocument::new(
        [Statement::allow([action!("sts:AssumeRoleWithWebIdentity")])
            .by(Principal::Federated(provider.into()))
            .when(Condition::equals(
                format!("{GITHUB}:aud"),
                "sts.amazonaws.com",
            ))
            .when(Condition::new(
                Operator::StringEquals,
                format!("{GITHUB}:sub"),
                subjects,
            ))],
    )
}

/// Fargate, for the pods of one cluster and no other: without the condition
/// anybody's Fargate profile could name the role. After the EKS user
/// guide's page on the pod execution role.
pub fn fargate(
    region: impl Gives<Region>,
    account: impl Gives<AccountId>,
    cluster: impl Gives<ClusterName>,
) -> PolicyDocument {
    let profiles = mlplat_core::text!(
        "arn:aws:eks:{}:{}:fargateprofile/{}/*",
        region.into().cast::<String>(),
        account.into().cast::<String>(),
        cluster.into().cast::<String>()
    );
    PolicyDocument::new([Statement::allow([action!("sts:AssumeRole")])
        .by(Principal::Service("eks-fargate-pods.amazonaws.com".into()))
        .when(Condition::new(
            Operator::ArnLike,
            "aws:SourceArn",
            [profiles],
        ))])
}

/// VPC flow logs, for the logs of one account and no other: without the
/// condition somebody else's flow log could name the role.
pub fn flow_logs(account: impl Gives<AccountId>) -> PolicyDocument {
    PolicyDocument::new([Statement::allow([action!("sts:AssumeRole")])
        .by(Principal::Service("vpc-flow-logs.amazonaws.com".into()))
        .when(Condition::equals(
            "aws:SourceAccount",
            account.into().cast::<String>(),
        ))])
}

/// As [`account`], under a condition.
pub fn account_when(id: impl Gives<AccountId>, condition: Condition) -> PolicyDocument {
    PolicyDocument::new([Statement::allow([action!("sts:AssumeRole")])
        .by(Principal::Account(id.into()))
        .when(condition)])
}

/// Every identity of an account that the account itself allows to.
pub fn account(id: impl Gives<AccountId>) -> PolicyDocument {
    PolicyDocument::new([
        Statement::allow([action!("sts:AssumeRole")]).by(Principal::Account(id.into()))
    ])
}
