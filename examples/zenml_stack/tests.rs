//! What has to stay true of the platform, however it grows.

use std::collections::BTreeSet;

use mlplat::provider::{Value, json};
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
fn pipelines_push_into_their_registry_and_no_other() {
    let tested = Stack::test(zenml_stack);
    let repository = tested.node("registry/repository");
    assert_eq!(repository.input("RepositoryName"), "zenml-kubernetes");
    let policies = tested.policies();
    let runner = "zenml/zenml-runner";
    for action in ["ecr:PutImage", "ecr:BatchGetImage"] {
        policies.assert_allows(runner, action, &repository.output("Arn"));
        let others = "arn:aws:ecr:eu-central-1:123456789012:repository/others";
        policies.assert_forbids(runner, action, others);
    }
}

#[test]
fn only_pods_of_the_cluster_reach_the_database() {
    let tested = Stack::test(zenml_stack);
    let database = tested.node("metadata/instance");
    assert_eq!(database.input("PubliclyAccessible"), false);
    assert_eq!(database.input("StorageEncrypted"), true);
    let subnets = tested.node("metadata/subnet-group").references("SubnetIds");
    assert_eq!(subnets.len(), 3);
    for subnet in subnets {
        let path = subnet.path.as_str();
        assert!(path.starts_with("network/private-"), "{path}");
    }
    tested.assert_count("ec2.SecurityGroupIngress", 1);
    let rule = tested.node("metadata/security-group/ingress-1");
    assert_eq!(
        rule.input("SourceSecurityGroupId"),
        "<cluster/control-plane.ClusterSecurityGroupId>"
    );
    assert_eq!(rule.input("FromPort"), 3306);
    assert_eq!(rule.input("ToPort"), 3306);
    let parameters = tested.node("metadata/parameter-group").input("Parameters");
    assert_eq!(parameters["require_secure_transport"], "1");
}

#[test]
fn mlflow_starts_when_its_database_is_ready_and_its_rights_are_there() {
    let tested = Stack::test(zenml_stack);
    tested
        .assert_before("metadata/instance", "mlflow/prepare/job")
        .assert_before("mlflow/prepare/job", "mlflow/migrate/job")
        .assert_before("mlflow/migrate/job", "mlflow/server/deployment")
        .assert_before("mlflow/identity/association", "mlflow/server/deployment")
        // Neither waits for the ten minutes of the other.
        .assert_free("metadata/instance", "cluster/control-plane");
}

#[test]
fn mlflow_reaches_its_artifacts_and_nothing_else() {
    let tested = Stack::test(zenml_stack);
    let artifacts = tested.node("artifacts/bucket").output("Arn");
    let registry = tested.node("registry/repository").output("Arn");
    let policies = tested.policies();
    let server = "mlflow/mlflow";
    for action in ["s3:GetObject", "s3:PutObject", "s3:ListBucket"] {
        policies.assert_allows(server, action, &artifacts);
        policies.assert_forbids(server, action, "arn:aws:s3:::somebody-elses");
    }
    policies.assert_forbids(server, "s3:DeleteBucket", &artifacts);
    policies.assert_forbids(server, "ecr:PutImage", &registry);
}

#[test]
fn the_outputs_have_the_names_that_the_recipe_has() {
    let tested = Stack::test(zenml_stack);
    let outputs: Vec<(&str, Value)> = tested.outputs().into_iter().collect();
    let expected = [
        ("ecr-registry", json!("<registry/repository.RegistryHost>")),
        (
            "ecr-registry-name",
            json!("<registry/repository.RepositoryName>"),
        ),
        ("eks-cluster-name", json!("<cluster/control-plane.Name>")),
        (
            "metadata-db-host",
            json!("<metadata/instance.Endpoint.Address>"),
        ),
        ("metadata-db-password", json!("<secret>")),
        ("metadata-db-username", json!("admin")),
        (
            "s3-bucket-path",
            json!("s3://<artifacts/bucket.BucketName>"),
        ),
        ("tracking-password", json!("<secret>")),
        ("tracking-uri", json!("http://<mlflow/access/service.Host>")),
        ("tracking-username", json!("mlflow")),
    ];
    assert_eq!(outputs, expected);
}

