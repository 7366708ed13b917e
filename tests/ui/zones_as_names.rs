//! The names of zones instead of their number.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    stack.add(
        "network",
        Vpc::new("10.0.0.0/16").zones(["eu-west-1a", "eu-west-1b"]),
    );
}

fn main() {}
