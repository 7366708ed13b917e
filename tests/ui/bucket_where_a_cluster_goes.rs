//! A namespace in a bucket.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let artifacts = stack.add("artifacts", Bucket::new());
    stack.add("tools", Namespace::new(&artifacts, "tools"));
}

fn main() {}
