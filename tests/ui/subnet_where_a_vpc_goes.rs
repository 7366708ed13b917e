//! A subnet's id where a VPC's id goes.

use mlplat::aws::ec2::{InternetGatewayHandle, SubnetHandle, VpcGatewayAttachment};

fn attach(gateway: &InternetGatewayHandle, subnet: &SubnetHandle) -> VpcGatewayAttachment {
    VpcGatewayAttachment {
        vpc_id: subnet.subnet_id.clone(),
        internet_gateway_id: gateway.internet_gateway_id.clone(),
    }
}

fn main() {}
