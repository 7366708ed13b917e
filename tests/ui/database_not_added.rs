//! A database that was not added to the stack.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let artifacts = stack.add("artifacts", Bucket::new());
    let metadata = MySql::new(&network).reachable_from(&cluster);
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
