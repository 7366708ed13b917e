//! The pack of checks: each finds its program, and leaves the mended one alone.

#![allow(clippy::unwrap_used, clippy::panic)]

use mlplat_aws::ids::{AccountId, OidcProviderArn};
use mlplat_aws::policy::{Condition, PolicyDocument, Principal, Statement, trust};
use mlplat_aws::{
    Bucket, EksCluster, Endpoint, Role, SecurityGroup, Vpc, action, checks, ec2, ecr, efs, kms,
    rds, s3,
};
use mlplat_core::checks::Checks;
use mlplat_core::graph::Context;
use mlplat_core::{Graph, Lifecycle as _, Problems, Stack};
use serde_json::json;

type Check = fn(&Graph) -> Problems;

/// What the whole pack finds in an environment: codes and paths.
fn finds(env: &str, program: impl FnOnce(&mut Stack)) -> Vec<(&'static str, String)> {
    let tested = Stack::test_in(Context::new("shop").in_env(env), program);
    let found = tested.assert_ok().check(checks::sensible()).0.into_iter();
    found
        .map(|problem| {
            assert!(problem.source.is_some() && !problem.why.is_empty() && !problem.fix.is_empty());
            (problem.code, problem.path.unwrap())
        })
        .collect()
}

fn one(code: &'static str, path: &str) -> Vec<(&'static str, String)> {
    vec![(code, path.to_owned())]
}

#[test]
fn the_constructs_are_sensible_in_dev() {
    let found = finds("dev", |stack| {
        let network = stack.add("network", Vpc::new("10.0.0.0/16"));
        stack.add("cluster", EksCluster::new(&network).nodes(1..=2));
        let data = stack.add("data", Bucket::new());
        let reader = Role::new(trust::service("ec2.amazonaws.com")).grant(data.read());
        stack.add("reader", reader);
    });
    assert_eq!(found, []);
}

#[test]
fn buckets() {
    let bare = |stack: &mut Stack| {
        stack.add("data", s3::Bucket::default());
    };
    assert_eq!(finds("dev", bare), one("public-bucket", "data"));
    let in_prod: Vec<_> = finds("prod", bare)
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    assert_eq!(in_prod, ["public-bucket", "no-versions", "plain-requests"]);
    let good = |stack: &mut Stack| {
        stack.add("data", Bucket::new().versioned().tls_only());
    };
    assert_eq!(finds("prod", good), []);
    let opened = |stack: &mut Stack| {
        let open = Bucket::new().edit("bucket", |bucket: &mut s3::Bucket| {
            bucket.block_public_policy = Some(false.into());
        });
        stack.add("data", open);
    };
    assert_eq!(finds("dev", opened), one("public-bucket", "data/bucket"));
}

#[test]
fn public_policies() {
    let policy = |principal: Principal| {
        move |stack: &mut Stack| {
            let site = stack.add("site", Bucket::new());
            let read = Statement::allow([action!("s3:GetObject")])
                .by(principal)
                .on([site.arn.cast()]);
            let document = PolicyDocument::new([read]);
            stack.add(
                "policy",
                s3::BucketPolicy {
                    bucket: site.bucket_name,
                    policy_document: document.into(),
                },
            );
        }
    };
    assert_eq!(
        finds("dev", policy(Principal::Anyone)),
        one("public-policy", "policy")
    );
    let account = Principal::Account(AccountId::new("123456789012").into());
    assert_eq!(finds("dev", policy(account)), []);
}

fn ingress(
    protocol: &'static str,
    ports: (i32, i32),
    cidr: &'static str,
) -> impl FnOnce(&mut Stack) {
    move |stack| {
        let network = stack.add("network", Vpc::new("10.0.0.0/16"));
        let group = stack.add("group", SecurityGroup::new(&network, "Tests"));
        let rule = ec2::SecurityGroupIngress {
            cidr_ip: Some(cidr.parse::<ipnet::Ipv4Net>().unwrap().into()),
            ..ec2::SecurityGroupIngress::new(&group.group_id, protocol, ports)
        };
        stack.add("rule", rule);
    }
}

