//! A secret on a node label.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let password = Output::generated("password", Generated::alphanumeric(32));
    stack.add("nodes", NodeGroup::new(&cluster).label("token", password));
}

fn main() {}
