//! A database whose password only AWS knows.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let artifacts = stack.add("artifacts", Bucket::new());
    let metadata = stack.add("metadata", MySql::new(&network).aws_managed_password());
    stack.add(
        "mlflow",
        Mlflow {
            cluster: &cluster,
            metadata: &metadata,
            artifacts: &artifacts,
        },
    );
}

fn main() {}
