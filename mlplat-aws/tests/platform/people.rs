//! People, and the workflows of a repository.

use mlplat_aws::ids::{PrincipalArn, Region};
use mlplat_aws::{EksCluster, GithubOidcRole, PlatformUser, UserRole, Vpc};
use mlplat_core::wiring::Expr;
use mlplat_core::{Output, Stack};
use serde_json::{Value, json};

use crate::support::{build, document, input, is_after, paths, problems};

#[test]
fn a_person_has_a_role_of_their_own_or_the_one_they_have() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let ada = PlatformUser::new(&cluster, "ada@example.com", UserRole::Developer);
        stack.add("ada", ada.namespaces(["models"]));
        let sso = "arn:aws:iam::123456789012:role/AWSReservedSSO_Admins_1";
        let root = PlatformUser::new(&cluster, "grace@example.com", UserRole::Admin);
        stack.add("grace", root.principal(PrincipalArn::new(sso)));
    });
    assert_eq!(
        document(&graph, "ada/role/role", "AssumeRolePolicyDocument")["Statement"][0]["Condition"],
        json!({"StringEquals": {"sts:RoleSessionName": "ada@example.com"}})
    );
    assert_eq!(
        document(&graph, "ada/role/policy", "PolicyDocument")["Statement"][0]["Resource"],
        json!("<cluster/control-plane.Arn>")
    );
    assert!(is_after(
        &graph,
        "ada/access/AmazonEKSEditPolicy",
        "ada/access/entry"
    ));
    assert_eq!(
        input(
            &graph,
            "ada/access/AmazonEKSEditPolicy",
            "AccessScopeNamespaces"
        ),
        json!(["models"])
    );
    let grace: Vec<_> = paths(&graph)
        .into_iter()
        .filter(|path| path.starts_with("grace/"))
        .collect();
    assert_eq!(
        grace,
        [
            "grace/access/entry",
            "grace/access/AmazonEKSClusterAdminPolicy"
        ]
    );
}

#[test]
fn an_address_names_a_session() {
    for bad in [
        "ada",
        "@example.com",
        "ada lovelace@example.com",
        &format!("{}@b.c", "a".repeat(61)),
    ] {
        let found = problems(|stack: &mut Stack| {
            let network = stack.add("network", Vpc::new("10.10.0.0/16"));
            let cluster = stack.add("cluster", EksCluster::new(&network));
            stack.add("it", PlatformUser::new(&cluster, bad, UserRole::Viewer));
        });
        assert_eq!(found, ["bad-address"], "{bad}");
    }
}

/// The literal parts of a text, with `<..>` for the others.
fn text(output: &Output<String>) -> String {
    fn show(expr: &Expr) -> String {
        match expr {
            Expr::Literal(Value::String(text)) => text.clone(),
            Expr::Concat(parts) => parts.iter().map(show).collect(),
            _ => "<..>".to_owned(),
        }
    }
    show(output.expr())
}

#[test]
fn a_workflow_starts_when_what_the_role_trusts_happens() {
    let mut texts = Vec::new();
    build(|stack| {
        let ci = GithubOidcRole::new("example/models")
            .branch("main")
            .pull_requests();
        let ci = stack.add("ci", ci);
        texts.push(text(&ci.workflow(
            "plan",
            Region::new("eu-central-1"),
            "cargo run -- plan",
        )));
        let cd = GithubOidcRole::new("example/models")
            .environment("prod")
            .environment("eu.\"x\"");
        let cd = stack.add("cd", cd);
        texts.push(text(&cd.workflow(
            "deploy",
            Region::new("eu-central-1"),
            "cargo run",
        )));
    });
    assert_eq!(
        texts[0],
        r#"name: "plan"
on:
  workflow_dispatch:
  push:
    branches: ["main"]
  pull_request:
permissions:
  id-token: write
  contents: read
jobs:
  run:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: <..>
          aws-region: eu-central-1
      - run: "cargo run -- plan"
"#
    );
    assert!(
        texts[1].contains("  run-eu--x-:\n    environment: \"eu.\\\"x\\\"\"\n"),
        "{}",
        texts[1]
    );
    assert!(texts[1].contains("  run-prod:\n    environment: \"prod\"\n"));
    assert!(!texts[1].contains("push:"));
}
