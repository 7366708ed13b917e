//! An output that the construct does not have.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    stack.output("vpc", &network.vpc);
}

fn main() {}
