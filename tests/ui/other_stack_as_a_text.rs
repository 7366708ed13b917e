//! Outputs of another stack without their struct.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.other::<String>("network");
    drop(network);
}

fn main() {}
