//! Managed policies of the account's own.

use mlplat_aws::policy::{ReadPolicies as _, Statement, trust};
use mlplat_aws::{Bucket, Policy, Role, action};
use mlplat_core::Stack;
use serde_json::{Value, json};

use crate::support::{build, document, input, is_after, problems};

fn two_roles(stack: &mut Stack) {
    let data = stack.add("data", Bucket::new());
    let shared = Policy::new().grant(data.read()).describe("reads data");
    let shared = stack.add("shared", shared);
    for name in ["a", "b"] {
        let role = Role::new(trust::service("ec2.amazonaws.com"));
        stack.add(name, role.managed_arn("shared", &shared.arn));
    }
}

#[test]
fn roles_share_a_policy() {
    let graph = build(two_roles);
    let of = |field| input(&graph, "shared/policy", field);
    assert_eq!(of("ManagedPolicyName"), json!("<generated name>"));
    assert_eq!(of("Path"), json!("/"));
    assert_eq!(of("Description"), json!("reads data"));
    for role in ["a", "b"] {
        let attached = input(&graph, &format!("{role}/shared"), "PolicyArn");
        assert_eq!(attached, json!("<shared/policy.PolicyArn>"));
        assert!(is_after(&graph, &format!("{role}/shared"), "shared/policy"));
    }
    let policies = graph.policies();
    assert!(policies.allows("a", "s3:GetObject", "<data/bucket.Arn>"));
    assert!(!policies.allows("b", "s3:PutObject", "<data/bucket.Arn>"));
}

#[test]
fn its_document_is_what_was_allowed() {
    let graph = build(|stack| {
        let permit = Statement::allow([action!("s3:ListAllMyBuckets")]).on_everything();
        stack.add("lists", Policy::new().name("lists").allow(permit));
    });
    assert_eq!(input(&graph, "lists/policy", "ManagedPolicyName"), "lists");
    assert_eq!(input(&graph, "lists/policy", "Description"), Value::Null);
    assert_eq!(
        document(&graph, "lists/policy", "PolicyDocument"),
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"},
        ]})
    );
}

#[test]
fn what_iam_would_refuse_is_a_problem() {
    let of_length = |objects: usize| {
        problems(move |stack: &mut Stack| {
            let resources =
                (0..objects).map(|one| format!("arn:aws:s3:::bucket/{one:0>80}").into());
            let permit = Statement::allow([action!("s3:GetObject")]).on(resources);
            stack.add("long", Policy::new().allow(permit));
        })
    };
    // Each takes 103 characters with quotes and comma.
    assert!(of_length(58).is_empty());
    assert_eq!(of_length(60), ["policy-too-long"]);
    let empty = |stack: &mut Stack| {
        stack.add("empty", Policy::new());
    };
    assert_eq!(problems(empty), ["empty-policy"]);
}
