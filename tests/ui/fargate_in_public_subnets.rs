//! Fargate in public subnets, where it cannot be.

use mlplat::aws::FargateProfile;
use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    stack.add(
        "apps",
        FargateProfile::new(&cluster, &network.public_subnets),
    );
}

fn main() {}