#[test]
fn open_security_groups() {
    let everyone = "0.0.0.0/0";
    assert_eq!(
        finds("dev", ingress("tcp", (22, 22), everyone)),
        one("open-ingress", "rule")
    );
    assert_eq!(
        finds("dev", ingress("tcp", (80, 443), everyone)),
        one("open-ingress", "rule")
    );
    assert_eq!(
        finds("dev", ingress("udp", (443, 443), everyone)),
        one("open-ingress", "rule")
    );
    assert_eq!(
        finds("dev", ingress("-1", (-1, -1), everyone)),
        one("open-ingress", "rule")
    );
    assert_eq!(finds("dev", ingress("tcp", (443, 443), everyone)), []);
    assert_eq!(finds("dev", ingress("tcp", (22, 22), "10.1.0.0/16")), []);
    let tested = Stack::test(ingress("tcp", (22, 22), everyone));
    let what = tested.check(checks::open_ingress as Check).0.remove(0).what;
    assert_eq!(what, "tcp 22 is open to 0.0.0.0/0");
}

fn role(statement: Statement) -> impl FnOnce(&mut Stack) {
    move |stack| {
        let role = Role::new(trust::service("ec2.amazonaws.com")).allow(statement);
        stack.add("role", role);
    }
}

#[test]
fn wildcards_in_policies() {
    let s3 = || Statement::allow([action!("s3:*")]).on(["arn:aws:s3:::data/*".into()]);
    assert_eq!(
        finds("dev", role(s3())),
        one("wildcard-action", "role/policy")
    );
    let start = || Statement::allow([action!("ec2:RunInstances")]).on_everything();
    assert_eq!(
        finds("dev", role(start())),
        one("wildcard-resource", "role/policy")
    );
    let condition = Condition::equals("aws:ResourceTag/team", "ml");
    assert_eq!(finds("dev", role(start().when(condition))), []);
    let look = Statement::allow([
        action!("ec2:DescribeInstances"),
        action!("ecr:GetAuthorizationToken"),
    ]);
    assert_eq!(finds("dev", role(look.on_everything())), []);
    let never = Statement::deny([action!("s3:*")]).on_everything();
    assert_eq!(finds("dev", role(never)), []);
}

#[test]
fn roles_that_everyone_may_take_on() {
    let trusting = |principal: Principal| {
        move |stack: &mut Stack| {
            let assume = Statement::allow([action!("sts:AssumeRole")]).by(principal);
            stack.add("role", Role::new(PolicyDocument::new([assume])));
        }
    };
    assert_eq!(
        finds("dev", trusting(Principal::Anyone)),
        one("open-trust", "role/role")
    );
    let tokens =
        Principal::Federated(OidcProviderArn::new("arn:aws:iam::1:oidc-provider/x").into());
    assert_eq!(
        finds("dev", trusting(tokens)),
        one("open-trust", "role/role")
    );
    let irsa = |stack: &mut Stack| {
        let provider = OidcProviderArn::new("arn:aws:iam::1:oidc-provider/x");
        let assume = Statement::allow([action!("sts:AssumeRoleWithWebIdentity")])
            .by(Principal::Federated(provider.into()))
            .when(Condition::equals(
                "x:sub",
                "system:serviceaccount:ns:account",
            ));
        stack.add("role", Role::new(PolicyDocument::new([assume])));
    };
    assert_eq!(finds("dev", irsa), []);
}

#[test]
fn clusters_and_nodes() {
    let endpoint = |endpoint: fn(EksCluster) -> EksCluster| {
        move |stack: &mut Stack| {
            let network = stack.add("network", Vpc::new("10.0.0.0/16"));
            stack.add("cluster", endpoint(EksCluster::new(&network).nodes(1..=2)));
        }
    };
    let open = endpoint(|cluster| cluster.endpoint(Endpoint::Public));
    assert_eq!(
        finds("prod", open),
        one("open-endpoint", "cluster/control-plane")
    );
    assert_eq!(finds("prod", endpoint(|cluster| cluster)), []);
    assert_eq!(
        finds(
            "prod",
            endpoint(|cluster| cluster.endpoint(Endpoint::Private))
        ),
        []
    );
    let template = |stack: &mut Stack| {
        stack.add("nodes", ec2::LaunchTemplate::default());
    };
    assert_eq!(finds("dev", template), one("old-metadata", "nodes"));
}

