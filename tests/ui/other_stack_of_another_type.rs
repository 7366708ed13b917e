//! A subnet where the other stack promised a network.

use mlplat::aws::ids::{SubnetId, VpcId};
use mlplat::prelude::*;

#[derive(StackOutputs)]
struct NetworkOutputs {
    vpc_id: Output<VpcId>,
    subnets: Output<Vec<SubnetId>>,
}

fn network(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let subnets = Output::list(network.public_subnets.ids().to_vec());
    stack.export(&NetworkOutputs {
        vpc_id: subnets.item(0),
        subnets,
    });
}

fn main() {}
