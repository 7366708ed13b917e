//! Networks beyond the usual one: named zones, database subnets, no way out.

use mlplat_aws::ids::{SubnetId, VpcId};
use mlplat_aws::{EksCluster, HostedZone, MySql, Nat, Network, Vpc};
use mlplat_core::Stack;
use serde_json::json;

use crate::support::{build, input, paths, problems};

#[test]
fn zones_are_looked_up_or_named() {
    let graph = build(|stack| {
        let vpc = Vpc::new("10.10.0.0/16").zone_names(["eu-central-1b", "eu-central-1c"]);
        stack.add("network", vpc);
    });
    let zone = |path| input(&graph, path, "AvailabilityZone");
    assert_eq!(zone("network/private-1"), json!("eu-central-1b"));
    assert_eq!(zone("network/public-2"), json!("eu-central-1c"));
    assert!(!paths(&graph).contains(&"availability-zones".to_owned()));
    assert!(!paths(&graph).contains(&"network/private-3".to_owned()));
    let none: [&str; 0] = [];
    assert_eq!(
        problems(|stack| {
            stack.add("network", Vpc::new("10.10.0.0/16").zone_names(none));
        }),
        ["bad-zones"]
    );
}

#[test]
fn databases_lie_where_nothing_goes_out() {
    let graph = build(|stack| {
        let network = Vpc::new("10.10.0.0/16").zones(2).database_subnets();
        let network = stack.add("network", network);
        stack.add("metadata", MySql::new(&network));
    });
    assert_eq!(
        input(&graph, "metadata/subnet-group", "SubnetIds"),
        json!([
            "<network/database-1.SubnetId>",
            "<network/database-2.SubnetId>"
        ])
    );
    assert_eq!(
        input(&graph, "network/database-2", "CidrBlock"),
        json!("10.10.244.0/22")
    );
    let route = |path: &String| {
        path.ends_with("route")
            && input(&graph, path, "RouteTableId") == "<network/database-table.RouteTableId>"
    };
    assert!(!paths(&graph).iter().any(route));
    // Without a place of their own they lie in the private subnets.
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16").zones(2));
        stack.add("metadata", MySql::new(&network));
    });
    assert_eq!(
        input(&graph, "metadata/subnet-group", "SubnetIds")[0],
        json!("<network/private-1.SubnetId>")
    );
    let small = |stack: &mut Stack| {
        stack.add(
            "network",
            Vpc::new("10.10.0.0/24").zones(2).database_subnets(),
        );
    };
    assert_eq!(problems(small), ["cidr-too-small"]);
}

#[test]
fn a_network_of_private_subnets_alone() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16").private_only());
        assert!(network.public_subnets.ids().is_empty());
        assert_eq!(network.node_subnets().len(), 3);
        stack.add("cluster", EksCluster::new(&network));
    });
    let kinds = [
        "ec2.InternetGateway",
        "ec2.NatGateway",
        "ec2.Route",
        "ec2.EIP",
    ];
    let nodes = graph.nodes().iter();
    assert!(!nodes.clone().any(|node| kinds.contains(&node.ty.name)));
    assert_eq!(nodes.filter(|node| node.ty.name == "ec2.Subnet").count(), 3);
    let both = |stack: &mut Stack| {
        let vpc = Vpc::new("10.10.0.0/16").private_only().nat(Nat::Single);
        stack.add("network", vpc);
    };
    assert_eq!(problems(both), ["no-way-out"]);
}

#[test]
fn production_has_a_gateway_in_each_zone() {
    assert_eq!(Nat::for_env("prod"), Nat::PerAz);
    assert_eq!(Nat::for_env("prod-eu"), Nat::PerAz);
    assert_eq!(Nat::for_env("dev"), Nat::Single);
    assert_eq!(Nat::for_env("preprod"), Nat::Single);
}

#[test]
fn a_private_zone_is_asked_for_in_its_network() {
    let graph = build(|stack| {
        let cidr = "10.0.0.0/16".parse().unwrap();
        let network = Network::existing(VpcId::new("vpc-1"), cidr, Nat::Single, []);
        let network = network.with_database_subnets([SubnetId::new("subnet-9")]);
        assert!(network.database_subnets.is_some());
        let zone = stack.add("zone", HostedZone::lookup_private("ml.internal", &network));
        stack.output("zone", &zone.zone_id.cast::<String>());
    });
    let of = |field| input(&graph, "zone/zone", field);
    assert_eq!(of("Name"), json!("ml.internal"));
    assert_eq!(of("VPCId"), json!("vpc-1"));
    assert_eq!(of("VPCRegion"), json!("<caller-identity.Region>"));
}
