//! Permissions are read out of programs: who may do what on what.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use mlplat_aws::ids::AccountId;
use mlplat_aws::policy::{
    Condition, ManagedPolicy, Policies, PolicyDocument, Principal, ReadPolicies as _, Statement,
    trust,
};
use mlplat_aws::{Bucket, Role, Vpc, action, ec2, kms, s3};
use mlplat_core::Stack;
use mlplat_core::testing::Tested;

fn program(stack: &mut Stack) {
    let models = stack.add("models", Bucket::new().tls_only());
    let data = stack.add("data", Bucket::new().name("acme-data"));
    let trainer = Role::new(trust::service("ec2.amazonaws.com"))
        .grant(models.read_write())
        .grant(data.read())
        .managed(ManagedPolicy::SsmManagedInstanceCore);
    let trainer = stack.add("trainer", trainer);
    let auditor = Role::new(trust::account(AccountId::new("123456789012"))).allow(
        Statement::allow([action!("s3:Get*")])
            .on(["arn:aws:s3:::acme-data/*".into()])
            .when(Condition::equals("aws:PrincipalTag/team", "audit")),
    );
    stack.add("auditor", auditor);
    let partner = Statement::allow([action!("s3:PutObject")])
        .by(Principal::Role(trainer.arn.clone()))
        .on(["arn:aws:s3:::acme-data/inbox/*".into()]);
    let never = Statement::deny([action!("s3:DeleteObject")])
        .by(Principal::Anyone)
        .on(["arn:aws:s3:::acme-data/*".into()]);
    stack.add(
        "data-policy",
        s3::BucketPolicy {
            bucket: data.bucket_name.clone(),
            policy_document: PolicyDocument::new([partner, never]).into(),
        },
    );
}

fn tested() -> Tested {
    Stack::test(program)
}

fn says<T>(assertion: impl FnOnce(&Policies) -> T) -> String {
    let policies = tested().policies();
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let _ = assertion(&policies);
    }));
    let said = ended.expect_err("the assertion does not fail");
    said.downcast_ref::<String>().unwrap().clone()
}

#[test]
fn a_grant_permits_what_it_says_and_no_more() {
    let tested = tested();
    let policies = tested.policies();
    let models = tested.node("models/bucket").output("Arn");
    for permitted in ["s3:PutObject", "s3:GetObject", "s3:ListBucket"] {
        policies.assert_allows("trainer", permitted, &models);
    }
    policies
        .assert_forbids("trainer", "s3:PutBucketPolicy", &models)
        .assert_forbids("auditor", "s3:GetObject", &models);
    assert!(policies.allows("trainer/role", "s3:getobject", &format!("{models}/a/b")));
    assert!(policies.allows("trainer", "s3:GetObject", "*"));
    assert!(!policies.allows("trainer", "s3:CreateBucket", "*"));
}

#[test]
fn a_pinned_name_and_a_reference_are_the_same_bucket() {
    let tested = tested();
    let policies = tested.policies();
    let data = tested.node("data/bucket").output("Arn");
    assert!(policies.allows("trainer", "s3:GetObject", "arn:aws:s3:::acme-data/x"));
    assert!(policies.allows("trainer", "s3:GetObject", &data));
    assert!(policies.allows("auditor", "s3:GetObject", &data));
    assert!(!policies.allows("trainer", "s3:GetObject", "arn:aws:s3:::other/x"));
}

#[test]
fn resource_policies_permit_and_forbid() {
    let policies = tested().policies();
    assert!(policies.allows("trainer", "s3:PutObject", "arn:aws:s3:::acme-data/inbox/x"));
    assert!(!policies.allows("trainer", "s3:PutObject", "arn:aws:s3:::acme-data/outbox/x"));
    assert!(!policies.allows(
        "trainer",
        "s3:DeleteObject",
        "arn:aws:s3:::acme-data/inbox/x"
    ));
    let on: Vec<_> = policies.on("arn:aws:s3:::acme-data");
    let on: Vec<_> = on
        .iter()
        .map(|one| (one.principal.as_str(), one.allows))
        .collect();
    assert_eq!(
        on,
        [
            ("trainer/role", true),
            ("trainer/role", true),
            ("auditor/role", true),
            ("trainer/role", true),
            ("*", false)
        ]
    );
}

#[test]
fn a_condition_counts_for_a_permission_and_not_for_a_denial() {
    let tested = tested();
    let policies = tested.policies();
    assert!(policies.allows("auditor", "s3:GetObject", "arn:aws:s3:::acme-data/x"));
    let models = tested.node("models/bucket").output("Arn");
    // The bucket refuses everybody, but without TLS only.
    assert!(policies.allows("trainer", "s3:PutObject", &models));
    let access = policies.access("trainer", "s3:PutObject", &models);
    assert_eq!(access.allowed_by[0].at, "trainer/policy");
    assert!(access.denied_by.is_empty());
}