#[test]
fn sixty_resources_in_sixty_lines() {
    let resources = Stack::test(zenml_stack).plan().counts.create;
    assert!(resources >= 60, "{resources} resources");
    let source = include_str!("../zenml_stack.rs");
    let lines_of = |function: &str| {
        let begun = source.find(function).unwrap();
        let body = &source[begun..];
        body[..body.find("\n}").unwrap()].lines().count() + 1
    };
    let lines = lines_of("fn main()") + lines_of("fn zenml_stack(");
    assert!(lines <= 60, "{lines} lines");
}

/// The master password, wherever somebody has it: the database, Secrets
/// Manager, and the job that makes MLflow's user.
fn master_passwords(world: &World) -> BTreeSet<String> {
    let database = world.object("metadata/instance").body;
    let database = &database["inputs"]["MasterUserPassword"];
    let entry = world.object("metadata/secret").body;
    let entry = entry["inputs"]["SecretString"].as_str().unwrap();
    let entry: Value = entry.parse().unwrap();
    let job = world.object("mlflow/prepare/secret").body;
    let job = &job["data"]["DB_ADMIN_PASSWORD"];
    [database, &entry["password"], &base64(job)]
        .map(|password| password.as_str().unwrap().to_owned())
        .into()
}

fn base64(value: &Value) -> Value {
    use ::base64::Engine as _;
    let text = value.as_str().unwrap();
    let bytes = ::base64::prelude::BASE64_STANDARD.decode(text).unwrap();
    String::from_utf8(bytes).unwrap().into()
}

/// The job that signs in as the master user has run with what it has now.
fn assert_job_ran(world: &World) {
    let secret = world.object("mlflow/prepare/secret").body;
    let job = world.object("mlflow/prepare/job").body;
    assert_eq!(
        job["spec"]["template"]["metadata"]["annotations"]["mlplat.dev/secret"],
        secret["metadata"]["annotations"]["mlplat.dev/revision"]
    );
}

#[test]
fn a_rotated_master_password_is_the_same_everywhere() {
    let mut world = World::simulate(zenml_stack);
    world.deploy().assert_complete();
    let before = master_passwords(&world);
    assert_eq!(before.len(), 1);
    let run = world.rotate("metadata/master-password");
    run.assert_only(&[
        "metadata/instance",
        "metadata/secret",
        "mlflow/prepare/secret",
        "mlflow/prepare/job",
    ]);
    let done = run.done();
    let last = |path: &str| done.iter().rposition(|one| *one == path);
    assert!(last("metadata/instance") < last("mlflow/prepare/job"));
    let after = master_passwords(&world);
    assert_eq!(after.len(), 1);
    assert!(before.is_disjoint(&after));
    assert_job_ran(&world);
    world.deploy().assert_unchanged();
}

/// Kills a rotation at every n-th point, and takes it up by a deployment.
fn survives_a_rotation(every: u64) {
    let mut world = World::simulate(zenml_stack);
    world.deploy().assert_complete();
    let before = master_passwords(&world);
    let points = world.fork().rotate("metadata/master-password").points();
    let (mut killed, mut rotated) = (0, 0);
    for at in (1..=points).filter(|at| at % every == 0) {
        let mut world = world.fork();
        let run = world.kill_next_at(at).rotate("metadata/master-password");
        run.assert_killed();
        // Whatever comes next goes on with the value that was drawn.
        let _ = world.deploy();
        let after = master_passwords(&world);
        assert_eq!(after.len(), 1, "killed at {at} of {points}");
        assert_job_ran(&world);
        world.deploy().assert_unchanged();
        killed += 1;
        rotated += u64::from(before.is_disjoint(&after));
    }
    println!("{killed} rotations killed at {points} points, {rotated} of them with a new password");
    assert!(rotated > killed / 2, "{rotated} of {killed}");
}

#[test]
fn killed_in_between_a_rotation_ends_with_one_master_password() {
    survives_a_rotation(12);
}

#[test]
#[ignore = "minutes long: every point"]
fn killed_anywhere_a_rotation_ends_with_one_master_password() {
    survives_a_rotation(1);
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
