//! MLflow's password as an address.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let artifacts = stack.add("artifacts", Bucket::new());
    let metadata = stack.add("metadata", Postgres::new(&network).reachable_from(&cluster));
    let mlflow = stack.add(
        "mlflow",
        Mlflow {
            cluster: &cluster,
            metadata: &metadata,
            artifacts: &artifacts,
        },
    );
    stack.output(
        "login",
        &text!("{}:{}@{}", mlflow.username, mlflow.password, mlflow.url),
    );
}

fn main() {}