#[test]
fn managed_policies_and_trust_are_named() {
    let policies = tested().policies();
    assert_eq!(
        policies.managed("trainer"),
        ["AmazonSSMManagedInstanceCore"]
    );
    let trainer = &policies.principals["trainer/role"];
    assert_eq!(trainer.trusts, ["Service: ec2.amazonaws.com"]);
    let auditor = &policies.principals["auditor/role"];
    assert_eq!(auditor.trusts, ["AWS: arn:aws:iam::123456789012:root"]);
}

#[test]
fn failures_say_what_is_permitted_instead() {
    assert_eq!(
        says(|policies| policies
            .assert_allows("auditor", "s3:PutObject", "arn:aws:s3:::acme-data/x")
            .principals
            .len()),
        "auditor may not s3:PutObject on arn:aws:s3:::acme-data/x\n  it may s3:Get* on arn:aws:s3:::acme-data/* when {\"StringEquals\":{\"aws:PrincipalTag/team\":[\"audit\"]}}"
    );
    assert_eq!(
        says(|policies| policies
            .assert_forbids("auditor", "s3:GetObject", "arn:aws:s3:::acme-data/x")
            .principals
            .len()),
        "auditor may s3:GetObject on arn:aws:s3:::acme-data/x\n  at auditor/policy: may s3:Get* on arn:aws:s3:::acme-data/* when {\"StringEquals\":{\"aws:PrincipalTag/team\":[\"audit\"]}}"
    );
    assert_eq!(
        says(|policies| policies.allows("trianer", "s3:GetObject", "*")),
        "no role or pods are trianer\n  nearest  trainer/role, auditor/role"
    );
    assert_eq!(
        says(|policies| policies.allows("trainer", "GetObject", "*")),
        "failed to read \"GetObject\" as an action: write service:Name, such as s3:GetObject"
    );
}

#[test]
fn all_of_it_is_text_too() {
    let shown = tested().policies().to_string();
    let line =
        "    may s3:GetBucketLocation, s3:ListBucket on arn:aws:s3:::<models/bucket.BucketName>\n";
    assert!(shown.contains(line), "{shown}");
    assert!(shown.contains("trainer/role  trusts Service: ec2.amazonaws.com\n    has AmazonSSMManagedInstanceCore\n"), "{shown}");
}

#[test]
fn a_key_policy_speaks_of_its_key_and_an_endpoint_permits_nothing() {
    let tested = Stack::test(|stack: &mut Stack| {
        let user = Role::new(trust::service("ec2.amazonaws.com"));
        let user = stack.add("user", user);
        let decrypt = Statement::allow([action!("kms:Decrypt")])
            .by(Principal::Role(user.arn.clone()))
            .on_everything();
        let policy = PolicyDocument::new([decrypt]).render();
        let key = kms::Key {
            key_policy: Some(policy),
            ..kms::Key::default()
        };
        stack.add("key", key);
        stack.add("other", kms::Key::default());
        let network = stack.add("network", Vpc::new("10.0.0.0/16"));
        let everything = Statement::allow([action!("s3:*")]).by(Principal::Anyone);
        let document = PolicyDocument::new([everything.on_everything()]).render();
        let endpoint = ec2::VpcEndpoint {
            policy_document: Some(document),
            ..ec2::VpcEndpoint::gateway(&network.vpc_id, "com.amazonaws.eu-west-1.s3", [])
        };
        stack.add("endpoint", endpoint);
    });
    let policies = tested.policies();
    let arn = |path: &str| tested.node(path).output("Arn");
    assert!(policies.allows("user", "kms:Decrypt", &arn("key")));
    assert!(!policies.allows("user", "kms:Decrypt", &arn("other")));
    assert!(!policies.allows("user", "s3:GetObject", "*"));
}

#[test]
fn what_everyone_may_or_may_not_holds_for_each() {
    let tested = Stack::test(|stack: &mut Stack| {
        let site = stack.add("site", Bucket::new());
        let trust = || trust::service("ec2.amazonaws.com");
        stack.add("editor", Role::new(trust()).grant(site.read_write()));
        stack.add("visitor", Role::new(trust()));
        let on = || [mlplat_core::text!("{}/*", site.arn.cast::<String>())];
        let read = Statement::allow([action!("s3:GetObject")])
            .by(Principal::Anyone)
            .on(on());
        let keep = Statement::deny([action!("s3:DeleteObject")])
            .by(Principal::Anyone)
            .on(on());
        let policy = s3::BucketPolicy {
            bucket: site.bucket_name.clone(),
            policy_document: PolicyDocument::new([read, keep]).into(),
        };
        stack.add("policy", policy);
    });
    let site = tested.node("site/bucket").output("Arn");
    let policies = tested.policies();
    policies
        .assert_allows("visitor", "s3:GetObject", &site)
        .assert_forbids("visitor", "s3:PutObject", &site)
        .assert_allows("editor", "s3:PutObject", &site)
        .assert_forbids("editor", "s3:DeleteObject", &site);
}
