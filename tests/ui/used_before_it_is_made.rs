//! A handle before its construct was added.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    stack.add("cluster", EksCluster::new(&network));
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
}

fn main() {}
