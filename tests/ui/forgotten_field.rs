//! A required field that was forgotten.

use mlplat::aws::ec2::VpcGatewayAttachment;
use mlplat::aws::ec2::VpcHandle;

fn attach(vpc: &VpcHandle) -> VpcGatewayAttachment {
    VpcGatewayAttachment {
        vpc_id: vpc.vpc_id.clone(),
    }
}

fn main() {}
