//! An output that is promised and not exported.

use mlplat::aws::ids::{SubnetId, VpcId};
use mlplat::prelude::*;

#[derive(StackOutputs)]
struct NetworkOutputs {
    vpc_id: Output<VpcId>,
    subnets: Output<Vec<SubnetId>>,
}

fn network(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    stack.export(&NetworkOutputs {
        vpc_id: network.vpc_id,
    });
}

fn main() {}
