//! A network interface in a subnet: `AWS::EC2::NetworkInterface`.

use mlplat_core::facts::{Held, OnChange, OutputFact, Refs, TYPE, Type, f, instant, opt};

/// It holds its subnet and its security groups.
pub(crate) static NETWORK_INTERFACE: Type = Type {
    name: "ec2.NetworkInterface",
    doc: "A network interface that a load balancer has in a subnet.",
    cloudformation: "AWS::EC2::NetworkInterface",
    api: "ec2:CreateNetworkInterface",
    id: "NetworkInterfaceId",
    fields: &[
        f(
            "SubnetId",
            OnChange::Replace,
            Refs::To("ec2.Subnet", Held::Refused("DependencyViolation")),
        ),
        opt("Groups", OnChange::InPlace).refs(Refs::To(
            "ec2.SecurityGroup",
            Held::Refused("DependencyViolation"),
        )),
        opt("Description", OnChange::InPlace),
    ],
    outputs: &[OutputFact::fixed("NetworkInterfaceId", "eni-{hex17}")],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    source: "documentation of Amazon EC2, 2026-11",
    ..TYPE
};
