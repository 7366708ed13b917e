//! A bucket where a database goes.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let artifacts = stack.add("artifacts", Bucket::new());
    stack.add(
        "mlflow",
        Mlflow {
            cluster: &cluster,
            metadata: &artifacts,
            artifacts: &artifacts,
        },
    );
}

fn main() {}
