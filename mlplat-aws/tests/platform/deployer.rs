//! What a deployer has to be allowed.

use std::collections::BTreeSet;

use mlplat_aws::permissions::{self, EVERYWHERE};
use mlplat_aws::policy::{DeployerPolicy, Limit, Place, deployer_policy, trust};
use mlplat_aws::{Bucket, EcrRepo, EksCluster, Role, Vpc, catalog};
use mlplat_core::facts::Kind;
use serde_json::{Value, json};

use crate::support::build;

fn here() -> Place {
    Place {
        partition: "aws".into(),
        region: "eu-central-1".into(),
        account: "123456789012".into(),
    }
}

fn statements(policy: &Value) -> &Vec<Value> {
    policy["Statement"].as_array().unwrap()
}

/// The resources on which an action is allowed.
fn on(policy: &Value, action: &str) -> Vec<Value> {
    let fits = |statement: &&Value| match &statement["Action"] {
        Value::Array(actions) => actions.contains(&json!(action)),
        one => *one == json!(action),
    };
    let found = statements(policy).iter().filter(fits);
    found
        .map(|statement| statement["Resource"].clone())
        .collect()
}

#[test]
fn a_role_and_a_bucket() {
    let graph = build(|stack| {
        let data = stack.add("data", Bucket::new().name("a-bucket-of-mine"));
        let role = Role::new(trust::service("ec2.amazonaws.com")).grant(data.read());
        stack.add("reader", role);
    });
    let roles = "arn:aws:iam::123456789012:role/test-dev-*";
    assert_eq!(
        deployer_policy(&graph, &here()).document(),
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Resource": ["*"],
             "Action": ["sts:GetCallerIdentity", "tag:GetResources"]},
            {"Effect": "Allow", "Resource": [roles], "Action": [
                "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePermissionsBoundary",
                "iam:DeleteRolePolicy", "iam:GetRole", "iam:GetRolePolicy",
                "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy", "iam:UpdateRole"]},
            {"Effect": "Allow", "Resource": ["arn:aws:s3:::a-bucket-of-mine"], "Action": [
                "s3:CreateBucket", "s3:DeleteBucket", "s3:GetBucketOwnershipControls",
                "s3:GetBucketPublicAccessBlock", "s3:GetBucketTagging", "s3:GetBucketVersioning",
                "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:ListBucket",
                "s3:ListTagsForResource", "s3:PutBucketOwnershipControls",
                "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning",
                "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:TagResource",
                "s3:UntagResource"]},
        ]})
    );
}

#[test]
fn roles_are_handed_to_the_services_of_their_nodes_alone() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        stack.add("cluster", EksCluster::new(&network));
    });
    let policy = deployer_policy(&graph, &here()).document();
    let passes = statements(&policy)
        .iter()
        .filter(|s| s["Action"] == "iam:PassRole");
    let roles = json!(["arn:aws:iam::123456789012:role/test-dev-*"]);
    let passes: Vec<_> = passes
        .map(|s| {
            (
                s["Resource"].clone(),
                s["Condition"]["StringEquals"]["iam:PassedToService"].clone(),
            )
        })
        .collect();
    assert_eq!(
        passes,
        [
            (
                roles.clone(),
                json!(["ec2.amazonaws.com", "eks.amazonaws.com"])
            ),
            (roles.clone(), json!(["eks.amazonaws.com"])),
            (roles, json!(["pods.eks.amazonaws.com"])),
        ]
    );
    assert_eq!(
        on(&policy, "eks:CreateNodegroup"),
        [json!([
            "arn:aws:eks:eu-central-1:123456789012:cluster/test-dev-cluster",
            "arn:aws:eks:eu-central-1:123456789012:nodegroup/test-dev-cluster/test-dev-*/*",
        ])]
    );
    assert_eq!(on(&policy, "ec2:DescribeVpcs"), [json!(["*"])]);
    assert_eq!(
        on(&policy, "ec2:DeleteVpc"),
        [json!(["arn:aws:ec2:eu-central-1:123456789012:*/*"])]
    );
    let linked = statements(&policy)
        .iter()
        .find(|s| s["Action"] == "iam:CreateServiceLinkedRole");
    assert_eq!(
        linked.unwrap()["Condition"]["StringEquals"]["iam:AWSServiceName"],
        json!([
            "eks-nodegroup.amazonaws.com",
            "eks.amazonaws.com",
            "spot.amazonaws.com"
        ])
    );
}

