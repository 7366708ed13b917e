//! MLflow in a network instead of a cluster.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let artifacts = stack.add("artifacts", Bucket::new());
    let metadata = stack.add("metadata", Postgres::new(&network).reachable_from(&cluster));
    stack.add(
        "mlflow",
        Mlflow {
            cluster: &network,
            metadata: &metadata,
            artifacts: &artifacts,
        },
    );
}

fn main() {}
