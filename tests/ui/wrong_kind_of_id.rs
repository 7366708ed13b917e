//! The id of a subnet where the id of a network goes.

use mlplat::aws::Network;
use mlplat::aws::ids::SubnetId;
use mlplat::prelude::*;

fn existing(stack: &mut Stack) {
    let subnet = SubnetId::new("subnet-1");
    let network = Network::existing(subnet, "10.0.0.0/16".parse().unwrap(), Nat::None, []);
    stack.add("cluster", EksCluster::new(&network));
}

fn main() {}
