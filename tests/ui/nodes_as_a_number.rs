//! A number of nodes instead of the fewest and the most.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    stack.add("cluster", EksCluster::new(&network).nodes(4));
}

fn main() {}
