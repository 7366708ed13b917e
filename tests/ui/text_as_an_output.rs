//! A plain text as an output of the stack.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    stack.output("team", "ml");
}

fn main() {}
