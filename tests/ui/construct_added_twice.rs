//! One construct under two names.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let bucket = Bucket::new().versioned();
    stack.add("artifacts", bucket);
    stack.add("datasets", bucket);
}

fn main() {}
