//! A whole bucket as an output of the stack.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let artifacts = stack.add("artifacts", Bucket::new());
    stack.output("artifacts", &artifacts);
}

fn main() {}
