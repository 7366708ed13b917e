//! A bucket where a network goes.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let artifacts = stack.add("artifacts", Bucket::new());
    stack.add("cluster", EksCluster::new(&artifacts));
}

fn main() {}
