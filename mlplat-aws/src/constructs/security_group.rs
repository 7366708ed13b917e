//! `SecurityGroup`: a group and its rules.

use mlplat_core::wiring::KnownText;
use mlplat_core::{Construct, Output, Scope};

use super::network::Network;
use super::rules::{HasSecurityGroup, Ingress, Peer, Ports};
use super::tags::named;
use crate::ec2;
use crate::ids::{SecurityGroupId, VpcId};

/// Characters that EC2 takes in a description.
const DESCRIPTION_EXTRA: &str = " ._-:/()#,@[]+=&;{}!$*";

/// A security group and what may reach it. Everything may be reached from it,
/// as AWS has it for a new group.
///
/// ```
/// use mlplat_aws::{Peer, Ports, SecurityGroup, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let web = stack.add("web", SecurityGroup::new(&network, "web servers"));
///     stack.add("database", SecurityGroup::new(&network, "database").allow(Ports::tcp(5432), Peer::group(&web)));
/// })?;
/// assert!(graph.find(&"database/ingress-1".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct SecurityGroup {
    vpc_id: Output<VpcId>,
    description: String,
    rules: Vec<(Ports, Peer)>,
}

impl SecurityGroup {
    /// A group that nothing may reach yet. The description cannot be changed
    /// without replacing the group.
    pub fn new(network: &Network, description: impl KnownText) -> Self {
        Self {
            vpc_id: network.vpc_id.clone(),
            description: description.into(),
            rules: Vec::new(),
        }
    }

    /// Lets `peer` reach `ports`. More can be let in later by an [`Ingress`].
    pub fn allow(mut self, ports: Ports, peer: Peer) -> Self {
        self.rules.push((ports, peer));
        self
    }
}

/// A security group.
#[derive(Debug, Clone)]
pub struct SecurityGroupHandle {
    /// Its id.
    pub group_id: Output<SecurityGroupId>,
}

#[diagnostic::do_not_recommend]
impl HasSecurityGroup for SecurityGroupHandle {
    fn security_group_id(&self) -> Output<SecurityGroupId> {
        self.group_id.clone()
    }
}

impl Construct for SecurityGroup {
    type Handle = SecurityGroupHandle;

    fn build(self, scope: &mut Scope<'_>) -> SecurityGroupHandle {
        let odd = |c: &char| !(c.is_ascii_alphanumeric() || DESCRIPTION_EXTRA.contains(*c));
        let length = self.description.chars().count();
        if let Some(odd) = self.description.chars().find(odd) {
            scope.problem(
                "bad-description",
                format!(
                    "AWS would refuse `{}` in the description",
                    odd.escape_debug()
                ),
                format!("use letters, digits, spaces and{DESCRIPTION_EXTRA}"),
            );
        } else if length == 0 || length > 255 {
            scope.problem(
                "bad-description",
                format!("the description has {length} characters"),
                "say in 1 to 255 characters what the group is for",
            );
        }
        let tags = named(scope, "");
        let group = ec2::SecurityGroup {
            tags,
            ..ec2::SecurityGroup::new(self.vpc_id, self.description)
        };
        let handle = SecurityGroupHandle {
            group_id: scope.add("group", group).group_id,
        };
        for (number, (ports, peer)) in (1..).zip(self.rules) {
            scope.add(
                &format!("ingress-{number}"),
                Ingress::new(&handle, ports, peer),
            );
        }
        handle
    }
}
