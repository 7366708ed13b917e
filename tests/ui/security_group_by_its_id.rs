//! A security group as a text.

use mlplat::aws::Ports;
use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network));
    let peer = Peer::group("sg-0123456789abcdef0");
    stack.add("rule", Ingress::new(&cluster, Ports::tcp(443), peer));
}

fn main() {}
