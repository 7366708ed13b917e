//! Rules of security groups: ports and peers.

use ipnet::Ipv4Net;
use mlplat_core::wiring::KnownText;
use mlplat_core::{Construct, Output, Scope};

use super::cidr;
use crate::ec2;
use crate::ids::SecurityGroupId;

/// Something that other security groups can let in: its interfaces carry a
/// group.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no security group that a rule could name",
    label = "not a handle of something with network interfaces of its own",
    note = "pass the handle of a security group, a cluster, a database or a file system; `Peer::network(\"10.0.0.0/16\")` names a network"
)]
pub trait HasSecurityGroup {
    /// The group.
    fn security_group_id(&self) -> Output<SecurityGroupId>;
}

/// Which protocol and ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    pub(super) protocol: &'static str,
    pub(super) first: u16,
    pub(super) last: u16,
}

impl Ports {
    /// One TCP port.
    #[must_use]
    pub const fn tcp(port: u16) -> Self {
        Self::tcp_range(port, port)
    }

    /// TCP ports from `first` to `last`.
    #[must_use]
    pub const fn tcp_range(first: u16, last: u16) -> Self {
        Self {
            protocol: "tcp",
            first,
            last,
        }
    }

    /// One UDP port.
    #[must_use]
    pub const fn udp(port: u16) -> Self {
        Self {
            protocol: "udp",
            first: port,
            last: port,
        }
    }

    /// Every protocol and port.
    #[must_use]
    pub const fn all() -> Self {
        Self {
            protocol: "-1",
            first: 0,
            last: 0,
        }
    }

    /// First and last port as EC2 wants them.
    fn numbers(self) -> (i32, i32) {
        match self.protocol {
            "-1" => (-1, -1),
            _ => (self.first.into(), self.last.into()),
        }
    }
}

/// Who is let in.
#[derive(Debug, Clone)]
pub struct Peer(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Group(Output<SecurityGroupId>),
    Same,
    Network(String),
    Internet,
}

impl Peer {
    /// The interfaces of a security group, or of something that has one.
    #[must_use]
    pub fn group(of: &(impl HasSecurityGroup + ?Sized)) -> Self {
        Self(Kind::Group(of.security_group_id()))
    }

    /// The interfaces of the same group.
    #[must_use]
    pub fn same_group() -> Self {
        Self(Kind::Same)
    }

    /// An IPv4 network. Everyone is [`Peer::internet`], so that it can be seen.
    #[must_use]
    pub fn network(cidr: impl KnownText) -> Self {
        Self(Kind::Network(cidr.into()))
    }

    /// Everyone.
    #[must_use]
    pub fn internet() -> Self {
        Self(Kind::Internet)
    }
}

/// One rule that lets somebody into a security group, added after the group.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct Ingress {
    group: Output<SecurityGroupId>,
    ports: Ports,
    peer: Peer,
    description: Option<String>,
}

impl Ingress {
    /// `peer` may reach `ports` of `group`.
    pub fn new(group: &(impl HasSecurityGroup + ?Sized), ports: Ports, peer: Peer) -> Self {
        Self {
            group: group.security_group_id(),
            ports,
            peer,
            description: None,
        }
    }

    /// What the rule is for, up to 255 characters.
    pub fn describe(mut self, description: impl KnownText) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl Construct for Ingress {
    type Handle = ();

    fn build(self, scope: &mut Scope<'_>) {
        if self.ports.first > self.ports.last {
            scope.problem(
                "bad-ports",
                format!(
                    "the ports {} to {} are none",
                    self.ports.first, self.ports.last
                ),
                "give the lower port first",
            );
        }
        let rule = ec2::SecurityGroupIngress::new(
            self.group.clone(),
            self.ports.protocol,
            self.ports.numbers(),
        );
        let mut rule = ec2::SecurityGroupIngress {
            description: self.description.map(Into::into),
            ..rule
        };
        match self.peer.0 {
            Kind::Group(group) => rule.source_security_group_id = Some(group),
            Kind::Same => rule.source_security_group_id = Some(self.group),
            Kind::Internet => rule.cidr_ip = Some(Ipv4Net::default().into()),
            Kind::Network(text) => rule.cidr_ip = Some(network(scope, &text).into()),
        }
        rule.build(scope);
    }
}

fn network(scope: &mut Scope<'_>, text: &str) -> Ipv4Net {
    let net = cidr::parse(scope, "the peer", text);
    if net == Ipv4Net::default() {
        scope.problem(
            "open-to-the-internet",
            format!("the peer {net} is everyone"),
            "name a smaller network, or say Peer::internet() if everyone is meant",
        );
    }
    net
}
