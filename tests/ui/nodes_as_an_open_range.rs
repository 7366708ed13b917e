//! Up to, but not including.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    stack.add("cluster", EksCluster::new(&network).nodes(1..4));
}

fn main() {}
