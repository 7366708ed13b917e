//! The right to a bucket, not asked for.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let artifacts = stack.add("artifacts", Bucket::new());
    let identity = PodIdentity::new(&cluster, ("tools", "runner"));
    stack.add("identity", identity.grant(artifacts.read_write));
}

fn main() {}
