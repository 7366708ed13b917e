//! A managed policy by its name.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let identity = PodIdentity::new(&cluster, ("tools", "runner"));
    stack.add("identity", identity.managed("AmazonS3FullAccess"));
}

fn main() {}
