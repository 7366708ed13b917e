//! A text where a construct goes.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    stack.add("network", "10.0.0.0/16");
}

fn main() {}
