//! MLflow's pods on something that runs no pods.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network).fargate_only());
    let artifacts = stack.add("artifacts", Bucket::new());
    let metadata = stack.add("metadata", MySql::new(&network));
    let mlflow = Mlflow {
        cluster: &cluster,
        metadata: &metadata,
        artifacts: &artifacts,
    };
    stack.add("mlflow", mlflow.on(&artifacts));
}

fn main() {}
