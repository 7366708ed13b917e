//! Whole lives on the simulated account: MLflow on each kind of database is
//! deployed, left alone by a second run, and destroyed without a rest.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use mlplat_apps::{Mlflow, MlflowOptions, PostgresInCluster};
use mlplat_aws::ids::{
    AvailabilityZone, BucketName, ClusterName, DbInstanceIdentifier, HostedZoneId, RepositoryName,
    SecurityGroupId, SubnetId, VpcId,
};
use mlplat_aws::route53::RecordType;
use mlplat_aws::{
    Bucket, DnsRecord, EcrRepo, EksCluster, ExistingZone, HostedZone, MySql, Nat, Network, Vpc,
};
use mlplat_core::Secret;
use mlplat_core::graph::{Lifecycle as _, Stack};
use mlplat_sim::simulate::World;

fn on_mysql(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.10.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let artifacts = stack.add("artifacts", Bucket::new());
    let metadata = MySql::new(&network).reachable_from(&cluster).disposable();
    let metadata = stack.add("metadata", metadata);
    let mlflow = Mlflow {
        cluster: &cluster,
        metadata: &metadata,
        artifacts: &artifacts,
    };
    stack.add("mlflow", mlflow);
}

fn in_the_cluster(options: MlflowOptions) -> impl Fn(&mut Stack) + Send + Sync + 'static {
    move |stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network));
        let artifacts = stack.add("artifacts", Bucket::new());
        let metadata = stack.add("metadata", PostgresInCluster::new(&cluster));
        let mlflow = Mlflow {
            cluster: &cluster,
            metadata: &metadata,
            artifacts: &artifacts,
        };
        stack.add("mlflow", mlflow.with(options.clone()));
    }
}

#[test]
fn mlflow_on_mysql_lives_a_whole_life() {
    World::simulate(on_mysql).live();
}

#[test]
fn mlflow_on_postgres_in_the_cluster_is_deployed_once() {
    let mut world = World::simulate(in_the_cluster(MlflowOptions::default()));
    world.deploy().assert_complete();
    world.assert_one_of_each();
    world.deploy().assert_unchanged();
    world.destroy_with_data().assert_complete();
    world.assert_empty();
}

#[test]
fn a_new_image_runs_the_jobs_again_before_the_pods_are_replaced() {
    let mut world = World::simulate(in_the_cluster(MlflowOptions::default()));
    world.deploy().assert_complete();
    world.edit(in_the_cluster(MlflowOptions {
        image: "ghcr.io/mlflow/mlflow:v3.18.0-full".to_owned(),
        ..MlflowOptions::default()
    }));
    let run = world.deploy();
    run.assert_only(&[
        "mlflow/prepare/job",
        "mlflow/migrate/job",
        "mlflow/server/deployment",
    ]);
    assert_eq!(run.done().last(), Some(&"mlflow/server/deployment"));
}

/// Who is somebody else's: network, cluster, database, bucket, registry, zone.
fn theirs(stack: &mut Stack) {
    let network = Vpc::new("10.30.0.0/16").zones(2);
    let network = stack.add("network", network.retain());
    let cluster = EksCluster::new(&network).name("shared");
    let cluster = stack.add("cluster", cluster.nodes(1..=2).retain());
    stack.add("data", Bucket::new().name("company-data").retain());
    stack.add("images", EcrRepo::new().name("company/images").retain());
    let metadata = MySql::new(&network).name("company-db").disposable();
    let metadata = metadata.reachable_from(&cluster);
    stack.add("metadata", metadata.retain());
    stack.add("zone", HostedZone::create("company.example").retain());
}

/// MLflow and a DNS record on what is somebody else's, by its ids.
fn on_theirs(network: Network, zone: String) -> impl Fn(&mut Stack) + Send + Sync + 'static {
    move |stack: &mut Stack| {
        let cluster = EksCluster::existing(ClusterName::new("shared"), &network);
        let cluster = stack.add("cluster-of-theirs", cluster);
        let artifacts = Bucket::existing(BucketName::new("company-data"));
        let artifacts = stack.add("bucket-of-theirs", artifacts);
        let images = EcrRepo::existing(RepositoryName::new("company/images"));
        let images = stack.add("registry-of-theirs", images);
        let metadata = MySql::existing(
            DbInstanceIdentifier::new("company-db"),
            SecurityGroupId::new("sg-1"),
            Secret::provided("hunter2-hunter2".to_owned()),
        );
        let metadata = stack.add("database-of-theirs", metadata);
        let domain = HostedZone::existing(HostedZoneId::new(zone.as_str()), "company.example");
        let domain = stack.add("zone-of-theirs", domain);
        let mlflow = Mlflow {
            cluster: &cluster,
            metadata: &metadata,
            artifacts: &artifacts,
        };
        stack.add("mlflow", mlflow);
        let address = ["192.0.2.1".into()];
        let www = DnsRecord::new(&domain, "www.company.example", RecordType::A, address);
        stack.add("www", www);
        stack.output("host", &metadata.host);
        stack.output("bucket", &artifacts.uri());
        stack.output("registry", &images.uri);
    }
}

/// Every object of the account that is not Kubernetes', by type and id.
fn account(world: &World) -> BTreeSet<(String, String)> {
    let objects = world.objects().into_iter();
    let aws = objects.filter(|one| !one.ty.starts_with("k8s."));
    aws.map(|one| (one.ty, one.id)).collect()
}

#[test]
fn mlflow_on_what_is_there_already_leaves_it_as_it_was() {
    let mut world = World::simulate(theirs);
    world.deploy().assert_complete();
    let id = |path: &str| world.object(path).id;
    let zones = [("eu-central-1a", 1), ("eu-central-1b", 2)].map(|(zone, number)| ExistingZone {
        zone: AvailabilityZone::new(zone).into(),
        public: SubnetId::new(id(&format!("network/public-{number}"))).into(),
        private: SubnetId::new(id(&format!("network/private-{number}"))).into(),
    });
    let cidr = "10.30.0.0/16".parse().unwrap();
    let vpc = VpcId::new(id("network/vpc"));
    let network = Network::existing(vpc, cidr, Nat::Single, zones);
    let zone = id("zone/zone");
    // All of it leaves the program, and the account keeps it.
    world.edit(|_: &mut Stack| {});
    world.deploy().assert_complete();
    let before = account(&world);
    assert!(before.contains(&("s3.Bucket".to_owned(), "company-data".to_owned())));
    world.edit(on_theirs(network, zone));
    world.deploy().assert_complete();
    world.deploy().assert_unchanged();
    let outputs = world.outputs();
    assert_eq!(outputs["bucket"], "s3://company-data");
    assert!(outputs["host"].as_str().unwrap().starts_with("company-db."));
    assert!(account(&world).is_superset(&before));
    world.destroy().assert_complete();
    assert_eq!(account(&world), before);
}
