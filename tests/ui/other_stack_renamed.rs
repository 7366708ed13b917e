//! An output that the other stack has renamed.

use mlplat::aws::ids::{SubnetId, VpcId};
use mlplat::prelude::*;

#[derive(StackOutputs)]
struct NetworkOutputs {
    vpc_id: Output<VpcId>,
    subnets: Output<Vec<SubnetId>>,
}

fn platform(stack: &mut Stack) {
    let network = stack.other::<NetworkOutputs>("network");
    stack.output("vpc", &network.vpc);
}

fn main() {}
