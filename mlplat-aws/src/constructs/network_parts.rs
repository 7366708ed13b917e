//! The parts of a network, in the order in which each needs the one before.

use ipnet::Ipv4Net;
use mlplat_core::{Output, Scope};

use super::network::Nat;
use super::tags::named;
use crate::ec2;
use crate::ids::{
    AvailabilityZone, InternetGatewayId, NatGatewayId, RouteTableId, SubnetId, VpcId,
};

/// Adds the parts of one network.
pub(super) struct Parts<'a, 'b> {
    pub(super) scope: &'a mut Scope<'b>,
    pub(super) vpc: Output<VpcId>,
    pub(super) zones: &'a [Output<AvailabilityZone>],
    /// The tables made so far.
    pub(super) tables: Vec<Output<RouteTableId>>,
}

impl Parts<'_, '_> {
    pub(super) fn internet_gateway(&mut self) -> Output<InternetGatewayId> {
        let tags = named(self.scope, "");
        let gateway = self
            .scope
            .add("internet-gateway", ec2::InternetGateway { tags });
        self.scope.add(
            "internet-gateway-attachment",
            ec2::VpcGatewayAttachment {
                internet_gateway_id: gateway.internet_gateway_id.clone(),
                vpc_id: self.vpc.clone(),
            },
        );
        gateway.internet_gateway_id
    }

    /// Public subnets share one table: there is one way out.
    pub(super) fn public(
        &mut self,
        nets: &[Ipv4Net],
        gateway: &Output<InternetGatewayId>,
        nat: Nat,
    ) -> Vec<Output<SubnetId>> {
        let table = self.route_table("public");
        let route = ec2::Route::by_gateway(&table, Ipv4Net::default(), gateway);
        self.scope.add("public-route", route);
        let ids = (1..).zip(nets).map(|(number, net)| {
            let name = format!("public-{number}");
            let subnet = self.subnet(
                &name,
                number - 1,
                *net,
                "kubernetes.io/role/elb",
                nat == Nat::None,
            );
            self.associate(&name, &table, &subnet);
            subnet
        });
        ids.collect()
    }

    /// No gateways, one, or one per public subnet.
    pub(super) fn nat_gateways(
        &mut self,
        public: &[Output<SubnetId>],
        nat: Nat,
    ) -> Vec<Output<NatGatewayId>> {
        let count = match nat {
            Nat::None => 0,
            Nat::Single => 1,
            Nat::PerAz => public.len(),
        };
        let gateways = (1..)
            .zip(public.iter().take(count))
            .map(|(number, subnet)| {
                let name = format!("nat-{number}");
                let tags = named(self.scope, &name);
                let address = self
                    .scope
                    .add(&format!("{name}-address"), ec2::Eip { tags: tags.clone() });
                let gateway = ec2::NatGateway {
                    tags,
                    ..ec2::NatGateway::new(subnet, address.allocation_id)
                };
                self.scope.add(&name, gateway).nat_gateway_id
            });
        gateways.collect()
    }

    /// One table for all private subnets, or one per gateway.
    pub(super) fn private(
        &mut self,
        nets: &[Ipv4Net],
        nats: &[Output<NatGatewayId>],
    ) -> Vec<Output<SubnetId>> {
        let mut tables: Vec<Output<RouteTableId>> = Vec::new();
        for number in 1..=nats.len().max(1) {
            let name = if nats.len() > 1 {
                format!("private-{number}")
            } else {
                "private".to_owned()
            };
            let table = self.route_table(&name);
            if let Some(nat) = nats.get(number - 1) {
                let route = ec2::Route::by_nat(&table, Ipv4Net::default(), nat);
                self.scope.add(&format!("{name}-route"), route);
            }
            tables.push(table);
        }
        let ids = (1..).zip(nets).map(|(number, net)| {
            let name = format!("private-{number}");
            let subnet = self.subnet(
                &name,
                number - 1,
                *net,
                "kubernetes.io/role/internal-elb",
                false,
            );
            // There is at least one table; a zone without its own uses the last.
            let table = tables.get(number - 1).or(tables.last()).cloned();
            if let Some(table) = table {
                self.associate(&name, &table, &subnet);
            }
            subnet
        });
        ids.collect()
    }

    /// Subnets whose one table has no route but that of the network itself.
    pub(super) fn databases(&mut self, nets: &[Ipv4Net]) -> Vec<Output<SubnetId>> {
        let table = self.route_table("database");
        let ids = (1..).zip(nets).map(|(number, net)| {
            let name = format!("database-{number}");
            let subnet = self.subnet(&name, number - 1, *net, "", false);
            self.associate(&name, &table, &subnet);
            subnet
        });
        ids.collect()
    }

    /// A subnet with a tag by which load balancers find it, if one is named.
    fn subnet(
        &mut self,
        name: &str,
        zone: usize,
        net: Ipv4Net,
        role: &str,
        public_addresses: bool,
    ) -> Output<SubnetId> {
        let mut tags = named(self.scope, name);
        if !role.is_empty() {
            tags.insert(role.to_owned(), "1".into());
        }
        // There are as many zones as subnets of a kind.
        let zone = self.zones[zone].clone();
        let subnet = ec2::Subnet {
            map_public_ip_on_launch: public_addresses.then(|| true.into()),
            tags,
            ..ec2::Subnet::new(&self.vpc, net, zone)
        };
        self.scope.add(name, subnet).subnet_id
    }

    fn route_table(&mut self, name: &str) -> Output<RouteTableId> {
        let tags = named(self.scope, name);
        let table = ec2::RouteTable {
            tags,
            ..ec2::RouteTable::new(&self.vpc)
        };
        let table = self.scope.add(&format!("{name}-table"), table);
        self.tables.push(table.route_table_id.clone());
        table.route_table_id
    }

    fn associate(&mut self, name: &str, table: &Output<RouteTableId>, subnet: &Output<SubnetId>) {
        self.scope.add(
            &format!("{name}-association"),
            ec2::SubnetRouteTableAssociation {
                route_table_id: table.clone(),
                subnet_id: subnet.clone(),
            },
        );
    }
}
