//! A whole bucket where the rights to it go.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let artifacts = stack.add("artifacts", Bucket::new());
    stack.add(
        "identity",
        PodIdentity::new(&cluster, ("mlflow", "mlflow")).grant(&artifacts),
    );
}

fn main() {}
