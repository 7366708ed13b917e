//! Roles, their policies, and identities of others that may take them on.

use mlplat_aws::iam;
use mlplat_aws::ids::{RoleArn, RoleName};
use mlplat_aws::policy::trust;
use mlplat_core::{Output, Stack};

use super::draft::Draft;

/// A policy that allows next to nothing.
pub(super) const DOCUMENT: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetCallerIdentity","Resource":"*"}]}"#;
/// The same with another word.
const OTHER: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sts:GetCallerIdentity","Resource":"*"}]}"#;

/// What a cluster is given.
pub(super) struct Account {
    pub(super) role: Output<RoleArn>,
}

pub(super) fn add(stack: &mut Stack, draft: Draft) -> Account {
    let role = iam::Role {
        role_name: draft.name("role").map(|name| RoleName::new(&name).into()),
        path: draft.seldom("path", &["/", "/team/"]).into(),
        description: Some(draft.pick("role", &["a role", "the role"]).into()),
        ..iam::Role::new(trust::service("eks.amazonaws.com").render())
    };
    let path = draft.place(stack, "role");
    let role = stack.add(&path, role);
    let policy = iam::ManagedPolicy {
        description: Some(draft.pick("policy", &["a policy", "the policy"]).into()),
        tags: draft.tags("policy"),
        ..iam::ManagedPolicy::new(draft.pick("document", &[DOCUMENT, OTHER]))
    };
    let policy = stack.add("policy", policy);
    let attachment = iam::RolePolicyAttachment::new(&role.role_name, &policy.arn);
    stack.add("role-attachment", attachment);
    if draft.has("inline", 2) && draft.is_there("inline") {
        let inline = iam::RolePolicy {
            role_name: role.role_name.clone(),
            policy_name: None,
            policy_document: draft.pick("inline", &[DOCUMENT, OTHER]).into(),
        };
        let path = draft.place(stack, "inline");
        stack.add(&path, inline);
    }
    if draft.has("federation", 3) {
        let provider = iam::OidcProvider {
            url: "https://token.actions.githubusercontent.com".into(),
            client_id_list: vec![
                draft
                    .pick("audience", &["sts.amazonaws.com", "other"])
                    .into(),
            ],
            thumbprint_list: None,
            tags: draft.tags("federation"),
        };
        stack.add("federation", provider);
    }
    Account { role: role.arn }
}
