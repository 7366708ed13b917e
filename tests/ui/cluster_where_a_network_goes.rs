//! A database in a cluster instead of a network.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    stack.add("metadata", Postgres::new(&cluster));
}

fn main() {}
