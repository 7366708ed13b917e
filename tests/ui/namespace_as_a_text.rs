//! A namespace by its name, without its handle.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    stack.add("runner", ServiceAccount::new(&cluster, "tools", "runner"));
}

fn main() {}
