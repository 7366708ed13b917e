//! A cluster in a network, who may enter it, and machines that it may have.

use std::collections::BTreeMap;

use mlplat_aws::ids::{ClusterName, PrincipalArn};
use mlplat_aws::lookups::{AddonVersion, CallerIdentity};
use mlplat_aws::policy::{AccessPolicy, ManagedPolicy, trust};
use mlplat_aws::{ec2, eks, iam};
use mlplat_core::wiring::Expr;
use mlplat_core::{Cluster, ClusterAccess, Output, Stack};

use super::draft::Draft;
use super::identity::Account;
use super::network::Network;

/// Where objects of Kubernetes are put.
pub(super) struct Place {
    access: Output<ClusterAccess>,
    pub(super) name: Output<ClusterName>,
    /// It has machines for pods.
    pub(super) runs_pods: bool,
}

impl Cluster for Place {
    fn access(&self) -> Output<ClusterAccess> {
        self.access.clone()
    }
}

pub(super) fn add(stack: &mut Stack, draft: Draft, network: &Network, account: &Account) -> Place {
    let cluster = eks::Cluster {
        name: draft
            .name("cluster")
            .map(|name| ClusterName::new(&name).into()),
        deletion_protection: None,
        zonal_shift_enabled: Some(draft.pick("zonal shift", &[true, false]).into()),
        tags: draft.tags("cluster"),
        ..eks::Cluster::new(&account.role, network.subnets.clone())
    };
    let cluster = stack.add("cluster", cluster);
    let place = Place {
        access: entered(stack, draft, &cluster),
        name: cluster.name,
        runs_pods: draft.has("machines", 3),
    };
    if place.runs_pods {
        machines(stack, draft, network, &place);
    }
    if draft.has("fargate", 4) && draft.is_there("fargate") {
        serverless(stack, draft, network, &place);
    }
    place
}

/// Whoever deploys may enter; how the cluster is reached.
fn entered(stack: &mut Stack, draft: Draft, cluster: &eks::ClusterHandle) -> Output<ClusterAccess> {
    let caller = stack.add("deployer", CallerIdentity::default());
    let entry = eks::AccessEntry {
        tags: draft.tags("entry"),
        ..eks::AccessEntry::new(&cluster.name, caller.arn.cast::<PrincipalArn>())
    };
    let entry = stack.add("entry", entry);
    let association = eks::AccessPolicyAssociation {
        cluster_name: cluster.name.clone(),
        principal_arn: entry.principal_arn,
        policy_arn: AccessPolicy::ClusterAdmin.arn().into(),
        access_scope_type: eks::AccessScopeType::Cluster.into(),
        access_scope_namespaces: Vec::new(),
    };
    let association = stack.add("association", association);
    let access = [
        ("id", cluster.arn.expr().clone()),
        ("endpoint", cluster.endpoint.expr().clone()),
        (
            "certificate_authority",
            cluster.certificate_authority_data.expr().clone(),
        ),
        // Nothing can be put into it before somebody may enter.
        ("admitted_by", association.id.expr().clone()),
    ];
    let access = access.map(|(name, expr)| (name.to_owned(), expr));
    Output::from_expr(Expr::map(access))
}

/// A role with a policy of AWS's own.
fn role(stack: &mut Stack, name: &str, trusted: &str, policy: ManagedPolicy) -> iam::RoleHandle {
    let role = iam::Role::new(trust::service(trusted).render());
    let role = stack.add(&format!("{name}-role"), role);
    let attachment = iam::RolePolicyAttachment::new(&role.role_name, policy.arn());
    stack.add(&format!("{name}-attachment"), attachment);
    role
}

fn machines(stack: &mut Stack, draft: Draft, network: &Network, place: &Place) {
    let version = AddonVersion {
        addon_name: "vpc-cni".into(),
        kubernetes_version: "1.35".into(),
    };
    let version = stack.add("cni-version", version);
    let cni = eks::Addon {
        addon_version: Some(version.addon_version),
        tags: draft.tags("cni"),
        ..eks::Addon::new(&place.name, "vpc-cni")
    };
    stack.add("cni", cni);
    let role = role(
        stack,
        "machine",
        "ec2.amazonaws.com",
        ManagedPolicy::EksWorkerNode,
    );
    let template = ec2::LaunchTemplate {
        http_put_response_hop_limit: Some(draft.pick("hops", &[1, 2]).into()),
        tags: draft.tags("template"),
        ..ec2::LaunchTemplate::default()
    };
    let template = stack.add("template", template);
    let group = eks::Nodegroup {
        min_size: Some(1.into()),
        max_size: Some(draft.pick("most", &[2, 3]).into()),
        desired_size: Some(1.into()),
        launch_template_id: Some(template.launch_template_id),
        launch_template_version: Some(template.latest_version_number),
        capacity_type: Some(
            draft
                .seldom(
                    "capacity",
                    &[eks::CapacityType::OnDemand, eks::CapacityType::Spot],
                )
                .into(),
        ),
        ..eks::Nodegroup::new(&place.name, &role.arn, network.subnets.clone())
    };
    stack.add("machines", group);
}

fn serverless(stack: &mut Stack, draft: Draft, network: &Network, place: &Place) {
    let role = role(
        stack,
        "fargate",
        "eks-fargate-pods.amazonaws.com",
        ManagedPolicy::EksFargatePodExecution,
    );
    let selector = eks::FargateSelector {
        namespace: draft.pick("fargate for", &["batch", "serverless"]).into(),
        labels: BTreeMap::new(),
    };
    let profile =
        eks::FargateProfile::new(&place.name, &role.arn, network.subnets.clone(), [selector]);
    stack.add("fargate", profile);
}