#[test]
fn what_others_own_is_read_and_no_more() {
    let graph = build(|stack| {
        stack.existing::<mlplat_aws::s3::Bucket>("theirs", "somebody-elses");
        stack.add("ours", EcrRepo::new().name("ml/x"));
    });
    let policy = deployer_policy(&graph, &here()).document();
    assert!(on(&policy, "s3:DeleteBucket").is_empty());
    assert!(!on(&policy, "s3:GetBucketVersioning").is_empty());
    assert_eq!(
        on(&policy, "ecr:DeleteRepository"),
        [json!([
            "arn:aws:ecr:eu-central-1:123456789012:repository/ml/x"
        ])]
    );
}

/// Nothing is allowed on everything that could be allowed on less.
#[test]
fn wildcards_stand_only_where_aws_knows_no_resource() {
    let policy = DeployerPolicy::of_types(catalog().iter().copied(), &Place::default()).document();
    for statement in statements(&policy) {
        let everything = statement["Resource"]
            .as_array()
            .is_some_and(|on| on.contains(&json!("*")));
        let actions = statement["Action"].as_array();
        for action in actions.into_iter().flatten().filter(|_| everything) {
            let action = action.as_str().unwrap();
            let known = EVERYWHERE
                .iter()
                .any(|known| match known.strip_suffix('*') {
                    Some(start) => action.starts_with(start),
                    None => *known == action,
                });
            assert!(known, "{action}");
        }
    }
}

#[test]
fn parts_fit_into_managed_policies_and_say_the_same() {
    let policy = DeployerPolicy::of_types(catalog().iter().copied(), &here());
    let parts = policy.parts();
    assert!(parts.len() > 1);
    for part in &parts {
        assert!(part.to_string().len() <= Limit::Managed.characters());
    }
    let pairs = |document: &Value| -> BTreeSet<(String, String)> {
        let each = statements(document).iter().flat_map(|statement| {
            let list = |member: &str| match &statement[member] {
                Value::Array(items) => items.clone(),
                one => vec![one.clone()],
            };
            let resources = list("Resource");
            let condition = statement["Condition"].to_string();
            list("Action").into_iter().flat_map(move |action| {
                let condition = condition.clone();
                let on = resources.clone().into_iter();
                on.map(move |on| (action.to_string(), format!("{on} {condition}")))
                    .collect::<Vec<_>>()
            })
        });
        each.collect()
    };
    let together: BTreeSet<_> = parts.iter().flat_map(pairs).collect();
    assert_eq!(together, pairs(&policy.document()));
}

#[test]
fn every_type_has_a_row_whose_fields_exist() {
    let rows: Vec<_> = permissions::all().map(|row| row.ty).collect();
    let distinct: BTreeSet<_> = rows.iter().copied().collect();
    assert_eq!(rows.len(), distinct.len());
    assert_eq!(distinct, catalog().iter().map(|ty| ty.name).collect());
    for ty in catalog() {
        let row = permissions::of(ty.name).unwrap();
        // What is no API of AWS takes no action of IAM.
        let asks = !ty.api.starts_with("https://");
        assert_eq!(!row.read.is_empty(), asks, "{}", ty.name);
        if ty.kind == Kind::Lookup {
            assert!(
                row.create.is_empty() && row.delete.is_empty(),
                "{}",
                ty.name
            );
        }
        for pass in row.passes {
            assert!(ty.field(pass.field).is_some(), "{}.{}", ty.name, pass.field);
        }
        for word in row.on.iter().flat_map(|arn| arn.split('{').skip(1)) {
            let word = word.split('}').next().unwrap();
            let known =
                ["partition", "region", "account"].contains(&word) || ty.field(word).is_some();
            assert!(known, "{}: {{{word}}}", ty.name);
        }
        let lists = [row.create, row.read, row.update, row.delete, row.tag];
        for action in lists.into_iter().flatten() {
            assert!(mlplat_aws::policy::Action::new(*action).is_ok(), "{action}");
        }
    }
}