#[test]
fn what_is_accepted_is_not_found_and_the_rest_is() {
    let tested = Stack::test(ingress("tcp", (22, 22), "0.0.0.0/0"));
    let meant = checks::sensible().accept("open-ingress", "rule", "the bastion of the demo");
    assert_eq!(tested.check(meant).0, []);
    let elsewhere = Checks::new(checks::open_ingress).accept("open-ingress", "group", "x");
    assert_eq!(tested.check(elsewhere).0.len(), 1);
}

#[test]
fn a_disk_in_clear_is_named() {
    let tested = Stack::test(|stack: &mut Stack| {
        let template = ec2::LaunchTemplate {
            http_tokens: Some(ec2::HttpTokens::Required.into()),
            ..ec2::LaunchTemplate::default()
        };
        let disk = json!([{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": false}}]);
        stack.add("nodes", template.raw("", "BlockDeviceMappings", disk));
    });
    let found = tested.check(checks::sensible()).0;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].what, "the disk /dev/xvda is not encrypted");
}

fn raw_database(engine: &'static str, env: &str, mended: bool) -> Vec<&'static str> {
    let found = finds(env, move |stack| {
        let mut database = rds::DbInstance::new(engine, "db.t4g.micro", 5432u16);
        if mended {
            let parameter = match engine {
                "postgres" => "rds.force_ssl",
                _ => "require_secure_transport",
            };
            let group = rds::DbParameterGroup::new("any", "Tests");
            let group = group.raw("", "Parameters", json!({ parameter: "1" }));
            let group = stack.add("parameters", group);
            database.db_parameter_group_name = Some(group.db_parameter_group_name);
            database.storage_encrypted = Some(true.into());
            database.backup_retention_period = Some(7.into());
            database.deletion_protection = Some(true.into());
        } else {
            database.publicly_accessible = true.into();
            database.storage_encrypted = None;
        }
        stack.add("database", database);
    });
    found.into_iter().map(|(code, _)| code).collect()
}

#[test]
fn databases() {
    for engine in ["postgres", "mysql"] {
        assert_eq!(
            raw_database(engine, "prod", false),
            [
                "unencrypted",
                "public-database",
                "no-tls",
                "no-backups",
                "no-protection"
            ]
        );
        assert_eq!(
            raw_database(engine, "dev", false),
            ["unencrypted", "public-database", "no-tls"]
        );
        assert!(raw_database(engine, "prod", true).is_empty());
    }
}

#[test]
fn repositories() {
    let repository = |mutability: &'static str| {
        move |stack: &mut Stack| {
            let repository = ecr::Repository::default();
            let repository = repository.raw("", "ImageTagMutability", json!(mutability));
            stack.add("images", repository);
        }
    };
    assert_eq!(
        finds("dev", repository("MUTABLE")),
        one("mutable-tags", "images")
    );
    assert_eq!(finds("dev", repository("IMMUTABLE")), []);
}

#[test]
fn file_systems_and_keys() {
    let raw = |mended: bool| {
        move |stack: &mut Stack| {
            let shared = efs::FileSystem::default()
                .raw("", "Encrypted", json!(mended))
                .raw(
                    "",
                    "BackupStatus",
                    json!(if mended { "ENABLED" } else { "DISABLED" }),
                );
            if mended {
                stack.add("shared", shared.protect());
            } else {
                stack.add("shared", shared);
            }
            let key = kms::Key::default().raw("", "EnableKeyRotation", json!(mended));
            stack.add("key", key);
        }
    };
    let codes = |found: Vec<(&'static str, String)>| -> Vec<&'static str> {
        found.into_iter().map(|(code, _)| code).collect()
    };
    assert_eq!(
        codes(finds("dev", raw(false))),
        ["unencrypted", "key-rotation"]
    );
    assert_eq!(
        codes(finds("prod", raw(false))),
        ["unencrypted", "key-rotation", "no-backups", "no-protection"]
    );
    assert_eq!(finds("prod", raw(true)), []);
}
