//! Whole lives on the simulated account: MLflow on each kind of database is
//! deployed, left alone by a second run, and destroyed without a rest.

use mlplat_apps::{Mlflow, MlflowOptions, PostgresInCluster};
use mlplat_aws::{Bucket, EksCluster, MySql, Vpc};
use mlplat_core::graph::Stack;
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
