//! Policy documents as literal JSON.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests.

use std::sync::Arc;

use mlplat_aws::action;
use mlplat_aws::ids::{AccountId, OidcProviderArn};
use mlplat_aws::policy::{
    AccessPolicy, Condition, Limit, ManagedPolicy, Operator, PolicyDocument, Statement, trust,
};
use mlplat_core::Output;
use mlplat_core::wiring::Expr;
use serde_json::{Value, json};

/// What the engine does to a text without unknown parts.
fn text(expr: &Expr) -> String {
    match expr {
        Expr::Literal(Value::String(text)) => text.clone(),
        Expr::Concat(parts) => parts.iter().map(text).collect(),
        Expr::Json(inner) => value(inner).to_string(),
        other => panic!("not known: {other:?}"),
    }
}

fn value(expr: &Expr) -> Value {
    match expr {
        Expr::Literal(value) => value.clone(),
        Expr::List(items) => items.iter().map(value).collect(),
        Expr::Map(members) => members.iter().map(|(k, v)| (k.clone(), value(v))).collect(),
        other => text(other).into(),
    }
}

fn parsed(document: &PolicyDocument) -> Value {
    serde_json::from_str(&text(document.render().expr())).unwrap()
}

/// An output that no literal can stand for: the first element of a list. The
/// list is known to this test and to nobody else.
fn unknown(text: &str) -> Output<String> {
    Output::from_expr(Expr::Item(Arc::new(Expr::list([Expr::text(text)])), 0))
}

#[test]
fn the_pod_identity_trust_is_the_user_guides() {
    assert_eq!(
        parsed(&trust::pod_identity()),
        json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "AllowEksAuthToAssumeRoleForPodIdentity", "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"]}]})
    );
}

#[test]
fn a_service_and_an_account() {
    assert_eq!(
        parsed(&trust::service("eks.amazonaws.com")),
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"},
            "Action": "sts:AssumeRole"}]})
    );
    assert_eq!(
        parsed(&trust::account(AccountId::new("123456789012"))),
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "sts:AssumeRole"}]})
    );
}

#[test]
fn irsa_asks_for_subject_and_audience() {
    let issuer: Output<String> = "oidc.eks.eu-central-1.amazonaws.com/id/ABC".into();
    let arn = "arn:aws:iam::1:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC";
    let document = trust::irsa(
        OidcProviderArn::new(arn),
        &issuer,
        &("ml", "trainer").into(),
    );
    assert_eq!(
        parsed(&document),
        json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Federated": arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {
            "oidc.eks.eu-central-1.amazonaws.com/id/ABC:aud": "sts.amazonaws.com",
            "oidc.eks.eu-central-1.amazonaws.com/id/ABC:sub": "system:serviceaccount:ml:trainer"
        }}}]})
    );
}

#[test]
fn an_unknown_issuer_stays_visible_in_the_key() {
    let issuer = unknown("issuer");
    let document = trust::irsa(
        OidcProviderArn::new("arn:p"),
        &issuer,
        &("ml", "a\"b").into(),
    );
    let Expr::Concat(parts) = document.render().expr().clone() else {
        panic!("not a concatenation");
    };
    let shown: String = parts
        .iter()
        .map(|part| match part {
            Expr::Literal(Value::String(text)) => text.clone(),
            _ => "<issuer>".to_owned(),
        })
        .collect();
    let read: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(
        read["Statement"][0]["Condition"]["StringEquals"],
        json!({"<issuer>:aud": "sts.amazonaws.com", "<issuer>:sub": "system:serviceaccount:ml:a\"b"})
    );
}

#[test]
fn an_unknown_resource_stays_an_expression() {
    let arn = unknown("arn");
    let document = PolicyDocument::new([
        Statement::allow([action!("s3:GetObject")]).on([mlplat_core::text!("{}/*", arn)])
    ]);
    let shown = format!("{:?}", document.render());
    assert_eq!(
        shown,
        r#"json({"Statement": [{"Action": "s3:GetObject", "Effect": "Allow", "Resource": concat([["arn"][0], "/*"])}], "Version": "2012-10-17"})"#
    );
}

#[test]
fn conditions_of_one_operator_share_an_object() {
    let document =
        PolicyDocument::new([Statement::deny([action!("s3:*"), action!("kms:Decrypt")])
            .on_everything()
            .when(Condition::equals("aws:SourceAccount", "1"))
            .when(Condition::equals("aws:PrincipalTag/team", "ml"))
            .when(Condition::new(
                Operator::ArnLike,
                "aws:SourceArn",
                ["a".into(), "b".into()],
            ))]);
    assert_eq!(
        parsed(&document),
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Deny", "Action": ["s3:*", "kms:Decrypt"], "Resource": "*",
            "Condition": {
                "ArnLike": {"aws:SourceArn": ["a", "b"]},
                "StringEquals": {"aws:SourceAccount": "1", "aws:PrincipalTag/team": "ml"}}}]})
    );
}

fn with_resources(count: usize) -> PolicyDocument {
    let arns = (0..count).map(|n| format!("arn:aws:s3:::bucket-{n:04}/*").into());
    PolicyDocument::new([Statement::allow([action!("s3:GetObject")]).on(arns)])
}

#[test]
fn lengths_are_those_of_the_text() {
    for count in [1, 2, 50] {
        let document = with_resources(count);
        let length = text(document.render().expr()).chars().count();
        let error = Limit::Trust
            .check(std::iter::repeat_n(&document, 2_049))
            .unwrap_err();
        assert_eq!(error.at_least, length * 2_049);
    }
}

#[test]
fn documents_beyond_the_limit_are_refused() {
    let fitting = with_resources(60);
    assert_eq!(fitting.check(Limit::Trust), Ok(()));
    let long = with_resources(70);
    let error = long.check(Limit::Trust).unwrap_err();
    assert_eq!(
        error.to_string(),
        "fit 2124 characters into a trust policy, which may have 2048"
    );
    assert_eq!(long.check(Limit::Managed), Ok(()));
    assert!(Limit::InlineOfRole.check([&long; 4]).is_ok());
    assert!(Limit::InlineOfRole.check([&long; 5]).is_err());
}

#[test]
fn an_unknown_part_counts_as_nothing() {
    let document = PolicyDocument::new([
        Statement::allow([action!("s3:GetObject")]).on([unknown(&"x".repeat(9_000))])
    ]);
    assert_eq!(document.check(Limit::Managed), Ok(()));
}

#[test]
fn arns_are_exact() {
    assert_eq!(
        ManagedPolicy::EbsCsiDriverV2.arn().as_str(),
        "arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2"
    );
    assert_eq!(
        ManagedPolicy::EfsCsiDriver.arn().as_str(),
        "arn:aws:iam::aws:policy/service-role/AmazonEFSCSIDriverPolicy"
    );
    assert_eq!(
        ManagedPolicy::EksCni.arn().as_str(),
        "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
    );
    assert_eq!(
        AccessPolicy::ClusterAdmin.arn().as_str(),
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    );
}
