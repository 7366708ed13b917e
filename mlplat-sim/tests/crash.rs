//! A network of AWS's own types, killed at every fault point: exactly one of
//! everything, with and without power.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use mlplat_aws::{catalog, ec2, lookups, s3};
use mlplat_core::Stack;
use mlplat_sim::harness::{Power, Scenario, Stage, Sweep, sweep};

fn network(stack: &mut Stack) {
    let range = |third, bits| Ipv4Net::new_assert(Ipv4Addr::new(10, 0, third, 0), bits);
    let vpc = stack.add("vpc", ec2::Vpc::new(range(0, 16)));
    let zones = stack.add("zones", lookups::AvailabilityZones::default());
    let gateway = stack.add("gateway", ec2::InternetGateway::default());
    stack.add(
        "attachment",
        ec2::VpcGatewayAttachment {
            internet_gateway_id: (&gateway.internet_gateway_id).into(),
            vpc_id: (&vpc.vpc_id).into(),
        },
    );
    let zone = zones.zone_names.item(0);
    let subnet = ec2::Subnet::new(&vpc.vpc_id, range(1, 24), zone);
    let subnet = stack.add("subnet", subnet);
    let address = stack.add("address", ec2::Eip::default());
    let nat = ec2::NatGateway::new(&subnet.subnet_id, &address.allocation_id);
    stack.add("nat", nat);
    stack.add("bucket", s3::Bucket::default());
}

#[test]
fn killed_anywhere_it_resumes_to_one_of_everything() {
    let stages = vec![Stage::deploy(network), Stage::Destroy];
    let life = Scenario::new("network", catalog(), stages);
    for power in [Power::Stays, Power::Lost] {
        let how = Sweep {
            power,
            ..Sweep::default()
        };
        let report = sweep(&life, &how);
        assert!(
            matches!(report, Ok(report) if report.killed == report.points && report.points > 60),
            "{report:?}"
        );
    }
}
