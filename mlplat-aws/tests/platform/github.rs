//! Roles for GitHub's workflows.

use mlplat_aws::ids::OidcProviderArn;
use mlplat_aws::{EcrRepo, GithubOidcRole};
use serde_json::json;

use crate::support::{build, document, input, paths, problems};

#[test]
fn a_token_is_trusted_by_audience_and_whole_subject() {
    let graph = build(|stack| {
        let images = stack.add("images", EcrRepo::new());
        let ci = GithubOidcRole::new("example/models")
            .branch("main")
            .environment("prod");
        stack.add("ci", ci.grant(images.push()));
        stack.add(
            "pulls",
            GithubOidcRole::new("example/models").pull_requests(),
        );
    });
    assert_eq!(
        document(&graph, "ci/role", "AssumeRolePolicyDocument"),
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": "<github-oidc-provider.Arn>"},
            "Condition": {"StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": [
                    "repo:example/models:ref:refs/heads/main",
                    "repo:example/models:environment:prod",
                ]}},
        }]})
    );
    assert_eq!(
        document(&graph, "pulls/role", "AssumeRolePolicyDocument")["Statement"][0]["Condition"]["StringEquals"]
            ["token.actions.githubusercontent.com:sub"],
        json!("repo:example/models:pull_request")
    );
    assert_eq!(
        input(&graph, "github-oidc-provider", "Url"),
        json!("https://token.actions.githubusercontent.com")
    );
    let providers = paths(&graph)
        .into_iter()
        .filter(|path| path.contains("provider"));
    assert_eq!(providers.count(), 1);
}

#[test]
fn the_accounts_provider_is_used_when_it_is_there() {
    let arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    let graph = build(|stack| {
        let ci = GithubOidcRole::new("example/models").tag("v1.0");
        stack.add("ci", ci.existing_provider(OidcProviderArn::new(arn)));
    });
    assert_eq!(paths(&graph), ["ci/role"]);
    let trust = document(&graph, "ci/role", "AssumeRolePolicyDocument");
    assert_eq!(trust["Statement"][0]["Principal"]["Federated"], json!(arn));
}

#[test]
fn trust_in_more_than_was_named_is_a_problem() {
    let role = |change: fn(GithubOidcRole) -> GithubOidcRole| {
        problems(move |stack| {
            stack.add("ci", change(GithubOidcRole::new("example/models")));
        })
    };
    assert_eq!(role(|r| r), ["nobody-trusted"]);
    for wide in [
        (|r: GithubOidcRole| r.branch("*")) as fn(GithubOidcRole) -> GithubOidcRole,
        |r| r.branch("release-?"),
        |r| r.environment(""),
        |r| r.branch("main:environment"),
        |r| r.tag("v*"),
    ] {
        assert_eq!(role(wide), ["wide-trust"]);
    }
    for repository in ["models", "example/*", "example/models/x", "/models"] {
        let made = problems(|stack| {
            stack.add("ci", GithubOidcRole::new(repository).branch("main"));
        });
        assert_eq!(made, ["bad-repository"], "{repository}");
    }
}
