//! MLflow without a place for its files.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let metadata = stack.add("metadata", Postgres::new(&network).reachable_from(&cluster));
    stack.add(
        "mlflow",
        Mlflow {
            cluster: &cluster,
            metadata: &metadata,
        },
    );
}

fn main() {}
