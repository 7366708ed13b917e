//! A handle that is given away.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    stack.add("cluster", EksCluster::new(network));
}

fn main() {}
