//! MLflow where its pods run: its credentials are of the kind that reaches
//! them there.

#![allow(clippy::unwrap_used)]

use mlplat_apps::{Mlflow, MlflowOptions};
use mlplat_aws::policy::ReadPolicies as _;
use mlplat_aws::{Bucket, EksCluster, FargateProfile, MySql, NodeGroup, Vpc};
use mlplat_core::graph::Stack;
use mlplat_core::testing::Tested;
use mlplat_sim::simulate::World;

/// What MLflow's pods run on.
#[derive(Clone, Copy)]
enum Place {
    /// Whatever the cluster has.
    Unsaid,
    /// A profile that selects a namespace.
    Profile(&'static str),
    /// A profile that selects pods by a label.
    Labelled(&'static str),
}

/// MLflow on a cluster without instances.
fn on_fargate(place: Place) -> impl Fn(&mut Stack) + Send + Sync + 'static {
    move |stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network).fargate_only());
        let artifacts = stack.add("artifacts", Bucket::new().name("the-artifacts"));
        let metadata = MySql::new(&network).reachable_from(&cluster).disposable();
        let metadata = stack.add("metadata", metadata);
        let mlflow = Mlflow {
            cluster: &cluster,
            metadata: &metadata,
            artifacts: &artifacts,
        };
        let profile = FargateProfile::new(&cluster, &network.private_subnets);
        let profile = match place {
            Place::Unsaid => {
                stack.add("mlflow", mlflow);
                return;
            }
            Place::Profile(namespace) => profile.namespace(namespace),
            Place::Labelled(part) => {
                profile.labelled("mlflow", [("app.kubernetes.io/part-of", part)])
            }
        };
        let pods = stack.add("pods", profile);
        stack.add("mlflow", mlflow.on(&pods));
    }
}

fn tested(place: Place) -> Tested {
    Stack::test(on_fargate(place))
}

#[test]
fn on_fargate_credentials_come_by_the_clusters_tokens() {
    let tested = tested(Place::Profile("mlflow"));
    tested.assert_ok();
    tested.assert_count("eks.PodIdentityAssociation", 0);
    let account = tested.node("mlflow/service-account");
    assert_eq!(
        account.input("Annotations")["eks.amazonaws.com/role-arn"],
        "<mlflow/identity/role/role.Arn>"
    );
    let trust = tested
        .node("mlflow/identity/role/role")
        .input("AssumeRolePolicyDocument")
        .to_string();
    assert!(trust.contains("sts:AssumeRoleWithWebIdentity"), "{trust}");
    let subject = "system:serviceaccount:mlflow:mlflow";
    assert!(trust.contains(subject), "{trust}");
    let policies = tested.policies();
    let role = "mlflow/identity/role";
    policies.assert_allows(role, "s3:PutObject", "arn:aws:s3:::the-artifacts/mlflow/1");
    policies.assert_forbids(role, "s3:PutObject", "arn:aws:s3:::another/mlflow/1");
    for pods in [
        "mlflow/prepare/job",
        "mlflow/migrate/job",
        "mlflow/server/deployment",
    ] {
        tested.assert_before("pods/profile", pods);
    }
    tested.assert_before("mlflow/identity/role/policy", "mlflow/server/deployment");
}

#[test]
fn it_lives_there() {
    World::simulate(on_fargate(Place::Profile("ml*"))).live();
}

#[test]
fn a_cluster_without_an_agent_has_no_pod_identity() {
    let tested = tested(Place::Unsaid);
    let problem = tested.assert_problem("no-pod-identity");
    assert_eq!(problem.path.as_deref(), Some("mlflow/identity"));
    assert!(problem.fix.contains(".on(&profile)"), "{}", problem.fix);
}

#[test]
fn a_profile_has_to_select_the_pods() {
    tested(Place::Labelled("mlflow")).assert_ok();
    for place in [Place::Profile("ml"), Place::Labelled("else")] {
        let tested = tested(place);
        let problem = tested.assert_problem("not-selected");
        assert!(problem.what.contains("\"mlflow\""), "{}", problem.what);
    }
}

#[test]
fn on_a_node_group_it_comes_after_the_nodes() {
    let tested = Stack::test(|stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network).nodes(1..=2));
        let large = stack.add("large", NodeGroup::new(&cluster));
        let artifacts = stack.add("artifacts", Bucket::new());
        let metadata = MySql::new(&network).reachable_from(&cluster);
        let metadata = stack.add("metadata", metadata);
        let mlflow = Mlflow {
            cluster: &cluster,
            metadata: &metadata,
            artifacts: &artifacts,
        };
        let mlflow = mlflow.on(&large).with(MlflowOptions {
            replicas: 3,
            ..MlflowOptions::default()
        });
        stack.add("mlflow", mlflow);
    });
    tested.assert_ok();
    let deployment = tested.node("mlflow/server/deployment");
    assert_eq!(deployment.input("Spec")["replicas"], 3);
    tested.assert_before("large/group", "mlflow/prepare/job");
    tested.assert_before("mlflow/identity/association", "mlflow/server/deployment");
    assert!(tested.get("mlflow/identity/association").is_some());
}
