//! A plain value among the outputs of a stack.

use mlplat::aws::ids::VpcId;
use mlplat::prelude::*;

#[derive(StackOutputs)]
struct NetworkOutputs {
    vpc_id: Output<VpcId>,
    zones: u8,
}

fn main() {}
