//! A Kubernetes version as a number, which would lose its zero.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    stack.add("cluster", EksCluster::new(&network).version(1.30));
}

fn main() {}
