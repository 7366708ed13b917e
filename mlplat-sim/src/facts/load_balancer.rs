//! A load balancer: `AWS::ElasticLoadBalancing::LoadBalancer` and `AWS::ElasticLoadBalancingV2::LoadBalancer` in one,
//! since all that matters here is what they hold.

use mlplat_core::facts::{
    Canon, Held, OnChange, OutputFact, Refs, Side, TYPE, Type, f, instant, opt,
};

/// Its interfaces stay up to two minutes after it is gone (documentation of Elastic Load Balancing: "Delete your load
/// balancer"; the time from public logs).
pub(crate) static LOAD_BALANCER: Type = Type {
    name: "elb.LoadBalancer",
    doc: "A load balancer that a service or an ingress of a cluster asked for.",
    cloudformation: "AWS::ElasticLoadBalancingV2::LoadBalancer",
    api: "elasticloadbalancing:CreateLoadBalancer",
    id: "Name",
    fields: &[
        f("Name", OnChange::Replace, Refs::No),
        f("Type", OnChange::Replace, Refs::No),
        f("Scheme", OnChange::Replace, Refs::No),
        f("DNSName", OnChange::Replace, Refs::No),
        f(
            "Subnets",
            OnChange::InPlace,
            Refs::To("ec2.Subnet", Held::Refused("DependencyViolation")),
        )
        .canon(Canon::Set),
        opt("SecurityGroups", OnChange::InPlace)
            .refs(Refs::To(
                "ec2.SecurityGroup",
                Held::Refused("DependencyViolation"),
            ))
            .canon(Canon::Set),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("Name", "{Name}"),
        OutputFact::fixed("DNSName", "{DNSName}"),
    ],
    brings: &[
        Side::Lingers {
            kind: "eni",
            holds: "Subnets",
            s: (0, 120),
        },
        Side::Lingers {
            kind: "eni",
            holds: "SecurityGroups",
            s: (0, 120),
        },
    ],
    create: instant(3),
    update: instant(1),
    delete: instant(3),
    source: "documentation of Elastic Load Balancing, 2026-11",
    ..TYPE
};
