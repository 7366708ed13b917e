//! A timeout without its unit.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    stack.add("artifacts", Bucket::new().timeout(60));
}

fn main() {}
