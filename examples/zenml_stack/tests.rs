//! What has to stay true of the platform, however it grows.

use mlplat::testing::{Context, ReadPolicies as _, World, checks};

use super::*;

#[test]
fn one_cluster_whose_nodes_lie_in_private_subnets() {
    let tested = Stack::test(zenml_stack);
    tested.assert_count("eks.Cluster", 1);
    let subnets = tested.node("cluster/nodes/group").references("Subnets");
    assert_eq!(subnets.len(), 3);
    for subnet in subnets {
        let path = subnet.path.as_str();
        assert!(path.starts_with("network/private-"), "{path}");
    }
}

#[test]
fn settings_reach_what_they_are_for() {
    let context = Context::new("zenml")
        .with_setting("max_nodes", 6)
        .with_setting("cidr", "10.99.0.0/16");
    let tested = Stack::test_in(context, zenml_stack);
    assert_eq!(tested.node("cluster/nodes/group").input("MaxSize"), 6);
    assert_eq!(
        tested.node("network/vpc").input("CidrBlock"),
        "10.99.0.0/16"
    );
    let wrong = Context::new("zenml").with_setting("max_node", 6);
    let wrong = Stack::test_in(wrong, zenml_stack);
    assert_eq!(
        wrong.assert_problem("unknown-setting").fix,
        "did you mean `max_nodes`?"
    );
}

#[test]
fn pods_come_after_all_that_they_need() {
    let tested = Stack::test(zenml_stack);
    tested
        .assert_before("network/internet-gateway-attachment", "network/nat-1")
        .assert_before("cluster/vpc-cni/addon", "cluster/nodes/group")
        .assert_before("cluster/control-plane", "workloads")
        .assert_before("artifacts", "config");
}

#[test]
fn pipelines_reach_their_artifacts_and_nothing_else_in_s3() {
    let tested = Stack::test(zenml_stack);
    let artifacts = tested.node("artifacts/bucket").output("Arn");
    let policies = tested.policies();
    for action in ["s3:GetObject", "s3:PutObject", "s3:ListBucket"] {
        policies.assert_allows("zenml/zenml-runner", action, &artifacts);
    }
    policies.assert_forbids(
        "zenml/zenml-runner",
        "s3:GetObject",
        "arn:aws:s3:::somebody-elses",
    );
    policies.assert_forbids("zenml/zenml-runner", "s3:PutBucketPolicy", &artifacts);
}

#[test]
fn the_outputs_have_the_names_that_the_recipe_has() {
    let tested = Stack::test(zenml_stack);
    assert_eq!(
        tested.output("s3-bucket-path"),
        "s3://<artifacts/bucket.BucketName>"
    );
    assert_eq!(
        tested.output("eks-cluster-name"),
        "<cluster/control-plane.Name>"
    );
}

#[test]
fn it_keeps_the_rules_of_the_house() {
    Stack::test(zenml_stack).assert_keeps(checks::sensible());
}

#[test]
fn it_lives_and_leaves_nothing() {
    let life = World::simulate(zenml_stack).live();
    let took = life.deploy.took_by("cluster/control-plane");
    assert!(took <= life.deploy.critical_path());
}

#[test]
fn somebody_in_the_console_is_noticed() {
    let mut world = World::simulate(zenml_stack);
    world.deploy().assert_complete();
    world.set("artifacts/bucket", "VersioningStatus", "Suspended");
    world.take_away("config");
    world.deploy().assert_only(&["artifacts/bucket", "config"]);
}

#[test]
fn a_killed_deployment_is_taken_up_in_a_hostile_world() {
    let mut world = World::simulate(zenml_stack)
        .throttle(0.2)
        .lost_replies(0.05)
        .kill_at(60);
    world.deploy().assert_killed();
    world.deploy().assert_complete();
    world.assert_one_of_each();
}
