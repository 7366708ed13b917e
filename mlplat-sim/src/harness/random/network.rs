//! A network: a VPC with what makes it one, and parts that it may have.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use mlplat_aws::ec2;
use mlplat_aws::ids::{RouteTableId, SecurityGroupId, SubnetId, VpcId};
use mlplat_aws::lookups::{AvailabilityZones, CallerIdentity};
use mlplat_aws::policy::trust;
use mlplat_aws::{iam, logs};
use mlplat_core::{Output, Stack};

use super::draft::Draft;
use super::identity::DOCUMENT;

/// What stands in a network is given.
pub(super) struct Network {
    pub(super) vpc: Output<VpcId>,
    pub(super) subnets: Vec<Output<SubnetId>>,
    pub(super) group: Output<SecurityGroupId>,
    /// The group that came with the VPC.
    own_group: Output<SecurityGroupId>,
}

pub(super) fn add(stack: &mut Stack, draft: Draft) -> Network {
    // Another range replaces everything that stands in it.
    let range = draft.seldom("range", &[10, 20]);
    let net = |third, bits| Ipv4Net::new_assert(Ipv4Addr::new(10, range, third, 0), bits);
    let vpc = ec2::Vpc {
        tags: draft.tags("vpc"),
        ..ec2::Vpc::new(net(0, 16))
    };
    let vpc = stack.add("vpc", vpc);
    let (vpc, own_group) = (vpc.vpc_id, vpc.default_security_group);
    let zones = stack.add("zones", AvailabilityZones::default()).zone_names;
    let table = stack
        .add("table", ec2::RouteTable::new(&vpc))
        .route_table_id;
    let mut subnets = Vec::new();
    for (at, third) in [1, 2].into_iter().enumerate() {
        let subnet = ec2::Subnet {
            map_public_ip_on_launch: Some(draft.pick("public", &[true, false]).into()),
            ..ec2::Subnet::new(&vpc, net(third, 24), zones.item(at))
        };
        let subnet = stack.add(&format!("subnet-{at}"), subnet).subnet_id;
        let association = ec2::SubnetRouteTableAssociation {
            route_table_id: table.clone(),
            subnet_id: subnet.clone(),
        };
        stack.add(&format!("association-{at}"), association);
        subnets.push(subnet);
    }
    let path = draft.place(stack, "group");
    let described = draft.pick(
        "description",
        &["what belongs together", "what belongs here"],
    );
    let group = stack.add(&path, ec2::SecurityGroup::new(&vpc, described));
    let network = Network {
        vpc,
        subnets,
        group: group.group_id,
        own_group,
    };
    way_out(stack, draft, &network, &table);
    rules(stack, draft, &network);
    watched(stack, draft, &network, &table);
    network
}

/// An internet gateway, and a NAT gateway that not everybody has.
fn way_out(stack: &mut Stack, draft: Draft, network: &Network, table: &Output<RouteTableId>) {
    let gateway = stack.add("gateway", ec2::InternetGateway::default());
    let gateway = gateway.internet_gateway_id;
    let attachment = ec2::VpcGatewayAttachment {
        internet_gateway_id: gateway.clone(),
        vpc_id: network.vpc.clone(),
    };
    stack.add("attachment", attachment);
    let route = ec2::Route::by_gateway(table, Ipv4Net::default(), &gateway);
    stack.add("route", route);
    if draft.has("nat", 3) && draft.is_there("nat") {
        let address = stack.add("address", ec2::Eip::default());
        let subnet = draft.pick("nat in", &[0, 1]);
        let nat = ec2::NatGateway::new(&network.subnets[subnet], &address.allocation_id);
        stack.add("nat", nat);
    }
}

fn rules(stack: &mut Stack, draft: Draft, network: &Network) {
    if draft.is_there("ingress") {
        let port = draft.pick("ingress", &[80, 443, 8080]);
        let ingress = ec2::SecurityGroupIngress {
            cidr_ip: Some(Ipv4Net::default().into()),
            description: Some(draft.pick("why", &["the world", "everybody"]).into()),
            ..ec2::SecurityGroupIngress::new(&network.group, "tcp", (port, port))
        };
        stack.add("ingress", ingress);
    }
    if draft.has("egress", 2) && draft.is_there("egress") {
        let egress = ec2::SecurityGroupEgress {
            cidr_ip: Some(Ipv4Net::default().into()),
            ..ec2::SecurityGroupEgress::new(&network.group, "tcp", (443, 443))
        };
        let path = draft.place(stack, "egress");
        stack.add(&path, egress);
    }
    if draft.has("lock", 2) {
        let lock = ec2::DefaultSecurityGroupLock {
            group_id: network.own_group.clone(),
        };
        stack.add("lock", lock);
    }
}

/// Endpoints of services, and a record of who sent what to whom.
fn watched(stack: &mut Stack, draft: Draft, network: &Network, table: &Output<RouteTableId>) {
    if draft.has("endpoint", 2) && draft.is_there("endpoint") {
        let services = [
            "com.amazonaws.eu-west-1.s3",
            "com.amazonaws.eu-west-1.dynamodb",
        ];
        let service = draft.pick("endpoint of", &services);
        let endpoint = ec2::VpcEndpoint::gateway(&network.vpc, service, [table.clone()]);
        stack.add("endpoint", endpoint);
    }
    if draft.has("flow log", 3) && draft.is_there("flow log") {
        let caller = stack.add("caller", CallerIdentity::default());
        let trust = trust::flow_logs(&caller.account).render();
        let role = stack.add("flow-role", iam::Role::new(trust));
        let policy = iam::RolePolicy {
            role_name: role.role_name.clone(),
            policy_name: None,
            policy_document: DOCUMENT.into(),
        };
        stack.add("flow-policy", policy);
        let group = stack.add("flow-group", logs::LogGroup::default());
        let log = ec2::FlowLog::new(&network.vpc, &group.log_group_name, &role.arn);
        stack.add("flow-log", log);
    }
}
