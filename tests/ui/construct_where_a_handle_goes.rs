//! A network that was not added to the stack.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    stack.add("cluster", EksCluster::new(&Vpc::new("10.0.0.0/16")));
}

fn main() {}
