//! Ways to AWS's services that do not cross the internet.

use mlplat_aws::ids::{RouteTableId, VpcId};
use mlplat_aws::{EndpointService, Nat, Network, Vpc, VpcEndpoints};
use serde_json::{Value, json};

use crate::support::{build, input, paths, problems};

#[test]
fn the_gateway_is_in_every_route_table() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16").zones(2).nat(Nat::PerAz));
        stack.add("endpoints", VpcEndpoints::new(&network));
    });
    let of = |field| input(&graph, "endpoints/s3", field);
    assert_eq!(of("VpcEndpointType"), json!("Gateway"));
    assert_eq!(
        of("ServiceName"),
        json!("com.amazonaws.<caller-identity.Region>.s3")
    );
    assert_eq!(
        of("RouteTableIds"),
        json!([
            "<network/public-table.RouteTableId>",
            "<network/private-1-table.RouteTableId>",
            "<network/private-2-table.RouteTableId>",
        ])
    );
    assert_eq!(of("PrivateDnsEnabled"), Value::Null);
    let below: Vec<_> = paths(&graph)
        .into_iter()
        .filter(|p| p.starts_with("endpoints/"))
        .collect();
    assert_eq!(below, ["endpoints/s3"]);
}

#[test]
fn interfaces_lie_in_private_subnets_behind_one_group() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16").zones(2));
        let endpoints = VpcEndpoints::new(&network)
            .without_s3()
            .interfaces(EndpointService::FOR_NODES)
            .interface(EndpointService::Sts);
        stack.add("endpoints", endpoints);
    });
    let of = |field| input(&graph, "endpoints/ecr.dkr", field);
    assert_eq!(of("VpcEndpointType"), json!("Interface"));
    assert_eq!(
        of("ServiceName"),
        json!("com.amazonaws.<caller-identity.Region>.ecr.dkr")
    );
    assert_eq!(
        of("SubnetIds"),
        json!([
            "<network/private-1.SubnetId>",
            "<network/private-2.SubnetId>"
        ])
    );
    assert_eq!(
        of("SecurityGroupIds"),
        json!(["<endpoints/access/group.GroupId>"])
    );
    assert_eq!(of("PrivateDnsEnabled"), json!(true));
    let rule = |field| input(&graph, "endpoints/access/ingress-1", field);
    assert_eq!(
        [rule("CidrIp"), rule("FromPort"), rule("ToPort")],
        [json!("10.10.0.0/16"), json!(443), json!(443)]
    );
    let made = graph
        .nodes()
        .iter()
        .filter(|node| node.ty.name == "ec2.VPCEndpoint");
    assert_eq!(made.count(), EndpointService::FOR_NODES.len());
}

#[test]
fn a_network_that_was_there_has_to_name_its_tables() {
    let network = || {
        Network::existing(
            VpcId::new("vpc-1"),
            "10.0.0.0/16".parse().unwrap(),
            Nat::Single,
            [],
        )
    };
    assert_eq!(
        problems(|stack| {
            stack.add("endpoints", VpcEndpoints::new(&network()));
        }),
        ["no-route-tables"]
    );
    let graph = build(|stack| {
        let network = network().with_route_tables([RouteTableId::new("rtb-1")]);
        stack.add("endpoints", VpcEndpoints::new(&network));
    });
    assert_eq!(
        input(&graph, "endpoints/s3", "RouteTableIds"),
        json!(["rtb-1"])
    );
}
